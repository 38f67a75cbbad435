"""Facts about training jobs."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

OurState = Literal[
    "waiting",  # its data is not ready at the service yet
    "submitting",  # the request to create it is on its way
    "uncertain",  # sent, and nobody knows whether the service created it
    "refused",  # the service would not create it
    "pending",
    "running",
    "pausing",
    "paused",
    "resuming",
    "succeeded",
    "failed",
    "cancelled",
]
ENDED: frozenset[str] = frozenset({"refused", "succeeded", "failed", "cancelled"})


class Facts(BaseModel):
    """Base of everything that is shown: frozen, no unknown keys, JSON both ways."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class Money(Facts):
    """An amount with where it comes from; `low`..`high` are equal when it is not a range."""

    low: float
    high: float
    currency: str
    source: str
    as_of: str


class DataRef(Facts):
    """A dataset in one line."""

    id: str
    name: str
    examples: int | None = None


class Progress(Facts):
    """How far a running job is; every part may be unknown.

    Attributes:
        step, steps: optimiser steps done and in all. epoch, epochs: likewise.
        fraction: 0.0-1.0.
        train_first, train_last, valid_last: losses. token_accuracy: 0.0-1.0.
        reward_first, reward_last: mean rewards in training, of reinforcement.
    """

    step: int | None = None
    steps: int | None = None
    epoch: float | None = None
    epochs: int | None = None
    fraction: float | None = None
    train_first: float | None = None
    train_last: float | None = None
    valid_last: float | None = None
    token_accuracy: float | None = None
    reward_first: float | None = None
    reward_last: float | None = None


class FailureFacts(Facts):
    """Why a job ended badly.

    Attributes:
        kind: `providers.failures.Explanation.kind`, for example `rai_data`, `rai_model`, `unknown`.
        categories: normalised harm categories (`self_harm`), empty when it is something else.
        text: the service's own words, unchanged.
        code: the service's own code.
        charged: False only when a source says so; None when unknown.
        tokens_billed: from the job's log, None when it did not say.
        request_id: for the service's support.
        params: what the words need: what is missing, what to change in the data (`fix`).
        grants: rights to ask for, one each.
    """

    kind: str
    params: dict[str, str | int | float] = {}
    grants: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    text: str = ""
    code: str = ""
    charged: bool | None = None
    tokens_billed: int | None = None
    request_id: str = ""


class ReadingFacts(Facts):
    """What the curves say: `bot.training.reading.Reading` with its numbers."""

    kind: str
    numbers: dict[str, float | int] = {}


class CheckpointFacts(Facts):
    """One checkpoint; `model` is the name to deploy or to train further."""

    id: str
    step: int
    epoch: float | None = None
    model: str
    deployable: bool
    train_loss: float | None = None
    valid_loss: float | None = None
    full_valid_loss: float | None = None


class JobFacts(Facts):
    """A job as any surface shows it. Times are aware UTC.

    Attributes:
        name: suffix, or the base model's short name when there is no suffix.
        model: short name of the model it starts from.
        can: what may be done now: any of `pause`, `resume`, `cancel`, `train_like`, `results`, `answer`.
        like: the job whose settings it took over.
        compare: (job id, validation loss) of the job to compare with, None when there is none.
        compare_here: that loss is the other job's at the step where this one is; False = at its end.
        remote_id: the service's id. portal_url: empty when the connection has none.
        muted: the starter muted its messages.
        holds_back: there is no validation data, and the service holds back a share of the training data.
        waits: what a job that is not at the service yet waits for: `data` (the service processes it), `service` (it
            asked to come later), `answer` (sent, none came: it is looked for until `waits_until`), `approval`
            (`request` decides), `purchase` (likewise, about something that has to be bought), `hours` and `batches`
            (likewise, because what it costs cannot be known); empty = nothing.
        bought: what was bought for it after an approval (a marketplace offer), "" = nothing.
        labels: of hyperparameters, by their names, where the model is known.
        sparse: the service measures a few times only (once per epoch), and that is as it should be.
    """

    id: str
    name: str
    state: OurState
    raw_state: str
    connection: str
    region: str
    provider: str
    requester: str
    model: str
    training_type: str | None
    method: str
    train: DataRef
    valid: DataRef | None
    hyperparameters: dict[str, float | int | str]
    seed: int
    suffix: str | None
    created_at: datetime
    submitted_at: datetime | None = None
    finished_at: datetime | None = None
    eta: datetime | None = None
    progress: Progress = Progress()
    estimate: Money | None = None
    cost: Money | None = None
    tokens: int | None = None
    tokens_billed: int | None = None
    result_model: str | None = None
    failure: FailureFacts | None = None
    reading: ReadingFacts | None = None
    checkpoints: tuple[CheckpointFacts, ...] = ()
    can: tuple[str, ...] = ()
    like: str | None = None
    compare: tuple[str, float] | None = None
    compare_here: bool = False
    remote_id: str | None = None
    portal_url: str = ""
    muted: bool = False
    holds_back: bool = False
    waits: Literal[
        "", "data", "service", "answer", "approval", "purchase", "hours", "batches", "price", "tokens"
    ] = ""
    bought: str = ""
    labels: dict[str, str] = {}
    waits_until: datetime | None = None
    request: str | None = None
    pending_alert_hours: int = 4
    sparse: bool = False
    updated_at: datetime


class LogLine(Facts):
    """One line of a job's log."""

    at: datetime
    level: Literal["info", "warning", "error"]
    message: str


class ForeignJob(Facts):
    """A job at the service that was not started through the bot and can be adopted."""

    connection: str
    remote_id: str
    model: str
    state: str
    created_at: datetime
    result_model: str | None = None
