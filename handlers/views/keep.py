"""The modal "Keep it?": for how long, what that costs, and whether somebody has to be asked.

A choice comes back as an action; the listener builds the form anew, and Slack keeps what was typed because block and
action ids stay the same.
"""

from typing import Annotated

from pydantic import Field, ValidationError

from bot.facts.deploy_forms import KeepChoice, KeepForm
from handlers.blocks.primitives import Block, Element, option, section, select
from handlers.views.inputs import Untrusted, Values, chosen, date, dated, field, modal, text, typed
from handlers.wording import deployments as words
from handlers.wording import numbers
from handlers.wording.approvals_modals import say as say_field
from handlers.wording.deployments_modals import say
from handlers.wording.markup import day, units, unmarked

CALLBACK = "keep"
CHOICE_ACTION, DAY_ACTION = "keep_choice", "keep_day"
OTHER = "other"
"""The choice that brings the calendar."""
REASON_MOST = 1500


class Metadata(Untrusted):
    """What the modal carries: ids, and whether it asked for a reason."""

    deployment: Annotated[str, Field(pattern=r"^P[1-9][0-9]{0,17}$")]
    channel: Annotated[str, Field(max_length=50)] = ""


class Draft(Untrusted):
    """What stands in the modal. `until` is a number of days or a day; `other` = it is chosen in the calendar."""

    until: str
    other: bool
    reason: str


def build(form: KeepForm, channel: str, locale: str, *, other: bool = False) -> dict[str, object]:
    """The modal for `views.open` and `views.update`; the calendar stands there when `other` is chosen."""
    one, wanted = form.deployment, form.chosen
    lines = [f"*{words.title(one)}*", words.sentence([words.use(one, locale), words.deletion(one, locale)])]
    choices = [
        *(_option(choice, locale) for choice in form.choices),
        option(say("keep_other", locale), OTHER),
    ]
    blocks: list[Block] = [
        section("\n".join(lines)),
        field(
            "until",
            say("keep_until", locale),
            select(CHOICE_ACTION, choices, OTHER if other else wanted.value),
            hint=say("keep_until_hint", locale),
            dispatch=True,
        ),
    ]
    if other:
        picked = date(DAY_ACTION, wanted.until.date().isoformat())
        blocks.append(field("day", say("keep_day", locale), picked, dispatch=True))
    blocks.append(section(_cost(form, locale)))
    if wanted.needs_approval:
        blocks.append(
            field(
                "reason",
                say("keep_reason", locale),
                text("reason", "", most=REASON_MOST, lines=True),
                hint=say("keep_reason_hint", locale),
            )
        )
    submit = say("keep_submit_ask" if wanted.needs_approval else "keep_submit", locale)
    metadata = Metadata(deployment=one.id, channel=channel[:50]).model_dump_json()
    return modal(
        CALLBACK,
        say("keep_title", locale),
        blocks,
        close=say("cancel", locale),
        submit=submit,
        metadata=metadata,
    )


def _option(choice: KeepChoice, locale: str) -> Element:
    until = unmarked(day(choice.until))
    label = (
        say("keep_choice", locale, days=words.days(choice.days, locale), day=until)
        if choice.days is not None
        else say("keep_choice_day", locale, day=until)
    )
    cost = numbers.exact(choice.cost, locale) if choice.cost is not None else ""
    return option(label, choice.value, cost)


def _cost(form: KeepForm, locale: str) -> str:
    wanted, until = form.chosen, day(form.chosen.until)
    if wanted.cost is not None:
        cost = numbers.exact(wanted.cost, locale)
        source = numbers.money_source(wanted.cost, locale)
        told = say("keep_costs", locale, cost=cost, day=until, source=source)
    else:
        told = say("keep_free" if form.deployment.free else "keep_no_price", locale, day=until)
    return f"{told} {say('keep_needs' if wanted.needs_approval else 'keep_needs_not', locale)}"


def about(private_metadata: str) -> Metadata | None:
    """What the modal is about; None when it carries something else."""
    try:
        return Metadata.model_validate_json(private_metadata)
    except ValidationError:
        return None


def draft(values: Values) -> Draft:
    """What stands in the modal now; never fails."""
    choice = chosen(values, "until") or ""
    other = choice == OTHER
    return Draft(
        until=(dated(values, "day") or "") if other else choice,
        other=other,
        reason=typed(values, "reason"),
    )


def check(given: Draft, locale: str) -> dict[str, str]:
    """Errors by block id; what only the store knows is checked by the bot."""
    if not given.until:
        return {"day" if given.other else "until": say("e_choose", locale)}
    if units(given.reason) > REASON_MOST:
        return {"reason": say_field("e_long", locale, most=f"{REASON_MOST:,}")}
    return {}
