"""A job's log: newest-first pages of the service, oldest-first events for us (contract 1.6)."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

from providers.azure_openai.metrics import number, points_of
from providers.azure_openai.wire import WireEvent
from providers.base import JobEvent, Point
from providers.clock import from_unix

Level = Literal["info", "warning", "error"]
# The dated surface says `warning`, v1 says `warn`.
LEVELS: Final[Mapping[str, Level]] = MappingProxyType(
    {"info": "info", "warn": "warning", "warning": "warning", "error": "error"}
)
_NUMBER: Final = r"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)"
_STEP: Final = re.compile(r"Step (\d+)(?:\s*/\s*\d+)?: ")
_TRAIN: Final = re.compile(rf"\btraining loss={_NUMBER}")
_VALID: Final = re.compile(rf"\b(?<!full )validation loss={_NUMBER}")


def to_event(wire: WireEvent) -> JobEvent:
    """An event as everybody else sees it, with its measurements."""
    points = points_of(wire.data) or points_in_text(wire.message or "")
    is_metrics = wire.type == "metrics" or bool(points)
    return JobEvent(
        id=wire.id,
        at=from_unix(wire.created_at or 0),
        level=LEVELS.get((wire.level or "info").lower(), "info"),
        message=wire.message or "",
        kind="metrics" if is_metrics else "message",
        points=points,
    )


def points_in_text(message: str) -> tuple[Point, ...]:
    """Measurements out of "Step N: training loss=…", for events that come without data."""
    start = _STEP.match(message)
    if start is None:
        return ()
    step = int(start[1])
    points = []
    for split, pattern in (("train", _TRAIN), ("valid", _VALID)):
        match = pattern.search(message)
        value = number(match[1]) if match else None
        if value is not None:
            points.append(
                Point(metric="loss", split="train" if split == "train" else "valid", step=step, value=value)
            )
    return tuple(points)


def oldest_first(newest_first: Sequence[WireEvent]) -> tuple[JobEvent, ...]:
    """Events in the order in which they happened; those of one second keep the service's order."""
    events = [to_event(wire) for wire in reversed(newest_first)]
    events.sort(key=lambda event: event.at)
    return tuple(events)
