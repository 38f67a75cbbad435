"""Messages about requests that are sent once, one function for each class of `bot.facts.deployment_notices`."""

from bot.chat import Rendered
from bot.facts import deployment_notices as notices
from bot.facts.notices import PoliciesUnsatisfiable, PolicyProblem
from handlers.blocks import request_buttons as buttons
from handlers.blocks.primitives import Block, Element, actions, as_message, footer, section
from handlers.wording import errors, requests, requests_asks, requests_changes
from handlers.wording.markup import fallback, inline, mention, quoted, when
from handlers.wording.requests_told import kind, say, why_nobody

_POLICIES = 8


def _message(
    headline: str, lines: list[str], row: list[Element], block_id: str, small: list[Block]
) -> Rendered:
    shown = [line for line in lines if line]
    blocks = [section("\n".join([headline, *shown])), *actions(row, block_id), *small]
    return Rendered(fallback(headline, *shown), as_message(blocks))


def reminder(notice: notices.RequestReminder, locale: str) -> Rendered:
    """In the thread of the request: who is needed, until when, and when it is said again.

    Without buttons: those of the request lose theirs when it is decided, and a reminder would keep them.
    """
    request = notice.request
    nth = f"{notice.nth:,}"
    following = (
        say("reminder_next", locale, nth=nth, at=when(notice.next_at))
        if notice.next_at is not None
        else say("reminder_last", locale, nth=nth)
    )
    headline = say(
        "reminder",
        locale,
        request=requests.named(request, locale),
        tally=requests.tally(request, locale),
    )
    missing = requests.missing(request, locale) or requests.policy(request.policy, locale)
    lines = [
        say("reminder_who", locale, missing=missing, at=when(request.closes_at)),
        say("reminder_where", locale) if buttons.votable(request) else "",
    ]
    return _message(headline, lines, [], f"reminder:{request.id}", footer(following))


def decided(notice: notices.RequestDecided, locale: str) -> Rendered:
    """To the requester, mentioned, and as a line in the thread."""
    request = notice.request
    held = request.state == "approved" and bool(request.frozen)
    key = "held" if held else request.state if request.state not in ("open", "changes") else "decided"
    headline = say(key, locale, request=requests.named(request, locale))
    who = mention(request.requester) if notice.to == "requester" and request.state != "withdrawn" else ""
    line = " ".join(
        part for part in (who, requests.decided(request, locale), requests.next_step(request, locale)) if part
    )
    return _message(headline, [line], [], f"decided:{request.id}", [])


def changes_asked(notice: notices.ChangesAsked, locale: str) -> Rendered:
    """To the requester: what an approver wants to be otherwise."""
    request = notice.request
    can = buttons.changeable(request)
    by = (
        requests.say("changes_by", locale, who=mention(notice.by), reason=quoted(notice.reason, 900))
        if notice.reason.strip()
        else requests.say("by", locale, who=mention(notice.by), at=when(request.updated_at))
    )
    lines = [
        f"{mention(request.requester)} {by}",
        say("changes_do" if can else "changes_cannot", locale, at=when(request.closes_at)),
    ]
    row = [buttons.change(request, locale, primary=True)] if can else []
    row.append(buttons.withdraw(request, locale))
    headline = say("changes", locale, request=requests.named(request, locale))
    return _message(headline, lines, row, f"changes:{request.id}", [])


def new_round(notice: notices.NewRound, locale: str) -> Rendered:
    """In the thread of the old round: what is different now."""
    request = notice.request
    headline = say("new_round", locale, request=requests.named(request, locale), round=f"{request.round:,}")
    changed = requests_changes.lines(request.changes, request.round, locale)
    lines = [say("new_round_what", locale), *changed]
    return _message(headline, lines, [], f"round:{request.id}", [])


def vote_refused(notice: notices.VoteRefused, locale: str) -> Rendered:
    """To who clicked: why it did not count, and what there is to know instead."""
    request, problem = notice.request, notice.problem
    params = {"request": request.id, **problem.params}
    said = errors.explain(problem.code, params, locale, text=problem.text, request_id=problem.request_id)
    headline = say("refused", locale, what=said.happened)
    about = say("refused_about", locale, request=requests.named(request, locale))
    return _message(headline, [about, *said.lines()], [], f"refused:{request.id}", [])


def glass_broken(notice: notices.GlassBroken, locale: str) -> Rendered:
    """To everybody: who went ahead, why, and what it costs."""
    request = notice.request
    glass = request.glass
    who = mention(glass.user) if glass is not None else inline(request.id, 20)
    approved = request.approvals >= request.policy.count
    headline = say(
        ("glass_approved" if approved else "glass_frozen") if request.frozen else "glass",
        locale,
        who=who,
        request=requests.named(request, locale),
    )
    lines = [
        f"{who}: {quoted(glass.reason, 900)}" if glass is not None and glass.reason.strip() else "",
        say("glass_freeze", locale, why=requests.freeze(request.frozen, locale)) if request.frozen else "",
        say("glass_tally", locale, tally=requests.tally(request, locale)),
        *requests_asks.lines(request, locale)[:1],
    ]
    return _message(headline, lines, [], f"glass:{request.id}", footer(requests_asks.source(request, locale)))


def policies_unsatisfiable(notice: PoliciesUnsatisfiable, locale: str) -> Rendered:
    """To an administrator: requests would wait for people who do not exist."""
    headline = say("policies", locale)
    lines = [_policy(one, locale) for one in notice.problems[:_POLICIES]]
    if len(notice.problems) > _POLICIES:
        lines.append(say("policies_more", locale, count=f"{len(notice.problems) - _POLICIES:,}"))
    return _message(headline, [*lines, say("policies_do", locale)], [], "policies", [])


def _policy(one: PolicyProblem, locale: str) -> str:
    named = one.policy.everyone or one.policy.users or one.policy.groups
    return say(
        "policy_line" if named else "policy_nobody",
        locale,
        kinds=requests.listed([kind(name, locale) for name in one.kinds], locale),
        connections=requests.listed([inline(name, 60) for name in one.connections], locale),
        policy=requests.policy(one.policy, locale),
        why=why_nobody(one.code, locale),
    )
