"""Buttons and menus. One listener, one table: matching forty listeners in turn costs more than a dictionary.

An entry may have a `commit`, which runs in the same transaction that remembers the click: what a person decided is
durable before Slack is told that the click arrived. What a button carries is only an id; everything else is read anew.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy import Connection

from bot.errors import BotError, Denied
from bot.store import small
from handlers.call import Call, of_interaction
from handlers.desk import Desk

Commit = Callable[[Desk, Connection, Call, str], Any]
After = Callable[[Desk, Call, str, Any], Awaitable[None]]
Who = Literal["trainer", "here"]
EVERY: Final = re.compile(".*")
SEEN: Final = object()


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does, from first to last.

    Attributes:
        after: what follows the ack, with what was committed or written.
        commit: written before the ack, when only the cache was asked; a task asks again and tells a refusal.
        write: written after the ack and after Slack was asked who this is: what no task checks again.
        open_to_all: needs no role (help, dismiss).
        who: `trainer`, or `here`: anybody of the home team; what a button does asks for the role that it needs.
    """

    after: After | None = None
    commit: Commit | None = None
    write: Commit | None = None
    open_to_all: bool = False
    who: Who = "trainer"


def register(app: AsyncApp, desk: Desk, table: Mapping[str, Action]) -> None:
    """Listen to every button of ours."""

    @app.action(EVERY)
    async def on_action(ack: AsyncAck, body: dict[str, Any]) -> None:
        call = of_interaction(body, "button", desk.deps.new_id())
        name, value = clicked(body)
        action = table.get(name)
        if action is None:
            await ack()
            return
        try:
            result = await desk.deps.store.write(lambda c: _commit(desk, c, call, value, action))
        except BotError as error:
            refusal = error
            await ack()
            desk.later(call, lambda: desk.refuse(call, refusal), f"refuse {name}")
            return
        await ack()
        if result is not SEEN:
            desk.later(call, lambda: _after(desk, call, value, action, result), name)


def _commit(desk: Desk, connection: Connection, call: Call, value: str, action: Action) -> Any:
    if not small.first_time(connection, call.key, now=desk.deps.clock.now()):
        return SEEN
    if not action.open_to_all:
        denied = desk.deps.people.cached_denial(connection, call.actor)
        if denied is not None and (action.who == "trainer" or denied == "foreign_team"):
            raise Denied(denied)
    return action.commit(desk, connection, call, value) if action.commit is not None else None


async def _after(desk: Desk, call: Call, value: str, action: Action, result: Any) -> None:
    if not action.open_to_all:
        try:
            if action.who == "trainer":
                await desk.deps.people.require(call.actor)
            elif action.commit is None:
                await desk.require_here(call)
        except Denied:
            if action.commit is not None:
                return  # the task that was planted asks too, and tells it
            raise
    write = action.write
    if write is not None:
        result = await desk.deps.store.write(lambda c: write(desk, c, call, value))
    if action.after is not None:
        await action.after(desk, call, value, result)


def clicked(body: Mapping[str, Any]) -> tuple[str, str]:
    """(action id, value) of the first action; menus carry theirs in the selected option."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else {}
    option = first.get("selected_option")
    value = option.get("value") if isinstance(option, Mapping) else first.get("value")
    return str(first.get("action_id", "")), value if isinstance(value, str) else ""
