"""The modals about deployments that run: keeping them, and taking them down."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from slack_bolt.async_app import AsyncAck
from sqlalchemy import Connection

from bot.deployments import keep as keeping
from bot.deployments import take_down as taking
from bot.deployments.calls_day import known_calls, read_calls
from bot.deployments.facts import deployment_facts
from bot.deployments.keep_form import keep_form, until_of
from bot.deployments.listing import get
from bot.deployments.retry import require_owner_or_approver
from bot.deployments.unsent import nothing_there
from bot.errors import BotError, ChatRefused, Denied, Invalid, NotThere
from bot.facts.deploy_forms import KeepForm
from bot.facts.deployments import DeploymentFacts
from bot.ids import request_name
from bot.store import small
from bot.store.deployments import Deployment
from handlers.blocks import answers
from handlers.blocks.primitives import Element, actions, as_message, section
from handlers.call import Call
from handlers.desk import Desk
from handlers.listeners.view_parts import block_for, metadata_of, values_of
from handlers.views import keep, problem, take_down
from handlers.wording import deployments as words
from handlers.wording import numbers
from handlers.wording.deployments_modals import say
from handlers.wording.errors import explain_error
from handlers.wording.markup import day, inline
from handlers.wording.said import field_error

Submitted = Callable[[AsyncAck, Desk, Call, Mapping[str, Any]], Awaitable[None]]
LEFT_ALONE: Final = frozenset({"hash_conflict", "not_found", "view_not_found"})
"""Slack's words for an update of a view that has changed since, or was closed: nobody waits for this one."""
NEVER: Final = frozenset({"foreign_team", "guest"})
"""What the cache may refuse to somebody who may be an approver without being a trainer."""


async def may(desk: Desk, call: Call, found: Deployment) -> None:
    """Return when this person may decide about a deployment. `Denied` otherwise; `ChatError` fails closed."""
    try:
        await require_owner_or_approver(desk.deps, call.actor, found)
    except Denied as error:
        if error.code == "not_owner":
            raise Denied("not_deployment_owner", {"owner": found.owner or ""}) from None
        raise


def not_barred(desk: Desk, connection: Connection, call: Call) -> None:
    """Refuse at once whom the cache knows to be nobody who may decide; the task asks everybody else."""
    denied = desk.deps.people.cached_denial(connection, call.actor)
    if denied in NEVER:
        raise Denied(denied)


async def form_of(desk: Desk, call: Call, found: Deployment, chosen: str) -> KeepForm:
    """The form for keeping it, for what is chosen so far."""
    deps, now = desk.deps, desk.deps.clock.now()

    def work(connection: Connection) -> KeepForm:
        return keep_form(connection, found, deps.settings, deps.providers, call.actor, chosen=chosen, now=now)

    return await deps.store.read(work)


async def open_keep(desk: Desk, call: Call, found: Deployment, chosen: str, offer: Element) -> None:
    """Open the modal for who may keep it; where there is no trigger (a mention), `offer` the button that has one."""
    await may(desk, call, found)
    locale = await desk.locale(call)
    form = await form_of(desk, call, found, chosen)
    if not call.trigger_id:
        await _offer(desk, call, say("keep_here", locale, {"name": found.title}), offer)
        return
    await desk.open_view(call, keep.build(form, call.channel, locale))


async def open_take_down(desk: Desk, call: Call, found: Deployment, offer: Element) -> None:
    """Open the modal at once, then read the calls of the last 24 hours into it."""
    taking.check(found)
    await may(desk, call, found)
    locale = await desk.locale(call)
    if not call.trigger_id:
        await _offer(desk, call, say("take_down_here", locale, {"name": found.title}), offer)
        return
    known = await known_calls(desk.deps, found, reading=True)
    opened = await desk.open_view(call, take_down.build(known, locale))
    if known.deployment.never_sent:
        return
    shown = take_down.build(await read_calls(desk.deps, found), locale)
    await _update(desk, str(opened.get("id", "")), shown, None)


async def _offer(desk: Desk, call: Call, text: str, offer: Element) -> None:
    message = answers.plain(text)
    blocks = as_message([section(text), *actions([offer], "offered")])
    await desk.reply(call, type(message)(message.text, blocks))


async def _update(desk: Desk, view_id: str, view: Mapping[str, Any], view_hash: str | None) -> None:
    try:
        await desk.update_view(view_id, view, view_hash)
    except ChatRefused as error:
        if error.code not in LEFT_ALONE:
            raise


