"""The summary before Start. It carries the order, which the bot checks again when it comes back."""

from typing import Annotated

from pydantic import Field, ValidationError

from bot.facts.forms import TrainOrder, TrainSummary
from handlers.blocks import summary as summary_blocks
from handlers.views.inputs import Untrusted, modal
from handlers.wording.markup import units
from handlers.wording.modals import say

CALLBACK = "train_summary"
_ROOM = 3000


class Confirmed(Untrusted):
    """What Start was pressed for. `order` is None when it did not fit: the bot keeps it under `intent`."""

    intent: Annotated[str, Field(min_length=1, max_length=200)]
    order: TrainOrder | None = None


def build(summary: TrainSummary, locale: str) -> dict[str, object]:
    """The modal for `response_action: push` or `update`."""
    carried = Confirmed(intent=summary.intent, order=summary.order).model_dump_json()
    if units(carried) > _ROOM:
        carried = Confirmed(intent=summary.intent).model_dump_json()
    return modal(
        CALLBACK,
        say("summary_title", locale),
        summary_blocks.blocks(summary, locale),
        close=say("back", locale),
        submit=say("summary_submit", locale),
        metadata=carried,
    )


def parse(private_metadata: str) -> Confirmed | None:
    """What Start was pressed for; None when the view carries something else."""
    try:
        return Confirmed.model_validate_json(private_metadata)
    except ValidationError:
        return None
