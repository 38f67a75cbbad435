"""Reading the configuration of a new run (contract 1, the table of create())."""

import re
from typing import Any, Final

from sandbox.databricks.graphql import GraphError, only
from sandbox.databricks.options import DatabricksOptions
from sandbox.databricks.runs import Duration, RunRequest

TASKS: Final = ("CHAT_COMPLETION", "INSTRUCTION_FINETUNE", "CONTINUED_PRETRAIN")
CUSTOM_WEIGHTS: Final = re.compile(r"dbfs:/databricks/mlflow-tracking/[0-9]+/[0-9a-z]+/artifacts(/.*)?")
_KEYS: Final = (
    "model", "taskType", "trainDataPath", "saveFolder", "evalDataPath", "evalPrompts", "trainingDuration",
    "learningRate", "contextLength", "customWeightsPath", "dataPrepConfig", "experimentTracker",
    "disableCredentialsCheck",
)  # fmt: skip
_DURATION: Final = re.compile(r"([0-9][0-9_]*)(ep|ba|tok)")
_HUGGING_FACE: Final = re.compile(r"[\w.-]+/[\w.-]+/[\w.-]+")
_TABLE: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
_VOLUME_PATH: Final = "dbfs:/Volumes/"
_DEFAULT_RATE: Final = 5e-7
_MISSING: Final = "The fine-tuning run is missing a value for '{name}'."


def read_request(data: Any, options: DatabricksOptions) -> RunRequest:
    """The request of a run. Raises GraphError (400)."""
    config = only(data, "config", what="CreateFinetuneInput").get("config")
    config = only(config, *_KEYS, what="FinetuneConfig")
    model = options.model(_text(config, "model"))
    if model is None:
        names = ", ".join(known.name for known in options.models)
        raise GraphError(400, f"Model '{config['model']}' is not supported. Supported models: {names}")
    task = config.get("taskType", "INSTRUCTION_FINETUNE")
    if task not in TASKS:
        raise GraphError(400, f"Invalid task type '{task}'. Expected one of: {', '.join(TASKS)}")
    prepared = config.get("dataPrepConfig") is not None
    train = data_path(_text(config, "trainDataPath"), task, prepared=prepared)
    eval_path = config.get("evalDataPath")
    if eval_path is not None:
        eval_path = data_path(_text(config, "evalDataPath"), task, prepared=prepared)
    if not _text(config, "saveFolder").startswith("dbfs:/databricks/mlflow-tracking/"):
        raise GraphError(400, "saveFolder must begin with dbfs:/databricks/mlflow-tracking/")
    context = config.get("contextLength", model.max_context_length)
    if (
        isinstance(context, bool)
        or not isinstance(context, int)
        or not 1 <= context <= model.max_context_length
    ):
        raise GraphError(
            400, f"Context length {context} is not between 1 and {model.max_context_length} for {model.name}."
        )
    experiment, registry = _tracker(config)
    _custom_weights(config.get("customWeightsPath"))
    return RunRequest(
        config=config,
        model=model,
        task=task,
        train=train,
        eval=eval_path,
        prompts=_prompts(config.get("evalPrompts")),
        duration=duration(config.get("trainingDuration", "1ep")),
        learning_rate=_rate(config.get("learningRate", _DEFAULT_RATE)),
        context_length=context,
        experiment_path=experiment,
        registry_path=registry,
    )


def duration(text: Any) -> Duration:
    """`3ep`, `100ba`, `1_000_000tok`. Raises GraphError (400)."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    count = int(found[1].replace("_", "")) if found else 0
    if found is None or count < 1:
        raise GraphError(
            400, f"Invalid training duration '{text}'. Expected for example 10ep, 100ba or 1_000_000tok."
        )
    return Duration(count, found[2])


def data_path(path: str, task: str, *, prepared: bool) -> str:
    """A path of data. Raises GraphError (400) for one that no run can read."""
    if path.startswith(_VOLUME_PATH):
        if path.count("/") < 4:
            raise GraphError(
                400, f"Invalid path '{path}'. Expected dbfs:/Volumes/<catalog>/<schema>/<volume>/…"
            )
        if task != "CONTINUED_PRETRAIN" and not path.endswith(".jsonl"):
            raise GraphError(400, f"Invalid path '{path}'. Data for {task} must be a .jsonl file.")
        return path
    if _TABLE.fullmatch(path):
        if not prepared:
            raise GraphError(400, f"Delta table '{path}' needs a data prep cluster.")
        return path
    if _HUGGING_FACE.fullmatch(path):
        return path
    raise GraphError(
        400,
        f"Invalid path '{path}'. Expected a Unity Catalog volume, a Delta table or a Hugging Face data set.",
    )


def _tracker(config: dict[str, Any]) -> tuple[str, str]:
    tracker = only(config.get("experimentTracker", {}), "mlflow", what="ExperimentTracker").get("mlflow")
    if tracker is None:
        raise GraphError(400, _MISSING.format(name="experimentTracker"))
    names = ("experimentPath", "modelRegistryPath", "createExperimentAndRun")
    tracker = only(tracker, *names, what="MlflowTracker")
    experiment, registry = _text(tracker, "experimentPath"), _text(tracker, "modelRegistryPath")
    if not experiment.startswith("/"):
        raise GraphError(400, f"The experiment path '{experiment}' must be absolute.")
    parts = registry.split(".")
    if len(parts) not in {2, 3} or not all(parts):
        raise GraphError(400, f"'{registry}' must be <catalog>.<schema> or <catalog>.<schema>.<model>.")
    return experiment, registry


def _text(config: dict[str, Any], name: str) -> str:
    value = config.get(name)
    if not isinstance(value, str) or not value:
        raise GraphError(400, _MISSING.format(name=name))
    return value


def _rate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise GraphError(400, f"Invalid learning rate {value}. Expected a number above 0.")
    return float(value)


def _prompts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise GraphError(400, "evalPrompts must be a list of texts.")
    return tuple(value)


def _custom_weights(value: Any) -> None:
    if value is not None and (not isinstance(value, str) or not CUSTOM_WEIGHTS.fullmatch(value)):
        raise GraphError(400, f"Invalid custom weights path '{value}'.")
