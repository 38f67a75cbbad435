"""A job's log, made of what the service tells: its states, its warnings, its measurements (contract 6).

There is no log to read: the cursor says what was told already, and the rest is new.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from providers.azure_ai.history import RunDetails
from providers.azure_ai.jobs import STATES
from providers.base import JobEvent, Point


@dataclass(frozen=True, slots=True)
class Told:
    """What was told already.

    Attributes:
        lines: ids of the lines about states. warnings: how many.
        metrics: by key: how many points, and the step and time of the last one.
    """

    lines: frozenset[str] = frozenset()
    warnings: int = 0
    metrics: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)

    def cursor(self) -> str:
        """As a cursor."""
        metrics = {key: list(value) for key, value in sorted(self.metrics.items())}
        value = {"l": sorted(self.lines), "w": self.warnings, "m": metrics}
        return json.dumps(value, separators=(",", ":"))


def read_cursor(text: str | None) -> Told:
    """What a cursor says; anything else counts as nothing told."""
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return Told()
    if not isinstance(value, Mapping):
        return Told()
    lines, warnings, metrics = value.get("l"), value.get("w"), value.get("m")
    return Told(
        frozenset(one for one in lines if isinstance(one, str)) if isinstance(lines, list) else frozenset(),
        max(_whole(warnings), 0),
        {str(key): found for key, one in metrics.items() if (found := _three(one)) is not None}
        if isinstance(metrics, Mapping)
        else {},
    )


def lines_of(details: RunDetails, told: Told) -> tuple[list[JobEvent], Told]:
    """The new lines about states and warnings, oldest first, and what was told then."""
    at = details.created_at or details.started_at or details.ended_at
    if at is None:
        return [], told
    found = [_line("state:created", at, "Status: NotStarted")]
    if details.started_at is not None:
        found.append(_line("state:running", details.started_at, "Status: Running"))
    last = details.ended_at or details.started_at or at
    for number, warning in enumerate(details.warnings):
        found.append(_line(f"warning:{number}", last, warning, "warning"))
    ends = STATES.get(details.status.lower())
    if details.ended_at is not None and ends in {"succeeded", "failed", "cancelled"}:
        found.append(_end(details, details.ended_at, failed=ends == "failed"))
    new = [one for one in found if one.id not in told.lines]
    return new, Told(told.lines | {one.id for one in new}, len(details.warnings), told.metrics)


def points_lines(points: Sequence[Point], at: datetime) -> list[JobEvent]:
    """One line for each step, with its measurements."""
    steps: dict[int, list[Point]] = {}
    for one in points:
        steps.setdefault(one.step, []).append(one)
    return [_measured(step, steps[step], at) for step in sorted(steps)]


def _measured(step: int, points: Sequence[Point], at: datetime) -> JobEvent:
    names = [f"{'validation' if one.split == 'valid' else 'training'} {one.metric}" for one in points]
    said = ", ".join(f"{name}={one.value:.6g}" for name, one in zip(names, points, strict=True))
    return JobEvent(
        id=f"metrics:{step}:{'+'.join(sorted(f'{one.split}.{one.metric}' for one in points))}",
        at=at,
        level="info",
        message=f"Step {step}: {said}",
        kind="metrics",
        points=tuple(points),
    )


def _end(details: RunDetails, at: datetime, *, failed: bool) -> JobEvent:
    words = details.failure.message if failed and details.failure else ""
    message = f"Status: {details.status}" + (f". {words}" if words else "")
    return _line("state:ended", at, message, "error" if failed else "info")


def _line(id_: str, at: datetime, message: str, level: Any = "info") -> JobEvent:
    return JobEvent(id=id_, at=at, level=level, message=message, kind="message")


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _three(value: Any) -> tuple[int, int, int] | None:
    if not isinstance(value, list) or len(value) != 3:
        return None
    return _whole(value[0]), _whole(value[1]), _whole(value[2])
