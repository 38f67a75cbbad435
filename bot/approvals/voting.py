"""Votes and broken glass: planted before the ack, counted once Slack said who this is.

What a person clicked is a task, written before Slack is told that the click arrived. The task looks membership up (a
cache of 60 s; without an answer it waits, DESIGN section 7: failing closed) and then writes the vote and what it
decides in one transaction, on the row as it is by then. What does not count is told to who clicked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Connection

from bot.approvals import outcome, telling
from bot.approvals.facts import request_facts
from bot.approvals.machine import Glass, Refusal, Voted, decide
from bot.approvals.policy import Policy
from bot.config.settings import Settings
from bot.deps import Deps
from bot.errors import Denied, Invalid
from bot.facts.deployments import ProblemFacts
from bot.facts.requests import Decision, RequestFacts
from bot.people import Actor
from bot.store import requests
from bot.store.requests import Request, Vote
from bot.work import queue
from bot.work.tasks import Done, Outcome, Task

REASON_LONGEST = 3000
NOT_COUNTED = "vote_lost"


def plant_vote(
    connection: Connection,
    number: int,
    shown_round: int,
    decision: Decision,
    reason: str,
    actor: Actor,
    *,
    click: str,
    now: datetime,
    corr: str,
) -> int | None:
    """Have a vote counted: the number of its task, None when this person's vote in this round is being counted already
    (a double click). `heard` tells what came of it.

    `shown_round` is the round that the clicked copy showed. A reason is needed for all but `approve`.

    Raises:
        NotThere: `request`.
        Invalid: `reason_empty`, at the field `reason`.
    """
    outcome.existing(connection, number)
    if decision != "approve" and not reason.strip():
        raise Invalid("reason_empty", {}, field="reason")
    return queue.enqueue(
        connection,
        "request.vote",
        f"request:{number}:vote:{shown_round}:{actor.user_id}",
        {**_click(number, shown_round, reason, actor, click), "decision": decision},
        now=now,
        corr=corr,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of a vote: the request as it was now; `refused`: why it did not count, None = it counts."""

    request: RequestFacts
    refused: ProblemFacts | None


def heard(
    connection: Connection,
    number: int,
    shown_round: int,
    user: str,
    task: int,
    settings: Settings,
    *,
    now: datetime,
) -> Heard | None:
    """What came of the vote that `plant_vote` gave to this task; None while nobody knows.

    Raises:
        NotThere: `request`.
    """
    request = outcome.existing(connection, number)
    if queue.is_open(connection, f"request:{number}:vote:{shown_round}:{user}"):
        return None
    told = telling.told(connection, request, telling.refused_as(str(task)))
    return Heard(
        request=request_facts(connection, request, settings, now=now, shown_round=shown_round),
        refused=ProblemFacts.model_validate(told["problem"]) if told is not None else None,
    )


def plant_glass(
    connection: Connection,
    number: int,
    shown_round: int,
    reason: str,
    actor: Actor,
    *,
    click: str,
    now: datetime,
    corr: str,
) -> bool:
    """Have a request rolled out without approvals, or in a freeze; False when that is on its way already.

    Raises:
        NotThere: `request`.
        Invalid: `reason_empty`, at the field `reason`.
    """
    outcome.existing(connection, number)
    if not reason.strip():
        raise Invalid("reason_empty", {}, field="reason")
    planted = queue.enqueue(
        connection,
        "request.glass",
        f"request:{number}:glass:{shown_round}:{actor.user_id}",
        _click(number, shown_round, reason, actor, click),
        now=now,
        corr=corr,
    )
    return planted is not None


