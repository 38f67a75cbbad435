"""The audit as JSON lines on standard output, for whoever collects it.

Lines follow the commits: what was rolled back is never written. After a kill the next start goes on behind the last
line that it knows to be written; a line may then come twice, and its `audit` number says so.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Callable
from typing import Final

from bot.store import audit
from bot.store.small import AUDITED
from bot.store.store import Store

log = logging.getLogger(__name__)
WRITTEN: Final = "audit_lines"
AT_ONCE: Final = 200
Write = Callable[[str], None]


def to_stdout(text: str) -> None:
    """Write and flush at once: a line that stays in a buffer is lost with the process."""
    sys.stdout.write(text)
    sys.stdout.flush()


class AuditLines:
    """Writes every audit event once it is committed. `run` ends only when it is cancelled."""

    def __init__(self, store: Store, write: Write = to_stdout) -> None:
        self._store, self._write = store, write

    async def run(self) -> None:
        """Write what is new, and wait for more."""
        event = self._store.on(AUDITED)
        while True:
            event.clear()
            try:
                while await self._some():
                    pass
            except OSError as error:
                log.warning("the audit cannot be written to standard output: %s", error)
                return
            await event.wait()

    async def _some(self) -> bool:
        last = await self._store.read(lambda c: audit.counted(c, WRITTEN))
        events = await self._store.read(lambda c: audit.after(c, last or 0, limit=AT_ONCE))
        if not events:
            return False
        lines = "".join(f"{json.dumps(one.as_json(), ensure_ascii=False)}\n" for one in events)
        # A reader that stands still must not hold up the event loop.
        await asyncio.to_thread(self._write, lines)
        await self._store.write(lambda c: audit.count(c, WRITTEN, events[-1].id))
        return len(events) == AT_ONCE
