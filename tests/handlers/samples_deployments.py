"""Deployments as they are on an ordinary Thursday, for tests that read messages."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.facts.deploy_forms import KeepChoice, KeepForm, TakeDownForm
from bot.facts.deployments import DeploymentFacts, DeploymentList, Expiry, ProblemFacts, Snippet
from bot.facts.jobs import Money
from tests.handlers.samples_requests import RATE, RIN

NOW = datetime(2026, 11, 26, 14, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def dollars(amount: float) -> Money:
    """An amount at the configured price."""
    return Money(low=amount, high=amount, currency="USD", source="tunesmith.toml", as_of="2026-11-01")


SNIPPET = Snippet(
    url="https://prod-swc.openai.azure.com", deployment="support-v12", api_version="2024-10-21", auth="key"
)
LIVE = DeploymentFacts(
    id="P12",
    connection="prod-swc",
    region="Sweden Central",
    name="support-v12",
    title="prod-swc/support-v12",
    state="live",
    raw_state="Succeeded",
    model="gpt-4.1-mini-2025-04-14.ft-0a1b-support-v12",
    model_short="support-v12 · gpt-4.1-mini",
    base="gpt-4.1-mini-2025-04-14",
    job="J142",
    request="A31",
    owner=RIN,
    provider="azure_openai",
    sku="GlobalStandard",
    sku_label="Global Standard",
    capacity=50,
    tokens_per_minute=50_000,
    requests_per_minute=50,
    until=datetime(2027, 1, 31, 17, 0, tzinfo=UTC),
    created_at=NOW - DAY,
    first_ok_at=NOW - DAY,
    last_call=NOW - timedelta(hours=2),
    use="called",
    calls_day=1204,
    rate=RATE,
    spent=dollars(40.8),
    day=dollars(40.8),
    period=dollars(612),
    snippet=SNIPPET,
    can=("keep", "take_down"),
    read_at=NOW - timedelta(minutes=5),
    updated_at=NOW,
)


def deployment(**changes: Any) -> DeploymentFacts:
    """The ordinary deployment, changed."""
    return LIVE.model_copy(update=changes)


IDLE = deployment(
    id="P7",
    name="support-v10",
    title="prod-swc/support-v10",
    request=None,
    job=None,
    until=None,
    created_at=NOW - 60 * DAY,
    last_call=NOW - 13 * DAY,
    calls_day=0,
    idle_days=13,
    idle_spent=dollars(530.4),
    spent=dollars(2448),
    expires=Expiry(rule="idle", at=NOW + 2 * DAY, after_hours=360),
)
DEVELOPER = deployment(
    id="P13",
    name="try-me",
    title="dev-eus2/try-me",
    connection="dev-eus2",
    sku="DeveloperTier",
    sku_label="Developer",
    free=True,
    rate=None,
    spent=None,
    day=None,
    period=None,
    until=None,
    use="never",
    last_call=None,
    calls_day=0,
    expires=Expiry(rule="age", at=NOW + timedelta(hours=6), after_hours=24),
    can=("take_down",),
)
FOREIGN = deployment(
    id="P14", name="mystery", title="prod-swc/mystery", owner=None, foreign=True, job=None, request=None
)
ROLE_MISSING = ProblemFacts(
    code="role_missing",
    params={
        "action": "Microsoft.CognitiveServices/accounts/deployments/write",
        "scope": "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/prod-swc",
        "role": "Cognitive Services Contributor",
        "grant": 'az role assignment create --assignee "11111111-2222" --role "Cognitive Services Contributor" '
        '--scope "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/prod-swc"',
    },
    text="The client does not have authorization to perform action.",
    request_id="7f3c",
)
FAILED = deployment(
    state="failed",
    raw_state="",
    problem=ROLE_MISSING,
    snippet=None,
    created_at=None,
    spent=None,
    use="unknown",
    can=("retry", "deploy_again"),
)
GONE = IDLE.model_copy(
    update={
        "state": "gone",
        "gone_why": "service",
        "gone_at": NOW + 2 * DAY,
        "expires": None,
        "idle_days": 0,
        "idle_spent": None,
        "snippet": None,
        "can": ("deploy_again",),
    }
)
REPLACED = IDLE.model_copy(
    update={"take_down_at": NOW + 2 * DAY, "replaced_by": "P12", "expires": None, "idle_days": 0}
)
LIST = DeploymentList(
    deployments=(IDLE, LIVE, FOREIGN, FAILED.model_copy(update={"id": "P15"})),
    scope="all",
    total=24,
    offset=10,
    unread=("old-wus",),
    month=dollars(3672),
    unknown=2,
)


def choice(value: str, days: int | None, until: datetime, cost: float | None) -> KeepChoice:
    """One date; what costs something is asked for."""
    money = dollars(cost) if cost is not None else None
    return KeepChoice(value=value, days=days, until=until, cost=money, needs_approval=bool(cost))


CHOICES = (
    choice("15", 15, NOW + 15 * DAY, 612),
    choice("30", 30, NOW + 30 * DAY, 1224),
    choice("2027-01-31", None, datetime(2027, 1, 31, 17, tzinfo=UTC), 2689),
)
KEEP = KeepForm(deployment=IDLE, choices=CHOICES, chosen=CHOICES[0])
TAKE_DOWN = TakeDownForm(deployment=LIVE, calls_day=1204, last_call=LIVE.last_call)
