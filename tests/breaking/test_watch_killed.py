"""The watch is killed, starved and left alone in the middle of its looks: warnings are neither lost nor doubled."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.breaking.child import bot, start
from tests.breaking.evidence import caught, fault, lift, posted, rows
from tests.breaking.hosted import (
    HERE,
    LIST,
    METRICS,
    ONE,
    POST,
    Names,
    approved,
    audited,
    end_at,
    gone_once,
    hosted_world,
    in_state,
    live_once,
    nothing_twice,
    take_down,
    there,
    tuned,
)
from tests.patience import until
from tests.sandbox.azure_calls.records import called, deployment, put
from tests.world import RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
_NUMBERS = itertools.count(1)
DAY = timedelta(days=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One program for all tests of this file: each leaves it running. It looks every second."""
    async with hosted_world(tmp_path_factory.mktemp("watch")) as world:
        world.sandbox.azure.configure({"metric_lag_seconds": 0})
        yield world


@pytest.fixture(scope="module")
def names(made: World) -> Names:
    """What to deploy, and under which names."""
    return Names(tuned(made))


def portal(made: World, days: float, **given: Any) -> str:
    """Somebody made a deployment in the portal so many days ago, and nobody called it; its name."""
    name = f"portal-{next(_NUMBERS)}"
    record = deployment(name, datetime.now(UTC) - days * DAY, **{"capacity": 5, **given})
    put(made.sandbox.azure.control.deployments, record)
    return name


def keys_of(made: World, name: str, part: str) -> dict[str, int]:
    """Keys with this part of messages about a deployment, and how often each stands in the workspace."""
    found = rows(made, "SELECT id FROM deployment WHERE name = ?", name)
    labels = {f"P{one['id']}" for one in found}
    return {
        key: n
        for key, n in posted(made).items()
        if part in key and any(label in key.split(":") for label in labels)
    }


async def warned(made: World, name: str, part: str = ":idle:", many: int = 1) -> None:
    """Wait until exactly so many warnings stand in the workspace, each once."""
    await until(lambda: len(keys_of(made, name, part)) >= many, f"{many} warnings about {name}")
    await looked(made)
    assert list(keys_of(made, name, part).values()) == [1] * many


def listed_at(made: World) -> str:
    """When the program looked last."""
    found = rows(made, "SELECT listed_at FROM look WHERE connection = ?", HERE)
    return str(found[0]["listed_at"])


async def looked(made: World, times: int = 2) -> None:
    """Wait until the program has looked so many times more."""
    for _ in range(times):
        before = listed_at(made)

        def again(before: str = before) -> bool:
            return listed_at(made) != before

        await until(again, "another look")


@pytest.mark.parametrize(
    ("path", "when", "how"),
    [
        (LIST, "before", "kill"),
        (LIST, "after", "kill"),
        (METRICS, "after", "kill"),
        (METRICS, "after", "stop"),
    ],
)
async def test_in_the_middle_of_a_look(made: World, path: str, when: str, how: str) -> None:
    """What it found, and that it is to be deleted in two days, is said by the look that ends."""
    held = await fault(
        made, "azure", "GET", path.replace("^/arm/.*/", f"^/arm/.*/{HERE}/.*"), "hold", when=when
    )
    await caught(made, held)
    name = portal(made, 13.2)
    await end_at(made, held, how)
    await in_state(made, name, "live")
    await warned(made, name)
    await until(
        lambda: keys_of(made, name, "deployments:found:") or found_in(made, name), "that it was found"
    )


def found_in(made: World, name: str) -> bool:
    """Whether a message about what was found names it."""
    history = made.sandbox.slack.messages.history("C0APPROVAL")
    return sum(name in str(one.get("blocks")) and "found" in key_of(one) for one in history) == 1


def key_of(message: dict[str, Any]) -> str:
    """The key under which a message was sent."""
    return str(((message.get("metadata") or {}).get("event_payload") or {}).get("key", ""))


@pytest.mark.parametrize("when", ["before", "after"])
async def test_while_a_warning_is_told(made: World, when: str) -> None:
    held = await fault(made, "slack", "POST", POST, "hold", when=when)
    name = portal(made, 13.2)
    await end_at(made, held)
    await warned(made, name)


@pytest.mark.parametrize(
    ("path", "kind"),
    [(LIST, "status"), (LIST, "cut"), (METRICS, "status"), (METRICS, "cut"), (METRICS, "slow")],
)
async def test_a_look_that_fails(made: World, path: str, kind: str) -> None:
    await fault(made, "azure", "GET", path, kind, times=4, status=500, seconds=1)
    name = portal(made, 13.2)
    await warned(made, name)


