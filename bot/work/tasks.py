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
    """A leased row. `attempts` counts this one; `lease_token` fences late writers off."""

    id: int
    kind: str
    key: str
    lane: str
    payload: Mapping[str, Any]
    attempts: int
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How tasks of one kind are run.

    Attributes:
        budget: failed attempts after which the task is parked; None = never (recurring tasks).
        on_parked: written together with the parking, so that nothing waits for ever without a word.
    """

    handler: Handler
    budget: int | None = 8
    on_parked: Callable[[Connection, Task, str], None] | None = field(default=None)
