"""What a task is, and what its handler answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

Apply = Callable[[Connection], None]

QUICK, BULK, POLL = "quick", "bulk", "poll"
LANES: Mapping[str, int] = {QUICK: 8, BULK: 2, POLL: 4}
"""How many tasks of a lane run at once: a large upload must not starve a cancel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A leased row. `lease_token` fences late writers off.

    `attempts` counts this one and failed or broken-off ones before it, `delays` how often in a row the other side was
    down or busy.
    """

    id: int
    kind: str
    key: str
    lane: str
    payload: Mapping[str, Any]
    attempts: int
    delays: int
    lease_token: int
    corr: str
    due_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """The task is finished. `apply` writes what was observed, in the transaction that closes the row."""

    apply: Apply | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """The task goes on at `due_at`; that is no failure, and the count of attempts starts anew.

    `apply` writes what was observed so far; a `due_at` that is a function is asked after that, in the same
    transaction, so that it sees what others wrote in the meantime.
    """

    due_at: datetime | Callable[[Connection], datetime]
    apply: Apply | None = None
    payload: Mapping[str, Any] | None = None


Outcome = Done | Again
Handler = Callable[[Task], Awaitable[Outcome]]
OnParked = Callable[[Connection, Task, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How tasks of one kind are run.

    Attributes:
        budget: failed attempts after which the task is parked; None = never (recurring tasks).
        patience: delays in a row after which it is parked although it did nothing wrong: the last ones are five
            minutes apart, so 288 are about a day.
        on_parked: written together with the parking, so that nothing waits for ever without a word.
    """

    handler: Handler
    budget: int | None = 8
    patience: int = 288
    on_parked: OnParked | None = field(default=None)
