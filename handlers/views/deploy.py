"""The modal "Ask to deploy": what goes where, how large, until when, and what that costs and takes of the quotas.

A change of model, connection, SKU, capacity or of what is replaced comes back as an action; the listener builds the
form anew and updates the view, and Slack keeps what was typed because block and action ids stay the same.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, ValidationError

from bot.facts.deploy_forms import DeployForm, DeployOrder
from handlers.blocks.primitives import Block, context, section
from handlers.views import deploy_fields as fields
from handlers.views.deploy_cost import cost_blocks, model_unknown
from handlers.views.inputs import Untrusted, Values, chosen, dated, modal, options, typed
from handlers.wording.approvals_modals import say
from handlers.wording.markup import units

CALLBACK = "deploy"


class Metadata(Untrusted):
    """What the modal carries: ids only."""

    channel: Annotated[str, Field(max_length=50)] = ""
    request: Annotated[str, Field(max_length=30)] | None = None


class Draft(Untrusted):
    """What stands in the modal at this moment, unchecked; for building it anew."""

    model: str | None
    connection: str | None
    name: str
    sku: str | None
    capacity: str
    content_filter: str | None
    tags: str
    reason: str
    until: str | None
    replaces: str | None
    request: str | None
    channel: str

    @property
    def units(self) -> int | None:
        """The capacity when it is a whole number."""
        return whole(self.capacity)


def build(form: DeployForm, locale: str) -> dict[str, object]:
    """The modal for `views.open` and `views.update`; without a model or a place it only informs."""
    title = (
        say("deploy_title_change", locale, {"request": form.request})
        if form.request
        else say("deploy_title", locale)
    )
    close = say("cancel" if form.models and form.connections else "close", locale)
    metadata = Metadata(channel=form.channel[:50], request=form.request).model_dump_json()
    if not options(form.connections):
        return _told(title, say("no_places", locale), close, metadata)
    if not options(form.models):
        return _told(title, say("no_models", locale), close, metadata, model_unknown(form, locale))
    blocks: list[Block] = [
        *([context(say("deploy_change", locale, {"request": form.request}))] if form.request else []),
        *model_unknown(form, locale),
        fields.model(form, locale),
        fields.connection(form, locale),
        fields.name(form, locale),
        *fields.sku_and_capacity(form, locale),
        *cost_blocks(form, locale),
        *fields.rest(form, locale),
    ]
    submit = say("deploy_submit_change" if form.request else "deploy_submit", locale)
    return modal(CALLBACK, title, blocks, close=close, submit=submit, metadata=metadata)


def _told(title: str, text: str, close: str, metadata: str, first: Sequence[Block] = ()) -> dict[str, object]:
    return modal(CALLBACK, title, [*first, section(text)], close=close, metadata=metadata)


def draft(values: Values, private_metadata: str) -> Draft:
    """What stands in the modal now; never fails."""
    carried = _metadata(private_metadata)
    return Draft(
        model=chosen(values, "model"),
        connection=chosen(values, "connection"),
        name=typed(values, "name"),
        sku=chosen(values, "sku"),
        capacity=typed(values, "capacity"),
        content_filter=chosen(values, "content_filter"),
        tags=typed(values, "tags"),
        reason=typed(values, "reason"),
        until=dated(values, "until"),
        replaces=chosen(values, "replaces"),
        request=carried.request,
        channel=carried.channel,
    )


def parse(values: Values, private_metadata: str, locale: str = "en") -> DeployOrder | dict[str, str]:
    """The order, or errors by block id; what only the store knows is checked by the bot.

    A form without SKU and capacity says that nothing is offered there; why is for the bot to say, at the right field.
    """
    given = draft(values, private_metadata)
    errors: dict[str, str] = {}
    offered = "sku" in values
    for name in ("model", "connection", *(("sku",) if offered else ())):
        if getattr(given, name) is None:
            errors[name] = say("e_required", locale)
    # Where there is nothing to choose the field is not there: one unit it is.
    capacity = (given.units if "capacity" in values else 1) if offered else 0
    if capacity is None:
        errors["capacity"] = say("e_whole", locale)
    for name, most in (("name", fields.NAME_MOST), ("reason", fields.REASON_MOST)):
        text: str = getattr(given, name)
        if not text:
            errors[name] = say("e_write", locale)
        elif units(text) > most:
            errors[name] = say("e_long", locale, most=f"{most:,}")
    if errors or given.model is None or given.connection is None:
        return errors
    return DeployOrder(
        model=given.model,
        connection=given.connection,
        name=given.name,
        sku=given.sku or "",
        capacity=capacity or 0,
        content_filter=given.content_filter,
        tags=given.tags,
        reason=given.reason,
        until=given.until,
        replaces=given.replaces,
        request=given.request,
    )


def whole(text: str) -> int | None:
    """A whole number as people write it; None when it is none."""
    cleaned = text.strip().replace(",", "").replace(" ", "")
    return int(cleaned) if cleaned.isascii() and cleaned.isdigit() and len(cleaned) <= 9 else None


def _metadata(text: str) -> Metadata:
    try:
        return Metadata.model_validate_json(text or "{}")
    except ValidationError:
        return Metadata()
