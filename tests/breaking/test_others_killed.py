"""Killed at Azure AI Studio and Databricks: one job, one key in the vault, one pair of files, whenever it was."""

import itertools
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from tests.breaking.child import bot, start
from tests.breaking.evidence import fault, rows, told_once
from tests.breaking.hosted import card_of, end_at, filled_in, in_state, vote
from tests.breaking.others import (
    DBX,
    DBX_FILE,
    PHI_FILE,
    at_databricks,
    job_in,
    newest_job,
    others_world,
    place,
    with_sample,
)
from tests.journey import databricks_steps
from tests.journey.azure_ai_steps import PHI, PHI_MINI, trained
from tests.journey.steps import inputs, shown
from tests.patience import until
from tests.world import ADA, RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
JOB = r"re:^/ml/arm/.*/jobs/[^/]+$"
SECRET = r"re:^/ml/vault/[^/]+/secrets/[^/]+$"
PUT_FILE = r"re:^/api/2.0/fs/files/"
_NUMBERS = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One program for all tests of this file: each leaves it running."""
    async with others_world(tmp_path_factory.mktemp("others")) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def phi(made: World) -> str:
    """A dataset in the project."""
    return await with_sample(await made.person(RIN), PHI_FILE, PHI)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dbx(made: World) -> str:
    """A dataset in the workspace."""
    return await with_sample(await made.person(RIN), DBX_FILE, DBX)


async def ended_well(made: World) -> Mapping[str, Any]:
    """Our newest job, trained and told once."""
    job = await job_in(made, "succeeded", "failed", "refused", "uncertain")
    assert job["state"] == "succeeded", job["failure"]
    await told_once(made, f"job:J{job['id']}:ended")
    return job


@pytest.mark.parametrize(("when", "how"), [("before", "kill"), ("after", "kill"), ("after", "stop")])
async def test_a_job_that_is_named_by_us_is_made_once(made: World, phi: str, when: str, how: str) -> None:
    """Whether it arrived or not, it may be sent again: its name is the same, so it is the same job."""
    known = set(place(made, PHI).jobs)
    held = await fault(made, "ml", "PUT", JOB, "hold", when=when)
    await trained(await made.person(RIN), PHI, PHI_MINI, train=phi)
    await end_at(made, held, how)
    job = await ended_well(made)
    assert set(place(made, PHI).jobs) - known == {job["remote_id"]}


async def asked(made: World, data: str) -> tuple[str, str]:
    """A request to deploy what was trained just now: its label, and the deployment's name."""
    rin, name = await made.person(RIN), f"lamps-{next(_NUMBERS)}"
    await trained(rin, PHI, PHI_MINI, train=data)
    model = (await ended_well(made))["result_model"]

    async def form() -> dict[str, Any] | None:
        before = len(rin.pushed)
        await rin.command(f"/finetune deploy {model}")
        view = await shown(rin, "deploy", before)
        return view if "sku" in inputs(view) else None

    view = await until(form, "the form")
    answer = await rin.submit(view, filled_in(view, name=name, reason="Customers complain."))
    assert answer == {"ok": True}, answer
    found = rows(made, "SELECT id FROM request WHERE target = ?", f"{PHI}/{name}")
    return f"A{found[0]['id']}", name


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_key_is_handed_over_before_the_endpoint_is_told(made: World, phi: str, when: str) -> None:
    label, name = await asked(made, phi)
    await card_of(made, label)
    held = await fault(made, "ml", "PUT", SECRET, "hold", when=when)
    await vote(made, ADA, label)
    await end_at(made, held)
    row = await in_state(made, name, "live", "failed")
    assert row["state"] == "live", row["failure"]
    await told_once(made, f"deployment:P{row['id']}:live:1:{RIN}")
    endpoint = place(made, PHI).endpoints[name]
    (secrets,) = [
        found for (_, key), found in made.sandbox.ml._vaults._secrets.items() if name in key.lower()
    ]
    assert secrets[-1].value in endpoint.keys.values()
    assert _stored(made, endpoint.keys.values()) == []


def _stored(made: World, secrets: Any) -> list[str]:
    """Tables of the program's store in which one of these texts stands."""
    tables = [one["name"] for one in rows(made, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [
        table
        for table in tables
        for row in rows(made, f'SELECT * FROM "{table}"')  # noqa: S608  names of our own tables
        if any(secret in str(row) for secret in secrets)
    ]


def parts(made: World, label: str) -> list[dict[str, Any]]:
    """What was made of a dataset."""
    sql = "SELECT id, role, state, examples FROM dataset WHERE repaired_from = ? ORDER BY id"
    return rows(made, sql, int(label[1:]))


async def both_sides(made: World, dbx: str, runs: int) -> None:
    """Two parts, each there once, and one run that trains on the one and is measured by the other."""
    job = await ended_well(made)
    found = parts(made, dbx)
    assert [(one["role"], one["state"]) for one in found] == [("training", "ready"), ("validation", "ready")]
    assert [job["train"], job["valid"]] == [one["id"] for one in found]
    whole = rows(made, "SELECT examples FROM dataset WHERE id = ?", int(dbx[1:]))[0]["examples"]
    assert sum(one["examples"] for one in found) == whole
    assert len(at_databricks(made)) == runs + 1
    for one in found:
        copies = rows(made, "SELECT state FROM dataset_copy WHERE dataset = ?", one["id"])
        assert copies == [{"state": "processed"}]


async def start_split(made: World, label: str) -> None:
    await databricks_steps.trained(
        await made.person(RIN), train=label, split="10", hp_training_duration="1ep"
    )


async def test_killed_again_and_again_while_a_share_is_held_back(made: World, dbx: str) -> None:
    runs = len(at_databricks(made))
    await start_split(made, dbx)
    for _ in range(3):
        await bot(made, "kill")
        await start(made)
    await both_sides(made, dbx, runs)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_while_a_part_is_sent(made: World, when: str) -> None:
    """Data of its own each time: the same bytes are not sent twice."""
    rin = await made.person(RIN)
    label = await with_sample(rin, DBX_FILE, DBX, f"part-{when}.jsonl")
    runs = len(at_databricks(made))
    held = await fault(made, "databricks", "PUT", PUT_FILE, "hold", when=when)
    await start_split(made, label)
    await end_at(made, held)
    await both_sides(made, label, runs)


async def test_the_same_share_again_makes_no_other_parts(made: World, dbx: str) -> None:
    before, runs = parts(made, dbx), len(at_databricks(made))
    await start_split(made, dbx)
    await both_sides(made, dbx, runs)
    assert parts(made, dbx) == before
    assert newest_job(made)["train"] == before[0]["id"]