@pytest.mark.parametrize("form", [{"form": "seconds", "value": 1}, {"form": "ms", "value": 300}, {}])
async def test_throttled(made: World, form: dict[str, Any]) -> None:
    for path in (LIST, METRICS):
        await fault(made, "azure", "GET", path, "status", times=2, status=429, retry_after=form or None)
    name = portal(made, 13.2)
    await warned(made, name)


async def test_without_metrics_nobody_is_called_idle(made: World) -> None:
    down = await fault(made, "azure", "GET", METRICS, "status", status=500, times=0)
    name = portal(made, 13.2)
    await in_state(made, name, "live")
    await looked(made)
    assert keys_of(made, name, ":idle:") == {}
    await bot(made, "kill")
    await start(made)
    await looked(made)
    assert keys_of(made, name, ":idle:") == {}
    await lift(made, down)
    await warned(made, name)


async def test_deleted_by_the_service_while_nobody_looked(made: World) -> None:
    name = portal(made, 14.2)
    await warned(made, name)
    await bot(made, "kill")
    found = there(made, name)
    assert found is not None
    found.created_at -= DAY
    made.sandbox.azure.control.deployments.remove(found)
    await start(made)
    await in_state(made, name, "gone")
    await until(lambda: keys_of(made, name, ":gone:"), "the deletion to be told")
    await looked(made)
    assert list(keys_of(made, name, ":gone:").values()) == [1]


async def test_a_list_that_is_incomplete_deletes_nothing(made: World) -> None:
    """An empty page: it is asked for by its name, and it is there."""
    name = portal(made, 0.1)
    await in_state(made, name, "live")
    path = LIST.replace("^/arm/.*/", f"^/arm/.*/{HERE}/.*")
    await fault(made, "azure", "GET", path, "status", status=200, body={"value": []}, times=2)
    await looked(made, 3)
    assert rows(made, "SELECT state FROM deployment WHERE name = ?", name) == [{"state": "live"}]
    assert keys_of(made, name, ":gone:") == {}


async def test_killed_while_it_asks_whether_one_is_gone(made: World) -> None:
    name = portal(made, 0.1)
    await in_state(made, name, "live")
    held = await fault(made, "azure", "GET", ONE.replace("[^/]+", name), "hold", when="after")
    found = there(made, name)
    assert found is not None
    made.sandbox.azure.control.deployments.remove(found)
    await end_at(made, held)
    await in_state(made, name, "gone")
    await until(lambda: keys_of(made, name, ":gone:"), "the deletion to be told")
    await looked(made)
    assert list(keys_of(made, name, ":gone:").values()) == [1]


async def test_a_call_ends_the_spell_and_nothing_more_is_said(made: World) -> None:
    name = portal(made, 13.2)
    await warned(made, name)
    record = there(made, name)
    assert record is not None
    record.calls.append(called(datetime.now(UTC)))
    await looked(made)
    await bot(made, "kill")
    await start(made)
    await looked(made)
    await warned(made, name)
    (row,) = rows(made, "SELECT id FROM deployment WHERE name = ?", name)
    assert rows(made, "SELECT 1 FROM idle_spell WHERE ended_at IS NOT NULL AND deployment = ?", row["id"])


async def test_a_look_that_began_before_a_take_down_says_nothing_of_it(made: World, names: Names) -> None:
    """The list shows it, then it is taken down: it is neither found anew nor called gone."""
    _, name = await approved(made, names)
    row = await live_once(made, name)
    path = LIST.replace("^/arm/.*/", f"^/arm/.*/{HERE}/.*")
    held = await fault(made, "azure", "GET", path, "hold", when="after")
    await caught(made, held)
    await take_down(made, name)
    await gone_once(made, name)
    await lift(made, held)
    await looked(made)
    assert len(rows(made, "SELECT 1 FROM deployment WHERE name = ?", name)) == 1
    assert keys_of(made, name, ":gone:") == {}
    assert audited(made, f"P{row['id']}", "deployment.gone") == 1


async def test_one_killed_in_its_roll_out_is_not_found_in_the_portal(made: World, names: Names) -> None:
    """The service has it, and the answer never came: the watch must not take it for somebody else's."""
    late = await fault(made, "azure", "PUT", r"re:/deployments/run-", "hold", when="after")
    _, name = await approved(made, names)
    await caught(made, late)
    await looked(made)
    await end_at(made, late)
    row = await live_once(made, name)
    assert (row["foreign"], row["owner"], row["incarnation"]) == (0, RIN, 1)


async def test_nothing_was_said_twice_in_all_this(made: World) -> None:
    await nothing_twice(made)