async def rebuild_keep(desk: Desk, call: Call, value: str, _: Any) -> None:
    """Another date was chosen: show what it costs and whether somebody is asked."""
    del value
    view = call.view or {}
    about = keep.about(metadata_of(view))
    if about is None:
        return
    found = await desk.deps.store.read(lambda c: get(c, call.actor, about.deployment))
    given = keep.draft(values_of(view))
    form = await form_of(desk, call, found, given.until)
    shown = keep.build(form, about.channel, await desk.locale(call), other=given.other)
    await _update(desk, str(view.get("id", "")), shown, str(view.get("hash", "")) or None)


async def kept(ack: AsyncAck, desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
    """Order it, or ask for it, in one commit before the ack."""
    locale = await desk.locale(call)
    about, given = keep.about(metadata_of(view)), keep.draft(values_of(view))
    errors = keep.check(given, locale)
    if errors:
        await ack(response_action="errors", errors=errors)
        return
    try:
        if about is None:
            raise NotThere("deployment", {"given": ""})
        known = about
        text = await desk.deps.store.write(lambda c: _keep(desk, c, call, known, given, view, locale))
    except Invalid as error:
        at = "day" if error.field == "until" and given.other else error.field
        told = field_error(explain_error(error, locale))
        await ack(response_action="errors", errors={block_for(view, at, "until"): told})
        return
    except BotError as error:
        await _not_done(ack, error, say("keep_problem", locale), locale)
        return
    await ack(response_action="clear")
    if text:
        place = replace(call, channel=known.channel)
        desk.later(place, lambda: desk.reply(place, answers.under_way(text, locale)), "keep")


def _keep(
    desk: Desk,
    connection: Connection,
    call: Call,
    about: keep.Metadata,
    given: keep.Draft,
    view: Mapping[str, Any],
    locale: str,
) -> str:
    """What is said of it; "" for a delivery that was seen before."""
    deps, now = desk.deps, desk.deps.clock.now()
    # What is refused below takes this back with it.
    if not small.first_time(connection, call.key, now=now):
        return ""
    not_barred(desk, connection, call)
    found = get(connection, call.actor, about.deployment)
    until = until_of(connection, deps.settings, call.actor, given.until, now)
    intent = f"{call.actor.user_id}:{view.get('id', call.key)}"
    facts = deployment_facts(connection, found, deps.settings, deps.providers, now=now)
    number = keeping.ask_keep(
        connection,
        found,
        until,
        call.actor,
        reason=given.reason,
        channel=about.channel or deps.settings.slack.channel,
        settings=deps.settings,
        providers=deps.providers,
        intent=intent,
        now=now,
        corr=call.corr,
    )
    if number is not None:
        names = {"request": request_name(number), "name": found.title}
        return say("keep_asked", locale, names, day=day(until))
    cost = keeping.cost_until(facts, until, now)
    return ordered(facts, numbers.exact(cost, locale) if cost is not None else "", day(until), locale)


def ordered(one: DeploymentFacts, cost: str, until: str, locale: str) -> str:
    """That it is kept from now on."""
    key = "keeping_cost" if cost else "keeping"
    return say(key, locale, name=words.title(one), day=until, cost=cost)


async def taken(ack: AsyncAck, desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
    """Plant it in one commit, then ack; the task asks who this is, and tells a refusal."""
    locale = await desk.locale(call)
    label = take_down.about(metadata_of(view))
    try:
        text = await desk.deps.store.write(lambda c: _take_down(desk, c, call, label or "", locale))
    except BotError as error:
        await _not_done(ack, error, say("down_no", locale), locale)
        return
    await ack(response_action="clear")
    if text:
        desk.later(call, lambda: desk.reply(call, answers.under_way(text, locale)), "take down")


def _take_down(desk: Desk, connection: Connection, call: Call, label: str, locale: str) -> str:
    now = desk.deps.clock.now()
    if not small.first_time(connection, call.key, now=now):
        return ""
    not_barred(desk, connection, call)
    found = get(connection, call.actor, label)
    taking.check(found)
    planted = taking.plant(
        connection, found, call.actor, taking.PERSON, click=call.key, now=now, corr=call.corr
    )
    begun = "calling_off" if nothing_there(found) else "taking_down"
    key = begun if planted else "take_down_known"
    return say(key, locale, name=inline(found.title, 120))


async def _not_done(ack: AsyncAck, error: BotError, title: str, locale: str) -> None:
    shown = problem.build(explain_error(error, locale), locale, title=title)
    await ack(response_action="update", view=shown)


VIEWS: Final[Mapping[str, Submitted]] = MappingProxyType({keep.CALLBACK: kept, take_down.CALLBACK: taken})
