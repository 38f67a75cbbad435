"""What a request needs to be approved, what needs nobody, and when nothing is rolled out. Pure but for one file's look.

The policy is pinned in the request (DESIGN section 7): who changes the configuration changes the requests that follow.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase

from bot.config.approvals import AutoApproval, PolicyRule, RequestKind, in_freeze
from bot.config.settings import RolesSettings, Settings
from bot.facts.jobs import Facts
from bot.facts.requests import DeployAsk, KeepAsk, PolicyFacts, TrainAsk

Ask = DeployAsk | TrainAsk | KeepAsk
MONTH_HOURS = 720
REASON_SHOWN = 1000
FREEZE_FILE, FREEZE_FILE_UNREADABLE = "freeze_file", "freeze_file_unreadable"
"""What `frozen` answers when the file says nothing, or cannot be looked at: codes instead of somebody's words."""


class Policy(Facts):
    """Who decides: `count` distinct people of `users` and `groups` (`everyone` = of the home team).

    The requester counts only with `self_approval`. `closes_hours` after asking an undecided request closes.
    """

    count: int
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    everyone: bool = False
    self_approval: bool = False
    closes_hours: float

    def names(self, user: str, groups: Iterable[str]) -> bool:
        """Whether a person who is in `groups` is one of those who decide."""
        return self.everyone or user in self.users or not set(self.groups).isdisjoint(groups)

    def shown(self) -> PolicyFacts:
        """As the surface is told."""
        return PolicyFacts(**self.model_dump(exclude={"closes_hours"}))


def pinned(settings: Settings, kind: RequestKind, connection: str) -> Policy:
    """The policy for a new request: the first rule that fits, over `[approvals]` and `[roles]`."""
    asked = settings.approvals
    rule = next((one for one in asked.rules if _fits(one, kind, connection)), PolicyRule())
    who = settings.roles.approvers if rule.approvers is None else rule.approvers
    return Policy(
        count=asked.count if rule.count is None else rule.count,
        users=who.users,
        groups=who.groups,
        everyone=who.everyone,
        self_approval=asked.self_approval if rule.self_approval is None else rule.self_approval,
        closes_hours=asked.closes_hours if rule.closes_hours is None else rule.closes_hours,
    )


def _fits(rule: PolicyRule, kind: RequestKind, connection: str) -> bool:
    return rule.kind in (None, kind) and fnmatchcase(connection, rule.connection)


def barred(
    policy: Policy,
    roles: RolesSettings,
    home: Iterable[str],
    *,
    team: str,
    user: str,
    guest: bool,
    foreign: bool,
) -> str | None:
    """Why a person may not decide whatever groups they are in: `foreign_team`, `guest`; None = they may.

    Guests are no approvers, unless guests may use the bot at all and the policy names this one person.
    """
    if foreign or team not in set(home):
        return "foreign_team"
    if guest and not (roles.guests and user in policy.users):
        return "guest"
    return None


def why_unsatisfiable(
    policy: Policy, members: Mapping[str, frozenset[str]], requester: str, eligible: Callable[[str], bool]
) -> str | None:
    """Why nobody can approve what `requester` asks for; None = it can be done.

    Args:
        policy: who decides.
        members: user ids of each group.
        requester: who asks, "" when a policy is checked for whoever may ask.
        eligible: whether a person is one who may decide at all (no guest, no other team).

    Returns:
        `no_approvers`, `only_requester` (the requester is the only one), `too_few_approvers`, or None.
    """
    if policy.everyone:
        return None
    named = set(policy.users).union(*(members.get(group, frozenset()) for group in policy.groups))
    able = {one for one in named if eligible(one)}
    if not able:
        return "no_approvers"
    others = able if policy.self_approval else able - {requester}
    if not others:
        return "only_requester"
    return None if len(others) >= policy.count else "too_few_approvers"


def kind_of(ask: Ask) -> RequestKind:
    """Which kind of request it is."""
    if isinstance(ask, DeployAsk):
        return "deployment"
    return "training" if isinstance(ask, TrainAsk) else "keep"


def connection_of(ask: Ask) -> str:
    """The connection that it costs money at."""
    return ask.title.partition("/")[0] if isinstance(ask, KeepAsk) else ask.connection


def auto_rule(settings: Settings, ask: Ask) -> str | None:
    """The name of the rule by which nobody needs to be asked, None = people decide."""
    amount = _amount(ask)
    currency = settings.approvals.currency
    for rule in settings.approvals.auto:
        if _needs_nobody(rule, ask, amount, currency):
            return rule.name
    return None


def _needs_nobody(rule: AutoApproval, ask: Ask, amount: tuple[float, str] | None, currency: str) -> bool:
    if rule.kind != kind_of(ask) or not fnmatchcase(connection_of(ask), rule.connection):
        return False
    if isinstance(ask, TrainAsk) and ask.why == "purchase":
        return False  # a rule about trainings was not written for contracts that are concluded
    if rule.sku is not None and not (
        isinstance(ask, DeployAsk) and ask.sku.casefold() == rule.sku.casefold()
    ):
        return False
    if rule.below is None:
        return True
    # Another currency cannot be compared, and an unknown price may be any: neither fits.
    return amount is not None and amount[1] in (currency, "") and Decimal(repr(amount[0])) < rule.below


def _amount(ask: Ask) -> tuple[float, str] | None:
    """(a month of hosting or the training at its dearest, currency); "" = free in every currency."""
    if isinstance(ask, TrainAsk):
        return (ask.cost.high, ask.cost.currency) if ask.cost is not None else None
    if isinstance(ask, DeployAsk) and ask.free:
        return 0.0, ""
    return (ask.rate.per_hour * MONTH_HOURS, ask.rate.currency) if ask.rate else None


def frozen(settings: Settings, now: datetime) -> str | None:
    """Why nothing is rolled out now: somebody's words, or `freeze_file`, `freeze_file_unreadable`; None = no freeze.

    Fails closed: a file that cannot be looked at, or whose folder is not there, counts as a freeze.
    """
    planned = in_freeze(settings.approvals.freezes, now)
    if planned is not None:
        return planned.reason
    path = settings.approvals.freeze_file
    if path is None:
        return None
    try:
        said = path.read_bytes()
    except FileNotFoundError:
        return None if path.parent.is_dir() else FREEZE_FILE_UNREADABLE
    except OSError:
        return FREEZE_FILE_UNREADABLE
    text = " ".join(said.decode("utf-8", errors="replace").split())
    return text[:REASON_SHOWN] or FREEZE_FILE


def held(settings: Settings, glass: object, now: datetime) -> str | None:
    """Why an approved request is not rolled out yet; who broke the glass for it (`Request.glass`) ended the wait."""
    return None if glass else frozen(settings, now)
