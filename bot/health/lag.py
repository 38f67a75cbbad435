"""How late the event loop comes round to what is due."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

STEP: Final = 0.5


async def measure(tell: Callable[[float], None], *, step: float = STEP) -> None:
    """Every `step` seconds tell by how many seconds waking up was late, until cancelled."""
    while True:
        begun = time.monotonic()
        await asyncio.sleep(step)
        tell(max(0.0, time.monotonic() - begun - step))
