"""The sender: takes what the outbox holds, renders it, posts it once.

Order is kept per thread: only the oldest unsent message of a thread is sent. Targets do not wait for each other.
A row that was tried before is looked up in Slack by its key before it is posted again (contracts/slack.md section 3.2,
metadata).
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.chat import Chat, Posted, Rendered, Renderer
from bot.clock import Clock
from bot.errors import BotError, ChatRefused, ChatThrottled, ChatUnavailable, ChatUnknown
from bot.facts.jobs import JobFacts
from bot.facts.notices import JobMoved
from bot.store.store import Store
from bot.work import outbox_rows as rows
from bot.work import pace
from bot.work.outbox_rows import Row, Target, Waiting
from bot.work.pulses import Pulse, unheard
from bot.work.waiting import woken
from bot.work.worker import TROUBLE_PAUSE, backoff

log = logging.getLogger(__name__)
LONGEST_WAIT = 15.0
LOOK_AFTER = timedelta(seconds=3)
FOUND_SINCE = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(hours=24)
MENDABLE = frozenset(
    {"not_in_channel", "channel_not_found", "is_archived", "missing_scope", "account_inactive"}
)
MENDABLE_WAIT = 300.0
UNDRESSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
"""Refusals of a message's blocks: its words are sent without them."""
DROPPED = "share_dropped"
LOOKS = 6
SHARES = 3

ReadArtifact = Callable[[int], Awaitable[bytes]]


