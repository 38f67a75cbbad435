"""What the modals about deployments are filled with, and what comes back from them."""

from datetime import datetime
from typing import Literal

from bot.facts.deployments import DeploymentFacts, ProblemFacts
from bot.facts.forms import Choice
from bot.facts.jobs import Facts, Money
from bot.facts.requests import Bill, QuotaUse, Rate, Warnings


class DeployForm(Facts):
    """The modal "Ask to deploy" for what is chosen now.

    Attributes:
        models: finished models, checkpoints and models made elsewhere that can be deployed (newest first, at most 100).
        connections: where deployments are managed; the one that has the model first.
        skus: what the target region offers for this base model. capacity bounds are of the chosen SKU.
        tokens_per_unit, requests_per_unit: what one unit of capacity means per minute.
        replaceable: live deployments of the target connection that this one may replace.
        rate, bill, quota, count: for what is chosen now; None = not known.
        read_at: when the region's offer was read, None = never (the modal says so).
        unit: what capacity is counted in; `none` = there is nothing to choose.
        once: a model can be deployed once there. hosting: what sets the SKUs apart: where data is processed, or whether
            they sleep; "" = neither.
        filter_off: the one of `filters` that turns content safety off, "" = none does.
        problems: (field, code, params) of what would refuse it, shown as soon as it is known.
        request: set when a request is changed (`A31`): the same modal, submitted as its next round.
        name_minimum, name_maximum: characters of the name. name_signs: those of `-_.` that it may have beside letters
            and digits. name_letter_first: it begins with a letter.
    """

    models: tuple[Choice, ...]
    model: str | None
    connections: tuple[Choice, ...]
    connection: str
    name: str
    skus: tuple[Choice, ...]
    sku: str | None
    capacity: int | None
    capacity_minimum: int = 1
    capacity_maximum: int | None = None
    capacity_step: int = 1
    tokens_per_unit: int | None = None
    requests_per_unit: int | None = None
    filters: tuple[Choice, ...] = ()
    content_filter: str | None = None
    tags: str = ""
    reason: str = ""
    until: str | None = None
    replaceable: tuple[Choice, ...] = ()
    replaces: str | None = None
    rate: Rate | None = None
    free: bool = False
    bill: Bill | None = None
    quota: QuotaUse | None = None
    count: QuotaUse | None = None
    read_at: datetime | None = None
    warnings: Warnings = ()
    unit: Literal["", "none", "throughput"] = ""
    once: bool = False
    hosting: Literal["", "processing", "sleep"] = ""
    filter_off: str = ""
    name_minimum: int = 2
    name_maximum: int = 64
    name_signs: str = "-_."
    name_letter_first: bool = False
    problems: tuple[tuple[str, str, dict[str, str | int | float]], ...] = ()
    request: str | None = None
    channel: str = ""


class DeployOrder(Facts):
    """What a person asks for, as it comes out of the modal. `until` is a date (`2027-01-31`), `tags` are `name=value`
    pairs, one a line or separated by commas; `request` is set for a new round of that request."""

    model: str
    connection: str
    name: str
    sku: str
    capacity: int
    content_filter: str | None = None
    tags: str = ""
    reason: str
    until: str | None = None
    replaces: str | None = None
    request: str | None = None


class TakeDownForm(Facts):
    """The question before a deployment is taken down.

    Attributes:
        reading: the calls are being read just now. calls_day: of the last 24 hours without the bot's own (own_calls),
            None = not known. last_call, last_call_until: between when the last one came.
        problem: why they could not be read.
    """

    deployment: DeploymentFacts
    calls_day: int | None
    last_call: datetime | None
    last_call_until: datetime | None = None
    own_calls: int = 0
    reading: bool = False
    problem: ProblemFacts | None = None


class KeepChoice(Facts):
    """One date until which it may be kept.

    Attributes:
        value: a number of days (`15`), or a day (`2027-01-31`). days: None = it was given as a day.
        cost: hosting until then, None = free or not known.
    """

    value: str
    days: int | None
    until: datetime
    cost: Money | None
    needs_approval: bool


class KeepForm(Facts):
    """The modal "Keep": until when, and what that costs. `chosen` is one of `choices`."""

    deployment: DeploymentFacts
    choices: tuple[KeepChoice, ...]
    chosen: KeepChoice


class CleanItem(Facts):
    """A file, model or job that could go.

    Attributes:
        kind: `file`, `model`, or `job` (one that ended without a model). id: the service's.
        name: what people know it by. label: ours: `D57` for data, `J142` for what a job made.
        why: why it comes where it does: `failed`, `unused`, `results`, `data`, `model`, `job`.
        used_at: last use that is known; None = never used. used_by: names of the jobs and deployments.
        owner: whose it is, None when nobody here brought it.
        blocked: code of why it cannot go (`clean_…`), "" = it can. blocked_by: what stands in the way.
    """

    kind: Literal["file", "model", "job"]
    connection: str
    id: str
    name: str
    label: str = ""
    why: str = ""
    owner: str | None = None
    bytes: int | None = None
    used_at: datetime | None = None
    created_at: datetime | None = None
    used_by: tuple[str, ...] = ()
    blocked: str = ""
    blocked_by: tuple[str, ...] = ()


class Gauge(Facts):
    """One quota of a connection. `what`: `files`, `files_bytes`, `jobs`, `deployments`."""

    connection: str
    what: str
    used: int
    limit: int


class CleanForm(Facts):
    """The picker, in the safe order: what nothing uses first. `connection` is the one that is shown.

    Attributes:
        items: those that can go, then those that cannot; more: how many are left out.
        read_at: when the service was asked, None = never. error, error_text: why the last try did not work.
        models: whether models can be deleted there (deployments are managed there).
    """

    connections: tuple[Choice, ...]
    connection: str
    gauges: tuple[Gauge, ...]
    items: tuple[CleanItem, ...]
    more: int = 0
    read_at: datetime | None = None
    error: str = ""
    error_params: dict[str, str | int | float] = {}
    error_text: str = ""
    models: bool = True


class CostLine(Facts):
    """What one thing cost this month so far, and what it would cost by its end. `kind`: `hosting` or `training`.

    `sleeps`: hosting is paid only while it is awake, so the amounts are the most that it can be.
    """

    kind: str
    label: str
    title: str
    owner: str | None
    so_far: Money | None
    whole_month: Money | None = None
    estimated: Money | None = None
    idle: Money | None = None
    sleeps: bool = False


class CostFacts(Facts):
    """Costs of a calendar month (UTC) as far as prices are configured. `unknown`: things without a price."""

    month: str
    lines: tuple[CostLine, ...]
    hosting: Money | None
    training: Money | None
    cap: Money | None
    unknown: int = 0
    at: datetime


class AuditValue(Facts):
    """One value of an audit event. `name` "" = there is only this one; `people` are ids, instead of a text."""

    name: str
    text: str = ""
    people: tuple[str, ...] = ()


class AuditLine(Facts):
    """One thing that somebody did. `via` is the surface, `corr` what the log lines carry."""

    at: datetime
    actor: str
    via: str
    action: str
    subject: str
    before: tuple[AuditValue, ...] = ()
    after: tuple[AuditValue, ...] = ()
    corr: str


class AuditFacts(Facts):
    """A page of the audit, newest first. `about` is what was asked for ("" = everything)."""

    lines: tuple[AuditLine, ...]
    about: str
    total: int
    offset: int
