"""What one look of `tunesmith check` saw."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Looked:
    """One thing that was looked at; `detail` says what was seen, `remedy` what to do where it is not `ok`."""

    ok: bool
    what: str
    detail: str = ""
    remedy: str = ""

    def text(self) -> str:
        """`ok    store: …` or `FAIL  Slack: …` with the remedy below."""
        first = f"{'ok  ' if self.ok else 'FAIL'}  {self.what}" + (f": {self.detail}" if self.detail else "")
        return first + (f"\n          {self.remedy}" if self.remedy else "") + "\n"


def fine(what: str, detail: str = "") -> Looked:
    """As it should be."""
    return Looked(True, what, detail)


def wrong(what: str, detail: str, remedy: str = "") -> Looked:
    """To be mended."""
    return Looked(False, what, detail, remedy)
