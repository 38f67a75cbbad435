"""SIGKILL and SIGTERM in an upload in parts, and lost answers of each of its requests: always one whole file."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.breaking.child import bot, child_world, start
from tests.breaking.evidence import caught, fault, lift, ready
from tests.breaking.uploads import (
    BEGIN,
    COMPLETE,
    LIST,
    PARTS,
    Waiting,
    bodies,
    in_parts,
    parts_asked,
    put,
    put_and_start,
    uploads,
)
from tests.world import RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
ENDS = ["kill", "stop"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One program for all tests of this file: each leaves it running."""
    async with child_world(tmp_path_factory.mktemp("uploads"), config=in_parts) as world:
        yield world


async def whole(made: World, waiting: Waiting) -> None:
    """The service has it once, whole, and has processed it."""
    await ready(await made.person(RIN), waiting.label)
    assert bodies(made, waiting) == [waiting.body]
    assert uploads(made, waiting)["completed"] <= 1


async def end_at(made: World, how: str, held: str) -> None:
    """End the program while it waits for this request, let the request go, and start the program again."""
    await caught(made, held)
    await bot(made, how)
    assert made.sandbox.bot.state()["exit_code"] == (-9 if how == "kill" else 0)
    await lift(made, held)
    await start(made)


async def test_before_anybody_knows_the_upload(made: World) -> None:
    """It was begun, and its number never arrived: it stays without parts until it expires, and is no file."""
    waiting = await put(made)
    held = await fault(made, "azure", "POST", BEGIN, "hold", when="after")
    await start(made)
    await end_at(made, "kill", held)
    await whole(made, waiting)
    assert uploads(made, waiting) == {"pending": 1, "completed": 1}


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_between_parts(made: World, how: str, when: str) -> None:
    waiting = await put(made)
    before = await parts_asked(made)
    await fault(made, "azure", "POST", PARTS, "slow", seconds=0, times=2)
    held = await fault(made, "azure", "POST", PARTS, "hold", when=when)
    await start(made)
    await end_at(made, how, held)
    await whole(made, waiting)
    assert uploads(made, waiting) == {"completed": 1}
    assert await parts_asked(made) - before == waiting.parts + 1, (
        "only the one that was cut off is sent again"
    )


@pytest.mark.parametrize(("how", "when"), [("kill", "before"), ("kill", "after"), ("stop", "after")])
async def test_in_the_completion(made: World, how: str, when: str) -> None:
    waiting = await put(made)
    before = await parts_asked(made)
    held = await fault(made, "azure", "POST", COMPLETE, "hold", when=when)
    await start(made)
    await end_at(made, how, held)
    await whole(made, waiting)
    assert uploads(made, waiting) == {"completed": 1}
    assert await parts_asked(made) - before == waiting.parts


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "status"])
@pytest.mark.parametrize("path", [BEGIN, PARTS, COMPLETE])
async def test_an_answer_is_lost(made: World, path: str, kind: str) -> None:
    waiting = await put(made)
    await fault(made, "azure", "POST", path, kind, status=502)
    await start(made)
    await whole(made, waiting)
    left = {"pending": 1} if (path, kind) == (BEGIN, "lost_answer") else {}
    assert uploads(made, waiting) == {"completed": 1, **left}


async def test_killed_again_and_again(made: World) -> None:
    """Each run gets one part further."""
    waiting = await put(made)
    for _ in range(3):
        held = await fault(made, "azure", "POST", PARTS, "hold", when="after")
        if made.sandbox.bot.state()["state"] != "running":
            await start(made)
        await caught(made, held)
        await bot(made, "kill")
        await lift(made, held)
        await fault(made, "azure", "POST", PARTS, "slow", seconds=0)
    await start(made)
    await whole(made, waiting)
    assert uploads(made, waiting) == {"completed": 1}


async def test_an_upload_that_expired_while_the_program_stood(made: World) -> None:
    waiting = await put(made)
    held = await fault(made, "azure", "POST", PARTS, "hold", when="before")
    await start(made)
    await caught(made, held)
    await bot(made, "kill")
    await lift(made, held)
    (begun,) = [one for one in made.sandbox.azure.resource("prod-swc").uploads if one.status == "pending"][
        -1:
    ]
    begun.created_at -= 3 * 3_600
    await start(made)
    await whole(made, waiting)
    assert uploads(made, waiting) == {"expired": 1, "completed": 1}


@pytest.mark.parametrize("how", ENDS)
async def test_in_the_form_of_a_surface_without_uploads(made: World, how: str) -> None:
    await made.post("/panel/api/service", {"set": {"uploads": False}})
    waiting = await put(made)
    held = await fault(made, "azure", "POST", LIST, "hold", when="after")
    await start(made)
    await end_at(made, how, held)
    await whole(made, waiting)
    assert not uploads(made, waiting)
    await made.post("/panel/api/service", {"set": {"uploads": True}})


async def test_nothing_is_wrong_without_faults(made: World) -> None:
    waiting = await put_and_start(made)
    await whole(made, waiting)
    assert uploads(made, waiting) == {"completed": 1}
