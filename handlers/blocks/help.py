"""The help text."""

from bot.chat import Rendered
from handlers.blocks.launcher import starters
from handlers.blocks.primitives import Block, actions, as_message, context, section
from handlers.wording.help import commands, say
from handlers.wording.markup import code, fallback


def build(command: str, app_name: str, locale: str) -> Rendered:
    """What can be typed; `command` is the configured slash command."""
    title = say("title", locale)
    lines = [f"{code(f'{command} {typed}', 80)}  {does}" for typed, does in commands(locale)]
    notes = [say("file", locale), say("thread", locale, app=app_name), say("ids", locale)]
    blocks: list[Block] = [
        section("\n".join([title, *lines])),
        *(context(note) for note in notes),
        *actions(starters(locale), "help"),
    ]
    return Rendered(fallback(title, *lines, *notes), as_message(blocks))
