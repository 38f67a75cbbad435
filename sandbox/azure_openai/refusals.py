"""The words with which the data plane refuses.

Quoted from the live service where they are known (contract 1.3, 1.4, 1.8: content type, size, training type,
method, "file import not completed"); the rest is written in the same manner.
"""

from typing import Final

from sandbox.azure_openai.errors import (
    ServiceError,
    conflict,
    invalid_payload,
    quota_exceeded,
    unexpected_state,
)

NOT_JSON_LINES: Final = "Validation of jsonl file failed: No valid json line found in file."
IMPORT_FAILED: Final = "fileImportFailed: Import of file failed."
NOTHING_TO_LEARN: Final = "The training file has no assistant message to learn."
_MEGABYTE: Final = 1024 * 1024


def body_is_not_an_object() -> ServiceError:
    """The body is not JSON, or not an object."""
    return invalid_payload("The request body is not a valid JSON object.")


def missing(name: str) -> ServiceError:
    """A required field or part is absent, empty or of another type."""
    return invalid_payload(f"The {name} is missing or not valid.", target=name)


def out_of_range(name: str, allowed: str) -> ServiceError:
    """A number is outside of what is allowed."""
    return invalid_payload(f"The {name} must be {allowed}.", target=name)


def unknown_item(name: str, item: str) -> ServiceError:
    """A field names something that does not exist."""
    return invalid_payload(f"The {name} '{item}' was not found.", target=name)


def not_multipart() -> ServiceError:
    """The body is not a readable form."""
    return invalid_payload("The request must be a valid multipart/form-data form.")


def no_content_type() -> ServiceError:
    """The file part has no Content-Type (the service's own words)."""
    return invalid_payload("The file has no or an empty content type specified.")


def too_large(limit: int) -> ServiceError:
    """The file is larger than the service takes (the service's own words)."""
    return invalid_payload(f"The maximum allowed size is {limit // _MEGABYTE} MB.", target="file")


def too_many_files(limit: int) -> ServiceError:
    """The resource keeps as many files as it may."""
    return quota_exceeded(f"The maximum number of files ({limit}) is reached.")


def too_many_bytes(limit: int) -> ServiceError:
    """The resource keeps as many bytes as it may."""
    return quota_exceeded(f"The maximum total size of all files ({limit // _MEGABYTE} MB) is reached.")


def too_many_uploads(limit: int) -> ServiceError:
    """More requests in a second than may upload something."""
    return ServiceError(429, "429", f"Rate limit of {limit} upload requests per second is exceeded.")


def broken_down() -> ServiceError:
    """What people report for large forms (contract 1.3); the words are not known."""
    return ServiceError(500, "InternalServerError", "The server had an error while processing your request.")


def unsupported(name: str, value: object) -> ServiceError:
    """A value that this api-version does not have."""
    return invalid_payload(f"The {name} '{value}' is not supported.", target=name)


def no_content_yet(file_id: str) -> ServiceError:
    """The file is still being imported."""
    return unexpected_state(f"The content of file '{file_id}' is not available yet.")


def wrong_state(kind: str, item: str, status: str, operation: str) -> ServiceError:
    """The item's state does not allow the operation."""
    return unexpected_state(f"The {kind} '{item}' is {status} and cannot be {operation}.")


def has_deployment(model: str) -> ServiceError:
    """A model that is deployed cannot be deleted."""
    return conflict(f"The model '{model}' has a deployment. Delete the deployment first.")


def not_trainable(model: str) -> ServiceError:
    """A model that is not offered for fine-tuning, or not any more."""
    return invalid_payload(f"The specified base model {model} does not support fine-tuning.", target="model")


def wrong_training_type(model: str, training_type: str) -> ServiceError:
    """The model is not offered with this training type; misleading when none was sent (contract 1.4)."""
    return invalid_payload(
        f"The specified base model {model} does not support fine-tuning with {training_type} TrainingType."
    )


def wrong_method(model: str, method: str) -> ServiceError:
    """The model is trained by another method (contract 1.4)."""
    return invalid_payload(
        f"Finetuning with {model} requires the {method} method of finetuning.", target="method"
    )


def grader_not_simulated(kind: str) -> ServiceError:
    """A grader that the stand-in cannot apply; the service itself would take it."""
    return invalid_payload(
        f"This sandbox does not simulate graders of the type '{kind}': it applies string_check and text_similarity.",
        target="grader",
    )


def wrong_purpose(name: str, file_id: str, purpose: str) -> ServiceError:
    """The file was uploaded for something else."""
    return invalid_payload(f"The file '{file_id}' has the purpose '{purpose}', not 'fine-tune'.", target=name)


def file_failed(name: str, file_id: str) -> ServiceError:
    """The file could not be processed."""
    return invalid_payload(f"The file '{file_id}' is in the state error and cannot be used.", target=name)


def file_not_processed(name: str, file_id: str) -> ServiceError:
    """The file is still being processed (contract 1.3)."""
    return invalid_payload(f"The file '{file_id}' cannot be used: file import not completed.", target=name)


def too_many_jobs(limit: int) -> ServiceError:
    """The resource keeps as many jobs as it may."""
    return quota_exceeded(f"The maximum number of fine-tuning jobs ({limit}) is reached.")


def too_many_queued(limit: int) -> ServiceError:
    """As many jobs are queued as may be."""
    return quota_exceeded(f"The maximum number of queued fine-tuning jobs ({limit}) is reached.")


def file_deleted(file_id: str) -> str:
    """A queued job's file is gone when it starts."""
    return f"The file '{file_id}' was deleted."


def too_few_examples(count: int, least: int) -> str:
    """A training file with too few conversations."""
    return f"Training file has {count} example(s), but must have at least {least} examples."


def bad_lines(filename: str, count: int, shown: str) -> str:
    """A file with lines that are not conversations."""
    return f"{count} line{'' if count == 1 else 's'} of {filename} cannot be used. {shown}"
