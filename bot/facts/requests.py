"""Facts about approval requests."""

from datetime import datetime
from typing import Literal

from bot.facts.jobs import DataRef, Facts, Money

RequestKind = Literal["deployment", "training", "keep"]
CALLED_OFF = "called_off"
"""Rollout of what was approved and never sent."""
RequestState = Literal["open", "changes", "approved", "rejected", "expired", "withdrawn"]
Decision = Literal["approve", "reject", "changes"]
Warnings = tuple[tuple[str, dict[str, str | int | float]], ...]
"""Codes with what their words need."""


class Rate(Facts):
    """What an hour of hosting costs, used or not, and who says so."""

    per_hour: float
    currency: str
    source: str
    as_of: str


class Waiting(Facts):
    """What another request that waits would add to a month if it is approved too; less than 0 where it saves.

    Attributes:
        request: its label (`A1`).
        always: of what costs the same whether it is called or not; None = its price is not known, or is in another
            currency.
        asleep: at most, of what sleeps without calls.
    """

    request: str
    always: float | None
    asleep: float = 0


class Bill(Facts):
    """All deployments of all connections per month (720 h): before, while both are there, and after.

    `unknown` counts deployments without a known price. `during` equals `after` when nothing is replaced.

    Attributes:
        before, during, after: of those that cost the same whether they are called or not.
        asleep_before, asleep_during, asleep_after: of those that sleep without calls, beside the others: the most that
            they can cost, if they never slept.
        waiting: other requests that wait, which are in no sum.
    """

    before: float
    during: float
    after: float
    currency: str
    unknown: int = 0
    asleep_before: float = 0
    asleep_during: float = 0
    asleep_after: float = 0
    waiting: tuple[Waiting, ...] = ()


class QuotaUse(Facts):
    """A quota: used of limit, and how much this asks for."""

    pool: str
    used: int
    limit: int
    wanted: int


class DeployAsk(Facts):
    """A deployment that is asked for. Everything that the approvers decide on, and nothing that changes by itself.

    Attributes:
        model: the name to deploy; model_short: as people read it; base: the base model's id; base_short: as people
            read it, "" where nobody said.
        job, step: our job that made it, and the checkpoint's step; None = its final model, or made elsewhere.
        trained_at: connection that has the model; another than `connection` = copied by the service on deployment.
        processing: `region`, `zone` or `global`: where data may be processed.
        tokens_per_minute, requests_per_minute: what the capacity means; None = not known.
        until: until when it is wanted; None = open end.
        replaces: label of the deployment that goes when this one answers (`P7`); replaces_name: its title.
        valid_loss: of the job; compare: (job label, its validation loss) of what is replaced.
        unit: what the capacity is counted in (`providers.hosting.Sku.unit`).
        filter_off: the service's content safety is off. filter_on: it could be off, and is not.
        safety_passed: the service's safety evaluation of the model; None = not known.
    """

    connection: str
    region: str
    name: str
    model: str
    model_short: str
    base: str
    base_short: str = ""
    job: str | None = None
    step: int | None = None
    trained_at: str
    sku: str
    sku_label: str
    processing: Literal["region", "zone", "global"]
    capacity: int
    tokens_per_minute: int | None = None
    requests_per_minute: int | None = None
    content_filter: str | None = None
    tags: dict[str, str] = {}
    until: datetime | None = None
    replaces: str | None = None
    replaces_name: str = ""
    grace_hours: int = 0
    rate: Rate | None = None
    free: bool = False
    bill: Bill | None = None
    quota: QuotaUse | None = None
    count: QuotaUse | None = None
    valid_loss: float | None = None
    compare: tuple[str, float] | None = None
    reading: str = ""
    safety_passed: bool | None = None
    unit: Literal["", "none", "throughput"] = ""
    filter_off: bool = False
    filter_on: bool = False
    warnings: Warnings = ()


class TrainAsk(Facts):
    """A training that costs more than may be spent without asking, or what has to be bought for one.

    Attributes:
        cost: None = not known.
        why: `above` (dearer than `limit`), `cap` (the month would reach `limit`), `hours` (it is billed by the
            hour: what it comes to is not known), `batches` (its length is given in batches: likewise), `price`
            (none is configured), `tokens` (those of its data are not counted yet), or `purchase`.
        settings: SHA-256 of the hyperparameters, a grader's text included, so that an approval holds for these alone;
            "" for a purchase, and where an earlier version asked.
        offer: its publisher and name at the marketplace (`publisher/offer`), "" = not told.
        purchase: what is bought before the training (a marketplace offer). spent: this month so far.
    """

    job: str
    name: str
    model: str
    connection: str
    train: DataRef
    cost: Money | None
    why: Literal["above", "cap", "hours", "batches", "price", "tokens", "purchase"]
    purchase: str = ""
    offer: str = ""
    settings: str = ""
    limit: float
    spent: float
    currency: str


