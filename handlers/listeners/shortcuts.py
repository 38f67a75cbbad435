"""Shortcuts: the launcher, and "Use as training data" on any message with a file."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy import Connection

from bot.datasets import taking_in
from bot.datasets.taking_in import Attached, Taken
from bot.errors import BotError, Denied, FileProblem
from bot.store import small
from handlers.call import Call, of_interaction
from handlers.desk import Desk
from handlers.handing_in import received
from handlers.slack.files import shared_file
from handlers.surface import LAUNCHER, USE_AS_TRAINING_DATA
from handlers.words import open_launcher

MOST_FILES = 2


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to both shortcuts."""

    @app.shortcut(USE_AS_TRAINING_DATA)
    async def on_use(ack: AsyncAck, body: dict[str, Any]) -> None:
        call = of_interaction(body, "shortcut", desk.deps.new_id())
        message = body.get("message")
        await take_files(desk, call, message if isinstance(message, dict) else {}, ack)

    @app.shortcut(LAUNCHER)
    async def on_launcher(ack: AsyncAck, body: dict[str, Any]) -> None:
        call = of_interaction(body, "shortcut", desk.deps.new_id())
        verdict = await desk.take(call)
        await ack()
        if verdict in (None, "not_trainer"):  # whether they decide about requests is asked then
            desk.later(call, lambda: open_launcher(desk, call), "launcher")
        elif verdict != "seen":
            denied = Denied(verdict)
            desk.later(call, lambda: desk.refuse(call, denied), "refuse")


async def take_files(desk: Desk, call: Call, message: dict[str, Any], ack: AsyncAck | None) -> None:
    """Take the files of a message in, durably, then ack; say what happened afterwards."""
    found = [shared_file(one) for one in message.get("files") or () if isinstance(one, dict)]
    files = [Attached(file_id=one.id, name=one.name, size=one.size) for one in found if one.id]
    target = desk.deps.settings.connections[0].name

    def work(connection: Connection) -> Taken:
        now = desk.deps.clock.now()
        if not small.first_time(connection, call.key, now=now):
            return Taken()
        denied = desk.deps.people.cached_denial(connection, call.actor)
        if denied is not None:
            raise Denied(denied)
        if not files:
            raise FileProblem("no_file")
        if len(files) > MOST_FILES:
            raise FileProblem("too_many_files", {"count": len(files)})
        source = {"via": call.via, "channel": call.channel, "ts": call.message_ts}
        return taking_in.take_in(
            connection, files, call.actor, target=target, source=source, via=call.via, now=now, corr=call.corr
        )

    try:
        if ack is None:  # an event is acked already: there is time to ask Slack who this is
            await desk.deps.people.require(call.actor)
        taken = await desk.deps.store.write(work)
    except BotError as error:
        refusal = error
        if ack is not None:
            await ack()
        desk.later(call, lambda: desk.refuse(call, refusal), "refuse")
        return
    if ack is not None:
        await ack()
    if taken.numbers:
        desk.later(call, lambda: received(desk, call, files, taken), "take files")
