"""What a request asks for, in the lines that approvers read: cost first, then what it is, then what speaks against."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from bot.facts.requests import DeployAsk, KeepAsk, QuotaUse, Rate, RequestFacts, TrainAsk, Warnings
from handlers.wording import numbers, requests_bought, requests_sums
from handlers.wording.language import pick
from handlers.wording.markup import bold, day, inline, when
from handlers.wording.said import Params, fill

MONTH_HOURS = 720
_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "replaces": "*Replaces {name}*, taken down {grace} after this one answers.",
        "replaces_now": "*Replaces {name}*, taken down as soon as this one answers.",
        "rate": "{hour}/h = {month} a month, used or not",
        "rate_awake": "{hour}/h while it is awake, {month} a month if it never sleeps",
        "until": ", until {day}",
        "open_end": ", with no end",
        "until_aged": ", for {hours}",
        "free": "Nothing by the hour, only for calls",
        "no_price": "*What it costs is not known:* no price is configured for it.",
        "final": "{job} final",
        "step": "{job} step {step}",
        "place": "{connection}, {region}",
        "copied": "copied from {connection}",
        "tokens": "{tokens} tokens/min",
        "requests": "about {requests} requests/min",
        "capacity": "capacity {capacity}",
        "filter": "filter {name}",
        "filter_off": "*content safety off*",
        "filter_on": "content safety on",
        "limits": "at most {tokens} tokens/min and {requests} requests/min",
        "throughput": "up to {tokens} tokens/s",
        "filter_default": "the service's default filter",
        "tags": "tags {tags}",
        "valid": "Validation loss {loss}",
        "valid_compare": "Validation loss {loss} ({name}: {other})",
        "safe": "safety evaluation passed",
        "unsafe": "*safety evaluation not passed*",
        "train_what": "{model} · {data} · {connection}",
        "train_cost": "*{cost}*",
        "train_above": "Trainings above {limit} are asked for first.",
        "train_hours": "*What it costs is not known: this method is billed by the hour.* Trainings above {limit} are "
        "asked for first.",
        "train_batches": "*What it costs is not known: its length is given in batches.* Trainings above {limit} are "
        "asked for first.",
        "train_price": "*What it costs is not known: no price is configured for it.* Trainings above {limit} are asked "
        "for first.",
        "train_tokens": "*What it costs is not known: the tokens of its data are not counted yet.* Trainings above "
        "{limit} are asked for first.",
        "train_cap": "{spent} of {limit} are spent this month; this would pass the limit.",
        "keep_calls": "The bot makes a real call now and before each deletion until then.",
        "keep_cost": "*{cost} until {day}, used or not.*",
        "keep_no_cost": "*Until {day}; what it costs is not known:* no price is configured for it.",
        "keep_last": "last call {at}",
        "keep_never": "no call since it was created",
        "keep_expires": "deleted by the service {at} if nobody calls it",
        "quota": "Quota {pool}: {used} of {limit} used, this takes {wanted}.",
        "count": "Deployments there: {used} of {limit}, this is one more.",
        "count_more": "Deployments there: {used} of {limit}, this takes {wanted}.",
    }
}
_READINGS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "falling": "no sign of overfitting",
        "falling_alone": "the loss falls",
        "reward_rising": "the reward rises",
        "reward_falling": "*the reward falls*",
        "reward_flat": "the reward hardly moved",
        "flat": "the loss hardly moved",
        "diverging": "*the curves show overfitting*",
        "rising": "*the training did not settle*",
        "overfitting": "*the curves show overfitting*",
    }
}
_WARNINGS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "sleeps": "Sleeps without calls: the first one after that waits for minutes, and hosting is billed from then",
        "filter_off": "Content safety is off: nothing filters what goes in or comes out",
        "global_processing": "Global: data may be processed outside the region",
        "zone_processing": "Data zone: data may be processed in other regions of the zone",
        "retires_soon": "The base model's deployments end on {date}",
        "overfitting": "The curves of the training show overfitting",
        "no_validation": "No validation data: overfitting would not show",
        "not_final_checkpoint": "This is a checkpoint at step {step}, not the final model",
        "place_old": "What the region offers was read a while ago; quotas may have changed",
        "offer_unread": "What the region offers has not been read yet; the service may refuse it",
        "price_unknown": "No price is configured, so what it costs is not known",
        "developer_24h": "Developer tier: the service deletes it 24 hours after its creation, called or not",
        "price_moved": "An hour of it costs {hour} by the prices configured now; what is asked for is the price above",
        "quota_unknown": "Whether the quota is enough is not known",
    }
}
_OTHER: Mapping[str, str] = {"en": "{code}"}


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One sentence; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_TEXT, locale)[key], params or {}, **markup)


def lines(request: RequestFacts, locale: str) -> list[str]:
    """The lines between who asks and the buttons, without warnings."""
    if request.deploy is not None:
        found = [
            cost_line(request.deploy, locale),
            what_line(request.deploy, locale),
            quality(request.deploy, locale),
        ]
    elif request.train is not None:
        found = _training(request.train, locale)
    elif request.keep is not None:
        found = _keeping(request.keep, locale)
    else:
        found = []
    return [line for line in found if line]


def source(request: RequestFacts, locale: str) -> str:
    """Who says what it costs."""
    if request.train is not None:
        return numbers.money_source(request.train.cost, locale) if request.train.cost is not None else ""
    if request.keep is not None:
        return numbers.money_source(request.keep.cost, locale) if request.keep.cost is not None else ""
    rate = request.deploy.rate if request.deploy is not None else None
    return numbers.price_source(rate.source, rate.as_of, locale) if rate is not None else ""


def warnings(ask: DeployAsk, locale: str) -> list[str]:
    """What speaks against it, one sentence each."""
    return [warning(code, params, locale) for code, params in ask.warnings]


def warning(code: str, params: Params, locale: str) -> str:
    """A warning; one without a sentence is shown by its code."""
    known = pick(_WARNINGS, locale).get(code)
    if known and code == "retires_soon" and (at := _date(str(params.get("date", "")))) is not None:
        return fill(known, params, date=day(at))
    if known and code == "price_moved":
        hour = numbers.amount(float(params.get("per_hour", 0)), str(params.get("currency", "")))
        return fill(known, {}, hour=hour)
    return fill(known, params) if known else fill(pick(_OTHER, locale), {"code": code.replace("_", " ")})


def _date(text: str) -> datetime | None:
    """Noon of a day in UTC: read in most time zones it is the same day."""
    try:
        return datetime.combine(date.fromisoformat(text), time(12), UTC)
    except ValueError:
        return None


def is_known_warning(code: str) -> bool:
    """Whether it has a sentence."""
    return code in _WARNINGS["en"]


def replacing(ask: DeployAsk, locale: str) -> str:
    """What goes when this one answers; the connection is named where it differs."""
    if not ask.replaces:
        return ""
    shown = _replaced_name(ask) or ask.replaces
    if ask.grace_hours <= 0:
        return say("replaces_now", locale, {"name": shown})
    return say("replaces", locale, {"name": shown}, grace=requests_sums.grace(ask.grace_hours))


def _replaced_name(ask: DeployAsk) -> str:
    place, _, name = ask.replaces_name.rpartition("/")
    return name if place in ("", ask.connection) else ask.replaces_name


def rate_line(rate: Rate | None, *, free: bool, locale: str, sleeps: bool = False) -> str:
    """`$1.70/h = $1,224 a month, used or not`; empty without a price. What sleeps costs while it is awake."""
    if free:
        return say("free", locale)
    if rate is None:
        return ""
    month = numbers.amount(rate.per_hour * MONTH_HOURS, rate.currency)
    hour = numbers.amount(rate.per_hour, rate.currency)
    return say("rate_awake" if sleeps else "rate", locale, hour=hour, month=month)


def cost_line(ask: DeployAsk, locale: str) -> str:
    """What an hour and a month cost, until when, and all deployments before and after."""
    cost = rate_line(ask.rate, free=ask.free, locale=locale, sleeps=sleeps(ask.warnings))
    told = bold(f"{cost}{_end(ask, locale)}.") if cost else say("no_price", locale)
    return " ".join(
        part for part in (told, requests_sums.bill_line(ask.bill, ask.grace_hours, locale)) if part
    )


def sleeps(warnings: Warnings) -> bool:
    """Whether it is said of a deployment that it sleeps without calls."""
    return any(code == "sleeps" for code, _ in warnings)


def lives_hours(ask: DeployAsk) -> int | None:
    """After how many hours the service deletes it whatever happens; None = it does not."""
    return next(
        (int(params.get("hours", 24)) for code, params in ask.warnings if code == "developer_24h"), None
    )


def _end(ask: DeployAsk, locale: str) -> str:
    hours = lives_hours(ask)
    if hours is not None:
        return say("until_aged", locale, hours=numbers.count(hours, "hour", locale))
    return say("until", locale, day=day(ask.until)) if ask.until else say("open_end", locale)


def model_of(ask: DeployAsk, locale: str) -> str:
    """`J142 final`, `J142 step 642`, or the model's own name."""
    if not ask.job:
        return inline(ask.model_short or ask.model, 80)
    if ask.step is None:
        return say("final", locale, {"job": ask.job})
    return say("step", locale, {"job": ask.job}, step=f"{ask.step:,}")


