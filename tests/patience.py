"""How tests wait, and a Slack that waits longer than the real one for tests that are not about its three seconds.

On a busy machine the whole program, the whole sandbox and the test share a core or less: an ack or a form may then be
late, which says nothing about the program. What Slack's three seconds demand is in `journey/test_three_seconds.py`.
"""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

from sandbox.slack.options import SlackOptions

PATIENCE = 120.0
"""Seconds until something that should have come counts as not coming: only a test that fails waits as long."""
_SLACKS = 30.0
_SHORTEST, _LONGEST = 0.005, 0.03


async def until(
    look: Callable[[], Any], what: str = "what was looked for", *, patience: float = PATIENCE
) -> Any:
    """Wait for `look()` (or what it awaits to) to be something; its value. `what` is told when it does not come."""
    end, pause = time.monotonic() + patience, _SHORTEST
    while True:
        found = look()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        if time.monotonic() > end:
            why = f"waited {patience:.0f} s for {what}"
            raise AssertionError(why)
        await asyncio.sleep(pause)
        pause = min(1.3 * pause, _LONGEST)


def patient(**more: Any) -> SlackOptions:
    """The stand-in's settings, with acks and triggers that may be late."""
    return SlackOptions(**{"ack_seconds": _SLACKS, "trigger_seconds": _SLACKS, **more})
