"""The summary before Start. It carries the order, which the bot checks again when it comes back.

An order that does not fit into what a view may carry (a grader, evaluation prompts) is kept by the bot, and the view
carries its number; who presses Start must be who made the order.
"""

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
    """What Start was pressed for. `order` is None when it did not fit: `kept` is where the bot has it."""

    intent: Annotated[str, Field(min_length=1, max_length=200)]
    order: TrainOrder | None = None
    kept: int | None = None


class Kept(Untrusted):
    """An order that the bot keeps, and whose it is."""

    user: str
    order: TrainOrder


def fits(summary: TrainSummary) -> bool:
    """Whether the view can carry the order."""
    return units(Confirmed(intent=summary.intent, order=summary.order).model_dump_json()) <= _ROOM


def build(summary: TrainSummary, locale: str, kept: int | None = None) -> dict[str, object]:
    """The modal for `response_action: push` or `update`; `kept` is where an order is that does not fit."""
    order = summary.order if kept is None and fits(summary) else None
    carried = Confirmed(intent=summary.intent, order=order, kept=kept).model_dump_json()
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