class KeepAsk(Facts):
    """Keeping an idle deployment alive with real calls until a date."""

    deployment: str
    title: str
    until: datetime
    cost: Money | None
    rate: Rate | None
    last_call: datetime | None
    expires_at: datetime | None


class PolicyFacts(Facts):
    """Who decides: `count` distinct people of `users` and `groups` (`everyone` = of the home team)."""

    count: int
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    everyone: bool = False
    self_approval: bool = False


class VoteFacts(Facts):
    """One person's word. `groups` are the ones they were in."""

    user: str
    decision: Decision
    reason: str = ""
    groups: tuple[str, ...] = ()
    at: datetime


class Change(Facts):
    """One difference to the round before; `field` is a field of the ask, the values as they are stored."""

    field: str
    before: str | int | float | bool | None
    after: str | int | float | bool | None


class RequestFacts(Facts):
    """An approval request as any surface shows it.

    Attributes:
        shown_round: the round this copy is about; lower than `round` = it was replaced and has no buttons.
        digest: first four characters, shown so that people can name what they approved.
        votes: of the current round. changes: against the round before.
        problem: code of why nobody can satisfy the policy, "" = somebody can.
        decided_by: who decided; empty when a rule or time did.
        auto: the rule that approved it. glass: who broke the glass, with the reason.
        frozen: why an approved request is not rolled out yet, "" = it is not held.
        valid, grader: what its job is validated on and graded by, for the details; None and "" = nothing.
        rollout: state of its deployment (or of its job), `called_off` for one that was never sent, "" = there is none.
    """

    id: str
    kind: RequestKind
    state: RequestState
    round: int
    shown_round: int
    digest: str
    requester: str
    reason: str
    channel: str
    policy: PolicyFacts
    votes: tuple[VoteFacts, ...] = ()
    changes: tuple[Change, ...] = ()
    problem: str = ""
    created_at: datetime
    closes_at: datetime
    decided_at: datetime | None = None
    decided_by: tuple[str, ...] = ()
    decision_reason: str = ""
    auto: str = ""
    glass: VoteFacts | None = None
    frozen: str = ""
    deploy: DeployAsk | None = None
    train: TrainAsk | None = None
    keep: KeepAsk | None = None
    deployment: str | None = None
    job: str | None = None
    valid: DataRef | None = None
    grader: str = ""
    rollout: str = ""
    remind_at: datetime | None = None
    updated_at: datetime

    @property
    def fell_through(self) -> bool:
        """Whether it was approved and what was approved did not come about."""
        ended = {"deployment": ("failed", CALLED_OFF), "training": ("refused",), "keep": ()}[self.kind]
        return self.state == "approved" and self.rollout in ended

    @property
    def approvals(self) -> int:
        """How many approve in the current round."""
        return sum(one.decision == "approve" for one in self.votes)


class RoundFacts(Facts):
    """One round of a request with its votes, for who wants to see everything."""

    n: int
    at: datetime
    by: str
    reason: str
    digest: str
    votes: tuple[VoteFacts, ...] = ()


class RequestList(Facts):
    """Requests that wait. `mine`: those that this person can decide, and those they asked; `all`: of everybody.

    `held` are approved and wait for the end of a freeze. `more` counts those that are left out of `requests`.
    """

    scope: Literal["mine", "all"]
    requests: tuple[RequestFacts, ...]
    asked: tuple[RequestFacts, ...] = ()
    held: tuple[RequestFacts, ...] = ()
    more: int = 0


class PolicyLine(Facts):
    """Who decides about one kind of request; `connection` is empty where all connections are alike."""

    kind: RequestKind
    connection: str = ""
    policy: PolicyFacts


class OwnSettings(Facts):
    """What the bot knows of one person, and which rules hold for them.

    Attributes:
        approves: kinds of requests that they can decide about. policies: who decides about what they ask for.
        locale, tz: Slack's, empty when not known.
        training_above, monthly_cap: in `currency`; None = no such limit.
    """

    user: str
    trainer: bool
    approves: tuple[RequestKind, ...] = ()
    glass: bool = False
    admin: bool = False
    policies: tuple[PolicyLine, ...] = ()
    locale: str = ""
    tz: str = ""
    channel: str
    approvals_channel: str
    training_above: float | None = None
    monthly_cap: float | None = None
    currency: str
