"""What the chosen deployment costs and takes of the quotas, inside its modal."""

from bot.facts.deploy_forms import DeployForm
from handlers.blocks.primitives import Block, footer, section
from handlers.wording import errors, numbers, requests_asks, requests_sums
from handlers.wording.approvals_modals import say
from handlers.wording.markup import bold, when

_WARNINGS = 8
_PROBLEMS = 6
Problem = tuple[str, str, dict[str, str | int | float]]


def cost_blocks(form: DeployForm, locale: str) -> list[Block]:
    """Cost with its source, all deployments before and after, what the capacity means, quotas, warnings."""
    lines = [_cost(form, locale), _means(form, locale)]
    lines += requests_asks.quota_lines(form.quota, form.count, locale)
    told = [one for one in form.problems if not is_about_model(form, one)]
    lines += [problem(one, locale) for one in told[:_PROBLEMS]]
    lines += [
        f"⚠ {requests_asks.warning(code, params, locale)}" for code, params in form.warnings[:_WARNINGS]
    ]
    shown = [line for line in lines if line]
    source = numbers.price_source(form.rate.source, form.rate.as_of, locale) if form.rate is not None else ""
    read = (
        say("read_at", locale, at=when(form.read_at))
        if form.read_at is not None
        else say("never_read", locale)
    )
    return [*([section("\n".join(shown))] if shown else []), *footer(source, read)]


def is_about_model(form: DeployForm, found: Problem) -> bool:
    """Whether it is that the model which was named is none: nothing else can be said before that is mended."""
    return form.model is None and found[0] == "model"


def model_unknown(form: DeployForm, locale: str) -> list[Block]:
    """The first thing to read where a model was named that is not there."""
    told = [problem(one, locale) for one in form.problems if is_about_model(form, one)]
    return [section("\n".join(told))] if told else []


def problem(found: Problem, locale: str) -> str:
    """What would refuse it as it stands, with the remedy: the same words as at its field."""
    _, code, params = found
    said = errors.explain(code, params, locale)
    return " ".join(part for part in (f"🛑 *{said.happened}.*", said.remedy) if part)


def _cost(form: DeployForm, locale: str) -> str:
    if form.sku is None:
        return ""
    sleeps = requests_asks.sleeps(form.warnings)
    cost = requests_asks.rate_line(form.rate, free=form.free, locale=locale, sleeps=sleeps)
    told = bold(f"{cost}.") if cost else requests_asks.say("no_price", locale)
    # how long the replaced one stays is the configuration's; the request says it
    bill = requests_sums.bill_line(form.bill, None, locale)
    return " ".join(part for part in (told, bill) if part)


def _means(form: DeployForm, locale: str) -> str:
    if form.capacity is None or not form.tokens_per_unit:
        return ""
    requests = form.capacity * form.requests_per_unit if form.requests_per_unit else None
    meaning = requests_asks.meaning(form.capacity, form.capacity * form.tokens_per_unit, requests, locale)
    return say("means", locale, capacity=f"{form.capacity:,}", meaning=meaning)
