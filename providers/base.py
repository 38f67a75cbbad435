"""The one protocol that every service is reached through, and its normalised values.

All values are frozen. Times are aware UTC. Token counts are tokens, sizes bytes, durations seconds.
A `State` is what only the provider understands (cursor, ids); it survives as JSON in the store.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from providers.describing import (
    Capabilities,
    Extent,
    HyperParam,
    Limits,
    Model,
    ModelKind,
    NameRule,
    Number,
    Option,
    SuffixRule,
    TrainingType,
    Value,
    epochs,
    extent,
)
from providers.failures import Explanation
from providers.sending import ByteSource, InParts, Progress

if TYPE_CHECKING:
    from providers.hosting import Hosting
    from providers.requirements import Requirements

__all__ = [
    "TERMINAL", "ByteSource", "Capabilities", "Checkpoint", "ControlAction", "EventPage", "Extent", "Failure",
    "FileState", "HyperParam", "InParts", "JobEvent", "JobPage", "JobSpec", "JobState", "Json", "Limits", "Model",
    "ModelKind", "NameRule", "Number", "Option", "Point", "Probe", "Progress", "Provider", "Ref", "RemoteFile",
    "RemoteJob", "Scalar", "Split", "State", "SuffixRule", "TrainingType", "Value", "epochs", "extent",
]  # fmt: skip

Scalar = str | int | float | bool | None
Json = Scalar | list["Json"] | dict[str, "Json"]
State = dict[str, Json]

FileState = Literal["pending", "processed", "failed", "deleted"]
JobState = Literal["pending", "running", "pausing", "paused", "resuming", "succeeded", "failed", "cancelled"]
TERMINAL: frozenset[str] = frozenset({"succeeded", "failed", "cancelled"})
Split = Literal["train", "valid", "full_valid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A thing at the service: its id there and what else is needed to reach it."""

    id: str
    remote: State = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file at the service. `bytes` is None until the service knows it; `detail` its reason for `failed`."""

    id: str
    name: str
    purpose: str
    state: FileState
    raw_state: str
    bytes: int | None
    created_at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """What to train: ids are the service's, hyperparameters by the service's names.

    Attributes:
        key: unique for this order and the same at every attempt (letters, digits, `-`; at most 60): the job's id where
            we may choose it, a label otherwise. label: our name of the job (`J142`).
        requester: id of the person in Slack, for tags and labels.
        examples: how many the training data has; None = not known.
    """

    model: str
    training_file: str
    validation_file: str | None
    training_type: str | None
    method: str
    hyperparameters: Mapping[str, Value]
    seed: int
    suffix: str | None
    key: str = ""
    label: str = ""
    requester: str = ""
    examples: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The service's own account of why a job failed, unchanged."""

    code: str
    message: str
    param: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteJob:
    """A training job as the service tells it; `raw_state` is its own word, an unknown one counts as running.

    `result_model` is the name that `Hosting` deploys. `url` is the service's own page about the job, "" = not told.
    """

    id: str
    state: JobState
    raw_state: str
    model: str
    created_at: datetime
    training_file: str
    validation_file: str | None = None
    training_type: str | None = None
    hyperparameters: Mapping[str, Value] = field(default_factory=dict)
    seed: int | None = None
    suffix: str | None = None
    finished_at: datetime | None = None
    estimated_finish: datetime | None = None
    result_model: str | None = None
    result_files: tuple[str, ...] = ()
    trained_tokens: int | None = None
    failure: Failure | None = None
    method: str = "supervised"
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """One page of the service's list, newest first. `next` is None on the last page."""

    jobs: tuple[RemoteJob, ...]
    next: State | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One measurement: `metric` is `loss`, `token_accuracy`, `reward` or the service's own column name."""

    metric: str
    split: Split
    step: int
    value: float
    epoch: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """One line of the job's log. `points` are the measurements that came with it."""

    id: str
    at: datetime
    level: Literal["info", "warning", "error"]
    message: str
    kind: Literal["message", "metrics"]
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Events after the cursor that was given, oldest first. `cursor` goes into the next call."""

    events: tuple[JobEvent, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A saved state of the model. `model` is the name to deploy or to train further."""

    id: str
    step: int
    model: str
    created_at: datetime
    deployable: bool
    epoch: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a connection answers to a harmless question.

    Attributes:
        clock_skew: service's clock minus ours in seconds, None when it sent no date.
        files, files_bytes, jobs: how much of the quotas is used; None when not readable.
    """

    capabilities: Capabilities
    clock_skew: float | None = None
    files: int | None = None
    files_bytes: int | None = None
    jobs: int | None = None


ControlAction = Literal["pause", "resume", "cancel"]


class Provider(Protocol):
    """One service at one resource.

    Every method raises `providers.errors.ProviderError` and nothing else. Only `upload` and `submit` raise
    `OutcomeUnknown`: they are sent once, and the caller looks (`find_file`, `find_job`) before it asks again.
    Deployments (`providers.hosting`) and what has to be there before a training (`providers.requirements`) are
    protocols of their own.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this connection can do, without asking the service."""
        ...

    @property
    def hosting(self) -> "Hosting | None":
        """Deployments; None where the service or the configuration has none."""
        ...

    @property
    def requirements(self) -> "Requirements | None":
        """What a training needs beyond its data (a subscription, a registration, rights); None = nothing."""
        ...

    async def probe(self) -> Probe:
        """Ask something harmless; feeds `tunesmith check` and the quotas."""
        ...

    async def models(self) -> Sequence[Model]:
        """Everything that can be trained: base models, tuned models, checkpoints."""
        ...

    async def upload(
        self, src: ByteSource, name: str, resume: State | None, note: Progress, parts: InParts | None = None
    ) -> RemoteFile:
        """Send a file once under our own `name`.

        With `parts`, a large file goes in parts where the service can take them, and `resume` is what
        `parts.keep` was given last: the provider goes on there, looks first where that run may have ended with
        a file, and cancels at the service what it cannot go on with. Without a `resume` the caller looks
        (`find_file`) before it repeats an upload whose outcome is unknown.
        """
        ...

    async def find_file(self, name: str, size: int, since: datetime) -> RemoteFile | None:
        """What an upload with unknown outcome may have left: same name and size, not older than `since`."""
        ...

    async def file(self, f: Ref) -> RemoteFile:
        """One file's state."""
        ...

    async def files(self) -> Sequence[RemoteFile]:
        """All files of this connection."""
        ...

    async def delete_file(self, f: Ref) -> None:
        """Delete a file; one that is gone already is fine."""
        ...

    def check_values(self, method: str, given: Mapping[str, Value]) -> None:
        """Look closer at hyperparameters than `HyperParam` can tell (the inside of a grader); pure, no request.

        Raises `Refused` with the param `name`, the hyperparameter that is meant.
        """
        ...

    async def submit(self, spec: JobSpec) -> RemoteJob:
        """Create a job with one attempt. `OutcomeUnknown` when no answer came.

        `Unsupported("training_removed")` where the service trains nothing any more.
        """
        ...

    async def find_job(self, spec: JobSpec, since: datetime) -> Sequence[RemoteJob]:
        """What a submit with unknown outcome may have made: by its key, or same seed, files, suffix; made since."""
        ...

    async def jobs(self, cursor: State | None) -> JobPage:
        """One page of all jobs; one request."""
        ...

    async def job(self, j: Ref) -> RemoteJob:
        """One job."""
        ...

    async def delete_job(self, j: Ref) -> None:
        """Delete an ended job and what it made; gone already is fine. `Conflict`: `model_in_use` when deployed."""
        ...

    async def events(self, j: Ref, after: str | None) -> EventPage:
        """The log after the event `after` (None = from the beginning), oldest first."""
        ...

    def results(self, j: Ref) -> AsyncIterator[Point]:
        """All measurements of a finished job, streamed."""
        ...

    async def checkpoints(self, j: Ref) -> Sequence[Checkpoint]:
        """Checkpoints, newest first."""
        ...

    async def control(self, j: Ref, a: ControlAction) -> RemoteJob:
        """Pause, resume or cancel; `Conflict` when the job's state does not allow it."""
        ...

    def explain(self, failure: Failure) -> Explanation:
        """Sort a failure out; pure, no request."""
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...