def _click(number: int, shown_round: int, reason: str, actor: Actor, click: str) -> dict[str, str | int]:
    return {
        "request": number,
        "round": shown_round,
        "reason": reason.strip()[:REASON_LONGEST],
        "team": actor.team_id,
        "user": actor.user_id,
        "click": click,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What Slack told of who clicked: why they may not decide (None = they may), and the groups they are in."""

    denied: str | None
    groups: frozenset[str] = frozenset()
    params: Mapping[str, str | int | float] | None = None


def count_vote(connection: Connection, task: Task, seen: Seen, settings: Settings, *, now: datetime) -> None:
    """Write a vote and what it decides, or tell that it does not count."""
    given, request = task.payload, outcome.existing(connection, int(task.payload["request"]))
    user, reason = str(given["user"]), str(given["reason"])
    decision = cast("Decision", given["decision"])
    event = Voted(user=user, round=int(given["round"]), decision=decision, reason=reason, denied=seen.denied)
    step = decide(outcome.standing(connection, request, settings, now), event, now)
    outcome.expire(connection, request.id, settings, now=now, corr=task.corr)
    if step.refusal is not None:
        _refuse(connection, request, task, step.refusal, seen, settings, now=now)
        return
    vote = Vote(
        round=request.round,
        team_id=str(given["team"]),
        user_id=user,
        decision=decision,
        reason=reason,
        groups=sorted(seen.groups & set(request.policy["groups"])),
        at=now,
        corr=task.corr,
    )
    requests.add_vote(connection, request.id, vote)
    outcome.record(
        connection,
        request,
        f"vote.{decision}",
        actor=user,
        via="button",
        after={
            "round": request.round,
            "digest": request.digest,
            "reason": reason,
            "groups": sorted(seen.groups),
        },
        now=now,
        corr=task.corr,
    )
    if step.state == "open":
        requests.show(connection, request.id, now=now)
        telling.touch_homes(connection, request, now=now)
    elif step.state == "changes":
        requests.change(connection, request.id, now=now, state="changes")
        fresh = outcome.existing(connection, request.id)
        telling.changes_asked(connection, fresh, user, reason, settings, now=now)
    else:
        outcome.settle(
            connection,
            request,
            step,
            settings,
            actor=user,
            via="button",
            reason=reason,
            now=now,
            corr=task.corr,
        )


def break_glass(connection: Connection, task: Task, seen: Seen, settings: Settings, *, now: datetime) -> None:
    """Approve without approvals, or end the wait of an approved one in a freeze; or tell that it does not count."""
    given, request = task.payload, outcome.existing(connection, int(task.payload["request"]))
    user, reason = str(given["user"]), str(given["reason"])
    event = Glass(user=user, round=int(given["round"]), reason=reason, denied=seen.denied)
    step = decide(outcome.standing(connection, request, settings, now), event, now)
    outcome.expire(connection, request.id, settings, now=now, corr=task.corr)
    if step.refusal is not None:
        _refuse(connection, request, task, step.refusal, seen, settings, now=now)
        return
    glass = {"user": user, "reason": reason, "at": now.isoformat(), "groups": sorted(seen.groups)}
    outcome.record(
        connection,
        request,
        "request.glass",
        actor=user,
        via="modal",
        before=request.state,
        after={"round": request.round, "digest": request.digest, **glass},
        now=now,
        corr=task.corr,
    )
    if request.state == "approved":
        requests.change(connection, request.id, now=now, glass=glass)
        outcome.thaw(connection, request, now=now, corr=task.corr)
    else:
        outcome.settle(
            connection,
            request,
            step,
            settings,
            actor=user,
            via="modal",
            reason=reason,
            now=now,
            corr=task.corr,
            glass=glass,
        )
    fresh = outcome.existing(connection, request.id)
    telling.glass_broken(connection, fresh, settings, now=now)


def _refuse(
    connection: Connection,
    request: Request,
    task: Task,
    refusal: Refusal,
    seen: Seen,
    settings: Settings,
    *,
    now: datetime,
) -> None:
    params = {**refusal.params, **(seen.params or {})} if refusal.code == seen.denied else refusal.params
    telling.refused(
        connection,
        outcome.existing(connection, request.id),
        str(task.payload["user"]),
        ProblemFacts(code=refusal.code, params={**params, "request": request.label}),
        settings,
        key=str(task.id),
        shown_round=int(task.payload["round"]),
        now=now,
    )


class Voting:
    """The handler of `request.vote`."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def __call__(self, task: Task) -> Outcome:
        """Ask who this is, then count."""
        request = await _request(self._deps, task)
        policy, people = Policy.model_validate(request.policy), self._deps.people
        try:
            _, groups = await people.require_approver(_actor(task), policy)
        except Denied as error:
            seen = Seen(denied=error.code, params=error.params)
        else:
            seen = Seen(denied=None, groups=groups)
        return Done(lambda c: count_vote(c, task, seen, self._deps.settings, now=self._deps.clock.now()))

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: who voted must not believe that it counted."""
        _lost(connection, task, error, self._deps)


class BreakingGlass:
    """The handler of `request.glass`."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def __call__(self, task: Task) -> Outcome:
        """Ask who this is, then do it."""
        try:
            _, groups = await self._deps.people.require_glass(_actor(task))
        except Denied as error:
            seen = Seen(denied=error.code, params=error.params)
        else:
            seen = Seen(denied=None, groups=groups)
        return Done(lambda c: break_glass(c, task, seen, self._deps.settings, now=self._deps.clock.now()))

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: who broke it must not believe that it is on its way."""
        _lost(connection, task, error, self._deps)


async def _request(deps: Deps, task: Task) -> Request:
    number = int(task.payload["request"])
    return await deps.store.read(lambda c: outcome.existing(c, number))


def _actor(task: Task) -> Actor:
    return Actor(team_id=str(task.payload["team"]), user_id=str(task.payload["user"]))


def _lost(connection: Connection, task: Task, error: str, deps: Deps) -> None:
    request = outcome.existing(connection, int(task.payload["request"]))
    refusal = Refusal(NOT_COUNTED, {"error": error.partition("(")[0]})
    _refuse(connection, request, task, refusal, Seen(denied=None), deps.settings, now=deps.clock.now())
