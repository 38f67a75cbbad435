"""Facts about deployments."""

from datetime import datetime
from typing import Literal

from bot.facts.jobs import Facts, Money
from bot.facts.requests import Rate

HostedState = Literal[
    "approved",  # wanted, nothing was sent
    "sending",  # the request to create it is on its way, or nobody knows whether it arrived
    "creating",
    "starting",  # the service has it, the first call does not answer yet
    "live",
    "failed",
    "removing",
    "gone",
]


class Expiry(Facts):
    """When the service deletes it by itself: `idle` (no calls) or `age` (so long after creation)."""

    rule: Literal["idle", "age"]
    at: datetime
    after_hours: int


class ProblemFacts(Facts):
    """What did not work: a code of ours, the service's own words."""

    code: str
    params: dict[str, str | int | float] = {}
    text: str = ""
    request_id: str = ""


class Snippet(Facts):
    """How programs call it; never a secret. As `providers.hosting.Endpoint` has it."""

    url: str
    deployment: str
    api_version: str
    auth: Literal["key", "entra", "token"]
    scope: str = ""
    style: str = "azure_openai"
    key_secret: str = ""
    key_vault: str = ""
    key_command: str = ""
    key_direct: str = ""


class DeploymentFacts(Facts):
    """A deployment as any surface shows it. Times are aware UTC.

    Attributes:
        title: `connection/name`.
        provider: kind of the service, "" = its connection is not configured any more.
        foreign: made around the bot. owner: None when nobody is known.
        frozen: why an approved one is not sent yet, "" = it is not held.
        created_at: at the service; None until it is there.
        made_by: who made it at the service, for one made around the bot; "" = not told.
        last_call: begin of the last bucket with a call, not before its creation.
        last_call_until: its end, None = not known.
        own_call: when the bot itself called it last: for trying it, or to keep it.
        idle_limit_days: without a call for so long the service deletes it; 0 = no such rule.
        use: `called`, `never` (not since its creation), `unknown`.
        calls_day: calls of the last 24 hours that were read, None = not known.
        idle_days: whole days since the later of creation and last call. idle_spent: hosting paid in them.
        sleeps: it goes to sleep without calls, so amounts are the most that it can cost. filter_off: its content safety
            is off.
        rate: None = no price is configured. free: hosting costs nothing there (developer tier).
        spent: hosting since creation. day: hosting of one day. period: hosting until the end of one more idle period.
        expires: None where the service has no such rule, or the deployment is called.
        training_ends, inference_ends: the base model's retirement.
        take_down_at: end of its grace: `replaced_by` answers in its place.
        can: what may be done now: any of `keep`, `take_down`, `retry`, `deploy_again`.
        model_gone: the bot deleted its model since.
        offer: how the subscription to its base model stands: `good`, `suspended`, `ended`, "" = none, or not known.
        gone_why: `person`, `replaced`, `service`, `elsewhere`, `called_off`, "" = it is not gone.
        never_sent: it is wanted, or failed, and it is certain that nothing of it is at the service.
        replaces_answers: what it replaces is live.
        read_at: when use was read from the service.
    """

    id: str
    connection: str
    region: str
    name: str
    title: str
    state: HostedState
    raw_state: str
    model: str
    model_short: str
    base: str
    job: str | None = None
    request: str | None = None
    owner: str | None = None
    provider: str = ""
    foreign: bool = False
    frozen: str = ""
    sku: str
    sku_label: str
    capacity: int
    unit: Literal["", "none", "throughput"] = ""
    sleeps: bool = False
    filter_off: bool = False
    tokens_per_minute: int | None = None
    requests_per_minute: int | None = None
    until: datetime | None = None
    replaces: str | None = None
    replaces_name: str = ""
    replaces_answers: bool = False
    replaced_by: str | None = None
    replaced_by_name: str = ""
    take_down_at: datetime | None = None
    created_at: datetime | None = None
    first_ok_at: datetime | None = None
    made_by: str = ""
    never_sent: bool = False
    last_call: datetime | None = None
    last_call_until: datetime | None = None
    own_call: datetime | None = None
    idle_limit_days: int = 0
    use: Literal["called", "never", "unknown"] = "unknown"
    calls_day: int | None = None
    idle_days: int = 0
    idle_spent: Money | None = None
    rate: Rate | None = None
    free: bool = False
    spent: Money | None = None
    day: Money | None = None
    period: Money | None = None
    expires: Expiry | None = None
    training_ends: datetime | None = None
    inference_ends: datetime | None = None
    kept_at: datetime | None = None
    keep_until: datetime | None = None
    gone_at: datetime | None = None
    gone_why: str = ""
    model_gone: bool = False
    offer: str = ""
    problem: ProblemFacts | None = None
    key_problem: ProblemFacts | None = None
    snippet: Snippet | None = None
    can: tuple[str, ...] = ()
    portal_url: str = ""
    read_at: datetime | None = None
    updated_at: datetime


class DeploymentList(Facts):
    """Deployments of all connections, the next to be deleted first.

    Attributes:
        where: the connection or service that it is about, "" = all.
        unread: connections that could not be asked.
        month: hosting of a month (720 h) of those of this scope that are there and always on. asleep: of those that
            sleep without calls, beside it: the most that it can be. unknown: how many have no such price.
    """

    deployments: tuple[DeploymentFacts, ...]
    scope: Literal["mine", "all"]
    total: int
    offset: int
    where: str = ""
    unread: tuple[str, ...] = ()
    month: Money | None = None
    asleep: Money | None = None
    unknown: int = 0
