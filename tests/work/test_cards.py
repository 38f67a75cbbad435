"""Live cards: shown as they are now, edited rarely, never given up."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.store.work_tables import message_ref as table
from bot.work import card_rows, cards, pace
from bot.work.outbox_rows import Target
from tests.patience import until
from tests.work.slack import CHANNEL, RIN, Desk, desk


@pytest.fixture
async def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(pace, "GAP", timedelta(seconds=0.02))
    monkeypatch.setattr(cards, "CARD_GAP", timedelta(seconds=0.3))
    monkeypatch.setattr(cards, "EDIT_GAP", timedelta(seconds=0.05))
    async with desk(tmp_path) as one:
        yield one


async def place(made: Desk, subject: str, text: str, target: Target | None = None) -> None:
    made.looks.text[subject] = text
    now, where = datetime.now(UTC), target or Target(channel=CHANNEL)
    await made.store.write(
        lambda c: card_rows.place(c, f"job:{subject}", "job", subject, "T", where, now=now)
    )


async def touch(made: Desk, subject: str, text: str) -> None:
    made.looks.text[subject] = text
    await made.store.write(lambda c: card_rows.touch(c, f"job:{subject}", now=datetime.now(UTC)))


async def row(made: Desk, subject: str) -> Any:
    return await made.store.read(
        lambda c: c.execute(select(table).where(table.c.key == f"job:{subject}")).one()
    )


async def shown(made: Desk, *texts: str) -> None:
    await until(lambda: [one["text"] for one in made.posted()] == list(texts), f"{texts} to be shown")


async def test_a_card_is_posted_once_and_edited_in_place(made: Desk) -> None:
    await place(made, "J1", "one")
    async with made.run():
        await shown(made, "one")
        await touch(made, "J1", "two")
        await shown(made, "two")
    assert made.asked("chat.postMessage") == 1


async def test_changes_that_come_together_are_shown_together(made: Desk) -> None:
    await place(made, "J1", "0")
    async with made.run():
        await shown(made, "0")
        for number in range(1, 31):
            await touch(made, "J1", str(number))
        await shown(made, "30")
    assert made.asked("chat.update") <= 3


async def test_what_looks_the_same_is_not_edited(made: Desk) -> None:
    await place(made, "J1", "same")
    async with made.run():
        await shown(made, "same")
        await touch(made, "J1", "same")

        async def rendered() -> bool:
            found = await row(made, "J1")
            return bool(found.rendered == found.dirty == 2)

        await until(rendered, "the look")
    assert made.asked("chat.update") == 0


async def test_edits_keep_their_distance(made: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "EDIT_GAP", timedelta(seconds=0.3))
    for number in range(4):
        await place(made, f"J{number}", "old")
    async with made.run():
        await shown(made, *["old"] * 4)
        for number in range(4):
            await touch(made, f"J{number}", "new")
        before = datetime.now(UTC)
        await shown(made, *["new"] * 4)
    assert datetime.now(UTC) - before >= timedelta(seconds=0.3 * 3)


async def test_a_new_card_does_not_wait_for_the_edits_of_others(
    made: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"J{number}" for number in range(1, 7)]
    for name in names:
        await place(made, name, f"{name} first")
    async with made.run():
        # Which of several new cards comes first depends on the channel's pace.
        await until(lambda: len(made.posted()) == len(names), "all cards")
        monkeypatch.setattr(cards, "EDIT_GAP", timedelta(seconds=0.4))
        for name in names:
            await touch(made, name, f"{name} second")
        await until(lambda: made.asked("chat.update") >= 1, "the first edit")
        await place(made, "J7", "J7 first")
        await until(lambda: "J7 first" in [one["text"] for one in made.posted()], "the new card")
        assert made.asked("chat.update") < len(names)


async def test_a_card_that_is_gone_is_posted_anew(made: Desk) -> None:
    await place(made, "J1", "one")
    async with made.run():
        await shown(made, "one")
        made.sandbox.slack.messages.remove(CHANNEL, made.posted()[0]["ts"])
        await touch(made, "J1", "two")
        await shown(made, "two")
    assert made.keys() == ["job:J1"]


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "status"])
async def test_a_first_post_without_an_answer_is_looked_up(made: Desk, kind: str) -> None:
    made.fault("chat.postMessage", kind, status=500, times=1)
    await place(made, "J1", "one")
    async with made.run():

        async def stands() -> bool:
            return bool((await row(made, "J1")).ts)

        await until(stands, "the card's place")
    assert made.keys() == ["job:J1"]
    assert made.asked("conversations.history") == 1


async def test_a_card_that_cannot_be_painted_keeps_no_other_back(made: Desk) -> None:
    await place(made, "J1", "one")
    await place(made, "J2", "two")
    made.looks.broken.add("J1")
    async with made.run():
        await shown(made, "two")
        assert (await row(made, "J1")).last_error == "KeyError"
        made.looks.broken.clear()
        past = datetime.now(UTC)
        await made.store.write(lambda c: c.execute(update(table).values(due_at=past)).close())
        await touch(made, "J1", "one")
        await shown(made, "two", "one")


async def test_refused_blocks_fall_back_to_words_so_that_the_thread_has_a_parent(made: Desk) -> None:
    made.looks.blocks["J1"] = ({"type": "nonsense"},)
    await place(made, "J1", "one")
    async with made.run():
        await shown(made, "one")
        await touch(made, "J1", "two")
        await shown(made, "two")


async def test_a_throttled_edit_comes_later(made: Desk) -> None:
    await place(made, "J1", "one")
    async with made.run():
        await shown(made, "one")
        made.fault("chat.update", "status", status=429, retry_after={"form": "seconds", "value": 1}, times=1)
        await touch(made, "J1", "two")
        await shown(made, "two")


async def test_the_home_tab_is_a_card_too(made: Desk) -> None:
    now = datetime.now(UTC)
    made.looks.text[RIN] = "home"
    await made.store.write(
        lambda c: card_rows.place(c, f"home:{RIN}", "home", RIN, "T", Target(user=RIN), now=now)
    )
    async with made.run():
        await until(lambda: made.asked("views.publish") == 1, "the Home tab")
        await asyncio.sleep(0)
        await made.store.write(lambda c: card_rows.touch(c, f"home:{RIN}", now=now))

        async def rendered() -> bool:
            query = select(table.c.rendered, table.c.dirty)
            found = await made.store.read(lambda c: c.execute(query).one())
            return bool(found.rendered == found.dirty == 2)

        await until(rendered, "the second look")
    assert made.asked("views.publish") == 1


async def test_a_subject_that_is_gone_is_no_work(made: Desk) -> None:
    await place(made, "J1", "one")
    del made.looks.text["J1"]
    async with made.run():

        async def settled() -> bool:
            found = await row(made, "J1")
            return bool(found.rendered == found.dirty)

        await until(settled, "the card to be settled")
    assert made.posted() == []
