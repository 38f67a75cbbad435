"""What is told of the program's health. Pure: what was seen in, a verdict with its parts out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

STILL: Final = 120.0
"""Seconds without a sign of life after which a loop counts as standing still.

Each comes round within 15 s when all is well; the painter's next turn may wait for one call to Slack (15 s) and any for
a locked database (5 s) a few times over. Whoever asks ends the process on this word, so it is not said early.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the program. `seconds`: since its last sign of life, None where that is not what is asked."""

    ok: bool
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Each part by its name: `slack`, `store`, `program`, or a loop."""

    parts: Mapping[str, Part]

    @property
    def failing(self) -> tuple[str, ...]:
        """Names of the parts that are not as they should be."""
        return tuple(sorted(name for name, part in self.parts.items() if not part.ok))

    @property
    def ok(self) -> bool:
        """Whether all is as it should be."""
        return not self.failing

    def as_json(self) -> dict[str, Any]:
        """`{"ok", "failing": [names], "parts": {name: {"ok", "seconds"?}}}`; seconds to a tenth."""
        parts = {}
        for name, part in sorted(self.parts.items()):
            parts[name] = {"ok": part.ok} | (
                {} if part.seconds is None else {"seconds": round(part.seconds, 1)}
            )
        return {"ok": self.ok, "failing": list(self.failing), "parts": parts}


def alive(ages: Mapping[str, float], *, still: float = STILL) -> Report:
    """Whether the loops move; `ages` are seconds since each last came round. Before they begin all is well."""
    return Report({loop: Part(ok=age < still, seconds=age) for loop, age in ages.items()})


def ready(*, working: bool, slack: bool, store: bool) -> Report:
    """Whether work can be taken in: the program has begun (and is not ending), Slack reaches us, the store answers."""
    seen = {"program": working, "slack": slack, "store": store}
    return Report({name: Part(ok=ok) for name, ok in seen.items()})
