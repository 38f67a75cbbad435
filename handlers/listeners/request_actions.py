"""The buttons of requests. An approver need not be one who may train: what a person may do is asked by what they do."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from bot.approvals import requests as asking
from bot.approvals import voting
from bot.approvals.facts import request_facts
from bot.approvals.listing import find, history
from bot.approvals.machine import over
from bot.approvals.policy import Policy
from bot.deployments import call_off
from bot.errors import ChatRefused, NotThere, WrongState
from bot.facts.requests import RequestFacts, RoundFacts
from bot.ids import number_of
from bot.store.requests import Request
from handlers.blocks import answers, request_details
from handlers.call import Call
from handlers.desk import Desk
from handlers.listeners import deploy_views
from handlers.listeners.actions import Action
from handlers.views import told, vote, vote_details, vote_heard
from handlers.wording import approvals

log = logging.getLogger(__name__)
_HEARD_EVERY = 0.3
"""Seconds between looks whether a vote was counted."""
_HEARD_WITHIN = timedelta(minutes=10)
"""Slack may not tell for long who is an approver; the request's copies and a direct message tell it in any case."""


def shown(value: str) -> tuple[str, int]:
    """`("A31", 2)` of `A31:2`. Raises `NotThere` for anything else."""
    name, _, number = value.partition(":")
    if number_of(name, "A") is None or not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotThere("request", {"given": value[:40]})
    return name, int(number)


def _found(connection: Connection, call: Call, name: str) -> Request:
    return find(connection, call.actor, name)


def _approve(desk: Desk, connection: Connection, call: Call, value: str) -> tuple[Request, int] | None:
    name, shown_round = shown(value)
    request = _found(connection, call, name)
    task = voting.plant_vote(
        connection,
        request.id,
        shown_round,
        "approve",
        "",
        call.actor,
        click=call.key,
        now=desk.deps.clock.now(),
        corr=call.corr,
    )
    return (request, task) if task is not None else None


async def _approved(desk: Desk, call: Call, value: str, planted: tuple[Request, int] | None) -> None:
    """The card shows the vote; a modal stands before it, so there it is said, too."""
    if planted is None or call.view is None or call.view.get("type") != "modal":
        return
    request, task = planted
    locale, view_id = await desk.locale(call), str(call.view.get("id", ""))
    text = approvals.say("voted", locale, {"request": request.label})
    await desk.update_view(view_id, told.build(request.label, text, locale), None)
    _, n = shown(value)
    desk.later(call, lambda: _heard(desk, call, view_id, request, n, task), "vote", waits=True)


async def _heard(desk: Desk, call: Call, view_id: str, request: Request, n: int, task: int) -> None:
    """In the modal: whether the vote counts, once that is known. A modal that was closed meanwhile is let go."""
    deps, user = desk.deps, call.actor.user_id
    began = now = deps.clock.now()
    while now - began < _HEARD_WITHIN:
        await asyncio.sleep(_HEARD_EVERY)
        now = deps.clock.now()
        at = now
        found = await deps.store.read(
            lambda c: voting.heard(c, request.id, n, user, task, deps.settings, now=at)  # noqa: B023  awaited here
        )
        if found is not None:
            try:
                await desk.update_view(view_id, vote_heard.build(found, await desk.locale(call)), None)
            except ChatRefused as error:
                log.info("the modal about %s is not there any more: %s", request.label, error)
            return


async def facts_of(desk: Desk, call: Call, name: str, shown_round: int | None = None) -> RequestFacts:
    """A request as it stands."""
    now = desk.deps.clock.now()

    def work(connection: Connection) -> RequestFacts:
        request = _found(connection, call, name)
        return request_facts(connection, request, desk.deps.settings, now=now, shown_round=shown_round)

    return await desk.deps.store.read(work)


def _ask_why(kind: vote.Kind) -> Action:
    """Open the modal that asks for a reason, for who may vote; the task that counts it asks again."""

    async def after(desk: Desk, call: Call, value: str, _: Any) -> None:
        name, shown_round = shown(value)
        request = await facts_of(desk, call, name, shown_round)
        check_votable(request, call.actor.user_id)
        policy = Policy(**request.policy.model_dump(), closes_hours=1)
        await desk.deps.people.require_approver(call.actor, policy)
        await desk.open_view(call, vote.build(kind, request, await desk.locale(call)))

    return Action(after, who="here")


