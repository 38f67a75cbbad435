"""From the start of the process to an open Socket Mode connection: `python -m benchmarks.connect`.

Medians of five, in turns with a bare Bolt app. Ours opens its database, asks Slack who it is and reconciles first.
"""

import asyncio
import statistics
import tempfile
from pathlib import Path

from benchmarks.bots import OURS, PEER, child, slack

ROUNDS = 5


async def once(who: str, folder: Path) -> float:
    """Seconds to the connection."""
    async with slack() as sandbox, child(who, sandbox, folder) as seconds:
        return seconds


async def run() -> None:
    """Print both medians and their ratio."""
    times: dict[str, list[float]] = {OURS: [], PEER: []}
    for _ in range(ROUNDS):
        for who, taken in times.items():
            with tempfile.TemporaryDirectory() as fresh:
                taken.append(await once(who, Path(fresh)))
    ours, peer = (statistics.median(times[who]) for who in (OURS, PEER))
    print(f"start to connected: {ours:.2f} s, {PEER}: {peer:.2f} s, ratio {ours / peer:.2f}")


if __name__ == "__main__":
    asyncio.run(run())
