"""The body of a job's PUT: its form, and the rules before a job is allowed (contract 2, 3, 7)."""

from datetime import datetime
from typing import Any, Final

from sandbox.azure_ml import errors
from sandbox.azure_ml.catalogue import CatalogueModel, named, retired
from sandbox.azure_ml.data_uri import UnresolvedError, resolve
from sandbox.azure_ml.fields import Fields, settled
from sandbox.azure_ml.jobs import JobRequest
from sandbox.azure_ml.options import Switches
from sandbox.azure_ml.versions import FINE_TUNING, has_queue
from sandbox.azure_ml.workspace import Workspace

TASKS: Final = (
    "ChatCompletion",
    "TextCompletion",
    "TextClassification",
    "QuestionAnswering",
    "TextSummarization",
    "TokenClassification",
    "TextTranslation",
    "ImageClassification",
    "ImageInstanceSegmentation",
    "ImageObjectDetection",
    "VideoMultiObjectTracking",
)
_INPUTS: Final = (
    "literal",
    "uri_file",
    "uri_folder",
    "mltable",
    "custom_model",
    "mlflow_model",
    "triton_model",
)
_INPUT_MODES: Final = ("ReadOnlyMount", "ReadWriteMount", "Download", "Direct", "EvalMount", "EvalDownload")
_OUTPUTS: Final = _INPUTS[1:]
_OUTPUT_MODES: Final = ("ReadWriteMount", "Upload", "Direct")
_JOB_TYPES: Final = ("AutoML", "Command", "Sweep", "Pipeline", "Spark", "FineTuning")
_KNOWN: Final = (
    "jobType", "displayName", "experimentName", "description", "tags", "properties", "isArchived", "computeId",
    "componentId", "identity", "notificationSetting", "services", "status", "fineTuningDetails", "outputs",
)  # fmt: skip
# What the pipelines behind the service declare (contract 2).
HYPERPARAMETERS: Final = frozenset(
    {
        "num_train_epochs",
        "per_device_train_batch_size",
        "learning_rate",
        "max_seq_length",
        "lora_r",
        "lora_alpha",
    }
)


def read_job(
    body: dict[str, Any], workspace: Workspace, *, version: str, switches: Switches, now: datetime
) -> JobRequest:
    """Check a body. Raises ArmError."""
    problems: list[str] = []
    sent = Fields(body, "", problems).below("properties")
    job_type = sent.word("jobType", _JOB_TYPES, needed=True)
    settled(problems)
    if job_type != "FineTuning":
        msg = f"This sandbox runs no jobs of type {job_type}."
        raise errors.invalid(msg, "UnsupportedJobType")
    if version not in FINE_TUNING:
        msg = f"Job type FineTuning is not supported in api-version {version}."
        raise errors.invalid(msg, "UnsupportedJobType")
    sent.only(*_KNOWN, *(("queueSettings", "resources") if has_queue(version) else ()))
    for name in ("tags", "properties"):
        sent.texts(name)
    for name in ("displayName", "experimentName", "description"):
        sent.text(name)
    sent.flag("isArchived")
    details = sent.below("fineTuningDetails")
    request = _details(details, sent)
    settled(problems)
    _allow(details, request, workspace, switches, now)
    return request


def _details(details: Fields, sent: Fields) -> JobRequest:
    details.only("model", "modelProvider", "taskType", "trainingData", "validationData", "hyperParameters")
    provider = details.word("modelProvider", ("AzureOpenAI", "Custom"), needed=True)
    task = details.word("taskType", TASKS, needed=True) or ""
    model = _input(details.below("model"))
    training = _input(details.below("trainingData"))
    validation = None
    if details.value.get("validationData") is not None:
        validation = _input(details.below("validationData"))
    hyperparameters = details.texts("hyperParameters") if provider == "Custom" else {}
    found = named(model)
    if found is not None and found.version is None:
        details.problems.append("The model of a job must be given with its version.")
    return JobRequest(
        base=found.model if found and found.model else CatalogueModel(model, "", ()),
        task=task,
        training_uri=training,
        validation_uri=validation,
        hyperparameters=hyperparameters,
        output=_output(sent),
        sent=sent.value,
    )


def _input(given: Fields) -> str:
    given.only("jobInputType", "mode", "uri", "description")
    given.word("jobInputType", _INPUTS, needed=True)
    given.word("mode", _INPUT_MODES)
    return given.text("uri", needed=True) or ""


def _output(sent: Fields) -> tuple[str, str]:
    outputs = sent.below("outputs")
    if not outputs.value:
        outputs.problems.append("The properties.outputs field must name one output.")
    for key in outputs.value:
        one = outputs.below(key)
        one.only("jobOutputType", "assetName", "mode", "uri", "description")
        one.word("jobOutputType", _OUTPUTS, needed=True)
        one.word("mode", _OUTPUT_MODES)
        return key, one.text("assetName") or ""
    return "", ""


def _allow(
    details: Fields, request: JobRequest, workspace: Workspace, switches: Switches, now: datetime
) -> None:
    """The rules of the service for a well-formed request. Raises ArmError."""
    if details.value["modelProvider"] != "Custom":
        raise errors.invalid("This workspace has no Azure OpenAI connection.", "UnsupportedModelProvider")
    if details.value["model"]["jobInputType"] != "mlflow_model":
        raise errors.invalid("The model of a fine-tuning job must be an mlflow_model.", "InvalidModelType")
    if not request.base.registry:
        msg = f"Model '{request.base.name}' was not found in a registry."
        raise errors.invalid(msg, "ModelNotFound")
    if details.value["trainingData"]["jobInputType"] != "uri_file":
        raise errors.invalid("The training data must be a uri_file.", "InvalidDataType")
    _trainable(request, workspace, switches, now)
    for uri in (request.training_uri, request.validation_uri):
        if uri is not None:
            try:
                resolve(workspace, uri)
            except UnresolvedError as error:
                raise errors.invalid(str(error), "DataNotFound") from error


def _trainable(request: JobRequest, workspace: Workspace, switches: Switches, now: datetime) -> None:
    base, location = request.base, workspace.facts.location
    if retired(base, switches.retires, now):
        msg = f"Fine-tuning of model '{base.name}' is retired."
        raise errors.invalid(msg, "ModelRetired")
    if location not in base.regions:
        msg = (
            f"Fine-tuning of model '{base.name}' is not available in region '{location}'. Available regions: "
            f"{', '.join(base.regions) or 'none'}."
        )
        raise errors.invalid(
            msg,
            "RegionNotSupported",
        )
    if request.task not in base.tasks:
        msg = f"Model '{base.name}' does not support the task '{request.task}'."
        raise errors.invalid(msg, "TaskNotSupported")
    if not switches.network_registered:
        raise errors.not_registered("Microsoft.Network")
    if base.offer is not None:
        subscription = workspace.subscription_to(base, now)
        status = switches.subscriptions if subscription else None
        if status != "Subscribed":
            raise errors.not_subscribed(base.name, status)
