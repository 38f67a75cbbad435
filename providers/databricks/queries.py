"""The operations of the fine-tuning service's GraphQL endpoint (contract 1), as text and variables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from providers.base import JobSpec
from providers.databricks.capabilities import TASKS
from providers.databricks.files import folder_of
from providers.databricks.hyperparameters import DEFAULT_DURATION, DEFAULT_LEARNING_RATE, prompts_of
from providers.databricks.settings import DatabricksSettings

PAGE: Final = 100
# The service fills both braces in by itself.
SAVE_FOLDER: Final = "dbfs:/databricks/mlflow-tracking/{mlflow_experiment_id}/{mlflow_run_id}/artifacts"

_RUN: Final = (
    "id name status createdById createdByEmail createdAt updatedAt startedAt completedAt reason isDeleted"
)
_DETAILS: Final = (
    "model taskType trainDataPath saveFolder evalDataPath evalPrompts trainingDuration learningRate contextLength"
    " dataPrepConfig experimentTracker customWeightsPath"
)
CREATE: Final = (
    "mutation CreateFinetune($createFinetuneData: CreateFinetuneInput!) {"
    f" createFinetune(createFinetuneData: $createFinetuneData) {{ {_RUN} details {{ {_DETAILS} }} }} }}"
)
LIST: Final = (
    "query GetFinetunesPaginated($getFinetunesPaginatedData: GetFinetunesPaginatedInput!) {"
    " getFinetunesPaginated(getFinetunesPaginatedData: $getFinetunesPaginatedData) {"
    f" cursor hasNextPage finetunes {{ {_RUN} estimatedEndTime details {{ {_DETAILS} }} }} }} }}"
)
EVENTS: Final = (
    "query GetFinetuneEvents($getFinetuneEventsData: GetFinetuneEventsInput!) {"
    " getFinetuneEvents(getFinetuneEventsData: $getFinetuneEventsData) { eventType eventTime eventMessage } }"
)
MODELS: Final = "query Models { getFinetuneConstants { models { name displayName maxContextLength } } }"
STOP: Final = (
    "mutation StopFinetunes($getFinetunesData: GetFinetunesInput!, $stopFinetunesData: StopFinetunesInput) {"
    " stopFinetunes(getFinetunesData: $getFinetunesData, stopFinetunesData: $stopFinetunesData) {"
    " id name status } }"
)


def creation(spec: JobSpec, settings: DatabricksSettings, experiments: str) -> dict[str, Any]:
    """Variables of `CREATE`; `experiments` is the folder of the MLflow experiments.

    What nobody chose is left out, as the official package leaves it out. The name of the experiment is the run's.
    """
    chosen = spec.hyperparameters
    config: dict[str, Any] = {
        "model": spec.model,
        "taskType": TASKS[spec.method],
        "trainDataPath": data_path(spec.training_file, spec.method),
        "saveFolder": SAVE_FOLDER,
        "trainingDuration": str(chosen.get("training_duration", DEFAULT_DURATION)),
        "learningRate": float(chosen.get("learning_rate", DEFAULT_LEARNING_RATE)),
        "experimentTracker": {
            "mlflow": {
                "experimentPath": f"{experiments}/{{}}",
                "modelRegistryPath": registry_path(spec, settings),
                "createExperimentAndRun": True,
            }
        },
        "disableCredentialsCheck": False,
    }
    if spec.validation_file:
        config["evalDataPath"] = data_path(spec.validation_file, spec.method)
    if "context_length" in chosen:
        config["contextLength"] = int(chosen["context_length"])
    if chosen.get("custom_weights_path"):
        config["customWeightsPath"] = str(chosen["custom_weights_path"])
    prompts = prompts_of(str(chosen.get("eval_prompts", "")))
    if prompts:
        config["evalPrompts"] = prompts
    return {"createFinetuneData": {"config": config}}


def data_path(file_id: str, method: str) -> str:
    """What a training names for a file of ours: pretraining reads the folder that it stands in."""
    return folder_of(file_id) if method == "pretraining" else file_id


def registry_path(spec: JobSpec, settings: DatabricksSettings) -> str:
    """`catalog.schema.model`, or `catalog.schema` where the service names the model after the run."""
    return f"{settings.register_to}.{spec.suffix}" if spec.suffix else settings.register_to


def listing(
    *, cursor: str | None = None, names: Sequence[str] = (), since: datetime | None = None
) -> dict[str, Any]:
    """Variables of `LIST`."""
    filters: dict[str, Any] = {}
    if names:
        filters["name"] = {"in": list(names)}
    if since is not None:
        filters["createdAt"] = {"gte": since.isoformat()}
    data: dict[str, Any] = {"includeDeleted": False, "limit": PAGE}
    if filters:
        data["filters"] = filters
    if cursor:
        data["cursor"] = cursor
    return {"getFinetunesPaginatedData": data}


def stopping(name: str) -> dict[str, Any]:
    """Variables of `STOP` for one run; the reason stands in the run's page."""
    return {
        "getFinetunesData": {"filters": {"name": {"in": [name]}}},
        "stopFinetunesData": {"reason": "Canceled by user."},
    }
