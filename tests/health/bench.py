"""The program as a process whose health can be asked for, and its numbers as Prometheus reads them."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from sandbox.config_out import identity_environment
from tests.patience import PATIENCE, until
from tests.world import World, world

SWITCHED_ON = "\n[health]\nport = 0\n"

Labels = dict[str, str]


class Scrape:
    """The numbers of one moment."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    def sum(self, name: str, **labels: str) -> float:
        """The sum over all series with these labels; 0.0 without any."""
        return sum(s.value for s in self.samples if s.name == name and labels.items() <= s.labels.items())

    def has(self, name: str, **labels: str) -> bool:
        """Whether there is such a series."""
        return any(s.name == name and labels.items() <= s.labels.items() for s in self.samples)

    def values(self, label: str) -> set[str]:
        """All values that a label has."""
        return {s.labels[label] for s in self.samples if label in s.labels}


@dataclass
class Watched:
    """A running program and the address of its health."""

    made: World
    url: str
    process: asyncio.subprocess.Process

    async def told(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status and body of `/healthz` or `/readyz`."""
        async with self.made.http.get(self.url + path) as answer:
            body: dict[str, Any] = await answer.json()
            return answer.status, body

    async def failing(self) -> list[str]:
        """What is not ready."""
        status, body = await self.told("/readyz")
        assert (status == 200) == body["ok"] == (not body["failing"])
        failing: list[str] = body["failing"]
        return failing

    async def scrape(self) -> Scrape:
        """The numbers now."""
        async with self.made.http.get(self.url + "/metrics") as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
            return Scrape(await answer.text())

    async def ready(self) -> None:
        """Wait until the program can take work in."""

        async def look() -> bool:
            return not await self.failing()

        await until(look, "the program to be ready")

    async def shows(self, name: str, value: float, **labels: str) -> Scrape:
        """The first scrape in which the series with these labels sum up to this or more."""

        async def look() -> Scrape | None:
            found = await self.scrape()
            return found if found.sum(name, **labels) >= value else None

        found: Scrape = await until(look, f"{name} {labels} to be {value}")
        return found


@asynccontextmanager
async def watched(folder: Path, *, hold_slack: bool = False) -> AsyncIterator[Watched]:
    """A sandbox and `tunesmith run` against it; with `hold_slack` Slack answers nothing until the fault is removed."""
    async with world(folder, start=False, config=SWITCHED_ON) as made:
        if hold_slack:
            fault = {"service": "slack", "match": {"path": "auth.test"}, "kind": "hold", "times": 0}
            await made.post("/panel/api/fault", fault)
        environment = {
            **os.environ,
            **identity_environment(made.sandbox.url),
            "TUNESMITH_CONFIG": str(folder / "tunesmith.toml"),
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.cli", "run"),
            env=environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        reading: asyncio.Task[None] | None = None
        try:
            url = await _address(process)
            reading = asyncio.create_task(_drained(process))
            yield Watched(made, url, process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            if reading is not None:
                await reading


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    said = ""
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stderr.readline()).decode():
            said += line
            if found := re.search(r"health and metrics: (http://\S+)", line):
                return found[1]
    raise AssertionError(said)


async def _drained(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    while await process.stderr.read(65_536):
        pass


async def hold(made: World, service: str, path: str = "") -> str:
    """Let a service keep its answers back; the fault's id."""
    answer = await made.post(
        "/panel/api/fault", {"service": service, "match": {"path": path}, "kind": "hold", "times": 0}
    )
    return str(answer["id"])


async def release(made: World, fault: str) -> None:
    """Let a service answer again."""
    async with made.http.delete(f"{made.sandbox.url}/panel/api/fault/{fault}") as answer:
        assert answer.status == 200
