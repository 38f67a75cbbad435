"""A run's log: the service's events and MLflow's measurements as one list, oldest first (contract 1, 4).

The service's events have no ids; theirs are made of what they say. The cursor is JSON: the time of the last event with
the ids that had it, and the last step of each metric.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal

from providers.base import JobEvent
from providers.databricks.curves import points_of
from providers.databricks.runs import moment
from providers.mlflow.reading import number, rows, text
from providers.mlflow.values import Metric

# Words of the type decide over the level; a type that nobody knows is an ordinary line.
_ERRORS: Final = ("FAILED",)
_WARNINGS: Final = ("CANCELED", "CANCELLED", "STOPPED")


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a log was read. `at` None = nothing yet; `ids` of the events at that very time."""

    at: datetime | None = None
    ids: frozenset[str] = frozenset()
    steps: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        kept: dict[str, Any] = {
            "at": self.at.isoformat() if self.at else None,
            "ids": sorted(self.ids),
            "steps": dict(sorted(self.steps.items())),
        }
        return json.dumps(kept, separators=(",", ":"))


def read_cursor(kept: str | None) -> Cursor:
    """The cursor of an earlier look; one that cannot be read means the beginning."""
    try:
        told = json.loads(kept or "{}")
    except (ValueError, RecursionError):
        return Cursor()
    if not isinstance(told, Mapping):
        return Cursor()
    ids, steps = told.get("ids"), told.get("steps")
    return Cursor(
        at=moment(told.get("at")),
        ids=frozenset(text(one) for one in ids if text(one)) if isinstance(ids, list) else frozenset(),
        steps=_steps(steps) if isinstance(steps, Mapping) else {},
    )


def read_events(answer: object) -> list[JobEvent]:
    """The service's events, oldest first; what has no time is left out."""
    found: dict[str, JobEvent] = {}
    for row in rows(answer):
        at = moment(row.get("eventTime"))
        if at is None:
            continue
        kind, message = text(row.get("eventType")), text(row.get("eventMessage"))
        identity = _id(at.isoformat(), kind, message)
        found.setdefault(
            identity,
            JobEvent(id=identity, at=at, level=_level(kind), message=_line(kind, message), kind="message"),
        )
    return sorted(found.values(), key=lambda event: event.at)


def later(events: Iterable[JobEvent], cursor: Cursor) -> list[JobEvent]:
    """Those that the cursor has not seen."""
    return [
        event
        for event in events
        if cursor.at is None or event.at > cursor.at or (event.at == cursor.at and event.id not in cursor.ids)
    ]


def advanced(cursor: Cursor, events: Sequence[JobEvent], steps: Mapping[str, int]) -> Cursor:
    """The cursor after these further events of the service and up to these steps."""
    if not events:
        return Cursor(cursor.at, cursor.ids, steps)
    at = max(event.at for event in events)
    before = cursor.ids if cursor.at == at else frozenset[str]()
    return Cursor(at, before | {event.id for event in events if event.at == at}, steps)


def measured(run_id: str, fresh: Sequence[tuple[str, Metric]], now: datetime) -> list[JobEvent]:
    """One line for all that was measured since the last look: a line a step would be thousands."""
    if not fresh:
        return []
    newest: dict[str, Metric] = {}
    for key, one in fresh:
        if key not in newest or one.step >= newest[key].step:
            newest[key] = one
    message = ", ".join(f"{key}={one.value:g} at step {one.step}" for key, one in newest.items())
    identity = _id(run_id, *(f"{key}@{one.step}" for key, one in newest.items()))
    times = [one.timestamp for one in newest.values() if one.timestamp is not None]
    points = tuple(point for key, one in fresh for point in points_of(key, [one]))
    at = max(times, default=now)
    return [JobEvent(id=identity, at=at, level="info", message=message, kind="metrics", points=points)]


def _level(kind: str) -> Literal["info", "warning", "error"]:
    upper = kind.upper()
    if upper.endswith(_ERRORS):
        return "error"
    return "warning" if upper.endswith(_WARNINGS) else "info"


def _line(kind: str, message: str) -> str:
    """Type and words; the type alone where there are none."""
    return f"{kind}: {message}" if kind and message else message or kind


def _id(*parts: str) -> str:
    return sha256("\x00".join(parts).encode()).hexdigest()[:32]


def _steps(told: Mapping[str, object]) -> dict[str, int]:
    read = {str(key): number(value) for key, value in told.items()}
    return {key: int(value) for key, value in read.items() if value is not None}
