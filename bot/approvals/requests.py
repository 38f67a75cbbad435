"""Asking: a request is opened, asked again in another form, or withdrawn. Inside one transaction of the caller's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.approvals import hours, outcome, policy, telling
from bot.approvals.digest import digest_of
from bot.approvals.machine import Changed, Step, Withdrawn, decide
from bot.approvals.policy import Ask
from bot.config.settings import Settings
from bot.errors import BotError, Denied, Invalid, WrongState
from bot.facts.requests import RequestKind
from bot.people import Actor
from bot.store import requests
from bot.store.requests import Request


def open_request(
    connection: Connection,
    *,
    kind: RequestKind,
    target: str,
    ask: Ask,
    reason: str,
    actor: Actor,
    channel: str,
    intent: str,
    settings: Settings,
    now: datetime,
    corr: str,
    job: int | None = None,
    deployment: int | None = None,
    via: str = "modal",
) -> int:
    """Ask for approval: the request, its copies, its reminders, its end. Its number; the same for the same intent.

    `target` is `connection/name`, `J142` or `P12`: one request of a kind may wait for each. The approval is bound to
    `ask` and `reason`. Where a rule says that nobody needs to be asked, it is approved at once.

    Raises:
        Invalid: `request_open` when another request waits for the same target.
    """
    known = requests.by_intent(connection, intent)
    if known is not None:
        return known.id
    _only_one(connection, kind, target)
    asked = policy.pinned(settings, kind, policy.connection_of(ask))
    values: dict[str, Any] = {
        "team_id": actor.team_id,
        "kind": kind,
        "target": target,
        "intent_key": intent,
        "spec": ask.model_dump(mode="json"),
        "digest": digest_of(ask, reason),
        "state": "open",
        "requester": actor.user_id,
        "reason": reason,
        "channel": channel,
        "policy": asked.model_dump(mode="json"),
        "job": job,
        "deployment": deployment,
        "closes_at": now + timedelta(hours=asked.closes_hours),
        "corr": corr,
    }
    number = requests.add(connection, values, now=now)
    if number is None:
        raise BotError("intent_lost", {"intent": intent})
    request = outcome.existing(connection, number)
    _record(connection, request, "request.opened", actor, via, now=now, corr=corr)
    _ask_people(connection, request, ask, settings, now=now, corr=corr)
    return number


def new_round(
    connection: Connection,
    number: int,
    ask: Ask,
    reason: str,
    actor: Actor,
    *,
    settings: Settings,
    now: datetime,
    corr: str,
    target: str | None = None,
) -> Request:
    """Ask for something else under the same number: all votes so far count nothing, it closes when it was to close.

    The policy is pinned anew, since another connection may have another one. `target` is given when that changed.

    Raises:
        NotThere: `request`.
        Denied: `not_requester`.
        WrongState: `already_decided`, `request_withdrawn`, `closed`, `cannot_change`.
        Invalid: `nothing_changed`; `request_open` for a target that another request waits for.
    """
    request = outcome.existing(connection, number)
    digest = digest_of(ask, reason)
    event = Changed(user=actor.user_id, same=digest == request.digest)
    _raise(request, decide(outcome.standing(connection, request, settings, now), event, now))
    if target is not None and target != request.target:
        _only_one(connection, request.kind, target)
    asked = policy.pinned(settings, policy.kind_of(ask), policy.connection_of(ask))
    spec = ask.model_dump(mode="json")
    n = request.round + 1
    requests.add_round(connection, number, n, spec, digest, reason, actor.user_id, now=now)
    requests.change(
        connection,
        number,
        now=now,
        round=n,
        state="open",
        spec=spec,
        digest=digest,
        reason=reason,
        target=target or request.target,
        policy=asked.model_dump(mode="json"),
        problem=None,
        asked={},
    )
    fresh = outcome.existing(connection, number)
    _record(connection, fresh, "request.changed", actor, "modal", before=_told(request), now=now, corr=corr)
    telling.new_round(connection, fresh, settings, now=now)
    _ask_people(connection, fresh, ask, settings, now=now, corr=corr)
    return outcome.existing(connection, number)


def withdraw(
    connection: Connection,
    number: int,
    actor: Actor,
    *,
    settings: Settings,
    now: datetime,
    corr: str,
) -> Request:
    """Take a request back.

    Raises:
        NotThere: `request`.
        Denied: `not_requester`.
        WrongState: `already_decided`, `request_withdrawn`, `closed`.
    """
    request = outcome.existing(connection, number)
    step = decide(outcome.standing(connection, request, settings, now), Withdrawn(user=actor.user_id), now)
    _raise(request, step)
    return outcome.settle(
        connection, request, step, settings, actor=actor.user_id, via="button", reason="", now=now, corr=corr
    )


def drop_for_job(
    connection: Connection, job: int, by: str, *, settings: Settings, now: datetime, corr: str
) -> None:
    """A job was cancelled before it was decided about: nobody needs to decide any more."""
    for request in requests.undecided(connection):
        if request.job == job and request.kind == "training":
            step = Step(state="withdrawn", by=(by,))
            outcome.settle(
                connection, request, step, settings, actor=by, via="button", reason="", now=now, corr=corr
            )


def _ask_people(
    connection: Connection, request: Request, ask: Ask, settings: Settings, *, now: datetime, corr: str
) -> None:
    """Post a round's copy and ask, unless a rule says that nobody needs to be asked."""
    rule = policy.auto_rule(settings, ask)
    if rule is not None:
        outcome.record(
            connection,
            request,
            "request.auto",
            actor=outcome.SELF,
            via="rule",
            after={"rule": rule, "round": request.round, "digest": request.digest},
            now=now,
            corr=corr,
        )
        request = outcome.settle(
            connection,
            request,
            Step(state="approved"),
            settings,
            actor=outcome.SELF,
            via="rule",
            reason="",
            now=now,
            corr=corr,
            auto=rule,
        )
        telling.place_cards(connection, request, settings, now=now)
        return
    telling.place_cards(connection, request, settings, now=now)
    outcome.plant_times(connection, request, now=now, corr=corr)
    first = hours.reminder_after(settings.approvals, now, 0, request.closes_at)
    if first is not None:
        outcome.plant_reminder(connection, request, first, 0, now=now, corr=corr)


def _only_one(connection: Connection, kind: str, target: str) -> None:
    waiting = requests.open_for(connection, kind, target)
    if waiting is not None:
        params = {"request": waiting.label, "requester": waiting.requester, "target": target}
        raise Invalid("request_open", params, field="name" if kind == "deployment" else "")


def _raise(request: Request, step: Step) -> None:
    refusal = step.refusal
    if refusal is None:
        return
    params = {**refusal.params, "request": request.label}
    if refusal.code == "not_requester":
        raise Denied(refusal.code, params)
    if refusal.code == "nothing_changed":
        raise Invalid(refusal.code, params)
    raise WrongState(refusal.code, params)


def _told(request: Request) -> dict[str, Any]:
    return {
        "target": request.target,
        "round": request.round,
        "digest": request.digest,
        "reason": request.reason,
        "spec": dict(request.spec),
    }


def _record(
    connection: Connection,
    request: Request,
    action: str,
    actor: Actor,
    via: str,
    *,
    now: datetime,
    corr: str,
    before: Mapping[str, Any] | None = None,
) -> None:
    outcome.record(
        connection,
        request,
        action,
        actor=actor.user_id,
        via=via,
        before=before,
        after=_told(request),
        now=now,
        corr=corr,
    )
