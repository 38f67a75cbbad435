"""Messages about what the watch sees, one function for each class of `bot.facts.deployment_notices`."""

from bot.chat import Rendered
from bot.facts import deployment_notices as notices
from bot.facts.deployments import DeploymentFacts
from handlers.blocks import deployment_buttons as buttons
from handlers.blocks.deployment_notices import message, still_answers
from handlers.blocks.primitives import Block, actions, as_message, footer, section
from handlers.wording import deployments as words
from handlers.wording import numbers, requests_asks
from handlers.wording.deployments_modals import missing_answer
from handlers.wording.deployments_told import say
from handlers.wording.markup import day, fallback, inline, mention

_FOUND_SHOWN = 15


def found(notice: notices.DeploymentsFound, locale: str) -> Rendered:
    """Deployments made around the bot: each with its cost and the way to take it over."""
    shown = notice.deployments[:_FOUND_SHOWN]
    if len(notice.deployments) == 1:
        headline = say("found_one", locale, name=words.title(shown[0]))
    else:
        counted = numbers.count(len(notice.deployments), "deployment", locale)
        headline = say("found_many", locale, count=counted)
    following = say("found_next", locale)
    blocks: list[Block] = [section(f"{headline}\n{following}")]
    lines = []
    for one in shown:
        lines.append(_found_line(one, locale))
        blocks.append(section(lines[-1], block_id=f"found_text:{one.id}"))
        row = [
            *([buttons.own(one, locale)] if one.owner is None else []),
            *([buttons.take_down(one, locale)] if "take_down" in one.can else []),
        ]
        blocks += actions(row, f"found:{one.id}")
    left = len(notice.deployments) - len(shown)
    sources = dict.fromkeys(words.price_source(one, locale) for one in shown)
    blocks += footer(say("found_more", locale, count=f"{left:,}") if left else "", *sources)
    return Rendered(fallback(headline, following, *lines), as_message(blocks))


def _found_line(one: DeploymentFacts, locale: str) -> str:
    parts = [
        inline(one.model_short or one.model, 100),
        inline(one.sku_label or one.sku, 60),
        requests_asks.meaning(one.capacity, one.tokens_per_minute, one.requests_per_minute, locale, one.unit),
        words.hourly(one, locale),
        words.use(one, locale),
        say("found_by", locale, who=inline(one.made_by, 80)) if one.made_by else "",
        mention(one.owner) if one.owner else "",
    ]
    what = " · ".join(part for part in parts if part)
    return say("found_line", locale, name=words.title(one), id=inline(one.id, 20), what=what)


def idle(notice: notices.IdleNudge, locale: str) -> Rendered:
    """Nobody calls it, and it costs."""
    one = notice.deployment
    key = "idle_never" if one.use == "never" else "idle"
    headline = say(key, locale, name=words.title(one), days=words.days(max(1, one.idle_days), locale))
    return _idle_message(headline, one, "idle", locale)


def reminder(notice: notices.ReminderDue, locale: str) -> Rendered:
    """What somebody wanted to hear again."""
    one = notice.deployment
    headline = say("reminder", locale, name=words.title(one))
    return _idle_message(headline, one, "reminder", locale, words.sentence([words.use(one, locale)]))


def _idle_message(headline: str, one: DeploymentFacts, kind: str, locale: str, first: str = "") -> Rendered:
    deletion = words.deletion(one, locale)
    told = say("idle_deleted", locale, deletion=deletion) if deletion else ""
    lines = [first, " ".join(part for part in (_spent(one, locale), told) if part), say("idle_next", locale)]
    row = [*buttons.answers(one, locale), buttons.remind(one, locale)]
    return message(headline, lines, row, f"{kind}:{one.id}", *_small(one, locale))


def _spent(one: DeploymentFacts, locale: str) -> str:
    """`$82 spent idle, $41 more each day.`; empty when it costs nothing or that is not known."""
    if one.day is None or one.free:
        return ""
    if one.idle_spent is None:
        return say("idle_cost_day", locale, day=words.bound(one, one.day, locale))
    spent = words.bound(one, one.idle_spent, locale)
    return say("idle_cost", locale, spent=spent, day=words.bound(one, one.day, locale))


def _small(one: DeploymentFacts, locale: str) -> list[str]:
    return [words.monitor(one, locale), words.price_source(one, locale)]


