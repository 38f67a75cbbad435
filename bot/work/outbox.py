"""The sender: takes what the outbox holds, renders it, posts it once.

Order is kept per thread: only the oldest unsent message of a thread is sent. A row that was tried before is looked up
in Slack by its key before it is posted again (contracts/slack.md section 3.2, metadata).
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.chat import Chat, Posted, Rendered, Renderer
from bot.clock import Clock
from bot.errors import BotError, ChatRefused, ChatThrottled, ChatUnavailable, ChatUnknown
from bot.store.store import Store
from bot.work import outbox_rows as rows
from bot.work import pace
from bot.work.outbox_rows import Row
from bot.work.worker import backoff

log = logging.getLogger(__name__)
LONGEST_WAIT = 15.0
LOOK_AFTER = timedelta(seconds=3)
FOUND_SINCE = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(hours=24)
MENDABLE = frozenset(
    {"not_in_channel", "channel_not_found", "is_archived", "missing_scope", "account_inactive"}
)
MENDABLE_WAIT = 300.0

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
    ) -> None:
        self._store, self._clock, self._chat, self._renderer = store, clock, chat, renderer
        self._artifact, self._rng = artifact, rng
        self._wake = store.on(rows.SIGNAL)

    def wake(self) -> None:
        """Look for unsent messages now."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            self._wake.clear()
            due, later = self._heads(await self._store.read(rows.open_rows))
            if due:
                await asyncio.gather(*(self._send_guarded(row) for row in due))
                continue
            wait = LONGEST_WAIT if later is None else (later - self._clock.now()).total_seconds()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), max(0.05, min(wait, LONGEST_WAIT)))

    def _heads(self, unsent: Sequence[Row]) -> tuple[list[Row], datetime | None]:
        """The oldest row of each thread, at most one per target, that is due; and when the next one will be."""
        now = self._clock.now()
        threads: set[tuple[object, object]] = set()
        targets: set[object] = set()
        due: list[Row] = []
        later: datetime | None = None
        for row in unsent:
            thread = (row.target, row.parent_key)
            if thread in threads:
                continue
            threads.add(thread)
            if row.parent_key is not None and row.thread is None:
                continue  # the parent's posting wakes us
            if row.due_at > now:
                later = row.due_at if later is None else min(later, row.due_at)
                continue
            if row.target not in targets:
                targets.add(row.target)
                due.append(row)
        return due, later

    async def _send_guarded(self, row: Row) -> None:
        try:
            await self._send(row)
        except Exception as error:  # boundary: one message that cannot be built must not stop the others
            log.exception("could not send %s", row.key)
            await self._settle_later(row, row.lease_token + 1, 60.0, type(error).__name__, state="queued")

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
            if error.code != "invalid_blocks":
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
        if not file.get("shared") or looks >= 8:
            data = await self._artifact(int(file["artifact"]))
            file |= {"file_id": await self._chat.upload(file["name"], data), "shared": True, "looks": 0}
            kept = await self._store.write(lambda c: rows.settle(c, row, token, file=file))
            if not kept:
                return None
            await self._chat.share(file["file_id"], file["title"], channel, thread_ts=thread_ts)
        else:
            file["looks"] = looks + 1
        due = self._clock.now() + LOOK_AFTER / 3 * (1 + looks)
        await self._store.write(lambda c: rows.settle(c, row, token, file=file, state="unknown", due_at=due))
        return None

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
            await self._store.write(lambda c: rows.settle(c, row, token, state="dead", last_error=str(error)))
            return
        await self._settle_later(row, token, wait, str(error), state="queued", forget_try=not_done)

    async def _settle_later(
        self, row: Row, token: int, wait: float, error: str, *, state: str, forget_try: bool = False
    ) -> None:
        due = self._clock.now() + timedelta(seconds=wait)
        values: dict[str, object] = {"state": state, "due_at": due, "last_error": error}
        if forget_try:
            values["first_try_at"] = None  # certain not to have landed: no need to look
        await self._store.write(lambda c: rows.settle(c, row, token, **values))
