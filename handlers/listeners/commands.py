"""The slash command: parse, one small commit, ack; then the word."""

from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.chat import Rendered
from handlers.blocks import answers
from handlers.call import Call, of_command
from handlers.command_line import HERE, Command, Unknown, parse
from handlers.desk import Desk
from handlers.wording.errors import explain
from handlers.words import WORDS
from providers.azure_blob.address import has_signature

NOT_TRAINER: Final = "not_trainer"


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to the configured command."""

    @app.command(desk.deps.settings.slack.command)
    async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        call = of_command(body, desk.deps.new_id())
        text = body.get("text")
        command = parse(text if isinstance(text, str) else "", desk.bot_user)
        verdict = await desk.take(call)
        if verdict == "seen":
            await ack()
            return
        if verdict is not None and not (verdict == NOT_TRAINER and _for_all(command)):
            await _answer(ack, desk.denial(verdict, "en"))
            return
        at_once = immediate(command, "en", text)
        if at_once is not None:
            await _answer(ack, at_once)
            return
        await ack()
        if isinstance(command, Command):
            desk.later(call, lambda: run(desk, call, command), f"/{command.word}")


def immediate(command: Command | Unknown, locale: str, text: object) -> Rendered | None:
    """What needs no look at anything: words that do not exist, and texts with a signature, which are not repeated."""
    if isinstance(text, str) and has_signature(text):
        return leak(locale)
    if isinstance(command, Unknown):
        return answers.unknown(command.given, command.nearest, locale)
    return None


async def run(desk: Desk, call: Call, command: Command) -> None:
    """Ask Slack who this is, then do what the word says."""
    if command.word in HERE:
        await desk.require_here(call)
    else:
        await desk.deps.people.require(call.actor)
    await WORDS[command.word](desk, call, command)


def leak(locale: str) -> Rendered:
    """A text holds a signature."""
    return answers.problem(explain("blob_signature", {}, locale), locale)


def _for_all(command: Command | Unknown) -> bool:
    return isinstance(command, Command) and command.word in HERE


async def _answer(ack: AsyncAck, message: Rendered) -> None:
    blocks = [dict(block) for block in message.blocks]
    await ack(text=message.text[:3900], blocks=blocks, response_type="ephemeral")
