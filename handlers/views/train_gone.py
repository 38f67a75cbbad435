"""The training modal where nothing can be trained any more: one sentence, and the way to other connections."""

from bot.facts.forms import TrainForm
from handlers.blocks.primitives import Block, section
from handlers.views.inputs import choice, options
from handlers.wording.jobs import service
from handlers.wording.modals import say


def blocks(form: TrainForm, action: str, locale: str) -> list[Block]:
    """No field to fill in, since none could be sent; `action` is what a choice of another connection sends."""
    told = say("train_closed", locale, {"connection": form.connection}, service=service(form.provider))
    found = [section(told)]
    if len(options(form.connections)) > 1:
        others = choice(action, form.connections, form.connection, say("choose", locale))
        found.append(section(say("train_connection", locale), others, "connection"))
    return found
