"""Sentences about deployments: state, what it is, what it costs, who calls it, when it is deleted, what next."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.facts.deployments import DeploymentFacts, ProblemFacts
from bot.facts.jobs import Money
from handlers.wording import errors, jobs, numbers, requests, requests_asks
from handlers.wording.language import pick
from handlers.wording.markup import bold, day, inline, mention, time_of_day, utc, when
from handlers.wording.said import Params, Said, fill
from handlers.wording.services import of_kind, unmeasured

_DOTS: Mapping[str, str] = {
    "approved": "⚪",
    "sending": "🟡",
    "creating": "🟡",
    "starting": "🟡",
    "live": "🟢",
    "failed": "🛑",
    "removing": "🟠",
    "gone": "⚫",
}
_HELD = "❄"
_CUT_OFF = "⚠"
_STATES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "approved": "Approved, not sent yet",
        "sending": "Being sent",
        "creating": "Being created",
        "starting": "Starting",
        "live": "Live",
        "failed": "Not rolled out",
        "removing": "Being taken down",
        "gone": "Gone",
    }
}
_GONE: Mapping[str, Mapping[str, str]] = {
    "en": {
        "person": "Taken down",
        "replaced": "Replaced",
        "service": "Deleted by {service}",
        "elsewhere": "Gone, not by the bot",
        "called_off": "Called off",
    }
}
_OFFERS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": {
        "suspended": (
            "Subscription suspended",
            "The subscription to its base model is suspended: calls fail.",
        ),
        "ended": ("Subscription ended", "The subscription to its base model has ended: calls fail."),
    }
}
"""Of a live one whose base model is not paid for: its state in a few words, and what that means."""
_NEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "approved": "the bot looks whether the name is free, and sends it.",
        "sending": "{service} says whether it takes it.",
        "creating": "{service} creates it; that takes minutes.",
        "starting": "it counts as live once it answers a call, some minutes after {service} says that it is done.",
        "live": "",
        "failed": "remove the cause and try again, or ask again with other settings.",
        "removing": "{service} removes it; that takes a minute or two.",
        "gone": "nothing. The model stays, free, and can be deployed again.",
        "model_deleted": "nothing. Its model was deleted, too.",
    }
}
_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "held": "Approved, and held",
        "held_why": "*Held:* {why}. Nothing is sent until the freeze ends, which is looked at every minute; then it "
        "goes on by itself.",
        "sent_unanswered": "No answer came. The bot looks at {service} until it is clear, and sends nothing twice.",
        "next": "*Next:* {text}",
        "foreign": "made around the bot",
        "no_owner": "nobody owns it here",
        "job": "{job} {model}",
        "no_price": "*What it costs is not known:* no price is configured for it",
        "spent": "{amount} so far",
        "at_most": "at most {amount}",
        "last_call": "last call {at}",
        "between": "between {at} and {until}",
        "calls_day": "{calls} in the last 24 hours",
        "never": "no call since it was created {at}",
        "never_bare": "no call since it was created",
        "unknown": "last call unknown: who calls it could not be read",
        "not_since": "last call unknown: who calls it was not read since it was created",
        "unmeasured": "last call unknown: {service} does not measure who calls it",
        "own_call": "the bot's own last call: {at}",
        "idle_for": "no calls for {days}",
        "idle_short": "idle for less than a day",
        "deleted_idle": "{service} deletes it {at} if nobody calls it",
        "deleted_age": "{service} deletes it {at}, called or not: {hours} h after its creation",
        "kept": "kept with calls until {day}",
        "wanted": "wanted until {day}",
        "grace": "taken down {at}: {successor} answers in its place",
        "grace_bare": "taken down {at}",
        "replaces": "replaces {name}",
        "inference_ends": "its base model is hosted until {day}",
        "source": "{monitor}, read {at}",
        "updated": "updated {at}",
        "raw": '{service} says "{word}"',
        "days": "{count} days",
        "day": "1 day",
        "hours": "{count} hours",
        "hour": "1 hour",
    }
}
_MONITOR: Mapping[str, str] = {"en": "measured by the service"}
# F's codes that are worded for a form elsewhere, and what they mean for a deployment
_OWN_CODES: Mapping[str, str] = {
    "not_owner": "not_deployment_owner",
    "source_unreachable": "source_lost",
    "no_hosting": "hosting_lost",
}
_THERE = ("starting", "live", "removing")


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One sentence; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_TEXT, locale)[key], params or {}, **markup)


def service(one: DeploymentFacts) -> str:
    """What people call the service."""
    return jobs.service(one.provider)


def title(one: DeploymentFacts) -> str:
    """`prod-swc/support-v12`, as markup; its label where nothing of that can be shown."""
    return inline(one.title, 120) or inline(one.id, 20)


def dot(one: DeploymentFacts) -> str:
    """The one symbol at the start."""
    if cut_off(one):
        return _CUT_OFF
    return _HELD if one.frozen else _DOTS.get(one.state, "⚪")


def state_word(one: DeploymentFacts, locale: str) -> str:
    """How it stands, in a few words."""
    if one.frozen:
        return say("held", locale)
    if one.state == "live" and cut_off(one):
        return pick(_OFFERS, locale)[one.offer][0]
    if one.state == "gone" and one.gone_why in pick(_GONE, locale):
        return fill(pick(_GONE, locale)[one.gone_why], {}, service=service(one))
    return pick(_STATES, locale).get(one.state, inline(one.state, 40))


def cut_off(one: DeploymentFacts) -> bool:
    """Whether calls fail because of the subscription to its base model."""
    return one.state in ("starting", "live") and one.offer in _OFFERS["en"]


def headline(one: DeploymentFacts, locale: str) -> str:
    """The first line: `🟢 Live · prod-swc/support-v12 · P12`."""
    return f"{dot(one)} {bold(f'{state_word(one, locale)} · {title(one)} · {inline(one.id, 20)}')}"


def owner(one: DeploymentFacts, locale: str) -> str:
    """Who has it; that nobody does."""
    return mention(one.owner) if one.owner else say("no_owner", locale)


def model(one: DeploymentFacts, locale: str) -> str:
    """`J142 support-v12 · gpt-4.1-mini`, or the model alone."""
    short = one.model_short or one.model
    if not one.job or short.startswith(f"{one.job} "):
        return inline(short, 100)
    # Its name ends in the job where it stands alone.
    return say("job", locale, {"job": one.job, "model": short.removesuffix(f" · {one.job}")})


def what(one: DeploymentFacts, locale: str) -> str:
    """Whose, which model, how large, which request, what it replaces."""
    parts = [
        owner(one, locale),
        say("foreign", locale) if one.foreign else "",
        model(one, locale),
        inline(one.region, 60),
        inline(one.sku_label or one.sku, 60),
        requests_asks.meaning(one.capacity, one.tokens_per_minute, one.requests_per_minute, locale, one.unit),
        unfiltered(one, locale),
        inline(one.request or "", 20),
        say("replaces", locale, {"name": one.replaces_name or one.replaces or ""}) if one.replaces else "",
    ]
    return " · ".join(part for part in parts if part)


def unfiltered(one: DeploymentFacts, locale: str) -> str:
    """That nothing filters what goes in and comes out; empty where something does."""
    return requests_asks.say("filter_off", locale) if one.filter_off else ""


def cost(one: DeploymentFacts, locale: str) -> str:
    """`$1.70/h = $1,224 a month, used or not · $41 so far`."""
    rate = requests_asks.rate_line(one.rate, free=one.free, locale=locale, sleeps=one.sleeps)
    told = bold(rate) if rate else say("no_price", locale)
    spent = say("spent", locale, amount=bound(one, one.spent, locale)) if one.spent else ""
    return " · ".join(part for part in (told, spent) if part)


def hourly(one: DeploymentFacts, locale: str) -> str:
    """What it costs, without what it has cost."""
    rate = requests_asks.rate_line(one.rate, free=one.free, locale=locale, sleeps=one.sleeps)
    return rate or unmarked_no_price(locale)


def unmarked_no_price(locale: str) -> str:
    """That the price is not known, for the middle of a line."""
    return say("no_price", locale).replace("*", "")


def days(number: int, locale: str) -> str:
    """`13 days`."""
    return say("day", locale) if number == 1 else say("days", locale, count=f"{number:,}")


def hours(number: int, locale: str) -> str:
    """`6 hours`."""
    return say("hour", locale) if number == 1 else say("hours", locale, count=f"{number:,}")


def idle(one: DeploymentFacts, locale: str) -> str:
    """`No calls for 13 days`, or since when there was none; begins in lower case."""
    if one.use == "never":
        return say("never", locale, at=day(one.created_at)) if one.created_at else say("never_bare", locale)
    if one.use == "unknown" and not one.idle_days:
        if unmeasured(one.provider):
            return _unmeasured(one, locale)
        return say("not_since" if _read_before(one) else "unknown", locale)
    return (
        say("idle_for", locale, days=days(one.idle_days, locale))
        if one.idle_days
        else say("idle_short", locale)
    )


def _unmeasured(one: DeploymentFacts, locale: str) -> str:
    """That nobody tells who calls it, and the one call that is known: ours."""
    told = say("unmeasured", locale, service=jobs.service(one.provider))
    return f"{told} ({say('own_call', locale, at=when(one.own_call))})" if one.own_call else told


def _read_before(one: DeploymentFacts) -> bool:
    """Whether what was read last is older than the deployment or its first answer."""
    born = max((at for at in (one.created_at, one.first_ok_at) if at is not None), default=None)
    return one.read_at is not None and born is not None and one.read_at < born


def call_at(begin: datetime, until: datetime | None, locale: str) -> str:
    """When a call came, as exactly as it is known."""
    return say("between", locale, at=when(begin), until=time_of_day(until)) if until else when(begin)


def use(one: DeploymentFacts, locale: str) -> str:
    """Who calls it: `last call 14:05 (1,204 in the last 24 hours)`; begins in lower case."""
    if one.use != "called" or one.last_call is None:
        return idle(one, locale)
    last = say("last_call", locale, at=call_at(one.last_call, one.last_call_until, locale))
    if not one.calls_day:
        return last
    return f"{last} ({say('calls_day', locale, calls=f'{one.calls_day:,}')})"


def deletion(one: DeploymentFacts, locale: str) -> str:
    """`Azure OpenAI deletes it Sat 28 Nov 14:10 if nobody calls it`; empty where it does not."""
    if one.expires is None:
        return ""
    at = when(one.expires.at)
    if one.expires.rule == "age":
        return say("deleted_age", locale, service=service(one), at=at, hours=f"{one.expires.after_hours:,}")
    return say("deleted_idle", locale, service=service(one), at=at)


def grace(one: DeploymentFacts, locale: str) -> str:
    """When the bot takes it down because its successor answers; empty when it does not."""
    if one.take_down_at is None:
        return ""
    at = when(one.take_down_at)
    if not one.replaced_by:
        return say("grace_bare", locale, at=at)
    return say("grace", locale, {"successor": one.replaced_by_name or one.replaced_by}, at=at)


def watch(one: DeploymentFacts, locale: str) -> list[str]:
    """What is known of its use and its end, one phrase each; empty for one that is gone or was never there."""
    if one.state in ("gone", "failed"):
        return []
    wanted = say("wanted", locale, day=day(one.until)) if one.until else ""
    if one.state not in _THERE:
        return [wanted] if wanted else []
    found = [
        grace(one, locale),
        # Nobody calls what does not answer yet, or goes before anything was measured of it.
        use(one, locale) if one.state == "live" or one.use != "unknown" else "",
        deletion(one, locale),
        say("kept", locale, day=day(one.keep_until)) if one.keep_until else "",
        wanted,
        say("inference_ends", locale, day=day(one.inference_ends)) if one.inference_ends else "",
    ]
    return [part for part in found if part]


def sentence(parts: list[str]) -> str:
    """Phrases as one line that begins with a capital letter."""
    text = " · ".join(part for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}"


def next_step(one: DeploymentFacts, locale: str) -> str:
    """What happens now; empty for one that answers."""
    if one.frozen:
        return say("held_why", locale, why=requests.freeze(one.frozen, locale))
    state = "model_deleted" if one.state == "gone" and one.model_gone else one.state
    text = pick(_NEXT, locale).get(state, "")
    return say("next", locale, text=text.format(service=service(one))) if text else ""


def explain(problem: ProblemFacts, one: DeploymentFacts, locale: str) -> Said:
    """A problem in words: what happened, what it means, what to do."""
    params = {"deployment": one.title, "connection": one.connection, "model": one.model_short}
    if one.owner:
        params["owner"] = one.owner
    return errors.explain(
        _OWN_CODES.get(problem.code, problem.code),
        {**params, **problem.params},
        locale,
        text=problem.text,
        request_id=problem.request_id,
        provider=one.provider,
    )


def trouble(one: DeploymentFacts, locale: str) -> list[str]:
    """What keeps it from being rolled out or from answering; empty when nothing does."""
    told = [f"⚠ *{pick(_OFFERS, locale)[one.offer][1]}*"] if cut_off(one) else []
    return [*told, *_problem(one, locale)]


def _problem(one: DeploymentFacts, locale: str) -> list[str]:
    if one.problem is None:
        return []
    if one.state == "sending":
        return [say("sent_unanswered", locale, service=service(one))]
    said = explain(one.problem, one, locale)
    return [f"⚠ *{said.happened}*", *said.lines()]


def date(moment: datetime) -> str:
    """A day with its time that never reads "tomorrow": what stands on a lock screen may be read days later."""
    moment = moment.astimezone(UTC)
    return f"<!date^{int(moment.timestamp())}^{{date_short}}, {{time}}|{utc(moment)}>"


def monitor(one: DeploymentFacts, locale: str) -> str:
    """`Azure Monitor, read 14:05`; empty when nothing was read."""
    if one.read_at is None or unmeasured(one.provider):
        return ""
    known = of_kind(one.provider)
    name = known.monitor if known is not None else pick(_MONITOR, locale)
    return say("source", locale, monitor=name, at=time_of_day(one.read_at))


def price_source(one: DeploymentFacts, locale: str) -> str:
    """Who says what it costs."""
    return numbers.price_source(one.rate.source, one.rate.as_of, locale) if one.rate else ""


def raw(one: DeploymentFacts, locale: str) -> str:
    """The service's own word for the state, where ours does not say the same."""
    if not one.raw_state or one.state in ("gone", "approved", "sending"):
        return ""
    if one.raw_state.lower() in ("succeeded", "running", one.state):
        return ""
    return say("raw", locale, service=service(one), word=inline(one.raw_state, 40))


def updated(one: DeploymentFacts, locale: str) -> str:
    """`updated 15:02`."""
    return say("updated", locale, at=time_of_day(one.updated_at))


def bound(one: DeploymentFacts, value: Money | None, locale: str) -> str:
    """What hosting costs or has cost; of one that sleeps without calls the most that it can be."""
    told = amount(value, locale)
    return say("at_most", locale, amount=told) if told and one.sleeps else told


def amount(value: Money | None, locale: str) -> str:
    """An amount, empty when it is not known."""
    return numbers.exact(value, locale) if value is not None else ""
