"""Answers in the words of an endpoint's own weights, computed in the worker process."""

from typing import Final, NamedTuple

from sandbox.azure_calls.request import LONGEST_ANSWER, ChatRequest
from sandbox.azure_ml.workspace import Endpoint
from sandbox.training.generate import Writer
from sandbox.training.model import END
from sandbox.training.worker_client import Worker
from sandbox.training.writers import Writers

_BYTES_PER_TOKEN: Final = 4
# One call of the worker takes some tens of milliseconds, so that trainings go on between them.
_BYTES_PER_CALL: Final = 256
_KEPT_MODELS: Final = 8
# Byte by byte a small model strays far more often than a large one at the same temperature; this makes them alike.
_COOLER: Final = 0.3


class Spoken(NamedTuple):
    """One answer: its text, its tokens (four bytes each), and why it ended ("stop" or "length")."""

    text: str
    tokens: int
    finish_reason: str


class Speaker:
    """Keeps the weights of the endpoints called last in the worker."""

    def __init__(self, worker: Worker) -> None:
        self._writers = Writers(worker, _KEPT_MODELS)

    async def answer(self, endpoint: Endpoint, asked: ChatRequest, seed: int) -> Spoken:
        """One answer. Raises WorkerDiedError."""
        weights = endpoint.source.weights if endpoint.source else None
        writer = await self._writers.of(endpoint, endpoint.base.name, weights)
        prompt = [token for text in asked.texts for token in (*text.encode(errors="replace"), END)]
        most = min(asked.max_tokens or LONGEST_ANSWER, LONGEST_ANSWER) * _BYTES_PER_TOKEN
        written: list[int] = []
        while len(written) < most and END not in written:
            count = min(_BYTES_PER_CALL, most - len(written))
            written += await writer.call(
                Writer.write, prompt, written, count, asked.temperature * _COOLER, asked.top_p, seed
            )
        ended = END in written
        text = bytes(token for token in written if token != END).decode(errors="ignore")
        for stop in asked.stops:
            before, found, _ = text.partition(stop)
            text, ended = before, ended or bool(found)
        tokens = -(-len(text.encode()) // _BYTES_PER_TOKEN)
        return Spoken(text, tokens, "stop" if ended else "length")
