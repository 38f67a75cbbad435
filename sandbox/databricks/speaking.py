"""Answers in the words of a model version's own weights, computed in the worker process."""

from typing import Final

from sandbox.common.tokens import count_tokens
from sandbox.databricks.unity import Version
from sandbox.training.generate import Writer
from sandbox.training.model import END
from sandbox.training.worker_client import Worker
from sandbox.training.writers import Writers

_BYTES_PER_TOKEN: Final = 4
_BYTES_PER_CALL: Final = 256
_KEPT: Final = 8
_COOLER: Final = 0.3


class Speaker:
    """Keeps the weights of the versions called last in the worker."""

    def __init__(self, worker: Worker) -> None:
        self._writers = Writers(worker, _KEPT)

    async def answer(
        self, version: Version, texts: list[str], most: int, temperature: float
    ) -> tuple[str, int, bool]:
        """The text, its tokens, and whether it came to its end. Raises WorkerDiedError."""
        writer = await self._writers.of(version, version.base, version.weights)
        prompt = [token for text in texts for token in (*text.encode(errors="replace"), END)]
        limit = most * _BYTES_PER_TOKEN
        written: list[int] = []
        while len(written) < limit and END not in written[-1:]:
            count = min(_BYTES_PER_CALL, limit - len(written))
            written += await writer.call(Writer.write, prompt, written, count, temperature * _COOLER, 1.0, 11)
        text = bytes(token for token in written if token != END).decode(errors="ignore")
        return text, count_tokens(text), END in written[-1:]
