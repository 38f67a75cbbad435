"""What modals are filled with, and what comes back from them."""

from datetime import datetime
from typing import Literal

from bot.facts.datasets import DatasetFacts
from bot.facts.deployments import DeploymentFacts
from bot.facts.jobs import DataRef, Facts, ForeignJob, JobFacts, Money
from bot.facts.requests import RequestFacts


class Choice(Facts):
    """One option of a select. `note` is a second line (retirement date, size, age)."""

    value: str
    label: str
    note: str = ""


class AmountUnit(Facts):
    """What an amount can be given in, from `providers.describing.Unit`."""

    sign: str
    word: str
    maximum: int


class FieldSpec(Facts):
    """One hyperparameter field, from `providers.base.HyperParam`."""

    name: str
    label: str
    kind: Literal["int", "float", "text", "lines", "choice"]
    minimum: float | None
    maximum: float | None
    auto: float | None
    value: float | int | str | None
    hint: str
    choices: tuple[Choice, ...] = ()
    pattern: str = ""
    longest: int = 2000
    required: bool = False
    default: float | int | str | None = None
    units: tuple[AmountUnit, ...] = ()


UploadKind = Literal["chat", "preference", "reinforcement", "prompt_response", "text"]


class UploadForm(Facts):
    """The upload modal. `max_bytes` is Slack's limit for a file input (10 MB); `accounts` hold blobs to import.

    `forms`: what each connection trains with, of `UploadKind`; nothing where no training is possible any more.
    """

    connections: tuple[Choice, ...]
    connection: str
    max_bytes: int
    channel: str
    accounts: tuple[str, ...] = ()
    forms: tuple[tuple[str, tuple[UploadKind, ...]], ...] = ()


class TrainForm(Facts):
    """The training modal, for the connection that is chosen now.

    Attributes:
        closed: code of why nothing can be trained at this connection (any more), "" = it can.
        methods: ways to train that the chosen model knows; shown when there is a choice. method: the chosen one.
        model: the option that is chosen, None = none yet. Options come from the catalogue by external select.
        datasets: the person's usable datasets that fit connection and method, all of them when none fits (newest first,
            at most 100); other_data: how many do not fit, other_names: the newest of these;
            recheck: the newest that would fit if it were checked for this service, "" = none.
        fields: hyperparameters as the provider describes them for the chosen model.
        suffix_maximum, suffix_advised: 0 when the service takes no suffix. suffix_signs: what it may have beside
            letters and digits.
        splits: shares of the training data (percent) that can be held back as validation data; empty = not offered.
        holds_back: as in `TrainSummary`.
        elsewhere: models that are trained in other regions than this connection's: (name, regions).
        like: prefilled from this job.
        catalogue_age: None when the catalogue has not been read yet (the modal says so).
    """

    connections: tuple[Choice, ...]
    connection: str
    training_types: tuple[Choice, ...]
    training_type: str | None
    model: Choice | None
    datasets: tuple[Choice, ...]
    train: str | None
    valid: str | None
    fields: tuple[FieldSpec, ...]
    seed: int | None
    suffix: str
    suffix_maximum: int
    suffix_signs: str = "-_"
    suffix_advised: int
    takes_seed: bool
    takes_validation: bool
    like: str | None
    channel: str
    catalogue_at: datetime | None
    closed: str = ""
    provider: str = ""
    methods: tuple[Choice, ...] = ()
    method: str = "supervised"
    splits: tuple[int, ...] = ()
    split: int | None = None
    other_data: int = 0
    other_names: tuple[str, ...] = ()
    recheck: str = ""
    holds_back: bool = False
    elsewhere: tuple[tuple[str, str], ...] = ()


class TrainOrder(Facts):
    """What a person wants trained, as it comes out of the modal.

    `split` is the share of the training data, in percent, that is held back as validation data; None = none.
    """

    connection: str
    training_type: str | None
    model: str
    method: str = "supervised"
    train: str
    valid: str | None
    hyperparameters: dict[str, float | int | str]
    seed: int | None
    suffix: str | None
    split: int | None = None
    like: str | None = None
    channel: str = ""


