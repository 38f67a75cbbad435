"""Messages: each once, in order, whatever Slack answers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.chat import Rendered
from bot.store import small
from bot.store.work_tables import outbox as table
from bot.work import card_rows, outbox, outbox_rows, pace
from bot.work.outbox import DROPPED, heads
from bot.work.outbox_rows import Target, Waiting
from tests.patience import until
from tests.work.slack import CHANNEL, RIN, Desk, desk

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
async def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(pace, "GAP", timedelta(seconds=0.02))
    async with desk(tmp_path) as one:
        yield one


async def row(made: Desk, key: str) -> Any:
    return await made.store.read(lambda c: c.execute(select(table).where(table.c.key == key)).one())


async def in_state(made: Desk, key: str, state: str) -> Any:
    async def look() -> Any:
        found = await row(made, key)
        return found if found.state == state else None

    return await until(look, f"{key} to be {state}")


async def change(made: Desk, key: str, **values: Any) -> None:
    await made.store.write(
        lambda c: c.execute(update(table).where(table.c.key == key).values(**values)).close()
    )


async def test_a_key_is_said_once_for_ever(made: Desk) -> None:
    assert [await made.say("a"), await made.say("a")] == [True, False]
    async with made.run():
        await in_state(made, "a", "sent")
        assert await made.say("a") is False
    assert made.keys() == ["a"]


async def test_a_thread_keeps_its_order_though_its_first_message_is_refused_for_a_while(made: Desk) -> None:
    made.fault("chat.postMessage", "status", status=429, retry_after={"form": "seconds", "value": 1}, times=1)
    for number in range(5):
        await made.say(f"m{number}")
    async with made.run():
        await in_state(made, "m4", "sent")
    assert made.keys() == [f"m{number}" for number in range(5)]
    assert made.asked("conversations.history") == 0, "what is certain not to have landed is not looked up"


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "status"])
async def test_an_unknown_outcome_is_looked_up_before_it_is_posted_again(made: Desk, kind: str) -> None:
    made.fault("chat.postMessage", kind, status=500, times=1)
    await made.say("a")
    async with made.run():
        await in_state(made, "a", "sent")
    assert made.keys() == ["a"]
    assert made.asked("conversations.history") == 1
    assert made.asked("chat.postMessage") == (1 if kind == "lost_answer" else 2)


async def test_what_was_being_sent_when_the_process_died_is_looked_up(made: Desk) -> None:
    await made.say("a")
    unsent = await made.store.read(lambda c: outbox_rows.load(c, 1))
    assert unsent is not None
    await made.store.write(lambda c: outbox_rows.take(c, unsent, now=datetime.now(UTC)))
    await made.chat.post(CHANNEL, Rendered("said"), key="a", thread_ts=None)
    await made.store.write(outbox_rows.clear_leases)
    async with made.run():
        await in_state(made, "a", "sent")
    assert made.keys() == ["a"]


async def test_refused_blocks_fall_back_to_words(made: Desk) -> None:
    await made.say("a", error="bad_blocks")
    async with made.run():
        await in_state(made, "a", "sent")
    assert [(one["text"], one.get("blocks") or []) for one in made.posted()] == [("words of a", [])]


async def test_a_message_that_cannot_be_built_keeps_nobody_else_back_and_is_given_up_in_the_end(
    made: Desk,
) -> None:
    await made.say("bad", error="broken")
    await made.say("other", target=Target(user=RIN))
    async with made.run():
        await in_state(made, "other", "sent")
        waiting = await row(made, "bad")
        assert (waiting.state, waiting.last_error) == ("queued", "KeyError")
        assert made.asked("chat.postMessage") == 1
        long_ago = datetime.now(UTC) - timedelta(hours=25)
        await change(made, "bad", created_at=long_ago, due_at=long_ago)
        await made.say("behind")
        await in_state(made, "bad", "dead")
        await in_state(made, "behind", "sent")


async def test_a_message_of_another_version_does_not_stop_the_sender(made: Desk) -> None:
    await made.say("strange")
    await made.say("worse")
    await change(made, "strange", kind="from.tomorrow")
    await change(made, "worse", params={"nothing": "of it"})
    await made.say("behind")
    async with made.run():
        await in_state(made, "behind", "sent")
    assert [(await row(made, key)).state for key in ("strange", "worse")] == ["dead", "dead"]


async def test_replies_wait_for_their_parent_and_follow_it(made: Desk) -> None:
    await made.say("reply1", parent_key="parent")
    await made.say("reply2", parent_key="parent")
    await made.say("free")
    async with made.run():
        await in_state(made, "free", "sent")
        await made.say("parent")
        await in_state(made, "reply2", "sent")
    assert made.keys() == ["free", "parent", "reply1", "reply2"]
    parent = made.posted()[1]
    assert [one.get("thread_ts") for one in made.posted()[2:]] == [parent["ts"]] * 2


async def test_replies_to_a_parent_that_was_given_up_are_said_in_the_open(made: Desk) -> None:
    await made.say("parent")
    await change(made, "parent", state="dead")
    await made.say("reply", parent_key="parent")
    await made.say("lonely", parent_key="card:that-never-stood")
    await change(made, "lonely", created_at=datetime.now(UTC) - timedelta(hours=25))
    async with made.run():
        await in_state(made, "reply", "sent")
        await in_state(made, "lonely", "sent")
    assert [one.get("thread_ts") for one in made.posted()] == [None, None]


async def test_a_reply_follows_a_live_card(made: Desk) -> None:
    now = datetime.now(UTC)
    made.looks.text["J1"] = "card"
    await made.say("reply", parent_key="job:J1")
    await made.store.write(
        lambda c: card_rows.place(c, "job:J1", "job", "J1", "T", Target(channel=CHANNEL), now=now)
    )
    async with made.run():
        await in_state(made, "reply", "sent")
    assert made.keys() == ["job:J1", "reply"]


async def test_one_slow_channel_does_not_hold_up_the_others(made: Desk) -> None:
    await made.say("slow")
    held = made.fault("chat.postMessage", "hold", times=1)
    async with made.run():
        await until(lambda: made.sandbox.faults.list()[0]["waiting"], "the held message")
        await made.say("quick", target=Target(user=RIN))
        await in_state(made, "quick", "sent")
        assert (await row(made, "slow")).state == "sending"
        made.sandbox.faults.remove(held)
        await in_state(made, "slow", "sent")


async def test_a_channel_that_takes_nothing_is_tried_for_a_day_and_then_given_up(made: Desk) -> None:
    await made.say("a", target=Target(channel="C0RANDOM01"))
    async with made.run():

        async def refused() -> bool:
            return "not_in_channel" in ((await row(made, "a")).last_error or "")

        await until(refused, "the refusal")
        found = await row(made, "a")
        assert found.state == "queued"
        assert found.due_at - datetime.now(UTC) > timedelta(minutes=4)
        long_ago = datetime.now(UTC) - timedelta(hours=25)
        await change(made, "a", created_at=long_ago, due_at=long_ago)
        await made.say("behind")
        await in_state(made, "a", "dead")


async def picture(made: Desk) -> None:
    now = datetime.now(UTC)

    def work(connection: Any) -> int:
        return small.keep_bytes(connection, "p.png", "image/png", b"\x89PNG....", now=now)

    number = await made.store.write(work)
    await made.say("picture", file={"artifact": number, "name": "p.png", "title": "curves"})


def shared(made: Desk) -> int:
    return sum(
        bool(share.channel == CHANNEL) for file in made.sandbox.slack.files.all() for share in file.shares
    )


@pytest.mark.parametrize("kind", [None, "lost_answer", "cut", "status"])
async def test_a_picture_is_shared_once(
    made: Desk, kind: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LOOK_AFTER", timedelta(seconds=0.5))
    if kind is not None:
        more = {"status": 429, "retry_after": {"form": "seconds", "value": 1}} if kind == "status" else {}
        made.fault("files.completeUploadExternal", kind, times=1, **more)
    await picture(made)
    async with made.run():
        await in_state(made, "picture", "sent")
        assert shared(made) == 1


async def test_a_picture_that_slack_drops_is_shared_again_but_not_for_ever(
    made: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LOOK_AFTER", timedelta(seconds=0.05))
    made.fault("files.completeUploadExternal", "status", status=200, body={"ok": True, "files": []}, times=0)
    await picture(made)
    async with made.run():
        dead = await in_state(made, "picture", "dead")
    assert dead.last_error.startswith(DROPPED)
    assert made.asked("files.completeUploadExternal") == outbox.SHARES


def test_heads_keep_threads_in_order_and_targets_apart() -> None:
    one, two = Target(channel="C1"), Target(user="U1")

    def waits(
        number: int, target: Target, parent: str | None = None, *, due: int = 0, blocked: bool = False
    ) -> Waiting:
        at = NOW + timedelta(seconds=due)
        return Waiting(id=number, target=target, parent_key=parent, due_at=at, blocked=blocked)

    unsent = [
        waits(1, one, "p", due=30),
        waits(2, one, "p"),
        waits(3, one, "q", blocked=True),
        waits(4, one, "q"),
        waits(5, one),
        waits(6, one, "r"),
        waits(7, two),
        waits(8, two),
    ]
    due, later = heads(unsent, {}, NOW)
    assert [each.id for each in due] == [5, 7]
    assert later == NOW + timedelta(seconds=30)
    assert [each.id for each in heads(unsent, {two: object()}, NOW)[0]] == [5]


async def test_pace_gives_each_place_once(made: Desk) -> None:
    def reserve(connection: Any) -> datetime | None:
        return pace.reserve(connection, "C9", now=NOW)

    got = await asyncio.gather(*(made.store.write(reserve) for _ in range(10)))
    assert got.count(None) == 1
    assert {one for one in got if one} == {NOW + pace.GAP}
    until_then = NOW + timedelta(minutes=1)
    await made.store.write(lambda c: pace.hold(c, "C9", until=until_then))
    assert (
        await made.store.write(lambda c: pace.reserve(c, "C9", now=NOW + timedelta(seconds=30))) == until_then
    )
    assert await made.store.write(lambda c: pace.reserve(c, "C9", now=until_then)) is None


async def test_slacks_own_pace_is_kept(tmp_path: Path) -> None:
    """With the real gap the stand-in, which allows bursts of four, never answers 429."""
    async with desk(tmp_path, rate_limits=True) as made:
        for number in range(6):
            await made.say(f"m{number}")
        async with made.run():
            await in_state(made, "m5", "sent")
        assert made.asked("chat.postMessage") == 6


async def test_what_sent_messages_said_is_forgotten_but_not_their_keys(made: Desk) -> None:
    await made.say("a")
    async with made.run():
        await in_state(made, "a", "sent")
    later = datetime.now(UTC) + timedelta(days=1)
    assert await made.store.write(lambda c: outbox_rows.slim(c, before=later)) == 1
    assert await made.store.write(lambda c: outbox_rows.slim(c, before=later)) == 0
    assert (await row(made, "a")).params == {}
    assert await made.say("a") is False
