"""From a click on Approve to its ack, and to the decision that everybody sees: `python -m benchmarks.decide`.

One approver decides about requests that wait, one after the other, so slowly that the edits which follow from one
(Slack takes 50 a minute, and the bot keeps 1.25 s between two) do not wait for those of the one before. "Visible" is
the moment in which the message in #ml-approvals shows it. A freeze holds every rollout, so that nothing but decisions
is measured. Then fifty more clicks at once, for the ack alone.
"""

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from benchmarks.ack import tell
from benchmarks.bots import OURS, child, slack
from bot.approvals.requests import open_request
from bot.config.load import load
from bot.config.settings import Settings
from bot.facts.requests import DeployAsk
from bot.people import Actor
from bot.store.engine import open_store
from sandbox.server import Sandbox
from sandbox.slack import ids

APPROVALS, ADA, RIN = "C0APPROVAL", "U0APPROVE1", "U0REQUEST1"
DECIDED, AT_ONCE, ROUNDS = 16, 50, 4
EVERY = 5.0
PATIENCE = 300.0


def configured(config: Path) -> Settings:
    """One approver suffices, and a freeze holds."""
    text = config.read_text(encoding="utf-8").replace("\ncount = 2\n", "\ncount = 1\n", 1)
    config.write_text(text, encoding="utf-8")
    settings = load(config, {})
    if settings.approvals.freeze_file is not None:
        settings.approvals.freeze_file.write_text("benchmark", encoding="utf-8")
    return settings


async def prepare(config: Path) -> None:
    """Write requests that wait."""
    settings = configured(config)
    store = open_store(settings.store.path)
    for number in range(DECIDED):
        await store.write(partial(ask, settings, number))
    await store.close()


def ask(settings: Settings, number: int, connection: Connection) -> None:
    """One request."""
    wanted = DeployAsk(
        connection="prod-swc",
        region="Sweden Central",
        name=f"bench-{number}",
        model=f"gpt-4.1-nano-2025-04-14.ft-{number:032x}",
        model_short=f"bench-{number}",
        base="gpt-4.1-nano-2025-04-14",
        trained_at="prod-swc",
        sku="GlobalStandard",
        sku_label="Global Standard",
        processing="global",
        capacity=10,
    )
    open_request(
        connection,
        kind="deployment",
        target=f"prod-swc/{wanted.name}",
        ask=wanted,
        reason="benchmark",
        actor=Actor(team_id=ids.TEAM, user_id=RIN),
        channel="C0FINETUNE",
        intent=f"bench:{number}",
        settings=settings,
        now=datetime.now(UTC),
        corr=f"bench{number}",
    )


def card(sandbox: Sandbox, number: int) -> dict[str, Any] | None:
    """The message about a request, as everybody sees it."""
    for message in sandbox.slack.messages.history(APPROVALS):
        if f"bench-{number}?" in str(message.get("text", "")):
            return message
    return None


def payload(value: str, ts: str, number: int) -> dict[str, Any]:
    """What Slack sends for a click on Approve."""
    trigger = f"7.{number}.{time.perf_counter_ns()}"
    return {
        "type": "block_actions",
        "user": {"id": ADA, "team_id": ids.TEAM},
        "team": {"id": ids.TEAM},
        "channel": {"id": APPROVALS},
        "container": {"type": "message", "channel_id": APPROVALS, "message_ts": ts},
        "message": {"ts": ts},
        "trigger_id": trigger,
        "response_url": "",
        "api_app_id": ids.APP,
        "actions": [
            {
                "type": "button",
                "action_id": "request_approve",
                "block_id": "b",
                "value": value,
                "action_ts": ts,
            }
        ],
    }


async def click(sandbox: Sandbox, value: str, ts: str, number: int) -> float | None:
    """Seconds to the ack; None when it was lost."""
    began = time.perf_counter()
    answer = await sandbox.slack.delivery.request("interactive", payload(value, ts, number))
    return time.perf_counter() - began if answer.outcome == "acked" else None


async def decide(sandbox: Sandbox, number: int) -> tuple[float | None, float | None]:
    """Approve one request; seconds to the ack and to the decision in the message."""
    message = card(sandbox, number)
    if message is None:
        return None, None
    before = message["text"], str(message["blocks"])
    began = time.perf_counter()
    acked = await click(sandbox, f"A{number + 1}:1", message["ts"], number)
    while time.perf_counter() - began < PATIENCE:
        now = sandbox.slack.messages.get(APPROVALS, message["ts"]) or {}
        if (now.get("text"), str(now.get("blocks"))) != before and "request_approve" not in str(
            now["blocks"]
        ):
            return acked, time.perf_counter() - began
        await asyncio.sleep(0.002)
    return acked, None


async def run() -> None:
    """Post the requests, decide about them, then click without end."""
    with tempfile.TemporaryDirectory() as folder:
        async with slack() as sandbox, child(OURS, sandbox, Path(folder), prepare):
            began = time.perf_counter()
            while any(card(sandbox, number) is None for number in range(DECIDED)):
                if time.perf_counter() - began > PATIENCE:
                    raise TimeoutError("the requests were not posted")
                await asyncio.sleep(0.5)
            acks: list[float | None] = []
            seen: list[float | None] = []
            for number in range(DECIDED):
                acked, visible = await decide(sandbox, number)
                acks.append(acked)
                seen.append(visible)
                await asyncio.sleep(EVERY)
            tell(OURS, "vote to ack", acks)
            tell(OURS, "vote to decision seen", seen)
            together: list[float | None] = []
            for _ in range(ROUNDS):
                clicks = (click(sandbox, f"A{n % DECIDED + 1}:1", "1.0", n) for n in range(AT_ONCE))
                together += await asyncio.gather(*clicks)
                await asyncio.sleep(2.0)
            tell(OURS, f"vote, {AT_ONCE} at once", together)


if __name__ == "__main__":
    asyncio.run(run())
