"""Which kinds of data a method of training reads."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bot.facts.forms import UploadKind
from providers.base import Capabilities

FORMS_OF: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "supervised": frozenset({"chat", "tools", "vision"}),
        "completion": frozenset({"prompt_response"}),
        "instruction": frozenset({"prompt_response"}),
        "pretraining": frozenset({"text"}),
        "dpo": frozenset({"preference"}),
        "reinforcement": frozenset({"reinforcement"}),
    }
)
"""Names of `bot.datasets.options.PROFILES` by method (azure_openai.md 1.4, azure_ml.md 2, databricks.md 6)."""
ORDERED: Final = "supervised"
"""The method that is meant where none is named."""


def parts(method: str) -> bool:
    """Whether examples can be held back of the data of a method: text goes on from line to line."""
    return FORMS_OF.get(method) != frozenset({"text"})


def fits(profile: str | None, method: str = ORDERED) -> bool:
    """Whether a training by `method` reads data of this kind; what was checked before kinds were told is chat."""
    return not profile or method not in FORMS_OF or profile in FORMS_OF[method]


KINDS: Final[tuple[UploadKind, ...]] = ("chat", "preference", "reinforcement", "prompt_response", "text")
"""What a person calls kinds of data: chats with tools or images are chats."""


def kinds(able: Capabilities) -> tuple[UploadKind, ...]:
    """The kinds of data that such a connection trains with."""
    return tuple(one for one in KINDS if trains(able, one))


def trains(able: Capabilities, profile: str | None) -> bool:
    """Whether data of this kind can be trained with at such a connection."""
    return able.training and any(fits(profile, method) for method in able.methods)
