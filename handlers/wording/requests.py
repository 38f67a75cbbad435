"""Sentences about approval requests: what is asked in one line, who decides, how it stands, what happens now."""

import textwrap
from collections.abc import Mapping

from bot.facts.requests import CALLED_OFF, PolicyFacts, RequestFacts
from handlers.wording import jobs, requests_bought
from handlers.wording.language import pick
from handlers.wording.markup import bold, code, day, group, inline, mention, quoted, units, when
from handlers.wording.said import Params, fill

_MOST_NAMED = 4
_DOTS: Mapping[str, str] = {
    "changes": "🟠",
    "approved": "✅",
    "rejected": "🛑",
    "expired": "⚫",
    "withdrawn": "⚫",
}
_HELD, _FELL, _CALLED_OFF = "❄", "🛑", "⚫"
_FREEZE_SHOWN = 150
"""Characters of somebody's words about a freeze in a message; the details have all of them."""
_WHOLE, _REASON_PART, _PIECE, _ESCAPED = 3000, 2800, 400, 6
"""Of a whole reason: its characters (forms take 1,500), those of a paragraph and of what is escaped at once, and how
long one becomes by that."""
_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "ask_deployment": "Deploy {name}?",
        "ask_training": "Train {name}?",
        "ask_keep": "Keep {name}?",
        "what_deployment": "deploy {name}",
        "what_training": "train {name}",
        "what_keep": "keep {name}",
        "state_open": "Waiting",
        "state_changes": "Changes asked",
        "state_approved": "Approved",
        "state_rejected": "Rejected",
        "state_expired": "Closed undecided",
        "state_withdrawn": "Withdrawn",
        "state_replaced": "Replaced by round {round}",
        "state_held": "Approved, and held",
        "state_fell_deployment": "Approved, but not rolled out",
        "state_fell_training": "Approved, but not started",
        "state_called_off": "Approved, and called off",
        "round": "{name}, round {round}",
        "of": "{count} of {who}",
        "anybody": "the people of this workspace",
        "nobody": "nobody",
        "more": "{count} more",
        "or": "{some} or {last}",
        "and": "{some} and {last}",
        "closes": "closes {at}",
        "reason": "{who}: {reason}",
        "no_reason": "Asked by {who}",
        "tally": "{approvals} of {count}",
        "tally_by": "{approvals} of {count} ({who})",
        "self": "the requester may approve too",
        "not_self": "the requester cannot approve",
        "binding": "any change asks again",
        "by": "By {who}, {at}.",
        "by_time": "{approvals} of {count} had approved when it closed {at}.",
        "by_rule": 'By the rule "{rule}"; nobody was asked.',
        "by_glass": "By {who} alone, without the approvals that it needs: {reason}",
        "by_glass_frozen": "{who} alone went ahead in a freeze: {reason}",
        "because": "{who}: {reason}",
        "withdrawn_by": "{who} withdrew it {at}.",
        "changes_by": "{who} asks for a change: {reason}",
        "changes_next": "Voting goes on when {requester} has changed it; it closes {at} all the same.",
        "replaced_next": "It was changed. Votes on this round do not count; the newer message asks again.",
        "problem": "⚠ *Nobody can approve it as things are:* {why}",
        "held": "*Held:* {why}. Nothing is sent until the freeze ends, which is looked at every minute; then it goes "
        "on by itself.",
    }
}
_COUNTS: Mapping[str, tuple[str, ...]] = {
    "en": ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
}
_PROBLEMS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "no_approvers": "no approvers are configured, or none of them can approve. Whoever runs the bot names some "
        "in its configuration; after that a change asks again.",
        "too_few_approvers": "it needs more approvers than there are. Whoever runs the bot adds approvers, or lowers "
        "the number, in its configuration; after that a change asks again.",
        "approvers_unreadable": "Slack does not tell who is in a user group of the approvers. Whoever runs the bot "
        "checks the groups in its configuration and the scope `usergroups:read`.",
        "only_requester": "without who asks there are too few approvers. Whoever runs the bot adds approvers; or "
        "somebody else asks.",
    }
}
_PROBLEM_OTHER: Mapping[str, str] = {
    "en": "the reason is `{code}`. Whoever runs the bot looks at its configuration."
}
_FREEZES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "freeze_file": "a freeze is on",
        "freeze_file_unreadable": "whether a freeze is on cannot be read, so it counts as one; whoever runs the bot "
        "looks at `approvals.freeze_file`",
    }
}
# what follows a decision, by kind and then by how far it is ("" = whatever else)
_NEXT: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "en": {
        "deployment": {
            "approved": "the bot looks whether the name is still free, and sends it.",
            "sending": "it is being sent to the service.",
            "creating": "the service is creating it.",
            "starting": "the service has it; it counts as live once it answers a call.",
            "live": "nothing to do, it answers. {requester} has the snippet.",
            "failed": "it could not be rolled out. {requester} has the reason and its remedy.",
            "removing": "it is being taken down.",
            "gone": "it is not there any more.",
            "called_off": "nothing. It was called off before anything was sent.",
            "": "it is rolled out; its card in the channel shows how far it is.",
        },
        "training": {
            "refused": "the job was not started; its card shows why.",
            "": "the job starts; its card in the channel shows how far it is.",
        },
        "keep": {"": "the bot calls it now and before each deletion, until {until}."},
    }
}
_ENDED: Mapping[str, Mapping[str, str]] = {
    "en": {
        "deployment": "nothing is deployed. {requester} can ask again with `deploy`.",
        "training": "nothing is trained. {requester} can train again, with less data, fewer epochs or another model.",
        "keep": "nothing is called. The service deletes it when its time comes.",
    }
}
_NEXT_WORD: Mapping[str, str] = {"en": "Next:"}


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One sentence; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_TEXT, locale)[key], params or {}, **markup)


