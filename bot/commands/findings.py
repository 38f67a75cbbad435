"""What one look of `tunesmith check` saw."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "failure"]
MARKS: dict[State, str] = {"ok": "ok  ", "warning": "WARN", "failure": "FAIL"}


@dataclass(frozen=True, slots=True)
class Looked:
    """One thing that was looked at; `detail` says what was seen, `remedy` what to do where it is not well.

    `warning`: it works, and somebody should know; only a `failure` counts for the exit code.
    """

    state: State
    what: str
    detail: str = ""
    remedy: str = ""

    def text(self) -> str:
        """`ok    store: …` or `FAIL  Slack: …` with the remedy below."""
        first = f"{MARKS[self.state]}  {self.what}" + (f": {self.detail}" if self.detail else "")
        below = "".join(f"\n          {line}" for line in self.remedy.splitlines())
        return first + below + "\n"

    def as_json(self) -> dict[str, str]:
        """What others may rely on: names and states do not change, keys are only added."""
        return {"state": self.state, "what": self.what, "detail": self.detail, "remedy": self.remedy}


def fine(what: str, detail: str = "") -> Looked:
    """As it should be."""
    return Looked("ok", what, detail)


def warn(what: str, detail: str, remedy: str = "") -> Looked:
    """It works, and somebody should know."""
    return Looked("warning", what, detail, remedy)


def wrong(what: str, detail: str, remedy: str = "") -> Looked:
    """To be mended."""
    return Looked("failure", what, detail, remedy)
