"""Writing what was decided about a request, with everything that follows from it: one transaction, on the row as it is.

Who approves in the last moment and who else does so at the same time meet here: the store runs one transaction at a
time, the row is read anew in it, and the second one finds it decided.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection

from bot.approvals import facts, sums, telling
from bot.approvals.machine import OPEN, Standing, Step
from bot.approvals.policy import Policy
from bot.config.settings import Settings
from bot.errors import NotThere
from bot.facts.requests import Decision, RequestState
from bot.ids import request_name
from bot.store import requests, small
from bot.store.requests import Request
from bot.work import queue

SELF = "tunesmith"


def standing(connection: Connection, request: Request, settings: Settings, now: datetime) -> Standing:
    """What the machine decides on."""
    cast_now = requests.votes(connection, request.id, request.round)
    return Standing(
        kind=request.kind,
        state=cast("RequestState", request.state),
        round=request.round,
        requester=request.requester,
        policy=Policy.model_validate(request.policy),
        closes_at=request.closes_at,
        votes={one.user_id: cast("Decision", one.decision) for one in cast_now},
        decided_by=tuple((request.decision or {}).get("by", ())),
        held=facts.waits_for_thaw(connection, request, settings, now) is not None,
    )


def existing(connection: Connection, number: int) -> Request:
    """A request that must exist. Raises `NotThere("request")`."""
    found = requests.get(connection, number)
    if found is None:
        raise NotThere("request", {"given": request_name(number)})
    return found


def settle(
    connection: Connection,
    request: Request,
    step: Step,
    settings: Settings,
    *,
    actor: str,
    via: str,
    reason: str,
    now: datetime,
    corr: str,
    **more: Any,
) -> Request:
    """Write that a request came to an end (`step.state` is not open), and do what that means; the row as it is then.

    `more`: `auto` (name of the rule) or `glass`.
    """
    decision = {"by": list(step.by), "reason": reason}
    asked = {**request.asked, **sums.to_keep(connection, request, settings)}
    requests.change(
        connection,
        request.id,
        now=now,
        state=step.state,
        decided_at=now,
        decision=decision,
        asked=asked,
        **more,
    )
    fresh = existing(connection, request.id)
    record(
        connection,
        fresh,
        f"request.{step.state}",
        actor=actor,
        via=via,
        before=request.state,
        after={"state": step.state, "round": fresh.round, "digest": fresh.digest, **decision},
        now=now,
        corr=corr,
    )
    if fresh.state == "approved":
        approved(connection, fresh, now=now, corr=corr)
    elif fresh.job is not None and fresh.kind == "training":
        _job_goes_on(connection, fresh.job, now=now, corr=corr)
    fresh = existing(connection, request.id)
    if fresh.auto is None:
        telling.decided(connection, fresh, settings, now=now)
    return fresh


def approved(connection: Connection, request: Request, *, now: datetime, corr: str) -> None:
    """Begin what was approved. A freeze does not matter here: it is looked for before anything is sent."""
    # What is begun asks for approvals in its turn, so these modules cannot be known at import time.
    from bot.deployments import keep, rollout

    if request.kind == "deployment":
        rollout.begin(connection, request, now=now, corr=corr)
    elif request.kind == "keep":
        keep.begin(connection, request, now=now, corr=corr)
    elif request.job is not None:
        _job_goes_on(connection, request.job, now=now, corr=corr)


def _job_goes_on(connection: Connection, job: int, *, now: datetime, corr: str) -> None:
    """The task that creates the job looks at the request and does what was decided."""
    from bot.training import submit  # it is ordered by who asks for approvals

    submit.plant(connection, job, now=now, corr=corr)


def thaw(connection: Connection, request: Request, *, now: datetime, corr: str) -> None:
    """Nobody waits for the end of a freeze any more: the task that holds the deployment looks again."""
    from bot.deployments import rollout

    if request.deployment is not None:
        rollout.plant(connection, request.deployment, now=now, corr=corr)


def expire(connection: Connection, number: int, settings: Settings, *, now: datetime, corr: str) -> bool:
    """Close a request whose time is over; False when it is decided, or not over yet."""
    request = existing(connection, number)
    if request.state not in OPEN or now < request.closes_at:
        return False
    step = Step(state="expired")
    settle(connection, request, step, settings, actor=SELF, via="task", reason="", now=now, corr=corr)
    return True


def record(
    connection: Connection,
    request: Request,
    action: str,
    *,
    actor: str,
    via: str,
    after: Mapping[str, Any],
    now: datetime,
    corr: str,
    before: Any = None,
) -> None:
    """One line of the audit about a request."""
    small.record(
        connection,
        at=now,
        actor=actor,
        via=via,
        action=action,
        subject=request.label,
        before=before,
        after=dict(after),
        corr=corr,
    )


def plant_times(connection: Connection, request: Request, *, now: datetime, corr: str) -> None:
    """What happens to a waiting request by itself: it is looked at whether anybody can approve it, and it closes."""
    payload = {"request": request.id}
    queue.enqueue(connection, "request.check", f"request:{request.id}:check", payload, now=now, corr=corr)
    queue.enqueue(
        connection,
        "request.expire",
        f"request:{request.id}:expire",
        payload,
        now=now,
        corr=corr,
        due_at=request.closes_at,
    )


def plant_reminder(
    connection: Connection, request: Request, due: datetime, sent: int, *, now: datetime, corr: str
) -> None:
    """Remind the approvers of this round then; its card shows when."""
    asked = {**request.asked, facts.REMIND_AT: due.isoformat(), facts.REMINDED: sent}
    requests.note(connection, request.id, asked=asked)
    queue.enqueue(
        connection,
        "request.remind",
        f"request:{request.id}:remind:{request.round}",
        {"request": request.id, "round": request.round, "sent": sent},
        now=now,
        corr=corr,
        due_at=due,
    )
