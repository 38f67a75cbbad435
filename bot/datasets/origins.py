"""Where a dataset's bytes can be fetched again, by what its `source` says."""

from bot.datasets import importing
from bot.datasets.fetching import announced
from bot.datasets.origin import Origin
from bot.deps import Deps
from bot.errors import FileProblem
from bot.store.datasets import Dataset


async def origin_of(deps: Deps, found: Dataset, limit: int) -> Origin:
    """The place that has the file of a dataset, as it is now; `limit` is the most bytes that are taken.

    Kinds of `source`: `file_id` a file in Slack, `blob` a blob of a configured account, `local` a file that was handed
    in on this machine, which exists nowhere else.

    Raises:
        FileProblem: it cannot be had, or not any more (`staged_gone`).
        ChatError, ProviderError: that place cannot be reached now.
    """
    source = found.source
    if "blob" in source:
        return await importing.opened(deps.blobs, str(source["blob"]), limit)
    if "local" in source:
        raise FileProblem("staged_gone", {"name": found.name})
    return await announced(deps.chat, str(source["file_id"]), limit)
