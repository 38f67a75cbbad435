"""What the service sends, read leniently.

The live service leaves out what is null, sends words outside its enums and both spellings of `organisation`
(contract 1.5, 1.6, 10). Every field therefore has a default, a value of the wrong type counts as absent, unknown
keys are passed over; only what has no id is refused.
"""

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

YEAR_9999: Final = 253_370_764_800


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(number) if math.isfinite(number) else None


def moment(value: Any) -> int | None:
    """Unix seconds of a time that a calendar has; None for anything else, 0 included (a null in disguise)."""
    seconds = _whole(value)
    return seconds if seconds is not None and 0 < seconds < YEAR_9999 else None


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str) and item] if isinstance(value, list) else []


def _file(value: Any) -> dict[str, Any] | None:
    return dict(value) if isinstance(value, Mapping) and _text(value.get("id")) else None


Text = Annotated[str | None, BeforeValidator(_text)]
Whole = Annotated[int | None, BeforeValidator(_whole)]
Moment = Annotated[int | None, BeforeValidator(moment)]
Object = Annotated[dict[str, Any], BeforeValidator(_mapping)]
Texts = Annotated[list[str], BeforeValidator(_texts)]


class Wire(BaseModel):
    """Base of everything that has an id."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(min_length=1)
    created_at: Moment = None


T = TypeVar("T", bound=Wire)


class WireFile(Wire):
    """File (contract 1.3)."""

    filename: Text = None
    purpose: Text = None
    status: Text = None
    status_details: Text = None
    bytes: Whole = None


class WirePart(Wire):
    """UploadPartResource (contract 1.3): its id is all that completing needs."""


class WireUpload(Wire):
    """UploadResource (contract 1.3); `file` once it is completed."""

    status: Text = None
    file: Annotated[WireFile | None, BeforeValidator(_file)] = None


class WireJob(Wire):
    """FineTuningJob (contract 1.5); `trainingType` is in no published schema, `method` in the newer ones.

    `metadata` is v1's alone, and read as it was sent: names and texts.
    """

    status: Text = None
    model: Text = None
    fine_tuned_model: Text = None
    training_file: Text = None
    validation_file: Text = None
    result_files: Texts = Field(default_factory=list)
    finished_at: Moment = None
    estimated_finish: Moment = None
    trained_tokens: Whole = None
    hyperparameters: Object = Field(default_factory=dict)
    method: Object = Field(default_factory=dict)
    suffix: Text = None
    user_provided_suffix: Text = None
    seed: Whole = None
    trainingType: Text = None  # noqa: N815 - the service's spelling
    error: Object = Field(default_factory=dict)
    metadata: Object = Field(default_factory=dict)


class WireEvent(Wire):
    """FineTuningJobEvent (contract 1.6)."""

    level: Text = None
    message: Text = None
    type: Text = None
    data: Object = Field(default_factory=dict)


class WireCheckpoint(Wire):
    """FineTuningJobCheckpoint (contract 1.7)."""

    fine_tuned_model_checkpoint: Text = None
    step_number: Whole = None
    metrics: Object = Field(default_factory=dict)


class WireModel(Wire):
    """Model of the dated surface (contract 1.9); v1 tells `id` and `created` only."""

    created: Moment = None
    status: Text = None
    model: Text = None
    fine_tune: Text = None
    capabilities: Object = Field(default_factory=dict)
    lifecycle_status: Text = None
    deprecation: Object = Field(default_factory=dict)


class UnreadableAnswerError(ValueError):
    """A successful answer that is not what this operation answers."""


def parse(model: type[T], content: bytes) -> T:
    """One object. Raises UnreadableAnswerError."""
    try:
        return model.model_validate(_json(content))
    except ValidationError as error:
        raise UnreadableAnswerError(model.__name__) from error


def parse_list(model: type[T], content: bytes) -> tuple[list[T], bool]:
    """The items of a list that have an id, and whether the service has more. Raises UnreadableAnswerError."""
    answer = _json(content)
    items = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise UnreadableAnswerError(model.__name__)
    read = []
    for item in items:
        try:
            read.append(model.model_validate(item))
        except ValidationError:
            continue
    return read, answer.get("has_more") is True


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableAnswerError("json") from error
