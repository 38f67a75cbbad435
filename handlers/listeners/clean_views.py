"""The modal "Clean up": opened at once with what is known, filled anew once the service was asked, and sent."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from slack_bolt.async_app import AsyncAck
from sqlalchemy import Connection

from bot.errors import BotError, ChatRefused, Denied, Invalid
from bot.facts.deploy_forms import CleanForm, CleanItem
from bot.looking_back import clean
from bot.store import inventory, small
from handlers.blocks import answers
from handlers.blocks.primitives import actions, as_message, button, section
from handlers.call import Call
from handlers.desk import Desk
from handlers.listeners.actions import Action
from handlers.listeners.view_parts import block_for, metadata_of, values_of
from handlers.views import clean as view_of
from handlers.views import problem
from handlers.views.inputs import chosen
from handlers.wording import cleaning, numbers
from handlers.wording.errors import explain_error
from handlers.wording.markup import inline
from handlers.wording.said import field_error

READING: Final = 20.0
"""Seconds for which an open modal waits for the service's answer."""
CLOSED: Final = frozenset({"hash_conflict", "not_found", "view_not_found"})
"""Slack's words for an update of a view that was closed or has changed since."""


async def open_clean(desk: Desk, call: Call, given: str | None) -> None:
    """Open the picker; where there is no trigger (a mention), offer the button that has one."""
    locale = await desk.locale(call)
    name = _name(desk, given)
    await clean.require_person(desk.deps, call.actor, name)
    if not call.trigger_id:
        text = cleaning.say("here", locale)
        row = [button(cleaning.say("button", locale), "launch_clean", name, style="primary")]
        message = answers.plain(text)
        blocks = as_message([section(text), *actions(row, "clean")])
        await desk.reply(call, type(message)(message.text, blocks))
        return
    shown = view_of.build(await _form(desk, call, name), locale, call.channel)
    await _keep_up(desk, call, name, call.channel, await desk.open_view(call, shown))


async def rebuild(desk: Desk, call: Call, value: str, _: Any) -> None:
    """Another connection was chosen."""
    del value
    view = call.view or {}
    carried = view_of.parse(values_of(view), metadata_of(view))
    name = _name(desk, chosen(values_of(view), "connection") or carried.connection)
    await clean.require_person(desk.deps, call.actor, name)
    shown = view_of.build(await _form(desk, call, name), await desk.locale(call), carried.channel)
    # Without the hash: what the service answered for the other connection may arrive at this moment.
    updated = await _update(desk, {**view, "hash": ""}, shown)
    if updated is not None:
        await _keep_up(desk, call, name, carried.channel, updated)


async def submitted(ack: AsyncAck, desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
    """Check what was chosen against what is known here, and plant it: in one commit before the ack."""
    locale = await desk.locale(call)
    given = view_of.parse(values_of(view), metadata_of(view))
    name = _name(desk, given.connection)
    try:
        planted = await desk.deps.store.write(lambda c: _plant(desk, c, call, name, given.items))
    except Invalid as error:
        errors = {_field(view, error.field, name): field_error(explain_error(error, locale))}
        await ack(response_action="errors", errors=errors)
        return
    except BotError as error:
        title = cleaning.say("problem", locale)
        shown = problem.build(explain_error(error, locale), locale, title=title)
        await ack(response_action="update", view=shown)
        return
    await ack(response_action="clear")
    if planted:
        items = numbers.count(len(planted), "thing", locale)
        text = cleaning.say("planted", locale, items=items, connection=inline(name, 60))
        desk.later(call, lambda: desk.reply(call, answers.under_way(text, locale)), "clean")


def _plant(
    desk: Desk, connection: Connection, call: Call, name: str, items: tuple[tuple[str, str], ...]
) -> list[CleanItem]:
    """What is planted; nothing for a delivery that was seen before."""
    deps, now = desk.deps, desk.deps.clock.now()
    person = clean.cached_person(connection, deps.people, deps.settings, call.actor, name)
    denied = deps.people.cached_denial(connection, call.actor)
    if denied is not None and not (person.everything and denied == "not_trainer"):
        raise Denied(denied)
    wanted = clean.check(connection, deps.providers, person, name, items)
    # only now: a form with an error at a field is sent again, in a delivery of its own
    if not small.first_time(connection, call.key, now=now):
        return []
    clean.plant_delete(connection, name, wanted, call.actor, click=call.key, now=now, corr=call.corr)
    return wanted


def _name(desk: Desk, given: str | None) -> str:
    """The connection that is meant; the first one when there is none of this name."""
    names = [one.name for one in desk.deps.settings.connections]
    wanted = (given or "").casefold()
    return next((one for one in names if one.casefold() == wanted), names[0])


def _field(view: Mapping[str, Any], kind: str, name: str) -> str:
    """The block that an error belongs to: of its kind, else the first one where something can be chosen."""
    inputs = [str(one.get("block_id")) for one in view.get("blocks") or () if one.get("type") == "input"]
    return block_for(view, view_of.block_of(kind, name), inputs[0] if inputs else "connection")


async def _form(desk: Desk, call: Call, name: str) -> CleanForm:
    deps = desk.deps

    def work(connection: Connection) -> CleanForm:
        person = clean.cached_person(connection, deps.people, deps.settings, call.actor, name)
        return clean.form(connection, deps.settings, deps.providers, person, name)

    return await deps.store.read(work)


async def _keep_up(desk: Desk, call: Call, name: str, channel: str, opened: Mapping[str, Any]) -> None:
    """Have the service asked, and the modal filled anew when it has answered."""
    now = desk.deps.clock.now()
    await desk.deps.store.write(lambda c: clean.plant_read(c, name, now=now, corr=call.corr))
    desk.later(call, lambda: _filled(desk, call, name, channel, opened, now), "clean read", waits=True)


async def _filled(
    desk: Desk, call: Call, name: str, channel: str, opened: Mapping[str, Any], asked: datetime
) -> None:
    locale, store = await desk.locale(call), desk.deps.store
    read = store.on(inventory.SIGNAL)
    try:
        async with asyncio.timeout(READING):
            while not await _answered(desk, name, asked):
                await read.wait()
                read.clear()
    except TimeoutError:
        return  # the modal says of when it is
    finally:
        store.off(inventory.SIGNAL, read)
    await _update(desk, opened, view_of.build(await _form(desk, call, name), locale, channel))


async def _answered(desk: Desk, name: str, asked: datetime) -> bool:
    tried = (await desk.deps.store.read(lambda c: inventory.get(c, name))).tried_at
    return tried is not None and tried >= asked


async def _update(desk: Desk, view: Mapping[str, Any], shown: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The view as Slack has it then; None when it was closed or is another one by now."""
    try:
        return await desk.update_view(str(view.get("id", "")), shown, str(view.get("hash", "")) or None)
    except ChatRefused as error:
        if error.code not in CLOSED:
            raise
        return None


VIEWS: Final = MappingProxyType({view_of.CALLBACK: submitted})
ACTIONS: Final[Mapping[str, Action]] = MappingProxyType(
    {view_of.CONNECTION_ACTION: Action(rebuild, who="here")}
)