def meaning(
    capacity: int | None, tokens: int | None, requests: int | None, locale: str, unit: str = ""
) -> str:
    """`50K tokens/min (about 50 requests/min)`; the service's own units where that is not known.

    `unit` as in `providers.hosting.Sku`: the service's limits where there is nothing to choose, `up to 980
    tokens/s`.
    """
    if unit == "none":
        return _limits(tokens, requests, locale)
    if unit == "throughput":
        return say("throughput", locale, tokens=f"{capacity:,}") if capacity else ""
    if tokens is None:
        return say("capacity", locale, capacity=f"{capacity:,}") if capacity is not None else ""
    told = say("tokens", locale, tokens=numbers.short(tokens).replace(" ", ""))
    return f"{told} ({say('requests', locale, requests=f'{requests:,}')})" if requests is not None else told


def _limits(tokens: int | None, requests: int | None, locale: str) -> str:
    """`at most 200K tokens and 1,000 requests/min`; empty where no limit is known."""
    if tokens is None or requests is None:
        return ""
    short = numbers.short(tokens).replace(" ", "")
    return say("limits", locale, tokens=short, requests=f"{requests:,}")


def place(ask: DeployAsk, locale: str) -> str:
    """`prod-swc, Sweden Central`."""
    if not ask.region:
        return inline(ask.connection, 60)
    return say("place", locale, {"connection": ask.connection, "region": ask.region})


