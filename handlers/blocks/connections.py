"""The connections: do they answer, and how much of their quotas is used."""

from collections.abc import Sequence

from bot.chat import Rendered
from bot.facts.forms import ConnectionFacts, Quota
from handlers.blocks.primitives import Block, as_message, context, section
from handlers.wording import errors, jobs, numbers
from handlers.wording.lists import say
from handlers.wording.markup import fallback, inline, when
from handlers.wording.services import unmeasured

_SHOWN = 40
_SKEW_TOLD = 60.0
_QUOTAS = 12
_NAMED = frozenset({"files", "files_bytes", "jobs", "deployments"})
_DOTS = {"healthy": "🟢", "failing": "🛑", "unknown": "⚪", "closed": "🟠"}


def build(found: Sequence[ConnectionFacts], locale: str) -> Rendered:
    """One paragraph for each connection."""
    title = say("connections", locale)
    if not found:
        nothing = say("connections_none", locale)
        return Rendered(fallback(title, nothing), as_message([section(title), section(nothing)]))
    blocks: list[Block] = [section(title), *(section(_paragraph(one, locale)) for one in found[:_SHOWN])]
    if len(found) > _SHOWN:
        blocks.append(context(say("not_shown", locale)))
    return Rendered(fallback(title, *(_headline(one, locale) for one in found)), as_message(blocks))


def _headline(one: ConnectionFacts, locale: str) -> str:
    state = "closed" if one.closed and one.state == "healthy" else one.state
    return f"{_DOTS[state]} *{inline(one.name, 80)} · {say(f'state_{state}', locale)}*"


def _paragraph(one: ConnectionFacts, locale: str) -> str:
    about = [jobs.service(one.provider), inline(one.region, 60)]
    if one.open_jobs:
        about.append(say("open_jobs", locale, jobs=numbers.count(one.open_jobs, "job", locale)))
    if one.probed_at is not None:
        about.append(say("probed", locale, at=when(one.probed_at)))
    if one.clock_skew is not None and abs(one.clock_skew) >= _SKEW_TOLD:
        about.append(say("skew", locale, seconds=f"{one.clock_skew:+,.0f}"))
    lines = [
        _headline(one, locale),
        " · ".join(part for part in about if part),
        _closed(one, locale),
        " · ".join(_gauge(quota, locale) for quota in one.quotas[:_QUOTAS]),
        _hosting(one, locale),
    ]
    if one.state == "failing" and one.error:
        said = errors.explain(
            one.error, one.error_params, locale, text=one.error_text[:600], provider=one.provider
        )
        lines += [f"{said.happened}.", *said.lines()]
    return "\n".join(line for line in lines if line)


def _closed(one: ConnectionFacts, locale: str) -> str:
    """That nothing is trained there any more, in one line."""
    if not one.closed:
        return ""
    said = errors.explain(one.closed, {}, locale, provider=one.provider)
    return f"⚠ {said.happened}. {said.meaning}"


def _hosting(one: ConnectionFacts, locale: str) -> str:
    """Whether deployments are managed there, when they and their calls were read last, and what could not be read."""
    if not one.managed:
        return say("unmanaged", locale)
    looked = say("looked", locale, at=when(one.looked_at)) if one.looked_at else say("not_looked", locale)
    if unmeasured(one.provider):
        metrics = say("metrics_unmeasured", locale, service=jobs.service(one.provider))
    else:
        metrics = say("metrics", locale, at=when(one.used_at)) if one.used_at else say("metrics_none", locale)
    lines = [" · ".join([say("managed", locale), looked, metrics])]
    if one.unread:
        text = one.unread_text[:600]
        said = errors.explain(one.unread_error, one.unread_params, locale, text=text, provider=one.provider)
        key = "unread_usage" if one.unread == "usage" else "unread_deployments"
        lines += [say(key, locale, what=said.happened), *said.lines()]
    return "\n".join(lines)


def _gauge(quota: Quota, locale: str) -> str:
    sized = quota.what == "files_bytes"
    used = numbers.storage(quota.used) if sized else f"{quota.used:,}"
    limit = numbers.storage(quota.limit) if sized else f"{quota.limit:,}"
    key = f"quota_{quota.what}" if quota.what in _NAMED else "quota_other"
    return say(key, locale, {"what": quota.what}, used=used, limit=limit)