def spelled(number: int, locale: str) -> str:
    """`two`; figures from eleven on."""
    words = pick(_COUNTS, locale)
    return words[number] if 0 <= number < len(words) else f"{number:,}"


def subject(request: RequestFacts) -> str:
    """What it is about, as markup: the deployment's name, the job, or the deployment's title."""
    if request.deploy is not None:
        return inline(request.deploy.name, 80)
    if request.train is not None:
        return f"{inline(request.train.job, 20)} {inline(request.train.name, 60)}".strip()
    return inline(request.keep.title, 80) if request.keep is not None else inline(request.id, 20)


def question(request: RequestFacts, locale: str) -> str:
    """`Deploy support-v12?`."""
    return requests_bought.named(request, "ask", locale) or say(
        f"ask_{request.kind}", locale, name=subject(request)
    )


def what(request: RequestFacts, locale: str) -> str:
    """`deploy support-v12`, for the middle of a sentence."""
    return requests_bought.named(request, "what", locale) or say(
        f"what_{request.kind}", locale, name=subject(request)
    )


def policy(found: PolicyFacts, locale: str) -> str:
    """`two of @ml-leads`."""
    return say("of", locale, count=spelled(found.count, locale), who=deciders(found, locale))


def deciders(found: PolicyFacts, locale: str) -> str:
    """Who may decide: groups before people, a few of them by name."""
    if found.everyone:
        return say("anybody", locale)
    named = [*(group(one) for one in found.groups), *(mention(one) for one in found.users)]
    return listed(named, locale, "or") if named else say("nobody", locale)


def people(users: tuple[str, ...], locale: str) -> str:
    """`@ada and @bruno`."""
    return listed([mention(one) for one in users], locale, "and")


def listed(markups: list[str], locale: str, word: str = "and") -> str:
    """`a, b and c`; what is too many is counted."""
    shown = markups[:_MOST_NAMED]
    if len(markups) > len(shown):
        shown.append(say("more", locale, count=f"{len(markups) - len(shown):,}"))
    if len(shown) < 2:
        return "".join(shown)
    return say(word, locale, some=", ".join(shown[:-1]), last=shown[-1])