class TrainSummary(Facts):
    """What Start will do.

    Attributes:
        warnings: codes with what they need, worded by `handlers/wording`: for example
            ("suffix_long", {"maximum": 18}), ("overlap", {...}), ("model_retires", {"date": "..."}).
        epochs: None when the service decides.
        timed: hours are billed, not tokens: the cost is not known before.
        measure: what the order is given in. `tokens`: `billed_tokens` are all of it; `batches`: the cost is not known.
        labels: of hyperparameters, by their names.
        intent: key under which Start happens once. provider: kind of the service.
        licence: the line that the model's licence asks for, "" = none.
        holds_back: the service measures on a share of the training data where no validation data is given.
    """

    order: TrainOrder
    model: str
    train: DataRef
    valid: DataRef | None
    tokens: int | None
    tokens_exact: bool
    billed_tokens: int | None
    epochs: int | None
    cost: Money | None
    timed: bool = False
    measure: Literal["epochs", "tokens", "batches"] = "epochs"
    labels: dict[str, str] = {}
    warnings: tuple[tuple[str, dict[str, str | int | float]], ...] = ()
    intent: str
    provider: str = ""
    licence: str = ""
    holds_back: bool = False


class Quota(Facts):
    """One gauge: used of limit. `what` is `files`, `files_bytes`, `jobs`, `deployments`, or a pool of capacity."""

    what: str
    used: int
    limit: int


class ConnectionFacts(Facts):
    """One connection as `connections` shows it. `error` is a provider error code.

    Attributes:
        quotas: files, jobs, deployments, and the pools of capacity for fine-tuned models that are drawn from.
        closed: code of why nothing is trained there any more, "" = it is.
        managed: deployments can be made and watched there.
        looked_at: when its deployments were listed last; used_at: when calls were read last; None = never.
        unread: `deployments` or `usage` when the last look could not read it, "" = all was read.
    """

    name: str
    provider: str
    region: str
    state: Literal["unknown", "healthy", "failing"]
    probed_at: datetime | None = None
    error: str = ""
    error_params: dict[str, str | int | float] = {}
    error_text: str = ""
    clock_skew: float | None = None
    quotas: tuple[Quota, ...] = ()
    open_jobs: int = 0
    closed: str = ""
    managed: bool = False
    looked_at: datetime | None = None
    used_at: datetime | None = None
    unread: str = ""
    unread_error: str = ""
    unread_params: dict[str, str | int | float] = {}
    unread_text: str = ""


class HomeFacts(Facts):
    """The Home tab of one person; `denied` is the code of `bot.errors.Denied` when they may not train.

    Attributes:
        approver: they decide about some requests, whether or not they may train.
        waiting: requests that this person can decide about now. asked: their own that wait.
        deployments: theirs (an approver sees all), the next to be deleted first.
    """

    user: str
    allowed: bool
    denied: str = ""
    approver: bool = False
    jobs: tuple[JobFacts, ...]
    datasets: tuple[DatasetFacts, ...]
    more_jobs: int = 0
    more_datasets: int = 0
    waiting: tuple[RequestFacts, ...] = ()
    asked: tuple[RequestFacts, ...] = ()
    deployments: tuple[DeploymentFacts, ...] = ()
    more_deployments: int = 0
    at: datetime


class JobList(Facts):
    """A page of jobs. `scope` is `mine` or `all`; `where` is the connection or service it is about, "" = all."""

    jobs: tuple[JobFacts, ...]
    foreign: tuple[ForeignJob, ...]
    scope: Literal["mine", "all"]
    total: int
    offset: int
    where: str = ""


class Launcher(Facts):
    """The bare command: what is mine now. `command` is the configured name (`/finetune`).

    Attributes:
        trainer: they may train; others see what approvers need.
        deployments: theirs that are there; expiring: those of them that the service deletes within `EXPIRING_DAYS`.
        waiting: requests that they can decide about.
    """

    command: str
    running: tuple[JobFacts, ...]
    data_ready: int
    trainer: bool = True
    deployments: int = 0
    expiring: int = 0
    waiting: int = 0
