"""A loop that stands still is told until it comes round again."""

from pathlib import Path
from typing import Any

import pytest

from tests.health.bench import SWITCHED_ON
from tests.patience import until
from tests.world import World, world

LONG = 1000.0


async def told(made: World) -> tuple[int, list[str]]:
    """Status of `/healthz`, and what fails."""
    assert made.application is not None
    assert made.application.health is not None
    async with made.http.get(f"http://127.0.0.1:{made.application.health.port}/healthz") as answer:
        body: dict[str, Any] = await answer.json()
        return answer.status, body["failing"]


async def test_the_ticker_is_alive_while_it_ticks(tmp_path: Path) -> None:
    async with world(tmp_path, config=SWITCHED_ON) as made:
        assert made.application is not None
        engine = made.application.engine
        engine._schedule.stop()
        assert await told(made) == (200, [])
        engine.deps.pulses._last["schedule"] -= LONG
        assert await told(made) == (503, ["schedule"])
        await engine._tick()
        assert await told(made) == (200, [])


@pytest.mark.parametrize("loop", ["worker", "outbox", "painter"])
async def test_a_loop_is_alive_while_it_comes_round(tmp_path: Path, loop: str) -> None:
    async with world(tmp_path, config=SWITCHED_ON) as made:
        assert made.application is not None
        engine = made.application.engine
        await until(lambda: loop in engine.deps.pulses.ages(), "the first sign of life")
        engine.deps.pulses._last[loop] -= LONG

        async def moves() -> bool:
            for one in (engine._worker, engine._outbox, engine._cards):
                one._wake.set()
            return await told(made) == (200, [])

        await until(moves, "the loop to come round")