def replaced(request: RequestFacts) -> bool:
    """Whether this copy shows a round that a newer one replaced."""
    return request.shown_round < request.round


def state_word(request: RequestFacts, locale: str) -> str:
    """How it stands, in one or two words."""
    if request.state == "approved" and request.frozen:
        return say("state_held", locale)
    if request.fell_through:
        off = request.rollout == CALLED_OFF
        return say("state_called_off" if off else f"state_fell_{request.kind}", locale)
    return say(f"state_{request.state}", locale)


def dot(request: RequestFacts) -> str:
    """The one symbol at the start; a question has none."""
    if request.state == "approved" and request.frozen:
        return _HELD
    if request.fell_through:
        return _CALLED_OFF if request.rollout == CALLED_OFF else _FELL
    return _DOTS.get(request.state, "")


def headline(request: RequestFacts, locale: str) -> str:
    """The first line: the question while it waits, else how it ended and what it was."""
    name = inline(request.id, 20)
    if replaced(request):
        word = say("state_replaced", locale, round=f"{request.round:,}")
        return f"⚫ {bold(f'{word} · {what(request, locale)} · {name}')}"
    if request.state == "open":
        later = request.round > 1
        return bold(
            " · ".join(
                [
                    question(request, locale),
                    say("round", locale, name=name, round=f"{request.round:,}") if later else name,
                    policy(request.policy, locale),
                    say("closes", locale, at=when(request.closes_at)),
                ]
            )
        )
    return f"{dot(request)} {bold(f'{state_word(request, locale)} · {what(request, locale)} · {name}')}"


def asked(request: RequestFacts, locale: str) -> str:
    """`@requester: "Wrong refund answers in v11."`."""
    who = mention(request.requester)
    if not request.reason.strip():
        return f"{say('no_reason', locale, who=who)}."
    return say("reason", locale, who=who, reason=quoted(request.reason, 700))


def asked_whole(request: RequestFacts, locale: str) -> list[str]:
    """As `asked`, with all of the reason: in as many paragraphs as it takes."""
    pieces = [inline(piece, _ESCAPED * _PIECE) for piece in textwrap.wrap(request.reason[:_WHOLE], _PIECE)]
    if not pieces:
        return [asked(request, locale)]
    parts = [pieces[0]]
    for piece in pieces[1:]:
        if units(parts[-1]) + units(piece) >= _REASON_PART:
            parts.append(piece)
        else:
            parts[-1] += f" {piece}"
    parts[0] = say("reason", locale, who=mention(request.requester), reason=f'"{parts[0]}')
    return [*parts[:-1], f'{parts[-1]}"']


def decided(request: RequestFacts, locale: str) -> str:
    """Who decided, when, and in whose words; empty while it waits."""
    at = when(request.decided_at or request.updated_at)
    match request.state:
        case "expired":
            approvals, count = f"{request.approvals:,}", f"{request.policy.count:,}"
            text = say("by_time", locale, at=at, approvals=approvals, count=count)
        case "withdrawn":
            text = say("withdrawn_by", locale, who=mention(request.requester), at=at)
        case "rejected":
            text = _in_words(request, "because", locale)
        case "changes":
            text = _in_words(request, "changes_by", locale)
        case "approved":
            text = _approved(request, at, locale)
        case _:
            text = ""
    return text


def _approved(request: RequestFacts, at: str, locale: str) -> str:
    by = say("by", locale, who=people(request.decided_by, locale), at=at) if request.decided_by else ""
    if request.glass is not None:
        who, reason = mention(request.glass.user), quoted(request.glass.reason, 700)
        if request.approvals < request.policy.count:
            return say("by_glass", locale, who=who, reason=reason)
        return f"{by} {say('by_glass_frozen', locale, who=who, reason=reason)}".strip()
    if request.auto:
        return say("by_rule", locale, {"rule": request.auto})
    return by


