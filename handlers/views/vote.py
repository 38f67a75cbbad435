"""The modals behind Reject…, Ask for changes… and Break the glass…: each wants a reason."""

from typing import Annotated, Literal

from pydantic import Field, ValidationError

from bot.facts.requests import RequestFacts
from handlers.blocks.primitives import Block, context, section
from handlers.views.inputs import Untrusted, Values, field, modal, text, typed
from handlers.wording import requests, requests_asks
from handlers.wording.approvals_modals import say
from handlers.wording.markup import units

Kind = Literal["reject", "changes", "glass"]
CALLBACK = "vote"
REASON_MOST = 1500


class About(Untrusted):
    """What the modal is about: ids only. `round` is the one that was shown when it was opened."""

    kind: Kind
    request: Annotated[str, Field(pattern=r"^A[1-9][0-9]{0,17}$")]
    round: Annotated[int, Field(ge=1)]


def build(kind: Kind, request: RequestFacts, locale: str) -> dict[str, object]:
    """The modal for `views.open`."""
    about = About(kind=kind, request=request.id, round=request.shown_round)
    question = requests.question(request, locale)
    blocks: list[Block] = [section(say(f"{kind}_what", locale, question=question))]
    if kind == "glass":
        cost = requests_asks.lines(request, locale)[:1]
        blocks += [section(line) for line in cost]
    label = {"reject": "vote_reason", "changes": "changes_reason", "glass": "glass_reason"}[kind]
    blocks.append(
        field(
            "reason",
            say(label, locale),
            text("reason", "", most=REASON_MOST, lines=True),
            hint=say("vote_reason_hint", locale),
        )
    )
    if kind == "reject" and request.kind == "deployment":
        blocks.append(context(say("reject_instead", locale)))
    return modal(
        CALLBACK,
        say(f"{kind}_title", locale, {"request": request.id}),
        blocks,
        close=say("cancel", locale),
        submit=say(f"{kind}_submit", locale),
        metadata=about.model_dump_json(),
    )


def about(private_metadata: str) -> About | None:
    """What the modal is about; None when it carries something else."""
    try:
        return About.model_validate_json(private_metadata)
    except ValidationError:
        return None


def reason(values: Values, locale: str) -> tuple[str, dict[str, str]]:
    """The reason, and errors by block id: an empty one is none."""
    given = typed(values, "reason")
    if not given:
        return "", {"reason": say("e_write", locale)}
    if units(given) > REASON_MOST:
        return "", {"reason": say("e_long", locale, most=f"{REASON_MOST:,}")}
    return given, {}