def what_line(ask: DeployAsk, locale: str) -> str:
    """What is deployed where, how large, behind which filter."""
    parts = [
        model_of(ask, locale),
        _base(ask),
        place(ask, locale),
        say("copied", locale, {"connection": ask.trained_at}) if ask.trained_at != ask.connection else "",
        _sku(ask),
        meaning(ask.capacity, ask.tokens_per_minute, ask.requests_per_minute, locale, ask.unit),
        filter_of(ask, locale),
        say("tags", locale, {"tags": tags(ask.tags)}) if ask.tags else "",
    ]
    return " · ".join(part for part in parts if part)


def base_of(ask: DeployAsk) -> str:
    """The base model as people read it."""
    return inline(ask.base_short or ask.base.rpartition("/")[2], 80)


def _base(ask: DeployAsk) -> str:
    """The base model, where the model's own name does not say it."""
    told = "" if ask.job else ask.model_short or ask.model
    name = ask.base_short or ask.base.rpartition("/")[2]
    return "" if name.casefold() in told.casefold() else base_of(ask)


def _sku(ask: DeployAsk) -> str:
    """The service's own name as MESSAGES.md has it; the label of the form where that name is ours."""
    says_more = bool(ask.unit)
    return inline(ask.sku_label if ask.sku_label and says_more else ask.sku, 60)