def _in_words(request: RequestFacts, key: str, locale: str) -> str:
    """Who said no, or asked for a change, with the reason: the decision's, else the newest such vote's."""
    wanted = "reject" if key == "because" else "changes"
    votes = [one for one in request.votes if one.decision == wanted]
    users = request.decided_by or tuple(one.user for one in votes[-1:])
    reason = request.decision_reason or (votes[-1].reason if votes else "")
    if not users:
        return quoted(reason, 700) if reason.strip() else ""
    if not reason.strip():
        return say("by", locale, who=people(users, locale), at=when(request.decided_at or request.updated_at))
    return say(key, locale, who=people(users, locale), reason=quoted(reason, 700))


def next_step(request: RequestFacts, locale: str, *, whole: bool = False) -> str:
    """What happens now; empty while it waits for votes. `whole`: with all that was said about a freeze."""
    requester = mention(request.requester)
    if request.state == "open":
        return ""
    if request.state == "changes":
        return say("changes_next", locale, requester=requester, at=when(request.closes_at))
    if request.state == "approved" and request.frozen:
        limit = _REASON_PART if whole else _FREEZE_SHOWN
        return say("held", locale, why=freeze(request.frozen, locale, limit))
    if request.state == "approved":
        table = pick(_NEXT, locale)[request.kind]
        text = table.get(request.rollout) or table[""]
    else:
        text = pick(_ENDED, locale)[request.kind]
    until = day(request.keep.until) if request.keep is not None else ""
    bought = requests_bought.following(request, requester, locale)
    return f"{bold(pick(_NEXT_WORD, locale))} {bought or text.format(requester=requester, until=until)}"


def freeze(reason: str, locale: str, limit: int = _FREEZE_SHOWN) -> str:
    """Why nothing is rolled out: somebody's words, or ours where there are none."""
    return pick(_FREEZES, locale).get(reason) or inline(reason.rstrip("."), limit)


def rollout(request: RequestFacts, locale: str) -> str:
    """The state of the job that a training became, in a word; empty otherwise."""
    return jobs.state_word(request.rollout, locale) if request.kind == "training" and request.rollout else ""


def problem(request: RequestFacts, locale: str) -> str:
    """Why nobody can satisfy the policy; empty when somebody can."""
    if not request.problem or request.state not in ("open", "changes"):
        return ""
    known = pick(_PROBLEMS, locale).get(request.problem)
    why = known or fill(pick(_PROBLEM_OTHER, locale), {"code": request.problem})
    return say("problem", locale, why=why)


def tally(request: RequestFacts, locale: str) -> str:
    """`0 of 2`, with who approved."""
    approvals, count = f"{request.approvals:,}", f"{request.policy.count:,}"
    users = tuple(one.user for one in request.votes if one.decision == "approve")
    if not users:
        return say("tally", locale, approvals=approvals, count=count)
    return say("tally_by", locale, approvals=approvals, count=count, who=people(users, locale))


def missing(request: RequestFacts, locale: str) -> str:
    """Who is still needed: `one of @ml-leads`, without those who voted."""
    voted = {one.user for one in request.votes}
    barred = set() if request.policy.self_approval else {request.requester}
    left = max(0, request.policy.count - request.approvals)
    who = request.policy.model_copy(
        update={
            "count": left,
            "users": tuple(one for one in request.policy.users if one not in voted | barred),
        }
    )
    return policy(who, locale) if left else ""


def binding(request: RequestFacts, locale: str) -> list[str]:
    """The rules in small print: who cannot, what asks again, and the digest."""
    return [
        say("self" if request.policy.self_approval else "not_self", locale),
        say("binding", locale),
        inline(request.digest[:4], 10),
    ]


def named(request: RequestFacts, locale: str) -> str:
    """`A31 deploy support-v12`, for lists and messages about it."""
    return f"{inline(request.id, 20)} {what(request, locale)}"


def command(word: str) -> str:
    """Something to type, as a code span."""
    return code(word, 60)
