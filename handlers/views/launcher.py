"""The launcher as a modal, for the shortcut that can be used anywhere: there is no message to answer in."""

from bot.facts.forms import Launcher
from handlers.blocks import launcher
from handlers.blocks.primitives import context
from handlers.views.inputs import modal
from handlers.wording.help import say
from handlers.wording.modals import say as say_modal

CALLBACK = "launcher"


def build(facts: Launcher, app_name: str, locale: str) -> dict[str, object]:
    """The modal for `views.open`; forms are pushed on top of it."""
    blocks = [dict(block) for block in launcher.build(facts, locale).blocks]
    blocks.append(context(say("launcher_lists", locale)))
    return modal(CALLBACK, app_name, blocks, close=say_modal("close", locale))
