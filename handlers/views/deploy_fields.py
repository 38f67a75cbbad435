"""The inputs of the modal "Ask to deploy"."""

from bot.facts.deploy_forms import DeployForm
from bot.facts.forms import Choice
from handlers.blocks.primitives import Block, section
from handlers.views.inputs import choice, date, field, number, options, text
from handlers.wording import numbers
from handlers.wording.approvals_modals import say
from handlers.wording.said import Params

MODEL_ACTION = "deploy_model"
CONNECTION_ACTION = "deploy_connection"
SKU_ACTION = "deploy_sku"
CAPACITY_ACTION = "deploy_capacity"
REPLACES_ACTION = "deploy_replaces"
NAME_MOST = 64
REASON_MOST = 1500
TAGS_MOST = 2000


def model(form: DeployForm, locale: str) -> Block:
    """Which model or checkpoint."""
    return field(
        "model",
        say("model", locale),
        choice(MODEL_ACTION, form.models, form.model, say("choose", locale)),
        hint=say("model_hint_once" if form.once else "model_hint", locale),
        dispatch=True,
    )


def connection(form: DeployForm, locale: str) -> Block:
    """Where it goes."""
    return field(
        "connection",
        say("connection", locale),
        choice(CONNECTION_ACTION, form.connections, form.connection, say("choose", locale)),
        hint=say("connection_hint", locale) if len(options(form.connections)) > 1 else "",
        dispatch=True,
    )


def name(form: DeployForm, locale: str) -> Block:
    """What programs call it."""
    first = "name_hint_letter" if form.name_letter_first else "name_hint"
    signs = " ".join(form.name_signs)
    bounds: Params = {"minimum": form.name_minimum, "maximum": form.name_maximum, "signs": signs}
    return field(
        "name", say("name", locale), text("name", form.name, most=NAME_MOST), hint=say(first, locale, bounds)
    )


def sku_and_capacity(form: DeployForm, locale: str) -> list[Block]:
    """How it is hosted and how large; a sentence where the region offers nothing."""
    if form.model is None:
        return [section(say("no_model", locale))]
    if not options(form.skus):
        return [section(say("no_skus_model" if form.read_at is not None else "no_skus", locale))]
    minimum = max(0, form.capacity_minimum)
    maximum = form.capacity_maximum if (form.capacity_maximum or 0) >= minimum else None
    capacity = form.capacity if form.capacity is not None and form.capacity >= minimum else None
    if capacity is not None and maximum is not None and capacity > maximum:
        capacity = None
    sku = field(
        "sku",
        say("sku_processing" if form.hosting == "processing" else "sku", locale),
        choice(SKU_ACTION, form.skus, form.sku, say("choose", locale)),
        hint=say(f"sku_hint_{form.hosting}", locale) if form.hosting else "",
        dispatch=True,
    )
    if form.unit == "none":
        return [sku]
    return [
        sku,
        field(
            "capacity",
            say("throughput" if form.unit == "throughput" else "capacity", locale),
            number(CAPACITY_ACTION, decimal=False, minimum=minimum, maximum=maximum, initial=capacity),
            hint=_capacity_hint(form, minimum, maximum, locale),
            dispatch=True,
        ),
    ]


def _capacity_hint(form: DeployForm, minimum: int, maximum: int | None, locale: str) -> str:
    parts = []
    if form.tokens_per_unit:
        tokens = f"{form.tokens_per_unit:,}"
        parts.append(
            say(
                "capacity_unit",
                locale,
                tokens=tokens,
                requests=numbers.count(form.requests_per_unit, "request", locale),
            )
            if form.requests_per_unit
            else say("capacity_tokens", locale, tokens=tokens)
        )
    if maximum is not None:
        parts.append(say("capacity_range", locale, minimum=f"{minimum:,}", maximum=f"{maximum:,}"))
    else:
        parts.append(say("capacity_from", locale, minimum=f"{minimum:,}"))
    if form.capacity_step > 1:
        parts.append(say("capacity_step", locale, step=f"{form.capacity_step:,}"))
    # What is counted in a unit of its own draws from no quota.
    return " ".join([*parts, say("capacity_enter_cost" if form.unit else "capacity_enter", locale)])


def _filters(form: DeployForm, locale: str) -> list[Choice]:
    """The one that turns content safety off says so, whatever the service calls it."""
    off = say("filter_off", locale)
    return [
        one.model_copy(update={"label": off}) if one.value == form.filter_off else one for one in form.filters
    ]


def rest(form: DeployForm, locale: str) -> list[Block]:
    """Why, until when, what it replaces, the filter and tags."""
    blocks = [
        field(
            "reason",
            say("reason", locale),
            text("reason", form.reason, most=REASON_MOST, lines=True),
            hint=say("reason_hint", locale),
        )
    ]
    if options(form.replaceable):
        blocks.append(
            field(
                "replaces",
                say("replaces", locale),
                choice(REPLACES_ACTION, form.replaceable, form.replaces, say("choose", locale)),
                hint=say("replaces_hint", locale),
                optional=True,
                dispatch=True,
            )
        )
    blocks.append(
        field(
            "until",
            say("until", locale),
            date("until", form.until),
            hint=say("until_hint", locale),
            optional=True,
        )
    )
    if options(form.filters):
        blocks.append(
            field(
                "content_filter",
                say("filter", locale),
                choice("content_filter", _filters(form, locale), form.content_filter, say("choose", locale)),
                hint=say("filter_off_hint" if form.filter_off else "filter_hint", locale),
                optional=True,
            )
        )
    blocks.append(
        field(
            "tags",
            say("tags", locale),
            text("tags", form.tags, most=TAGS_MOST, lines=True),
            hint=say("tags_hint", locale),
            optional=True,
        )
    )
    return blocks
