"""The three parts of every answer about something that went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.wording.markup import ELLIPSIS, clip, inline, units, unmarked

Params = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What happened (one line without a full stop, it may stand alone), what it means, what to do now.

    All parts are escaped markup. `quote` holds the service's own words in quotation marks, `request_id` what its
    support asks for.
    """

    happened: str
    meaning: str = ""
    remedy: str = ""
    quote: str = ""
    request_id: str = ""

    def lines(self) -> list[str]:
        """Everything below the first line; empty parts are left out."""
        body = " ".join(part for part in (self.meaning, self.remedy) if part)
        return [line for line in (self.quote, body) if line]


FIELD_ERROR = 150
"""Characters of an error below a field of a modal that people still read at once."""


def field_error(said: Said, limit: int = FIELD_ERROR) -> str:
    """Plain text for an error at a field: what happened and what to do, what it means only when all of it fits.

    What to do is kept: when both are too long, what happened gives way first.
    """
    happened, meaning, remedy = (unmarked(part) for part in (f"{said.happened}.", said.meaning, said.remedy))
    whole = " ".join(part for part in (happened, meaning, remedy) if part)
    if units(whole) <= limit:
        return whole
    room = limit - units(remedy) - 1 if remedy else limit
    if room < _LEAST:
        return _cut(" ".join(part for part in (happened, remedy) if part), limit)
    return " ".join(part for part in (_cut(happened, room), remedy) if part)


_LEAST = 20
"""Characters below which what happened cannot be told."""


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words; a word longer than all of it is cut inside."""
    if units(text) <= limit:
        return text
    kept: list[str] = []
    used = 0
    for word in text.split(" "):
        if used + units(word) + 1 > limit:
            break
        kept.append(word)
        used += units(word) + 1
    if not kept:
        return clip(text, limit)
    return " ".join(kept).rstrip(" .,;:") + ELLIPSIS


class Filled(dict[str, str]):
    """Parameters for a sentence: escaped, and `…` for one that was not given."""

    def __missing__(self, key: str) -> str:
        return "…"


def fill(template: str, params: Params, **more: str) -> str:
    """A sentence with its parameters; `more` is markup already, `params` is text from anywhere."""
    return template.format_map(Filled({key: shown(value) for key, value in params.items()} | more))


def shown(value: str | float) -> str:
    """A parameter inside a sentence."""
    if isinstance(value, str):
        return inline(value, 200)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
