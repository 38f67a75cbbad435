"""Which connections a word names: one by its name, or all of a service (`dbx-eus`, `databricks`, `Azure OpenAI`)."""

from collections.abc import Iterable

from bot.config.settings import Settings
from providers.registry import service


def named(settings: Settings, word: str) -> frozenset[str]:
    """Names of the connections that a word names; empty when it names none."""
    wanted = _folded(word)
    if not wanted:
        return frozenset()
    exact = frozenset(one.name for one in settings.connections if _folded(one.name) == wanted)
    return exact or frozenset(
        one.name for one in settings.connections if wanted in {_folded(text) for text in _words(one.provider)}
    )


def filter_in(settings: Settings, words: Iterable[str]) -> str:
    """The first of some words that names connections; "" when none does."""
    return next((one for one in words if named(settings, one)), "")


def _words(kind: str) -> tuple[str, ...]:
    """The service as the configuration calls it, and its name or how that begins: `Azure` names both of Azure's."""
    words = service(kind).label.split()
    return kind, *(" ".join(words[:count]) for count in range(1, len(words) + 1))


def _folded(text: str) -> str:
    return "".join(mark for mark in text.casefold() if mark.isalnum())
