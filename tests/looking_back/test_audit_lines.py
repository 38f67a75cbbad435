"""The audit on standard output: one line for each commit, none for what was rolled back, none lost by a kill."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.looking_back.audit_lines import WRITTEN, AuditLines
from bot.store import audit, small
from bot.store.engine import open_store
from bot.store.store import Store
from tests.breaking.child import bot, child_world, start
from tests.patience import PATIENCE, until
from tests.world import RIN

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = open_store(tmp_path / "t.db")
    yield made
    await made.close()


@asynccontextmanager
async def writing(store: Store, write: Callable[[str], None]) -> AsyncIterator[None]:
    """The loop, until the block ends."""
    task = asyncio.create_task(AuditLines(store, write).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def record(subject: str, connection: Connection) -> None:
    small.record(
        connection,
        at=NOW,
        actor=RIN,
        via="button",
        action="job.cancel",
        subject=subject,
        corr="c-1",
        after="ü",
    )


def subjects(lines: list[str]) -> list[str]:
    return [json.loads(line)["subject"] for text in lines for line in text.splitlines()]


async def test_each_commit_is_a_line_that_can_be_read(store: Store) -> None:
    lines: list[str] = []
    async with writing(store, lines.append):
        await store.write(partial(record, "J1"))
        await until(lambda: lines, "the first line")
        await store.write(partial(record, "J2"))
        await until(lambda: len(subjects(lines)) == 2, "the second line")
    one: dict[str, Any] = json.loads(lines[0])
    assert one == {
        "audit": 1,
        "at": "2026-11-22T12:00:00+00:00",
        "actor": RIN,
        "via": "button",
        "action": "job.cancel",
        "subject": "J1",
        "before": None,
        "after": "ü",
        "corr": "c-1",
    }
    assert lines[0].endswith("}\n")
    assert lines[0].count("\n") == 1


async def test_what_was_rolled_back_is_never_written(store: Store) -> None:
    lines: list[str] = []

    def broken(connection: Connection) -> None:
        record("J1", connection)
        raise LookupError

    async with writing(store, lines.append):
        with pytest.raises(LookupError):
            await store.write(broken)
        await store.write(partial(record, "J2"))
        await until(lambda: lines, "a line")
    assert subjects(lines) == ["J2"]


async def test_a_start_goes_on_behind_what_was_written(store: Store) -> None:
    for number in range(450):
        await store.write(partial(record, f"J{number}"))
    lines: list[str] = []
    async with writing(store, lines.append):
        await until(lambda: len(subjects(lines)) == 450, "all lines")
    await until_counted(store, 450)
    assert subjects(lines) == [f"J{number}" for number in range(450)]
    again: list[str] = []
    async with writing(store, again.append):
        await store.write(partial(record, "J450"))
        await until(lambda: again, "the new line")
    assert subjects(again) == ["J450"]


async def test_a_line_that_may_not_have_been_written_comes_again(store: Store) -> None:
    """Killed between the line and its mark: better twice than not at all."""
    written: list[str] = []

    def killed(text: str) -> None:
        written.append(text)
        raise asyncio.CancelledError

    await store.write(partial(record, "J1"))
    with suppress(asyncio.CancelledError):
        await AuditLines(store, killed).run()
    async with writing(store, written.append):
        await until(lambda: len(written) == 2, "the line again")
    assert subjects(written) == ["J1", "J1"]
    assert len({json.loads(line)["audit"] for line in written}) == 1, "its number tells"


async def test_without_a_reader_it_ends_and_the_rest_goes_on(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    def closed(_: str) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    await store.write(partial(record, "J1"))
    await asyncio.wait_for(AuditLines(store, closed).run(), PATIENCE)
    assert "cannot be written" in caplog.text
    assert await store.read(lambda c: audit.counted(c, WRITTEN)) is None


async def until_counted(store: Store, number: int) -> None:
    async def there() -> bool:
        return await store.read(lambda c: audit.counted(c, WRITTEN)) == number

    await until(there, "the mark")


async def test_the_program_prints_them_and_resumes_after_a_kill(tmp_path: Path) -> None:
    """As it runs: what is on standard output is the audit, whole, once the program was killed and started again."""
    async with child_world(tmp_path) as made:
        rin = await made.person(RIN)

        def printed() -> list[dict[str, Any]]:
            found = []
            for line in made.sandbox.bot.lines():
                with suppress(ValueError):
                    value = json.loads(line[line.index("{") :] if "{" in line else line)
                    if isinstance(value, dict) and "audit" in value:
                        found.append(value)
            return found

        data = (
            b'{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}\n' * 12
        )
        file = await rin.attach("first.jsonl", data)
        await rin.say(await rin.direct(), "", files=(file,))
        await until(lambda: any(one["action"] == "dataset.ready" for one in printed()), "the first lines")
        await bot(made, "kill")
        await start(made)
        file = await rin.attach("second.jsonl", data)
        await rin.say(await rin.direct(), "", files=(file,))

        def ready() -> bool:
            return {one["subject"] for one in printed() if one["action"] == "dataset.ready"} == {"D1", "D2"}

        await until(ready, "the lines after the start")
        seen = printed()
        assert {"dataset.received", "dataset.ready"} <= {one["action"] for one in seen}
        assert all(one["corr"] for one in seen)
        assert {one["actor"] for one in seen if one["action"] == "dataset.received"} == {RIN}
        numbers = [one["audit"] for one in seen]
        assert sorted(set(numbers)) == list(range(1, max(numbers) + 1)), "none is missing"
