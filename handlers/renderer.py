"""Facts to messages: what `bot` is given as its `bot.chat.Renderer`."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from bot.chat import Rendered
from bot.datasets.report import Finding
from bot.datasets.spool import LeftOut
from bot.facts import deployment_notices, notices
from bot.facts.datasets import DatasetFacts
from bot.facts.deployments import DeploymentFacts
from bot.facts.forms import HomeFacts
from bot.facts.jobs import JobFacts
from bot.facts.notice import Notice
from bot.facts.requests import RequestFacts
from handlers.blocks import (
    altered_notices,
    clean_notices,
    data_notices,
    dataset_card,
    deployment_card,
    home,
    job_card,
    job_notices,
    offer_notices,
    other_notices,
    request_card,
    request_notices,
)
from handlers.blocks import deployment_notices as deployed
from handlers.blocks import deployment_watch_notices as watched
from handlers.wording import data_report

BUILDERS: Final[Mapping[type[Notice], Callable[[Any, str], Rendered]]] = MappingProxyType(
    {
        notices.JobMoved: job_notices.moved,
        notices.JobPendingLong: job_notices.pending_long,
        notices.JobSucceeded: job_notices.succeeded,
        notices.JobFailed: job_notices.failed,
        notices.JobCancelled: job_notices.cancelled,
        notices.JobUncertain: job_notices.uncertain,
        notices.JobSetting: job_notices.setting,
        notices.ControlFailed: job_notices.control_failed,
        notices.CopyFailed: other_notices.copy_failed,
        notices.IntakeFailed: other_notices.intake_failed,
        notices.DataRepaired: data_notices.repaired,
        notices.DataFileFailed: data_notices.file_failed,
        notices.DataSuspects: data_notices.suspects,
        notices.TaskParked: other_notices.task_parked,
        notices.PoliciesUnsatisfiable: request_notices.policies_unsatisfiable,
        deployment_notices.RequestReminder: request_notices.reminder,
        deployment_notices.RequestDecided: request_notices.decided,
        deployment_notices.ChangesAsked: request_notices.changes_asked,
        deployment_notices.NewRound: request_notices.new_round,
        deployment_notices.VoteRefused: request_notices.vote_refused,
        deployment_notices.GlassBroken: request_notices.glass_broken,
        deployment_notices.DeploymentLive: deployed.live,
        deployment_notices.DeploymentFailed: deployed.failed,
        deployment_notices.ReplacedSoon: deployed.replaced_soon,
        deployment_notices.DeploymentsFound: watched.found,
        deployment_notices.IdleNudge: watched.idle,
        deployment_notices.DeletionAhead: watched.ahead,
        deployment_notices.RetirementAhead: watched.retirement,
        deployment_notices.UntilReached: watched.until_reached,
        deployment_notices.Kept: deployed.kept,
        deployment_notices.KeepFailed: deployed.keep_failed,
        deployment_notices.TakenDown: deployed.taken_down,
        deployment_notices.TakeDownFailed: deployed.take_down_failed,
        deployment_notices.DeploymentGone: watched.gone,
        deployment_notices.DeploymentAltered: altered_notices.altered,
        deployment_notices.OfferChanged: offer_notices.offer,
        deployment_notices.KeyKept: offer_notices.key_kept,
        deployment_notices.ReminderDue: watched.reminder,
        deployment_notices.CleanDone: clean_notices.done,
    }
)


class Renderer:
    """Builds every message that the outbox, the live cards and the Home tab need. Holds nothing."""

    def message(self, notice: Notice, locale: str) -> Rendered:
        """A message that is sent once. `KeyError` for a kind of notice that has no words yet."""
        return BUILDERS[type(notice)](notice, locale)

    def job_card(self, facts: JobFacts, locale: str) -> Rendered:
        """The card of a job, edited in place."""
        return job_card.build(facts, locale)

    def dataset_card(self, facts: DatasetFacts, locale: str) -> Rendered:
        """The card of a dataset in its owner's direct messages."""
        return dataset_card.build(facts, locale)

    def data_report(
        self, facts: DatasetFacts, findings: Iterable[Finding | LeftOut], limit: int, locale: str
    ) -> bytes:
        """All findings about a dataset as a text file."""
        return data_report.build(facts, findings, limit, locale)

    def request_card(self, facts: RequestFacts, locale: str) -> Rendered:
        """One round of an approval request in the approvers' channel, edited in place."""
        return request_card.build(facts, locale)

    def deployment_card(self, facts: DeploymentFacts, locale: str) -> Rendered:
        """The card of a deployment, edited in place."""
        return deployment_card.build(facts, locale)

    def own_request(self, facts: RequestFacts, locale: str) -> Rendered:
        """The requester's copy of it, in their direct messages."""
        return request_card.own(facts, locale)

    def home(self, facts: HomeFacts, locale: str) -> Mapping[str, object]:
        """The Home tab's view."""
        return home.build(facts, locale)
