"""Messages that are sent once: what the outbox keeps is one of these, not blocks.

Those about requests and deployments are in `bot.facts.deployment_notices`. `v` grows when a field changes its meaning;
fields are only added. Every class is listed in `NOTICES`.
"""

from datetime import datetime
from typing import ClassVar

from bot.facts.deployment_notices import DEPLOYMENT_NOTICES
from bot.facts.jobs import DataRef, Facts, JobFacts
from bot.facts.notice import Notice
from bot.facts.requests import PolicyFacts


class JobMoved(Notice):
    """A transition, one line in the job's thread."""

    kind: ClassVar[str] = "job.moved"
    job: JobFacts
    before: str
    after: str
    at: datetime
    by: str | None = None


class JobPendingLong(Notice):
    """The job has waited longer than the configured hours; said once, to the starter."""

    kind: ClassVar[str] = "job.pending_long"
    job: JobFacts
    hours: int


class JobSucceeded(Notice):
    """The end: numbers, reading of the curves, checkpoints. The picture follows as a message of its own.

    `picture` tells whether one follows; without one `picture_problem` says why (a code).
    """

    kind: ClassVar[str] = "job.succeeded"
    job: JobFacts
    picture: bool
    picture_problem: str = ""


class JobFailed(Notice):
    """The end: failed at the service, or refused when it was to be created."""

    kind: ClassVar[str] = "job.failed"
    job: JobFacts


class JobCancelled(Notice):
    """The end: cancelled, by whom when we know."""

    kind: ClassVar[str] = "job.cancelled"
    job: JobFacts
    by: str | None = None


class JobUncertain(Notice):
    """Nobody knows whether the service created the job: the starter has to look and decide."""

    kind: ClassVar[str] = "job.uncertain"
    job: JobFacts
    since: datetime


class JobSetting(Notice):
    """A setting that is too long for the card; what it is comes as the message's file. `name` is its label."""

    kind: ClassVar[str] = "job.setting"
    job: str
    name: str


class ControlFailed(Notice):
    """A pause, resume or cancel did not work. `code`, `params`, `text` as in `ProviderError`."""

    kind: ClassVar[str] = "job.control_failed"
    job: JobFacts
    action: str
    code: str
    params: dict[str, str | int | float] = {}
    text: str = ""


class CopyFailed(Notice):
    """A sound dataset could not be brought to the service."""

    kind: ClassVar[str] = "dataset.copy_failed"
    dataset: str
    name: str
    connection: str
    code: str
    params: dict[str, str | int | float] = {}
    text: str = ""


class IntakeFailed(Notice):
    """A file in Slack could not be read (`code` of `bot.errors`)."""

    kind: ClassVar[str] = "dataset.intake_failed"
    dataset: str
    name: str
    code: str
    params: dict[str, str | int | float] = {}


class DataRepaired(Notice):
    """What was repaired in a copy of a person's data; the file itself is shared beside it.

    `counts` are lines per kind of repair (`bot.datasets.repair.kinds`), `lines` the first of them, from 1, in the file
    before the repair; `left` errors and warnings that no repair mends.
    """

    kind: ClassVar[str] = "dataset.repaired"
    dataset: str
    name: str
    counts: dict[str, int]
    lines: dict[str, tuple[int, ...]]
    left: int


class DataFileFailed(Notice):
    """A file that a person asked for was not made: `what` is `report`, `repaired` or `suspects`, `code` tells why."""

    kind: ClassVar[str] = "dataset.file_failed"
    dataset: str
    name: str
    what: str
    code: str
    params: dict[str, str | int | float] = {}


class DataSuspects(Notice):
    """Our guess which lines a safety check was about; for the starter alone, without anything of the texts.

    Attributes:
        data: the training data. own: it is the starter's, who may open its report.
        lines: the first of them, from 1; `count` how many there are, `cut`: even more than were counted.
        categories: lines for each category of the failure that we have words for, `unknown` the others.
    """

    kind: ClassVar[str] = "job.suspects"
    job: JobFacts
    data: DataRef
    own: bool
    lines: tuple[int, ...]
    count: int
    cut: bool = False
    categories: dict[str, int] = {}
    unknown: tuple[str, ...] = ()


class TaskParked(Notice):
    """Work that failed too often and waits for an administrator; told to one once."""

    kind: ClassVar[str] = "task.parked"
    task: int
    task_kind: str
    key: str
    attempts: int
    error: str


class PolicyProblem(Facts):
    """A configured policy that nobody can satisfy. `code` as in `bot.approvals.policy.why_unsatisfiable`."""

    kinds: tuple[str, ...]
    connections: tuple[str, ...]
    policy: PolicyFacts
    code: str


class PoliciesUnsatisfiable(Notice):
    """Requests would wait for people who do not exist; told to one administrator once."""

    kind: ClassVar[str] = "policies.unsatisfiable"
    problems: tuple[PolicyProblem, ...]


_ALL: tuple[type[Notice], ...] = (
    JobMoved,
    JobPendingLong,
    JobSucceeded,
    JobFailed,
    JobCancelled,
    JobUncertain,
    JobSetting,
    ControlFailed,
    CopyFailed,
    IntakeFailed,
    DataRepaired,
    DataFileFailed,
    DataSuspects,
    TaskParked,
    PoliciesUnsatisfiable,
    *DEPLOYMENT_NOTICES,
)
NOTICES: dict[str, type[Notice]] = {cls.kind: cls for cls in _ALL}