def ahead(notice: notices.DeletionAhead, locale: str) -> Rendered:
    """The service deletes it soon: what that means, and what can be done about it."""
    one = notice.deployment
    headline = say(
        "ahead",
        locale,
        service=words.service(one),
        name=words.title(one),
        at=words.date(one.expires.at) if one.expires is not None else "",
        left=_left(notice, locale),
    )
    by_age = one.expires is not None and one.expires.rule == "age"
    answer = missing_answer(one.provider, locale)
    lines = [
        say("ahead_late", locale) if notice.late else "",
        f"{_why(one, locale)} {say('ahead_after', locale, answer=answer)}",
        say("ahead_next_age" if by_age else "ahead_next", locale),
    ]
    can_wait = notice.unit == "days" and notice.left > 1
    row = [*buttons.answers(one, locale), *([buttons.remind(one, locale)] if can_wait else [])]
    small = [
        say("ahead_small", locale) if can_wait else "",
        say("owner", locale, who=words.owner(one, locale)) if one.owner else words.owner(one, locale),
        *_small(one, locale),
    ]
    return message(headline, lines, row, f"ahead:{one.id}", *small)


def _left(notice: notices.DeletionAhead, locale: str) -> str:
    if notice.left <= 0:
        return say("now", locale)
    if notice.unit == "hours":
        return say("in_hours", locale, hours=words.hours(notice.left, locale))
    return say("in_days", locale, days=words.days(notice.left, locale))


def _why(one: DeploymentFacts, locale: str) -> str:
    """Why it is deleted, and what it has cost to stand there."""
    if one.expires is not None and one.expires.rule == "age":
        return say("ahead_age", locale, hours=f"{one.expires.after_hours:,}")
    if one.free:
        cost = say("ahead_free", locale)
    elif one.idle_spent is not None and one.day is not None:
        spent, daily = words.bound(one, one.idle_spent, locale), words.bound(one, one.day, locale)
        cost = say("ahead_spent", locale, spent=spent, day=daily)
    else:
        cost = say("ahead_spent_unknown", locale)
    if one.use == "never":
        return say("ahead_never", locale, cost=cost)
    return say("ahead_idle", locale, days=words.days(one.idle_days, locale), cost=cost)


def retirement(notice: notices.RetirementAhead, locale: str) -> Rendered:
    """The base model goes: in two phases, with what each means."""
    one = notice.deployment

    def told(name: str, **more: str) -> str:
        names = {"service": words.service(one), "name": words.title(one), "base": inline(one.base, 80)}
        return say(name, locale, None, **names, **more)

    ends = one.inference_ends
    until = say("retire_training_until", locale, day=day(ends)) if ends is not None else ""
    key = f"retire_{notice.phase}"
    lines = [
        told(f"{key}_what", until=until),
        say(f"{key}_next", locale),
        words.sentence([words.use(one, locale)]),
    ]
    headline = told(key, at=day(notice.at))
    row = [buttons.opened(one, locale)]
    if notice.phase == "inference" and "take_down" in one.can:
        row.append(buttons.take_down(one, locale))
    return message(headline, lines, row, f"retire:{one.id}", words.monitor(one, locale))


def until_reached(notice: notices.UntilReached, locale: str) -> Rendered:
    """The day until which it was wanted has come, or comes tomorrow."""
    one = notice.deployment
    until = day(one.until) if one.until is not None else ""
    headline = say("until_ahead" if notice.ahead else "until", locale, name=words.title(one), day=until)
    use = words.sentence([words.use(one, locale)])
    lines = [say("until_what", locale, cost=words.cost(one, locale), use=use), say("until_next", locale)]
    keep = [buttons.keep(one, locale)] if "keep" in one.can else []
    down = [buttons.take_down(one, locale)] if "take_down" in one.can else []
    return message(headline, lines, [*down, *keep], f"until:{one.id}", *_small(one, locale))


def gone(notice: notices.DeploymentGone, locale: str) -> Rendered:
    """It is not there any more, and the bot did not do that."""
    one = notice.deployment
    by_service = one.gone_why == "service"
    at = words.date(one.gone_at or one.updated_at)
    service, key = words.service(one), "gone_service" if by_service else "gone_elsewhere"
    headline = say(key, locale, at=at, service=service, name=words.title(one))
    lines = [
        say("gone_late", locale) if notice.late else "",
        " ".join(
            [
                _ended(one, locale) if by_service else say("gone_by", locale, service=service),
                say("gone_after", locale, answer=missing_answer(one.provider, locale)),
            ]
        ),
        still_answers(one, locale),
        say("gone_next", locale),
    ]
    row = [buttons.again(one, locale)] if "deploy_again" in one.can else []
    return message(headline, lines, row, f"gone:{one.id}", words.monitor(one, locale))


def _ended(one: DeploymentFacts, locale: str) -> str:
    """By which of its rules: a deployment that stood for days without a call, or one whose age was over."""
    since = one.last_call or one.created_at
    days = (one.gone_at - since).days if one.gone_at is not None and since is not None else 0
    if days > 1:
        # The rule's own number: whole days since the begin of the last bucket may be one less.
        return say("gone_idle", locale, days=words.days(one.idle_limit_days or days, locale))
    return say("gone_age", locale)
