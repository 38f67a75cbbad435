"""The models that were called last, held in the worker process as long as there is room."""

from sandbox.training.generate import Writer
from sandbox.training.model import PackedWeights
from sandbox.training.worker_client import Remote, Worker


class Writers:
    """A writer for each thing that answers calls. At most `most` are held; the longest unused goes first."""

    def __init__(self, worker: Worker, most: int) -> None:
        self._worker = worker
        self._most = most
        # The owner is held too: as long as it is, no other object has its id.
        self._held: dict[int, tuple[object, Remote[Writer]]] = {}

    async def of(self, owner: object, base: str, weights: PackedWeights | None) -> Remote[Writer]:
        """The writer of `owner`, made of a base model and the weights trained on it. Raises WorkerDiedError."""
        process = await self._worker.start()
        held = self._held.pop(id(owner), None)
        if held is None or held[1].process is not process:
            held = (owner, await self._worker.make(Writer, base, weights))
        self._held[id(owner)] = held
        if len(self._held) > self._most:
            self._held.pop(next(iter(self._held)))[1].forget()
        return held[1]
