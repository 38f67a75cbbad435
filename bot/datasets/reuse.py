"""The same bytes are at the service already: which file another dataset can share, instead of being sent.

The service is asked whether the file is still there and processed, because somebody may have deleted it in its portal.
"""

from dataclasses import dataclass

from bot.deps import Deps
from bot.store import datasets
from bot.store.datasets import Copy, Dataset
from providers.base import Ref
from providers.errors import Refused, Unauthorised

ON_ITS_WAY = frozenset({"waiting", "uploading", "processing", "uncertain"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A processed file with the same bytes: the copy that has it, and its size at the service."""

    copy: Copy
    bytes: int


@dataclass(frozen=True, slots=True)
class Coming:
    """The same bytes are on their way for an earlier dataset: worth waiting for."""


async def find(deps: Deps, found: Dataset, copy: Copy) -> Shared | Coming | None:
    """What this copy can share. Copies wait only for older ones, so that no two wait for each other.

    Raises:
        ProviderError: the service cannot be asked now.
    """
    others = await deps.store.read(lambda c: datasets.same_content(c, found, copy.connection))
    asked: set[str] = set()
    for other in others:
        if other.state != "processed" or other.remote_id is None or other.remote_id in asked:
            continue
        asked.add(other.remote_id)
        try:
            remote = await deps.provider(copy.connection).file(Ref(id=other.remote_id))
        except Unauthorised:
            raise
        except Refused:
            continue
        if remote.state == "processed":
            return Shared(copy=other, bytes=remote.bytes or other.sent)
    if any(other.state in ON_ITS_WAY and other.id < copy.id for other in others):
        return Coming()
    return None
