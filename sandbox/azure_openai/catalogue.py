"""The base models that the stand-in knows (contract 1.11), with what may be trained and until when."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

STANDARD: Final = "Standard"
GLOBAL: Final = "GlobalStandard"
DEVELOPER: Final = "DeveloperTier"
DATA_ZONE: Final = "Datazone"
TRAINING_TYPES: Final = (STANDARD, GLOBAL, DEVELOPER, DATA_ZONE)
# litellm sends the number (contract 1.4).
_BY_NUMBER: Final = {0: STANDARD, 1: GLOBAL}


@dataclass(frozen=True, slots=True)
class BaseModel:
    """One base model. `training` maps a training method to the training types it is offered with."""

    id: str
    created: datetime
    training: dict[str, tuple[str, ...]]
    fine_tune_ends: datetime | None
    inference_ends: datetime
    openai: bool = True
    chat: bool = True
    embeddings: bool = False
    preview: bool = False
    flag_is_wrong: bool = False

    def trainable(self, now: datetime) -> bool:
        """Whether the service still trains it."""
        return bool(self.training) and (self.fine_tune_ends is None or now < self.fine_tune_ends)

    @property
    def methods(self) -> tuple[str, ...]:
        """The training methods it is offered with."""
        return tuple(self.training)


def training_type(sent: object) -> str | None:
    """The service's spelling of a `trainingType` (any case, or litellm's number); None for an unknown one."""
    if isinstance(sent, int) and not isinstance(sent, bool):
        return _BY_NUMBER.get(sent)
    if isinstance(sent, str):
        return next((known for known in TRAINING_TYPES if known.lower() == sent.lower()), None)
    return None


def _at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def _supervised(*types: str) -> dict[str, tuple[str, ...]]:
    return {"supervised": types}


def _preferences_too(*types: str) -> dict[str, tuple[str, ...]]:
    return {"supervised": types, "dpo": types}


def _reinforcement(*types: str) -> dict[str, tuple[str, ...]]:
    return {"reinforcement": types}


def _retired(model: str, created: datetime, ended: datetime, *, chat: bool = True) -> BaseModel:
    return BaseModel(model, created, _supervised(STANDARD), ended, ended, chat=chat)


def _open_weights(model: str, created: datetime) -> BaseModel:
    # The catalogue's capability flag is wrong for these (contract 1.9), the training works.
    ends = _at(2028, 1, 1)
    return BaseModel(model, created, _supervised(GLOBAL), ends, ends, openai=False, flag_is_wrong=True)


_4O_ENDS: Final = (_at(2027, 4, 1), _at(2027, 10, 1))
_41_ENDS: Final = (_at(2027, 4, 14), _at(2027, 10, 14))

BASE_MODELS: Final = {
    model.id: model
    for model in (
        BaseModel(
            "gpt-4.1-2025-04-14", _at(2025, 4, 14),
            _preferences_too(STANDARD, GLOBAL, DEVELOPER, DATA_ZONE), *_41_ENDS,
        ),
        BaseModel(
            "gpt-4.1-mini-2025-04-14", _at(2025, 4, 14),
            _preferences_too(STANDARD, GLOBAL, DEVELOPER), *_41_ENDS,
        ),
        BaseModel("gpt-4.1-nano-2025-04-14", _at(2025, 4, 14), _preferences_too(GLOBAL, DEVELOPER), *_41_ENDS),
        BaseModel("gpt-4o-2024-08-06", _at(2024, 8, 6), _preferences_too(STANDARD, GLOBAL, DEVELOPER), *_4O_ENDS),
        BaseModel("gpt-4o-mini-2024-07-18", _at(2024, 7, 18), _supervised(STANDARD, GLOBAL), *_4O_ENDS),
        BaseModel(
            "o4-mini-2025-04-16", _at(2025, 4, 16), _reinforcement(STANDARD, GLOBAL),
            _at(2027, 4, 16), _at(2027, 10, 16),
        ),
        BaseModel(
            "gpt-5-2025-08-07", _at(2025, 8, 7), _reinforcement(GLOBAL),
            _at(2027, 8, 7), _at(2028, 2, 7), preview=True,
        ),
        _open_weights("Ministral-3B", _at(2025, 6, 1)),
        _open_weights("Qwen-32B", _at(2025, 9, 1)),
        _open_weights("Llama-3.3-70B-Instruct", _at(2025, 6, 1)),
        _open_weights("gpt-oss-20b", _at(2025, 8, 5)),
        BaseModel("gpt-4o-2024-11-20", _at(2024, 11, 20), {}, None, _at(2027, 6, 1)),
        BaseModel(
            "text-embedding-3-small", _at(2024, 1, 25), {}, None, _at(2027, 4, 15), chat=False, embeddings=True,
        ),
        _retired("gpt-35-turbo-0613", _at(2023, 6, 13), _at(2025, 2, 13)),
        _retired("gpt-35-turbo-1106", _at(2023, 11, 6), _at(2025, 2, 28)),
        _retired("gpt-35-turbo-0125", _at(2024, 1, 25), _at(2025, 5, 31)),
        _retired("gpt-4-0613", _at(2023, 6, 13), _at(2025, 6, 6)),
        _retired("babbage-002", _at(2023, 8, 22), _at(2025, 1, 27), chat=False),
        _retired("davinci-002", _at(2023, 8, 22), _at(2025, 1, 27), chat=False),
    )
}  # fmt: skip
