"""Everything about a request: what is asked for, how it stands, all rounds with their votes."""

from collections.abc import Sequence
from datetime import datetime

from bot.facts.requests import DeployAsk, RequestFacts, RoundFacts, VoteFacts
from handlers.blocks import request_buttons as buttons
from handlers.blocks.primitives import (
    Block,
    Element,
    actions,
    context,
    cut,
    divider,
    fields,
    section,
    sections,
)
from handlers.wording import numbers, requests, requests_asks, requests_changes
from handlers.wording.approvals import say
from handlers.wording.markup import code, day, escape, group, inline, mention, quoted, units, when

_ROUNDS = 20
_VOTES = 30
_REASON = 2000
_GRADER = 2900
_ROUND, _HISTORY = 8000, 30_000
"""Characters of a round and of all of them, so that a view stays within Slack's 250 kB; the newest rounds are kept."""


def blocks(
    request: RequestFacts,
    rounds: Sequence[RoundFacts],
    locale: str,
    *,
    at: datetime,
    glass: bool = False,
) -> list[Block]:
    """The body of the details, for a modal; actions stand in it as long as something can be decided.

    `at`: when it was read; a modal does not follow what happens later. `glass`: it is shown to somebody who may go
    ahead without approvals.
    """
    shown: list[Block] = [
        *sections(_first(request, locale)),
        *fields(_facts(request, locale)),
        *_ids(request.deploy, locale),
        *(section(text) for text in _asked(request, locale)),
        *_grader(request, locale),
        *_actions(request, locale),
        context(say("d_as_of", locale, at=when(at))),
        divider(),
        *history(request, rounds, locale),
    ]
    if glass and breakable(request):
        shown += [*actions([buttons.glass(request, locale)], "glass"), context(say("d_glass", locale))]
    return shown


def history(request: RequestFacts, rounds: Sequence[RoundFacts], locale: str) -> list[Block]:
    """All rounds, and who voted when. The reason of `request`, which stands above, is not told again."""
    told: list[str] = []
    room = _HISTORY
    for one in reversed(rounds[-_ROUNDS:]):
        text = cut("\n".join(_round(one, request.reason, locale)), _ROUND)
        room -= units(text)
        if room < 0:
            break
        told = [*text.split("\n"), *told]
    return [section(say("d_rounds", locale)), *sections(told)] if told else []


def _first(request: RequestFacts, locale: str) -> list[str]:
    lines = [
        requests.headline(request, locale),
        *requests.asked_whole(request, locale),
        requests.decided(request, locale),
        requests.next_step(request, locale, whole=True),
        requests.problem(request, locale),
    ]
    return [line for line in lines if line]


def _facts(request: RequestFacts, locale: str) -> list[tuple[str, str]]:
    found = [
        (say("d_asked", locale), mention(request.requester)),
        (say("d_at", locale), when(request.created_at)),
        (say("d_policy", locale), requests.policy(request.policy, locale)),
        (
            say("d_state", locale),
            f"{requests.state_word(request, locale)} · {requests.tally(request, locale)}",
        ),
        (say("d_closes", locale), when(request.closes_at)),
        (say("d_digest", locale), code(request.digest)),
        (say("d_valid", locale), _valid(request, locale)),
        (say("d_rollout", locale), requests.rollout(request, locale)),
    ]
    return [*found, *(_deployment(request.deploy, locale) if request.deploy is not None else [])]


def _valid(request: RequestFacts, locale: str) -> str:
    if request.valid is None:
        return ""
    parts = [inline(request.valid.name, 80), inline(request.valid.id, 20)]
    if request.valid.examples is not None:
        parts.append(numbers.count(request.valid.examples, "example", locale))
    return " · ".join(parts)


def _grader(request: RequestFacts, locale: str) -> list[Block]:
    if not request.grader.strip():
        return []
    text = cut(escape(request.grader).replace("`", "ˋ"), _GRADER)
    return [section(f"{say('d_grader', locale)}\n```\n{text}\n```")]


