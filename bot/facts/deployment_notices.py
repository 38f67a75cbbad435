"""Messages about requests and deployments that are sent once."""

from datetime import datetime
from typing import ClassVar, Literal

from bot.facts.deploy_forms import CleanItem
from bot.facts.deployments import DeploymentFacts, ProblemFacts
from bot.facts.jobs import Facts
from bot.facts.notice import Notice
from bot.facts.requests import RequestFacts


class RequestReminder(Notice):
    """In the thread of the request: it still waits. `nth` from 1; `next_at` None = the last one before it closes."""

    kind: ClassVar[str] = "request.reminder"
    request: RequestFacts
    nth: int
    next_at: datetime | None


class RequestDecided(Notice):
    """Approved, rejected, closed or withdrawn: to the requester, and a line in the thread (`to` tells which)."""

    kind: ClassVar[str] = "request.decided"
    request: RequestFacts
    to: Literal["requester", "thread"]


class ChangesAsked(Notice):
    """An approver asks the requester to change something."""

    kind: ClassVar[str] = "request.changes_asked"
    request: RequestFacts
    by: str
    reason: str


class NewRound(Notice):
    """In the thread of the old round: what was asked changed, a new message asks again."""

    kind: ClassVar[str] = "request.new_round"
    request: RequestFacts


class VoteRefused(Notice):
    """To who clicked: the vote did not count (`not_approver`, `own_request`, `already_decided`, `voted`, …)."""

    kind: ClassVar[str] = "request.vote_refused"
    request: RequestFacts
    problem: ProblemFacts


class GlassBroken(Notice):
    """To everybody: somebody rolled out without approvals or in a freeze."""

    kind: ClassVar[str] = "request.glass_broken"
    request: RequestFacts


class DeploymentLive(Notice):
    """It answers. To the owner, with the snippet."""

    kind: ClassVar[str] = "deployment.live"
    deployment: DeploymentFacts
    answer: str = ""


class DeploymentFailed(Notice):
    """It could not be rolled out (`deployment.problem`). To the owner, and in the thread of its request."""

    kind: ClassVar[str] = "deployment.failed"
    deployment: DeploymentFacts


class ReplacedSoon(Notice):
    """The successor answers: the old one goes at `deployment.take_down_at`."""

    kind: ClassVar[str] = "deployment.replaced_soon"
    deployment: DeploymentFacts
    successor: DeploymentFacts


class DeploymentsFound(Notice):
    """Deployments made around the bot, told once. To the approvers' channel."""

    kind: ClassVar[str] = "deployment.found"
    deployments: tuple[DeploymentFacts, ...]


class IdleNudge(Notice):
    """Nobody calls it, and it costs. To the owner."""

    kind: ClassVar[str] = "deployment.idle"
    deployment: DeploymentFacts


class DeletionAhead(Notice):
    """The service deletes it soon: `left` whole days or hours. `late` = it was due while the bot was away."""

    kind: ClassVar[str] = "deployment.deletion_ahead"
    deployment: DeploymentFacts
    left: int
    unit: Literal["days", "hours"]
    late: bool = False


class RetirementAhead(Notice):
    """The base model retires: `phase` is `training` or `inference`."""

    kind: ClassVar[str] = "deployment.retirement_ahead"
    deployment: DeploymentFacts
    phase: Literal["training", "inference"]
    at: datetime


class UntilReached(Notice):
    """The day until which it was wanted has come (`ahead`: comes tomorrow): keep it or take it down?"""

    kind: ClassVar[str] = "deployment.until_reached"
    deployment: DeploymentFacts
    ahead: bool = False


class Kept(Notice):
    """A keep call answered; it is safe until `deployment.expires`."""

    kind: ClassVar[str] = "deployment.kept"
    deployment: DeploymentFacts
    by: str | None


class KeepFailed(Notice):
    """A keep call did not work."""

    kind: ClassVar[str] = "deployment.keep_failed"
    deployment: DeploymentFacts
    problem: ProblemFacts


class TakenDown(Notice):
    """It was taken down through the bot; `by` None = as the successor's replacement."""

    kind: ClassVar[str] = "deployment.taken_down"
    deployment: DeploymentFacts
    by: str | None


class TakeDownFailed(Notice):
    """It could not be taken down."""

    kind: ClassVar[str] = "deployment.take_down_failed"
    deployment: DeploymentFacts
    problem: ProblemFacts


class DeploymentGone(Notice):
    """It is no longer at the service, and the bot did not do that (`deployment.gone_why`)."""

    kind: ClassVar[str] = "deployment.gone"
    deployment: DeploymentFacts
    late: bool = False


class DeploymentAltered(Notice):
    """Somebody changed it at the service: `was` is how it stood before. To the owner and the approvers."""

    kind: ClassVar[str] = "deployment.altered"
    deployment: DeploymentFacts
    was: DeploymentFacts


class OfferChanged(Notice):
    """The subscription to its base model: suspended, ended, or in order again. To the owner and the approvers."""

    kind: ClassVar[str] = "deployment.offer"
    deployment: DeploymentFacts
    offer: Literal["good", "suspended", "ended"]


class KeyKept(Notice):
    """Its key, which could not be put where the configuration wants it at first, is there now. To the owner."""

    kind: ClassVar[str] = "deployment.key_kept"
    deployment: DeploymentFacts


class ReminderDue(Notice):
    """Somebody asked to be reminded of an idle deployment."""

    kind: ClassVar[str] = "deployment.reminder"
    deployment: DeploymentFacts


class NotCleaned(Facts):
    """Something that was to be deleted and is still there."""

    item: CleanItem
    problem: ProblemFacts


class CleanDone(Notice):
    """What became of a clean-up: to who asked for it."""

    kind: ClassVar[str] = "clean.done"
    connection: str
    done: tuple[CleanItem, ...]
    failed: tuple[NotCleaned, ...]


DEPLOYMENT_NOTICES: tuple[type[Notice], ...] = (
    RequestReminder,
    RequestDecided,
    ChangesAsked,
    NewRound,
    VoteRefused,
    GlassBroken,
    DeploymentLive,
    DeploymentFailed,
    ReplacedSoon,
    DeploymentsFound,
    IdleNudge,
    DeletionAhead,
    RetirementAhead,
    UntilReached,
    Kept,
    KeepFailed,
    TakenDown,
    TakeDownFailed,
    DeploymentGone,
    DeploymentAltered,
    OfferChanged,
    KeyKept,
    ReminderDue,
    CleanDone,
)
