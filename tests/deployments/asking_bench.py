"""A store with a catalogue, a region's offer and jobs, and the real providers, which are never asked anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from bot.app import build_providers
from bot.chat import Member
from bot.clock import SystemClock
from bot.config.approvals import HostingPrice
from bot.config.load import load
from bot.config.settings import Settings
from bot.facts.deploy_forms import DeployOrder
from bot.people import Actor
from bot.store import connections, deployments, jobs, people, records, requests
from bot.store.base import metadata
from providers.base import Checkpoint, JobEvent, Model, Provider
from providers.hosting import Offer, Place, Pool, Sku
from tests.training.jobs_of import NOW

TEAM = "T0SANDBOX"
RIN = Actor(team_id=TEAM, user_id="U0REQUEST1")
BASE = "gpt-4.1-mini-2025-04-14"
TUNED = f"{BASE}.ft-{'3c27' * 8}-support-v12"
EARLIER = f"{TUNED}:ckpt-step-320"
CHECKPOINT_ID = f"ftchkpt-{'ab' * 16}"
ELSEWHERE = f"{BASE}.ft-{'9999' * 8}-portal"
OLD = f"{BASE}.ft-{'1111' * 8}-old"
REMOTE = f"ftjob-{'3c27' * 8}"
POOL = "OpenAI.GlobalStandard.gpt-4.1-mini-finetune"

CONFIG = """
[slack]
home_team = "T0SANDBOX"
channel = "C0FINETUNE"
bot_token = "xoxb-bot"
app_token = "xapp-app"

[[connections]]
name = "prod-swc"
endpoint = "http://127.0.0.1:9/azure/prod-swc"
region = "Sweden Central"
key = "sandbox-azure-key"
resource_id = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/prod-swc"

[[connections]]
name = "dev-eus2"
endpoint = "http://127.0.0.1:9/azure/dev-eus2"
region = "East US 2"
key = "sandbox-azure-key"
resource_id = "/subscriptions/s2/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/dev-eus2"

[[connections]]
name = "bare"
endpoint = "http://127.0.0.1:9/azure/bare"
key = "sandbox-azure-key"
"""

STANDARD = Sku(
    id="Standard",
    label="Standard (regional)",
    hint="In the region.",
    processing="region",
    maximum=100,
    default=10,
    tokens_per_unit=1000,
    requests_per_unit=1,
    pool="OpenAI.Standard.gpt-4.1-mini-finetune",
)
GLOBAL = replace(STANDARD, id="GlobalStandard", label="Global", processing="global", pool=POOL)
DEVELOPER = replace(
    STANDARD,
    id="DeveloperTier",
    label="Developer",
    processing="global",
    pool="OpenAI.DeveloperTier.gpt-4.1-mini-finetune",
    billed_by_the_hour=False,
)
PLACE = Place(
    resource="/subscriptions/s1/…/prod-swc",
    region="swedencentral",
    fine_tuned=True,
    offers=(Offer(base=BASE, skus=(STANDARD, GLOBAL, DEVELOPER), lifecycle="generally-available"),),
    pools=tuple(Pool(name=one.pool, used=0, limit=100) for one in (STANDARD, GLOBAL, DEVELOPER)),
    filters=("Microsoft.Default", "corp-strict"),
    maximum=10,
)
MODEL = Model(
    id=TUNED,
    kind="tuned",
    short="support-v12 · gpt-4.1-mini · 3c273c",
    base=BASE,
    lifecycle="generally-available",
    trainable=True,
    created_at=NOW - timedelta(days=1),
    inference_ends=NOW + timedelta(days=300),
    job_id=REMOTE,
)


class Asking:
    """What a test asks with: the store, the settings, the providers."""

    def __init__(self, connection: Connection, settings: Settings, providers: dict[str, Provider]) -> None:
        self.c, self.settings, self.providers = connection, settings, providers
        self.job = 0

    def order(self, **given: Any) -> DeployOrder:
        """A sound order; `given` changes it."""
        values = {
            "model": "J1",
            "connection": "prod-swc",
            "name": "support-v12",
            "sku": "GlobalStandard",
            "capacity": 50,
            "reason": "Wrong refund answers in v11.",
            **given,
        }
        return DeployOrder(**values)

    def put_place(self, name: str, place: Place = PLACE, *, at: datetime = NOW) -> None:
        """What was read of a connection's region."""
        deployments.put_place(self.c, name, place, now=at)

    def deployment(self, name: str = "support-v11", **given: Any) -> int:
        """A live deployment of another model."""
        values = {
            "team_id": TEAM,
            "connection": "prod-swc",
            "name": name,
            "model": f"{BASE}.ft-{name}",
            "model_short": name,
            "base": BASE,
            "owner": RIN.user_id,
            "channel": "C0FINETUNE",
            "sku": "GlobalStandard",
            "capacity": 10,
            "state": "live",
            "raw_state": "Succeeded",
            "created_remote": NOW - timedelta(days=13),
            **given,
        }
        return deployments.add(self.c, values, now=NOW)

    def request(self, spec: dict[str, Any], target: str, **given: Any) -> int:
        """A request that waits."""
        values = {
            "team_id": TEAM,
            "kind": "deployment",
            "target": target,
            "intent_key": target,
            "spec": spec,
            "digest": "d",
            "state": "open",
            "requester": RIN.user_id,
            "reason": "Because.",
            "channel": "C0FINETUNE",
            "policy": {},
            "closes_at": NOW + timedelta(days=3),
            "corr": "t",
            **given,
        }
        number = requests.add(self.c, values, now=NOW)
        assert number is not None
        return number


