"""The buttons of requests. An approver need not be one who may train: what a person may do is asked by what they do."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from bot.approvals import requests as asking
from bot.approvals import voting
from bot.approvals.facts import request_facts
from bot.approvals.listing import find, history
from bot.approvals.policy import Policy
from bot.deployments import call_off
from bot.errors import NotThere, WrongState
from bot.facts.requests import RequestFacts, RoundFacts
from bot.ids import number_of
from bot.store.requests import Request
from handlers.blocks import answers, request_details
from handlers.call import Call
from handlers.desk import Desk
from handlers.listeners import deploy_views
from handlers.listeners.actions import Action
from handlers.views import told, vote, vote_details
from handlers.wording import approvals


def shown(value: str) -> tuple[str, int]:
    """`("A31", 2)` of `A31:2`. Raises `NotThere` for anything else."""
    name, _, number = value.partition(":")
    if number_of(name, "A") is None or not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotThere("request", {"given": value[:40]})
    return name, int(number)


def _found(connection: Connection, call: Call, name: str) -> Request:
    return find(connection, call.actor, name)


def _approve(desk: Desk, connection: Connection, call: Call, value: str) -> Request | None:
    name, shown_round = shown(value)
    request = _found(connection, call, name)
    new = voting.plant_vote(
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
    return request if new else None


async def _approved(desk: Desk, call: Call, value: str, request: Request | None) -> None:
    """The card shows the vote; a modal stands before it, so there it is said."""
    del value
    if request is None or call.view is None or call.view.get("type") != "modal":
        return
    locale = await desk.locale(call)
    text = approvals.say("voted", locale, {"request": request.label})
    view = told.build(request.label, text, locale)
    await desk.update_view(str(call.view.get("id", "")), view, None)


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
        WrongState: `already_decided`, `own_request`, `round_replaced`, `changes_asked`, `voted`.
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
    about = {"request": request.id, "state": request.state, "by": " ".join(request.decided_by)}
    return WrongState("already_decided", about)


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
    view = vote_details.build(facts, rounds, await desk.locale(call), glass=bool(glass))
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