def _deployment(ask: DeployAsk, locale: str) -> list[tuple[str, str]]:
    until = day(ask.until) if ask.until else say("d_open_end", locale)
    hours = requests_asks.lives_hours(ask)
    if hours is not None:
        until = say("d_until_aged", locale, hours=numbers.count(hours, "hour", locale))
    meaning = requests_asks.meaning(
        ask.capacity, ask.tokens_per_minute, ask.requests_per_minute, locale, ask.unit
    )
    return [
        (say("d_name", locale), code(ask.name)),
        (say("d_model", locale), inline(ask.model_short or ask.model, 100)),
        (say("d_base", locale), requests_asks.base_of(ask)),
        (say("d_job", locale), requests_asks.model_of(ask, locale) if ask.job else ""),
        (say("d_place", locale), requests_asks.place(ask, locale)),
        (say("d_sku", locale), " · ".join(dict.fromkeys((inline(ask.sku, 60), inline(ask.sku_label, 60))))),
        (say("d_capacity", locale), f"{ask.capacity:,}: {meaning}" if ask.unit != "none" else ""),
        (say("d_filter", locale), _filter(ask, locale)),
        (say("d_until", locale), until),
        (say("d_replaces", locale), inline(ask.replaces_name or ask.replaces or "", 100)),
        (say("d_tags", locale), inline(requests_asks.tags(ask.tags), 600)),
    ]


def _ids(ask: DeployAsk | None, locale: str) -> list[Block]:
    """What the service calls the model and its base, where that is not what people call them."""
    if ask is None:
        return []
    named = {ask.model_short, ask.base_short}
    ids = [code(one, 300) for one in dict.fromkeys((ask.model, ask.base)) if one and one not in named]
    return [context(say("d_ids", locale, ids=" · ".join(ids)))] if ids else []


def _filter(ask: DeployAsk, locale: str) -> str:
    if ask.filter_off or (ask.filter_on and not ask.content_filter):
        return requests_asks.filter_of(ask, locale)
    return (
        inline(ask.content_filter, 80) if ask.content_filter else requests_asks.say("filter_default", locale)
    )


def _asked(request: RequestFacts, locale: str) -> list[str]:
    """Cost, quality, quotas, warnings, and what differs from the round before."""
    lines = [*requests_asks.lines(request, locale)]
    if request.deploy is not None:
        lines.insert(0, requests_asks.replacing(request.deploy, locale))
        lines += requests_asks.quota_lines(request.deploy.quota, request.deploy.count, locale)
        lines += [f"⚠ {text}" for text in requests_asks.warnings(request.deploy, locale)[:12]]
    lines.append(requests_asks.source(request, locale))
    changed = requests_changes.lines(request.changes, request.shown_round, locale, quoted=True)
    return [text for part in (lines, changed) if (text := "\n".join(line for line in part if line))]


def _actions(request: RequestFacts, locale: str) -> list[Block]:
    row: list[Element] = []
    if buttons.votable(request):
        row += [buttons.approve(request, locale), buttons.reject(request, locale)]
        if buttons.changeable(request):
            row.append(buttons.ask_changes(request, locale))
    if buttons.held(request):
        row.append(buttons.call_off(request, locale))
    return actions(row, "votes")


def breakable(request: RequestFacts) -> bool:
    """Whether somebody who may could go ahead without approvals, or in a freeze."""
    return request.state in ("open", "changes") or buttons.held(request)


def _round(one: RoundFacts, above: str, locale: str) -> list[str]:
    reason = "–"
    if one.reason.strip():
        told = one.reason == above
        reason = say("d_reason_above", locale) if told else quoted(one.reason, _REASON)
    title = say(
        "d_round",
        locale,
        n=f"{one.n:,}",
        at=when(one.at),
        who=mention(one.by),
        reason=reason,
    )
    votes = [_vote(vote, locale) for vote in one.votes[:_VOTES]] or [say("d_votes_none", locale)]
    return [f"{title} · {code(one.digest)}", *(f"• {text}" for text in votes)]


def _vote(vote: VoteFacts, locale: str) -> str:
    reason = quoted(vote.reason, _REASON) if vote.reason.strip() else "–"
    told = say(f"d_{vote.decision}", locale, who=mention(vote.user), at=when(vote.at), reason=reason)
    groups = requests.listed([group(one) for one in vote.groups], locale)
    return f"{told}{say('d_groups', locale, groups=groups)}" if groups else told