def settings_in(folder: Path, **more: Any) -> Settings:
    """Three connections, one without deployments; hosting at $1.70 an hour."""
    path = folder / "tunesmith.toml"
    path.write_text(CONFIG, encoding="utf-8")
    price = HostingPrice(
        model="gpt-4.1*", per_hour=Decimal("1.70"), source="example of 03/19/2026", as_of=date(2026, 11, 22)
    )
    return load(path, {}).model_copy(update={"hosting": (price,), **more})


@contextmanager
def asking_in(settings: Settings) -> Iterator[Asking]:
    """A store in memory with one finished job of ours, its checkpoints, and models made elsewhere."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    with engine.begin() as connection:
        made = Asking(connection, settings, dict(build_providers(settings, SystemClock())))
        _fill(made)
        yield made
    engine.dispose()


def _fill(made: Asking) -> None:
    base = replace(MODEL, id=BASE, kind="base", short=BASE, job_id=None)
    earlier = replace(MODEL, id=EARLIER, kind="checkpoint", created_at=NOW - timedelta(days=2))
    elsewhere = replace(
        MODEL, id=ELSEWHERE, short="portal · gpt-4.1-mini · 999999", job_id="ftjob-9", created_at=NOW
    )
    old = replace(elsewhere, id=OLD, inference_ends=NOW - timedelta(days=1), job_id="ftjob-1")
    connections.put_catalogue(made.c, "prod-swc", [base, MODEL, earlier, elsewhere, old], now=NOW)
    connections.put_catalogue(made.c, "dev-eus2", [base], now=NOW)
    made.put_place("prod-swc")
    made.put_place("dev-eus2", replace(PLACE, region="eastus2"))
    number = jobs.add(
        made.c,
        {
            "connection": "prod-swc",
            "intent_key": "i",
            "remote_id": REMOTE,
            "team_id": TEAM,
            "requester": RIN.user_id,
            "channel": "C0FINETUNE",
            "base_model": BASE,
            "model_short": "gpt-4.1-mini",
            "method": "supervised",
            "hyper": {},
            "seed": 7,
            "suffix": "support-v12",
            "state": "succeeded",
            "result_model": TUNED,
            "progress": {"valid_last": 0.74},
            "reading": {"kind": "falling", "numbers": {"valid_last": 0.74}},
            "finished_at": NOW - timedelta(days=1),
        },
        now=NOW,
    )
    assert number is not None
    made.job = number
    records.put_checkpoints(
        made.c,
        number,
        [
            Checkpoint(id="ftchkpt-last", step=642, model=TUNED, created_at=NOW, deployable=True),
            Checkpoint(
                id=CHECKPOINT_ID,
                step=320,
                model=EARLIER,
                created_at=NOW,
                deployable=True,
                metrics={"valid_loss": 0.9, "full_valid_loss": 0.7},
            ),
            Checkpoint(
                id="ftchkpt-1", step=100, model=f"{TUNED}:ckpt-step-100", created_at=NOW, deployable=False
            ),
        ],
    )
    passed = JobEvent(id="e1", at=NOW, level="info", message="Model Evaluation Passed.", kind="message")
    records.add_events(made.c, number, [passed])
    member = Member(
        team_id=TEAM,
        user_id=RIN.user_id,
        name="rin",
        locale="en",
        tz="Asia/Tokyo",
        is_guest=False,
        is_foreign=False,
    )
    people.put(made.c, member, frozenset(), now=NOW)
