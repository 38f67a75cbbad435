"""Can each policy be satisfied by the people that it names? Pure: who they are was looked up before."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.approvals.policy import Policy, barred, why_unsatisfiable
from bot.approvals.standing import InUse
from bot.commands.findings import Looked, fine, warn, wrong
from bot.commands.slack_calls import Answer
from bot.config.settings import Settings

SHOWN = 6
_KINDS = {"deployment": "deployments", "training": "trainings", "keep": "keeping"}


@dataclass(frozen=True, slots=True)
class Known:
    """A person as Slack tells of them; `gone`: deactivated, or not there at all."""

    name: str
    answer: Answer
    team: str = ""
    gone: bool = False
    guest: bool = False
    foreign: bool = False
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody who matters. `unreadable`: groups that could not be listed; `not_looked`: members not looked up one by
    one, taken for able."""

    members: Mapping[str, frozenset[str]]
    unreadable: frozenset[str]
    people: Mapping[str, Known]
    not_looked: frozenset[str] = field(default=frozenset())

    def able(self, user: str, policy: Policy, settings: Settings) -> bool:
        """Whether a person may decide at all."""
        if user in self.not_looked:
            return True
        one = self.people.get(user)
        if one is None or one.gone or one.bot or not one.answer.ok:
            return False
        home = (settings.slack.home_team, *settings.slack.allowed_teams)
        refused = barred(
            policy, settings.roles, home, team=one.team, user=user, guest=one.guest, foreign=one.foreign
        )
        return refused is None

    def name(self, user: str) -> str:
        """How a person is called."""
        one = self.people.get(user)
        return one.name if one else user


def policy_looks(one: InUse, settings: Settings, directory: Directory, handles: Mapping[str, str]) -> Looked:
    """What there is to say about one policy."""
    policy = one.policy
    kinds = ", ".join(_KINDS[kind] for kind in one.kinds)
    what = f"approvals of {kinds} ({', '.join(one.connections)})"
    if policy.everyone:
        return fine(what, f"{policy.count} of everyone")
    if not (policy.users or policy.groups):
        remedy = 'Name some: approvers = { groups = ["S…"] } under [roles], or a rule of [[approvals.auto]].'
        return warn(what, "no approvers are named, so nothing that is asked for can be approved", remedy)
    named = set(policy.users).union(*(directory.members.get(group, ()) for group in policy.groups))
    able = sorted(user for user in named if directory.able(user, policy, settings))
    needed = f"{policy.count} of {', '.join([*(handles.get(g) or g for g in policy.groups), *policy.users])}"
    problem = why_unsatisfiable(policy, directory.members, "", lambda user: user in able)
    who = _listed([directory.name(user) for user in able])
    if problem is not None:
        return _nobody(what, needed, able, named, policy, directory, settings, who)
    if len(able) == policy.count and not policy.self_approval:
        detail = f"{needed}: only {who} can approve, so what one of them asks for can never be approved"
        return warn(what, detail, "Name one more, lower the count, or set self_approval = true.")
    return fine(what, f"{needed}: {len(able):,} can approve ({who})")


def _nobody(
    what: str,
    needed: str,
    able: list[str],
    named: set[str],
    policy: Policy,
    directory: Directory,
    settings: Settings,
    who: str,
) -> Looked:
    unread = sorted(set(policy.groups) & directory.unreadable)
    if unread:
        remedy = "Mend what is said above about the group."
        return wrong(what, f"{needed}: nobody can, since {', '.join(unread)} cannot be read", remedy)
    out = _listed(sorted(f"{directory.name(u)} ({_why(u, directory)})" for u in named - set(able)))
    can = f"only {who} can approve" if able else "nobody can approve"
    left = f"; not {out}" if out else ""
    remedy = "Name more people who can, or lower the count: until then every request waits in vain."
    if any(directory.people[u].guest for u in named if u in directory.people) and not settings.roles.guests:
        remedy += " Guests never approve, unless [roles] lets them in and users names them."
    return wrong(what, f"{needed}: {can}{left}", remedy)


def _why(user: str, directory: Directory) -> str:
    one = directory.people.get(user)
    if one is None:
        return "not looked at"
    if one.gone:
        return "left" if one.answer.ok else "not there"
    if not one.answer.ok:
        return one.answer.error or one.answer.fault
    return "a bot" if one.bot else "of another workspace" if one.foreign else "a guest"


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
