"""What the bot knows of the reader: roles, who decides about what they ask for, language, channels."""

from bot.chat import Rendered
from bot.facts.requests import OwnSettings, PolicyLine
from handlers.blocks.primitives import Block, as_message, fields, footer, section
from handlers.wording import numbers, requests
from handlers.wording.approvals import kind, say
from handlers.wording.markup import channel, fallback, inline, mention

_POLICIES = 20


def build(own: OwnSettings, locale: str) -> Rendered:
    """The answer to `settings`, which only the reader sees."""
    title = f"{say('settings', locale)} · {mention(own.user)}"
    roles = _roles(own, locale)
    policies = [_policy(one, locale) for one in own.policies[:_POLICIES]]
    limits = _limits(own, locale)
    decided = "\n".join([f"*{say('s_policies', locale)}*", *policies, limits]).rstrip()
    unknown = say("s_unknown", locale)
    blocks: list[Block] = [
        section(title),
        *fields(
            [
                (say("s_roles", locale), roles),
                (say("s_language", locale), inline(own.locale, 40) or unknown),
                (say("s_zone", locale), inline(own.tz, 60) or unknown),
                (say("s_channels", locale), _channels(own, locale)),
            ]
        ),
        section(decided),
        *footer(say("s_where", locale)),
    ]
    return Rendered(fallback(title, roles, *policies), as_message(blocks))


def _roles(own: OwnSettings, locale: str) -> str:
    kinds = requests.listed([kind(one, locale).lower() for one in own.approves], locale)
    held = [
        say("s_trainer", locale) if own.trainer else "",
        say("s_approver", locale, kinds=kinds) if kinds else "",
        say("s_glass", locale) if own.glass else "",
        say("s_admin", locale) if own.admin else "",
    ]
    return " · ".join(one for one in held if one) or say("s_none", locale)


def _policy(line: PolicyLine, locale: str) -> str:
    own = say("s_own" if line.policy.self_approval else "s_not_own", locale)
    told = requests.policy(line.policy, locale)
    name = kind(line.kind, locale)
    if not line.connection:
        return f"• {say('s_policy', locale, kind=name, policy=told, own=own)}"
    where = inline(line.connection, 60)
    return f"• {say('s_policy_at', locale, kind=name, policy=told, own=own, connection=where)}"


def _limits(own: OwnSettings, locale: str) -> str:
    parts = []
    if own.training_above is not None:
        amount = numbers.amount(own.training_above, own.currency)
        parts.append(say("s_above", locale, amount=amount))
    if own.monthly_cap is not None:
        parts.append(say("s_cap", locale, amount=numbers.amount(own.monthly_cap, own.currency)))
    told = ", ".join(parts)
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _channels(own: OwnSettings, locale: str) -> str:
    return " · ".join(
        [
            say("s_cards", locale, channel=channel(own.channel)),
            say("s_approvals", locale, channel=channel(own.approvals_channel)),
            say("s_direct", locale),
        ]
    )
