"""What holds for one person: roles, who decides about what they ask for, where they are told. Pure."""

from typing import get_args

from bot.approvals.policy import barred, pinned
from bot.chat import Member
from bot.config.approvals import RequestKind
from bot.config.settings import Settings
from bot.facts.requests import OwnSettings, PolicyLine
from bot.people import denial, has_role


def own_settings(settings: Settings, member: Member, groups: frozenset[str]) -> OwnSettings:
    """For a person of the home team who is in `groups`."""
    slack, asked, user = settings.slack, settings.approvals, member.user_id
    home = (slack.home_team, *slack.allowed_teams)
    return OwnSettings(
        user=user,
        trainer=denial(settings.roles, home, member, groups) is None,
        approves=tuple(kind for kind in get_args(RequestKind) if _decides(settings, kind, member, groups)),
        glass=not (member.is_guest or member.is_foreign) and has_role(asked.break_glass, user, groups),
        admin=has_role(settings.roles.admins, user, groups),
        policies=tuple(line for kind in get_args(RequestKind) for line in _policies(settings, kind)),
        locale=member.locale,
        tz=member.tz,
        channel=slack.channel,
        approvals_channel=slack.approvals_channel or slack.channel,
        training_above=float(asked.training_above) if asked.training_above is not None else None,
        monthly_cap=float(asked.monthly_cap) if asked.monthly_cap is not None else None,
        currency=asked.currency,
    )


def _decides(settings: Settings, kind: RequestKind, member: Member, groups: frozenset[str]) -> bool:
    home = (settings.slack.home_team, *settings.slack.allowed_teams)
    for one in settings.connections:
        policy = pinned(settings, kind, one.name)
        refused = barred(
            policy,
            settings.roles,
            home,
            team=member.team_id,
            user=member.user_id,
            guest=member.is_guest,
            foreign=member.is_foreign,
        )
        if refused is None and policy.names(member.user_id, groups):
            return True
    return False


def decides(settings: Settings, member: Member, groups: frozenset[str]) -> bool:
    """Whether a person who is in `groups` decides about any kind of request, anywhere."""
    return any(_decides(settings, kind, member, groups) for kind in get_args(RequestKind))


def _policies(settings: Settings, kind: RequestKind) -> list[PolicyLine]:
    """One line where all connections are alike, else one for each."""
    by_name = {one.name: pinned(settings, kind, one.name).shown() for one in settings.connections}
    found = list(by_name.values())
    if all(one == found[0] for one in found):
        return [PolicyLine(kind=kind, policy=one) for one in found[:1]]
    return [PolicyLine(kind=kind, connection=name, policy=one) for name, one in by_name.items()]