def check_votable(request: RequestFacts, user: str) -> None:
    """Refuse before somebody writes a reason for nothing; the machine decides again.

    Raises:
        WrongState: `already_decided`, `request_withdrawn`, `closed`, `own_request`, `round_replaced`, `changes_asked`,
            `voted`.
    """
    if request.state not in ("open", "changes"):
        raise _already(request)
    if user == request.requester and not request.policy.self_approval:
        raise WrongState("own_request", {"request": request.id})
    if request.shown_round != request.round:
        raise WrongState(
            "round_replaced",
            {"request": request.id, "shown": request.shown_round, "round": request.round},
        )
    if request.state == "changes":
        raise WrongState("changes_asked", {"request": request.id})
    mine = next((one for one in request.votes if one.user == user), None)
    if mine is not None:
        raise WrongState("voted", {"request": request.id, "decision": mine.decision})


def _already(request: RequestFacts) -> WrongState:
    why = over(request.state, request.requester, request.decided_by)
    return WrongState(why.code, {**why.params, "request": request.id})


async def show_details(desk: Desk, call: Call, name: str) -> None:
    """Everything about a request, in a modal; the way around approvals is shown to whom it is open."""
    now, people = desk.deps.clock.now(), desk.deps.people

    def work(connection: Connection) -> tuple[RequestFacts, tuple[RoundFacts, ...], bool | None]:
        request = _found(connection, call, name)
        facts = request_facts(connection, request, desk.deps.settings, now=now)
        return facts, history(connection, request), people.knows_glass(connection, call.actor)

    facts, rounds, glass = await desk.deps.store.read(work)
    if glass is None and request_details.breakable(facts):
        glass = await people.may_break(call.actor)
    view = vote_details.build(facts, rounds, await desk.locale(call), at=now, glass=bool(glass))
    await desk.open_view(call, view)


async def _details(desk: Desk, call: Call, value: str, _: Any) -> None:
    await show_details(desk, call, value)


async def _change(desk: Desk, call: Call, value: str, _: Any) -> None:
    await deploy_views.open_change(desk, call, value)


def _withdraw(desk: Desk, connection: Connection, call: Call, value: str) -> Request:
    return asking.withdraw(
        connection,
        _found(connection, call, value).id,
        call.actor,
        settings=desk.deps.settings,
        now=desk.deps.clock.now(),
        corr=call.corr,
    )


async def _withdrawn(desk: Desk, call: Call, value: str, request: Request) -> None:
    del value
    locale = await desk.locale(call)
    text = approvals.say("withdrawing", locale, {"request": request.label})
    await desk.reply(call, answers.ok(text, locale))


def _call_off(desk: Desk, connection: Connection, call: Call, value: str) -> Request:
    request = _found(connection, call, value)
    call_off.plant(connection, request, call.actor, click=call.key, now=desk.deps.clock.now(), corr=call.corr)
    return request


async def _calling_off(desk: Desk, call: Call, value: str, request: Request) -> None:
    del value
    locale = await desk.locale(call)
    text = approvals.say("calling_off", locale, {"request": request.label})
    await desk.reply(call, answers.under_way(text, locale))


async def _glass(desk: Desk, call: Call, value: str, _: Any) -> None:
    """Only who may is asked for a reason; the task asks again."""
    await desk.deps.people.require_glass(call.actor)
    request = await facts_of(desk, call, value)
    if request.state not in ("open", "changes") and not request.frozen:
        raise _already(request)
    await desk.open_view(call, vote.build("glass", request, await desk.locale(call)))


TABLE: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "request_approve": Action(_approved, _approve, who="here"),
        "request_reject": _ask_why("reject"),
        "request_changes": _ask_why("changes"),
        "request_details": Action(_details, who="here"),
        "request_change": Action(_change),
        "request_withdraw": Action(_withdrawn, _withdraw, who="here"),
        "request_call_off": Action(_calling_off, _call_off, who="here"),
        "request_glass": Action(_glass, who="here"),
        **deploy_views.ACTIONS,
    }
)
