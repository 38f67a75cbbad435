"""The modal that stands there while a file is read or the service is asked; what was found out replaces it."""

from handlers.blocks.primitives import section
from handlers.views.inputs import modal
from handlers.wording.modals import say

CALLBACK = "train_checking"


def build(external_id: str, locale: str) -> dict[str, object]:
    """The modal for `response_action: push`; `external_id` is how it is found again, since nobody tells its id."""
    blocks = [section(say("train_checking", locale))]
    view = modal(CALLBACK, say("summary_title", locale), blocks, close=say("back", locale))
    return {**view, "external_id": external_id}
