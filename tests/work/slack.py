"""The outbox and the cards over the real client, against the stand-in for Slack."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.chat import Rendered
from bot.clock import SystemClock
from bot.config.handover import network_options
from bot.config.load import load
from bot.facts.notice import Notice
from bot.facts.notices import TaskParked
from bot.store import small
from bot.store.store import Store
from bot.work import outbox_rows
from bot.work.cards import Cards
from bot.work.outbox import Outbox
from bot.work.outbox_rows import Target
from handlers.renderer import Renderer
from handlers.slack.chat import SlackChat
from handlers.slack.web import web_client
from providers.network import make_client
from sandbox.config_out import bot_config
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from tests.patience import patient
from tests.stores import store_at

CHANNEL, RIN = "C0FINETUNE", "U0REQUEST1"
Block = Mapping[str, Any]


class Odd(Renderer):
    """The real renderer; a notice whose error is `broken` cannot be built, one with `bad_blocks` is refused."""

    def message(self, notice: Notice, locale: str) -> Rendered:
        """A message that is sent once."""
        if isinstance(notice, TaskParked) and notice.error == "broken":
            raise KeyError(notice.key)
        if isinstance(notice, TaskParked) and notice.error == "bad_blocks":
            return Rendered(f"words of {notice.key}", ({"type": "nonsense"},))
        return super().message(notice, locale)


@dataclass
class Looks:
    """A painter that shows what a test wrote into it; `homes` by user."""

    text: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, tuple[Block, ...]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    async def paint(self, purpose: str, subject: str) -> Rendered | None:
        """The present look."""
        del purpose
        if subject in self.broken:
            raise KeyError(subject)
        if subject not in self.text:
            return None
        return Rendered(self.text[subject], self.blocks.get(subject, ()))

    async def paint_home(self, user: str) -> Mapping[str, object]:
        """The Home tab."""
        section = {"type": "section", "text": {"type": "plain_text", "text": self.text.get(user, "-")}}
        return {"type": "home", "blocks": [section]}


@dataclass
class Desk:
    """A store, a sender and a painter on one Slack. `run` works until the block ends."""

    store: Store
    sandbox: Sandbox
    chat: SlackChat
    looks: Looks

    @asynccontextmanager
    async def run(self, *, outbox: bool = True, cards: bool = True) -> AsyncIterator[None]:
        """Send and paint."""
        rng, clock = random.Random(3), SystemClock()  # noqa: S311  jitter
        loops = []
        if outbox:
            loops.append(Outbox(self.store, clock, self.chat, Odd(), self._artifact, rng=rng).run())
        if cards:
            loops.append(Cards(self.store, clock, self.chat, self.looks, rng=rng).run())
        running = [asyncio.create_task(one) for one in loops]
        try:
            yield
            assert not any(one.done() for one in running), "a loop ended by itself"
        finally:
            for one in running:
                one.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _artifact(self, number: int) -> bytes:
        return await self.store.read(lambda c: small.bytes_of(c, number))

    async def say(self, key: str, *, error: str = "", **more: Any) -> bool:
        """Put a message into the outbox."""
        notice = TaskParked(task=1, task_kind="job.submit", key=key, attempts=3, error=error)
        target = more.pop("target", Target(channel=CHANNEL))
        now = datetime.now(UTC)
        return await self.store.write(lambda c: outbox_rows.say(c, key, notice, target, now=now, **more))

    def posted(self, channel: str = CHANNEL) -> list[dict[str, Any]]:
        """Everything in a channel in the order of posting, threads included."""
        messages = self.sandbox.slack.messages
        found: list[dict[str, Any]] = []
        for message in messages.history(channel):
            found += [message, *messages.replies(channel, message["ts"])]
        return sorted(found, key=lambda one: float(one["ts"]))

    def keys(self, channel: str = CHANNEL) -> list[str]:
        """Our keys in a channel, in the order of posting."""
        found = [
            (one.get("metadata") or {}).get("event_payload", {}).get("key") for one in self.posted(channel)
        ]
        return [key for key in found if key]

    def asked(self, method: str) -> int:
        """How often a method of the Web API was called."""
        totals = self.sandbox.faults.totals("slack")
        return sum(n for asked, n in totals.items() if asked.endswith(f"/slack/api/{method}"))

    def fault(self, method: str, kind: str, **more: Any) -> str:
        """Inject a fault into a method."""
        return self.sandbox.faults.add("slack", {"match": {"path": f"/{method}"}, "kind": kind, **more})


@asynccontextmanager
async def desk(folder: Path, *, rate_limits: bool = False) -> AsyncIterator[Desk]:
    """A stand-in for Slack, and everything that speaks to it."""
    slack = patient(rate_limits=rate_limits, file_polls=1, file_seconds=0.1)
    sandbox = create_sandbox(options=SandboxOptions(slack=slack), azure=False)
    await sandbox.start()
    path = folder / "tunesmith.toml"
    path.write_text(bot_config(sandbox.url, folder), encoding="utf-8")
    settings = load(path, {})
    store = store_at(folder / "desk.db")
    http = make_client(network_options(settings.network))
    try:
        yield Desk(store, sandbox, SlackChat(web_client(settings), http, settings.slack), Looks())
    finally:
        await http.aclose()
        await store.close()
        await sandbox.stop()
