"""The painter: brings live cards up to date.

Changes that come together are shown together: at most one edit of a card in three seconds, and all edits within
Slack's 50 a minute. A card that is gone is posted anew. The Home tab is a card too.
"""

import asyncio
import hashlib
import json
import logging
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from bot.chat import Chat, Posted, Rendered
from bot.clock import Clock
from bot.errors import BotError, ChatRefused, ChatThrottled, ChatUnknown
from bot.store.store import Store
from bot.work import card_rows, pace
from bot.work.card_rows import Card
from bot.work.outbox import UNDRESSED
from bot.work.pulses import Pulse, unheard
from bot.work.waiting import woken
from bot.work.worker import TROUBLE_PAUSE, backoff

log = logging.getLogger(__name__)
LONGEST_WAIT = 15.0
CARD_GAP = timedelta(seconds=3)
EDIT_GAP = timedelta(seconds=1.25)
FOUND_SINCE = timedelta(minutes=2)
HOME = "home"
GONE = frozenset({"message_not_found", "cant_update_message"})
REFUSED_WAIT = 300.0
TOGETHER = 0.05
"""Seconds in which further changes join the ones that woke the painter."""


class Painter(Protocol):
    """Builds the present look of a card."""

    async def paint(self, purpose: str, subject: str) -> Rendered | None:
        """The message; None when the subject no longer exists."""
        ...

    async def paint_home(self, user: str) -> Mapping[str, object]:
        """The Home tab's view."""
        ...


class Cards:
    """Edits until it is stopped."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        chat: Chat,
        painter: Painter,
        *,
        rng: random.Random,
        pulse: Pulse = unheard,
    ) -> None:
        self._pulse = pulse
        self._store, self._clock, self._chat, self._painter, self._rng = store, clock, chat, painter, rng
        self._wake = store.on(card_rows.SIGNAL)
        self._next_edit: datetime | None = None

    async def run(self) -> None:
        """Paint until cancelled."""
        while True:
            self._wake.clear()
            self._pulse()
            try:
                wait = await self._paint_due()
            except SQLAlchemyError:  # a full disk or a lock held too long may pass
                log.exception("the store does not answer the painter; trying again")
                wait = TROUBLE_PAUSE
            if wait <= 0:
                continue
            await woken(self._wake, max(0.05, min(wait, LONGEST_WAIT)))
            await asyncio.sleep(TOGETHER)

    async def _paint_due(self) -> float:
        """Paint what is due; seconds until the next card is, 0.0 when something was painted."""
        now = self._clock.now()
        waiting = await self._store.read(card_rows.behind)
        due = [card for card in waiting if card.due_at <= now]
        # A new card is what somebody waits for, and threads hang on it; of the edits, which are slow, one at a time.
        edits = [card for card in due if card.ts is not None]
        for card in [*(card for card in due if card.ts is None), *edits[:1]]:
            await self._guarded(card)
        if due:
            return 0.0
        return min((card.due_at - now).total_seconds() for card in waiting) if waiting else LONGEST_WAIT

    async def _guarded(self, card: Card) -> None:
        self._pulse()
        try:
            await (self._home(card) if card.purpose == HOME else self._card(card))
        except ChatThrottled as error:
            await self._later(card, error.retry_after, str(error))
        except ChatUnknown as error:
            await self._later(card, 3.0, str(error))
        except ChatRefused as error:
            log.warning("Slack refuses card %s: %s", card.key, error)
            await self._later(card, REFUSED_WAIT, str(error))
        except SQLAlchemyError:
            raise
        except BotError as error:
            await self._later(card, backoff(card.attempts + 1, self._rng.random()), str(error))
        except Exception as error:  # boundary: one card that cannot be built must not stop the others
            log.exception("could not paint %s", card.key)
            await self._later(card, REFUSED_WAIT, type(error).__name__)

    async def _home(self, card: Card) -> None:
        view = await self._painter.paint_home(card.target.user)
        digest = _digest(view)
        if digest != card.rendered_digest:
            await self._edit_place()
            await self._chat.publish_home(card.target.user, view)
        await self._shown(card, digest)

    async def _card(self, card: Card) -> None:
        message = await self._painter.paint(card.purpose, card.subject)
        if message is None:
            await self._shown(card, card.rendered_digest or "")
            return
        digest = _digest({"text": message.text, "blocks": message.blocks})
        if card.channel is None or card.ts is None:
            await self._post(card, message, digest)
            return
        if digest != card.rendered_digest:
            await self._edit_place()
            try:
                await self._update(Posted(card.channel, card.ts), message, card.key)
            except ChatRefused as error:
                if error.code not in GONE:
                    raise
                log.warning("card %s is gone (%s): posting it anew", card.key, error.code)
                await self._store.write(
                    lambda c: card_rows.put(c, card, channel=None, ts=None, first_try_at=None)
                )
                return
        await self._shown(card, digest)

    async def _post(self, card: Card, message: Rendered, digest: str) -> None:
        channel = card.target.channel or await self._chat.direct(card.target.user)
        now = self._clock.now()
        later = await self._store.write(lambda c: pace.reserve(c, channel, now=now))
        if later is not None:
            await self._store.write(lambda c: card_rows.put(c, card, due_at=later))
            return
        posted: Posted | None = None
        if card.first_try_at is not None:
            posted = await self._chat.find(
                channel, card.key, thread_ts=None, since=card.first_try_at - FOUND_SINCE
            )
        if posted is None:
            await self._store.write(lambda c: card_rows.put(c, card, first_try_at=card.first_try_at or now))
            posted = await self._first(channel, message, card.key)
        place = posted
        await self._store.write(lambda c: card_rows.put(c, card, channel=place.channel, ts=place.ts))
        await self._shown(card, digest)

    async def _first(self, channel: str, message: Rendered, key: str) -> Posted:
        try:
            return await self._chat.post(channel, message, key=key, thread_ts=None)
        except ChatRefused as error:
            if error.code not in UNDRESSED:
                raise
            # A card is the parent of its thread: it must stand, be it in plain words.
            log.warning("Slack refused the blocks of card %s: %s", key, error)
            return await self._chat.post(channel, Rendered(message.text), key=key, thread_ts=None)

    async def _update(self, at: Posted, message: Rendered, key: str) -> None:
        try:
            await self._chat.update(at, message, key=key)
        except ChatRefused as error:
            if error.code not in UNDRESSED:
                raise
            log.warning("Slack refused the blocks of card %s: %s", key, error)
            await self._chat.update(at, Rendered(message.text), key=key)

    async def _edit_place(self) -> None:
        now = self._clock.now()
        if self._next_edit is not None and self._next_edit > now:
            await asyncio.sleep((self._next_edit - now).total_seconds())
        self._next_edit = self._clock.now() + EDIT_GAP

    async def _shown(self, card: Card, digest: str) -> None:
        due = self._clock.now() + CARD_GAP
        await self._store.write(
            lambda c: card_rows.put(
                c, card, rendered=card.dirty, rendered_digest=digest, due_at=due, attempts=0, last_error=None
            )
        )

    async def _later(self, card: Card, seconds: float, error: str) -> None:
        due = self._clock.now() + timedelta(seconds=seconds)
        attempts = card.attempts + 1
        await self._store.write(
            lambda c: card_rows.put(c, card, due_at=due, attempts=attempts, last_error=error)
        )


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=list).encode()).hexdigest()
