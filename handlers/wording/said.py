"""The three parts of every answer about something that went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.wording.markup import inline

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