def filter_of(ask: DeployAsk, locale: str) -> str:
    """`filter strict-support`; content safety that is off stands out, since it is what the approval is about."""
    if ask.filter_off:
        return say("filter_off", locale)
    if ask.content_filter:
        return say("filter", locale, {"name": ask.content_filter})
    return say("filter_on", locale) if ask.filter_on else ""


def tags(found: Mapping[str, str]) -> str:
    """`team=support, cost=42`, as plain text."""
    return ", ".join(f"{name}={value}" for name, value in list(found.items())[:15])


def quality(ask: DeployAsk, locale: str) -> str:
    """What is known of how good it is; empty for a model made elsewhere."""
    parts: list[str] = []
    if ask.valid_loss is not None:
        loss = numbers.loss(ask.valid_loss)
        if ask.compare is not None:
            job, other = ask.compare
            name = _replaced_name(ask) if ask.replaces_name else job
            parts.append(say("valid_compare", locale, {"name": name}, loss=loss, other=numbers.loss(other)))
        else:
            parts.append(say("valid", locale, loss=loss))
    reading = pick(_READINGS, locale).get(ask.reading, "")
    told = ", ".join(part for part in [*parts, reading] if part)
    safety = {True: say("safe", locale), False: say("unsafe", locale), None: ""}[ask.safety_passed]
    shown = " · ".join(part for part in (told, safety) if part)
    return f"{shown[:1].upper()}{shown[1:]}"


def quota_lines(quota: QuotaUse | None, count: QuotaUse | None, locale: str) -> list[str]:
    """How much of the quotas is used, and what this takes."""
    found = []
    if quota is not None:
        used, limit, wanted = f"{quota.used:,}", f"{quota.limit:,}", f"{quota.wanted:,}"
        found.append(say("quota", locale, {"pool": quota.pool}, used=used, limit=limit, wanted=wanted))
    if count is not None:
        used, limit, wanted = f"{count.used:,}", f"{count.limit:,}", f"{count.wanted:,}"
        key = "count" if count.wanted == 1 else "count_more"
        found.append(say(key, locale, used=used, limit=limit, wanted=wanted))
    return found


def _training(ask: TrainAsk, locale: str) -> list[str]:
    limit, spent = numbers.amount(ask.limit, ask.currency), numbers.amount(ask.spent, ask.currency)
    bought = ask.why == "purchase"
    why = (
        requests_bought.about(ask, locale)
        if bought
        else say(f"train_{ask.why}", locale, limit=limit, spent=spent)
    )
    if ask.cost is not None and not bought:
        cost = numbers.money(ask.cost, locale)
        why = f"{bold(f'{cost[:1].upper()}{cost[1:]}.')} {why}"
    data = [inline(ask.train.name, 80), inline(ask.train.id, 20)]
    if ask.train.examples is not None:
        data.append(numbers.count(ask.train.examples, "example", locale))
    return [
        why,
        " · ".join([inline(ask.model, 80), *data, inline(ask.connection, 60)]),
    ]


def _keeping(ask: KeepAsk, locale: str) -> list[str]:
    cost = numbers.money(ask.cost, locale) if ask.cost is not None else ""
    key = "keep_cost" if cost else "keep_no_cost"
    told = say(key, locale, cost=f"{cost[:1].upper()}{cost[1:]}", day=day(ask.until))
    use = say("keep_last", locale, at=when(ask.last_call)) if ask.last_call else say("keep_never", locale)
    expiry = say("keep_expires", locale, at=when(ask.expires_at)) if ask.expires_at else ""
    about = " · ".join(part for part in (use, expiry) if part)
    return [f"{told} {say('keep_calls', locale)}", f"{about[:1].upper()}{about[1:]}"]