class Outbox:
    """Sends until it is stopped."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        chat: Chat,
        renderer: Renderer,
        artifact: ReadArtifact,
        *,
        rng: random.Random,
        pulse: Pulse = unheard,
    ) -> None:
        self._pulse = pulse
        self._store, self._clock, self._chat, self._renderer = store, clock, chat, renderer
        self._artifact, self._rng = artifact, rng
        self._sending: dict[Target, asyncio.Task[None]] = {}
        self._wake = store.on(rows.SIGNAL)

    def wake(self) -> None:
        """Look for unsent messages now."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        try:
            while True:
                self._wake.clear()
                self._pulse()
                try:
                    later = await self._begin_due()
                except SQLAlchemyError:  # a full disk or a lock held too long may pass
                    log.exception("the store does not answer the outbox; trying again")
                    await asyncio.sleep(TROUBLE_PAUSE)
                    continue
                wait = LONGEST_WAIT if later is None else (later - self._clock.now()).total_seconds()
                await woken(self._wake, max(0.05, min(wait, LONGEST_WAIT)))
        finally:
            sending = list(self._sending.values())
            for one in sending:
                one.cancel()
            await asyncio.gather(*sending, return_exceptions=True)

    async def _begin_due(self) -> datetime | None:
        """Begin to send what is due; when the next message will be."""
        now = self._clock.now()
        due, later = heads(await self._store.read(lambda c: rows.waiting(c, now=now)), self._sending, now)
        for one in due:
            self._sending[one.target] = asyncio.create_task(self._send_one(one), name=f"message {one.id}")
        return later

    async def _send_one(self, one: Waiting) -> None:
        try:
            row = await self._readable(one)
            if row is not None:
                await self._send_guarded(row)
        except SQLAlchemyError:
            log.exception("the store does not answer the outbox; trying again")
            await asyncio.sleep(TROUBLE_PAUSE)
        finally:
            del self._sending[one.target]
            self._wake.set()

    async def _readable(self, one: Waiting) -> Row | None:
        try:
            return await self._store.read(lambda c: rows.load(c, one.id))
        except (ValidationError, LookupError) as error:
            why = type(error).__name__
            log.exception("message %d cannot be read by this version of the program: given up", one.id)
            await self._store.write(lambda c: rows.bury(c, one.id, f"unreadable({why})"))
            return None

    async def _send_guarded(self, row: Row) -> None:
        try:
            await self._send(row)
        except SQLAlchemyError:
            raise
        except Exception as error:  # boundary: one message that cannot be built must not stop the others
            log.exception("could not send %s", row.key)
            why = type(error).__name__
            await self._store.write(lambda c: self._not_built(c, row, why))

    def _not_built(self, connection: Connection, row: Row, error: str) -> None:
        now = self._clock.now()
        if now - row.created_at >= GIVE_UP_AFTER:
            rows.bury(connection, row.id, error)
            return
        due = now + timedelta(seconds=backoff(row.attempts + 4, self._rng.random()))
        for token in (row.lease_token, row.lease_token + 1):
            rows.settle(
                connection,
                row,
                token,
                state="queued",
                due_at=due,
                attempts=row.attempts + 1,
                last_error=error,
            )

    async def _send(self, row: Row) -> None:
        try:
            channel = row.target.channel or await self._chat.direct(row.target.user)
        except BotError as error:
            now = self._clock.now()
            token = await self._store.write(lambda c: rows.take(c, row, now=now))
            if token is not None:
                fresh = row.first_try_at is None
                await self._problem(row, token, error, "", not_done=fresh)
            return
        token = await self._reserve(row, channel)
        if token is None:
            return
        taken = replace(row, attempts=row.attempts + 1)
        thread_ts = row.thread[1] if row.thread else None
        if row.thread:
            channel = row.thread[0]
        try:
            posted = await (
                self._share(taken, token, channel, thread_ts)
                if row.file
                else self._post(taken, channel, thread_ts, tried=row.first_try_at)
            )
        except BotError as error:
            await self._problem(taken, token, error, channel, not_done=row.first_try_at is None)
            return
        if posted is None:
            return
        now = self._clock.now()
        await self._store.write(
            lambda c: rows.settle(
                c, row, token, state="sent", channel=posted.channel, ts=posted.ts, sent_at=now
            )
        )

    async def _reserve(self, row: Row, channel: str) -> int | None:
        now = self._clock.now()

        def work(connection: Connection) -> int | None:
            later = pace.reserve(connection, channel, now=now)
            if later is not None:
                rows.settle(connection, row, row.lease_token, due_at=later)
                return None
            return rows.take(connection, row, now=now)

        return await self._store.write(work)

    async def _post(self, row: Row, channel: str, thread_ts: str | None, *, tried: datetime | None) -> Posted:
        if tried is not None:
            since = tried - FOUND_SINCE
            found = await self._chat.find(channel, row.key, thread_ts=thread_ts, since=since)
            if found is not None:
                return found
        message = self._renderer.message(row.notice, row.locale)
        try:
            return await self._chat.post(channel, message, key=row.key, thread_ts=thread_ts)
        except ChatRefused as error:
            if error.code not in UNDRESSED:
                raise
            # The words must arrive even when their dress is refused; the log has Slack's pointers.
            log.warning("Slack refused the blocks of %s: %s", row.key, error)
            return await self._chat.post(channel, Rendered(message.text), key=row.key, thread_ts=thread_ts)

    async def _share(self, row: Row, token: int, channel: str, thread_ts: str | None) -> Posted | None:
        """Upload, remember the file's id, share, and look until it is visible; None = look again later."""
        file = dict(row.file or {})
        if file.get("shared") and await self._chat.is_shared(file["file_id"], channel):
            return Posted(channel, thread_ts or "")
        looks = int(file.get("looks", 0))
        if not file.get("shared") or looks >= LOOKS:
            if int(file.get("shares", 0)) >= SHARES:
                raise ChatRefused(DROPPED, {"times": SHARES})
            looks = 0
            data = await self._artifact(int(file["artifact"]))
            uploaded = await self._chat.upload(file["name"], data)
            file |= {
                "file_id": uploaded,
                "shared": True,
                "looks": 0,
                "shares": int(file.get("shares", 0)) + 1,
            }
            if not await self._keep(row, token, file):
                return None
            try:
                await self._chat.share(uploaded, file["title"], channel, thread_ts=thread_ts)
            except (ChatThrottled, ChatUnavailable):
                # Certain not to have been shared: no need to look for it first.
                await self._keep(row, token, {**file, "shared": False, "shares": file["shares"] - 1})
                raise
        else:
            file["looks"] = looks + 1
        due = self._clock.now() + LOOK_AFTER / 3 * (1 + looks)
        await self._store.write(lambda c: rows.settle(c, row, token, file=file, state="unknown", due_at=due))
        return None

    async def _keep(self, row: Row, token: int, file: Mapping[str, Any]) -> bool:
        return await self._store.write(lambda c: rows.settle(c, row, token, file=dict(file)))

    async def _problem(self, row: Row, token: int, error: BotError, channel: str, *, not_done: bool) -> None:
        if isinstance(error, ChatUnknown):
            await self._settle_later(row, token, LOOK_AFTER.total_seconds(), str(error), state="unknown")
            return
        if isinstance(error, ChatThrottled):
            until = self._clock.now() + timedelta(seconds=error.retry_after)
            if channel:
                await self._store.write(lambda c: pace.hold(c, channel, until=until))
            wait = error.retry_after
        elif isinstance(error, ChatUnavailable):
            wait = backoff(row.attempts, self._rng.random())
        elif error.code in MENDABLE and self._clock.now() - row.created_at < GIVE_UP_AFTER:
            log.error("Slack refuses %s: %s; trying again for a day", row.key, error)
            wait = MENDABLE_WAIT
        else:
            log.error("gave up on %s: %s", row.key, error)
            why = str(error)
            await self._store.write(lambda c: self._gave_up(c, row, token, why))
            return
        await self._settle_later(row, token, wait, str(error), state="queued", forget_try=not_done)

    def _gave_up(self, connection: Connection, row: Row, token: int, error: str) -> None:
        """A channel that takes nothing any more must not keep a job's end from its starter."""
        if not rows.settle(connection, row, token, state="dead", last_error=error):
            return
        job = getattr(row.notice, "job", None)
        wanted = row.target.channel and row.file is None and not isinstance(row.notice, JobMoved)
        if wanted and isinstance(job, JobFacts):
            direct, now = Target(user=job.requester), self._clock.now()
            rows.say(connection, f"{row.key}:direct", row.notice, direct, now=now, locale=row.locale)

    async def _settle_later(
        self, row: Row, token: int, wait: float, error: str, *, state: str, forget_try: bool = False
    ) -> None:
        due = self._clock.now() + timedelta(seconds=wait)
        values: dict[str, object] = {"state": state, "due_at": due, "last_error": error}
        if forget_try:
            values["first_try_at"] = None  # certain not to have landed: no need to look
        await self._store.write(lambda c: rows.settle(c, row, token, **values))


def heads(
    unsent: Sequence[Waiting], busy: Mapping[Target, object], now: datetime
) -> tuple[list[Waiting], datetime | None]:
    """The oldest message of each thread, at most one per target, that is due; and when the next one will be. Pure.

    A message that replies to one that is not posted yet does not count: the parent's posting wakes the sender. One that
    is not due yet keeps the later ones of its thread back.
    """
    threads: set[tuple[Target, str | None]] = set()
    taken = set(busy)
    due: list[Waiting] = []
    later: datetime | None = None
    for one in unsent:
        thread = (one.target, one.parent_key)
        if thread in threads:
            continue
        threads.add(thread)
        if one.blocked:
            continue
        if one.due_at > now:
            later = one.due_at if later is None else min(later, one.due_at)
        elif one.target not in taken:
            taken.add(one.target)
            due.append(one)
    return due, later
