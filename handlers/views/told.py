"""A modal that says what is under way."""

from handlers.blocks.primitives import section
from handlers.views.inputs import modal
from handlers.wording.approvals_modals import say

CALLBACK = "told"


def build(title: str, markup: str, locale: str) -> dict[str, object]:
    """One sentence, escaped already; nothing to submit."""
    return modal(CALLBACK, title, [section(markup)], close=say("close", locale))
