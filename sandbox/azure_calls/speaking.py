"""Answers in the words of a deployment's own weights, computed in the worker process."""

from dataclasses import dataclass
from typing import Final

from sandbox.azure_calls.request import LONGEST_ANSWER, ChatRequest
from sandbox.azure_control.deployments import Deployment
from sandbox.common.tokens import count_tokens
from sandbox.training.generate import Writer
from sandbox.training.model import END
from sandbox.training.worker_client import Remote, Worker
from sandbox.training.writers import Writers

_BYTES_PER_TOKEN: Final = 4
# One call of the worker takes some tens of milliseconds, so that trainings go on between them.
_BYTES_PER_CALL: Final = 256
_KEPT_MODELS: Final = 16
# Byte by byte a small model strays far more often than a large one at the same temperature; this makes them alike.
_COOLER: Final = 0.3


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: its text, its tokens, and why it ended ("stop" or "length")."""

    text: str
    tokens: int
    finish_reason: str


class Speaker:
    """Keeps the weights of the deployments called last in the worker."""

    def __init__(self, worker: Worker) -> None:
        self._writers = Writers(worker, _KEPT_MODELS)

    async def answer(self, deployment: Deployment, request: ChatRequest, seed: int) -> list[Choice]:
        """As many choices as asked for. Raises WorkerDiedError."""
        writer = await self._writers.of(deployment, deployment.base.id, deployment.weights)
        prompt = _prompt(request.texts)
        return [await _choice(writer, prompt, request, (seed + n) % 2**63) for n in range(request.choices)]


async def _choice(writer: Remote[Writer], prompt: list[int], request: ChatRequest, seed: int) -> Choice:
    most = min(request.max_tokens or LONGEST_ANSWER, LONGEST_ANSWER)
    written: list[int] = []
    text, ended = "", False
    while not ended and len(written) < most * _BYTES_PER_TOKEN and count_tokens(text) <= most:
        count = min(_BYTES_PER_CALL, most * _BYTES_PER_TOKEN - len(written))
        temperature = request.temperature * _COOLER
        written += await writer.call(Writer.write, prompt, written, count, temperature, request.top_p, seed)
        ended = written[-1] == END
        text = bytes(token for token in written if token != END).decode(errors="ignore")
        cut = _first_stop(text, request.stops)
        if cut is not None:
            text, ended = text[:cut], True
    while count_tokens(text) > most:
        text, ended = text[:-1], False
    return Choice(text, count_tokens(text), "stop" if ended else "length")


def _first_stop(text: str, stops: tuple[str, ...]) -> int | None:
    found = [at for stop in stops if (at := text.find(stop)) >= 0]
    return min(found, default=None)


def _prompt(texts: tuple[str, ...]) -> list[int]:
    """The conversation as the model learnt to read it: each message's bytes, then END."""
    return [token for text in texts for token in (*text.encode(errors="replace"), END)]
