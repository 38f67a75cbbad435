"""How fast a command and a click are acknowledged through Socket Mode: `python -m benchmarks.ack`.

Measured at the stand-in for Slack, from sending the envelope to reading its acknowledgement, alone and fifty at once.
Ours commits each delivery to disk before it acks; the peer in the same run is Bolt with a listener that only acks.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Literal

from benchmarks.bots import OURS, PEER, child, slack
from sandbox.server import Sandbox
from sandbox.slack import ids

ALONE, AT_ONCE, ROUNDS = 200, 50, 8
WARM_UP = 20
Kind = Literal["command", "click"]
_TRIGGER = iter(range(1, 10_000_000))


def payload(kind: Kind, sandbox: Sandbox) -> dict[str, Any]:
    """What Slack sends for `/finetune jobs`, or for a click on a page of the list."""
    trigger = f"9.{next(_TRIGGER)}"
    url = f"{sandbox.url}/slack/response/none"
    if kind == "command":
        return {
            "command": "/finetune",
            "text": "jobs",
            "team_id": ids.TEAM,
            "user_id": "U0REQUEST1",
            "channel_id": "C0FINETUNE",
            "trigger_id": trigger,
            "response_url": url,
            "api_app_id": ids.APP,
        }
    return {
        "type": "block_actions",
        "user": {"id": "U0REQUEST1", "team_id": ids.TEAM},
        "team": {"id": ids.TEAM},
        "channel": {"id": "C0FINETUNE"},
        "container": {
            "type": "message",
            "channel_id": "C0FINETUNE",
            "message_ts": "1.0",
            "is_ephemeral": True,
        },
        "trigger_id": trigger,
        "response_url": url,
        "api_app_id": ids.APP,
        "actions": [
            {
                "type": "button",
                "action_id": "jobs_page",
                "block_id": "b",
                "value": "mine:0",
                "action_ts": "1.0",
            }
        ],
    }


async def one(kind: Kind, sandbox: Sandbox) -> float | None:
    """Seconds to the ack; None when it was lost."""
    began = time.perf_counter()
    delivered: Literal["slash_commands", "interactive"] = (
        "slash_commands" if kind == "command" else "interactive"
    )
    answer = await sandbox.slack.delivery.request(delivered, payload(kind, sandbox))
    return time.perf_counter() - began if answer.outcome == "acked" else None


def tell(who: str, what: str, taken: list[float | None]) -> float:
    """Print one line; the median in milliseconds."""
    good = sorted(value * 1000 for value in taken if value is not None)
    p50, p99 = statistics.median(good), good[min(len(good) - 1, int(len(good) * 0.99))]
    print(
        f"{who:10s} {what:22s} p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  lost {len(taken) - len(good)} of {len(taken)}"
    )
    return p50


async def measure(who: str, sandbox: Sandbox) -> dict[str, float]:
    """All four rows for one bot."""
    medians: dict[str, float] = {}
    kinds: tuple[Kind, ...] = ("command", "click")
    for kind in kinds:
        for _ in range(WARM_UP):
            await one(kind, sandbox)
        alone = [await one(kind, sandbox) for _ in range(ALONE)]
        medians[f"{kind} alone"] = tell(who, f"{kind}, alone", alone)
        together: list[float | None] = []
        for _ in range(ROUNDS):
            together += await asyncio.gather(*(one(kind, sandbox) for _ in range(AT_ONCE)))
            await asyncio.sleep(1.0)  # what follows the acks ends before the next round
        medians[f"{kind} at once"] = tell(who, f"{kind}, {AT_ONCE} at once", together)
    return medians


async def run() -> None:
    """Ours and the peer, each in a process of its own."""
    found: dict[str, dict[str, float]] = {}
    for who in (OURS, PEER):
        with tempfile.TemporaryDirectory() as folder:
            async with slack() as sandbox, child(who, sandbox, Path(folder)):
                await asyncio.sleep(1.0)
                found[who] = await measure(who, sandbox)
    for what, ours in found[OURS].items():
        print(f"{what}: {ours / found[PEER][what]:.2f} of the peer's median")


if __name__ == "__main__":
    asyncio.run(run())
