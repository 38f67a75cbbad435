"""A file for one person: uploaded to Slack and shared in their direct messages, below the card of its data.

Slack shares late and sometimes not at all (contracts/slack.md section 2.1), so it is looked at; what was uploaded
stands in the task, so that nothing is sent twice after a crash.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.deps import Deps
from bot.errors import FileProblem
from bot.store import datasets
from bot.store.datasets import Dataset
from bot.work import card_rows
from bot.work.tasks import Again, Task

LARGEST: Final = 20_000_000
"""Bytes of a file that is given in this way: it is held in memory while it is sent."""
LOOKS, SHARES = 6, 3
LOOK_AFTER = timedelta(seconds=1)

Made = tuple[bytes, Mapping[str, Any]]
"""The file, and what else the payload of the task shall keep."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in Slack; `thread_ts` None = in the open."""

    channel: str
    thread_ts: str | None


async def place_of(deps: Deps, found: Dataset, user: str) -> Place:
    """Below the card for its owner, else in that person's direct messages. `ChatError` when Slack cannot be asked."""
    card = await deps.store.read(lambda c: card_rows.where(c, datasets.card_key(found.id)))
    if card is not None and user == found.owner:
        return Place(*card)
    return Place(await deps.chat.direct(user), None)


async def give(
    deps: Deps, task: Task, place: Place, name: str, make: Callable[[], Awaitable[Made]]
) -> Again | None:
    """Take the next step; None when the file is there for the person to see.

    Raises:
        FileProblem: Slack took it several times and never showed it.
        ChatError: Slack does not take it.
        Whatever `make` raises.
    """
    now, state = deps.clock.now(), dict(task.payload)
    file_id = str(state.get("file_id", ""))
    if not file_id:
        data, more = await make()
        uploaded = await deps.chat.upload(name, data)
        shares = int(state.get("shares", 0)) + 1
        return Again(now, payload={**state, **more, "file_id": uploaded, "shares": shares, "looks": 0})
    if not state.get("shared"):
        # An attempt that was broken off may have shared it: looked for, before it is sent anew.
        if task.attempts == 1:
            await deps.chat.share(file_id, name, place.channel, thread_ts=place.thread_ts)
        return Again(now + LOOK_AFTER, payload={**state, "shared": True})
    if await deps.chat.is_shared(file_id, place.channel):
        return None
    looks = int(state.get("looks", 0)) + 1
    if looks <= LOOKS:
        return Again(now + LOOK_AFTER * looks, payload={**state, "looks": looks})
    if int(state["shares"]) >= SHARES:
        raise FileProblem("share_dropped", {"times": SHARES})
    return Again(now, payload={**state, "file_id": "", "shared": False})
