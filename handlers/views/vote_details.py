"""The modal behind Details."""

from collections.abc import Sequence
from datetime import datetime

from bot.facts.requests import RequestFacts, RoundFacts
from handlers.blocks import request_details
from handlers.blocks.primitives import VIEW_BLOCKS, at_most
from handlers.views.inputs import modal
from handlers.wording.approvals_modals import say
from handlers.wording.lists import say as say_list

CALLBACK = "request_details"


def build(
    request: RequestFacts,
    rounds: Sequence[RoundFacts],
    locale: str,
    *,
    at: datetime,
    glass: bool = False,
) -> dict[str, object]:
    """The modal for `views.open`; it informs, and has the buttons that the card has no room for.

    `at`: when it was read. `glass`: it is opened by somebody who may go ahead without approvals.
    """
    body = request_details.blocks(request, rounds, locale, at=at, glass=glass)
    shown = at_most(body, VIEW_BLOCKS, say_list("not_shown", locale))
    title = say("details_title", locale, {"request": request.id})
    return modal(CALLBACK, title, shown, close=say("close", locale))
