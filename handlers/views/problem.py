"""A modal that says why it does not go on."""

from handlers.blocks.primitives import section
from handlers.views.inputs import modal
from handlers.wording.modals import say
from handlers.wording.said import Said

CALLBACK = "problem"


def build(said: Said, locale: str, *, title: str = "") -> dict[str, object]:
    """What happened, what it means, what to do; nothing to submit. `title` is plain text, else that of training."""
    text = "\n".join([f"*{said.happened}*", *said.lines()])
    return modal(CALLBACK, title or say("train_title", locale), [section(text)], close=say("close", locale))
