"""The computing part of one job: reading its data and training. Lives in the worker process.

Each method returns within a few tens of milliseconds, so that all jobs take turns. The sentences about data are those
of the public training components, as far as the contract names them (contract 6, "Typical training failures").
"""

import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.training.data import Dataset, Turn
from sandbox.training.model import PackedWeights
from sandbox.training.trainer import Settings, Step, Trainer

_SLICE_SECONDS: Final = 0.02
_ROLES: Final = frozenset({"system", "user", "assistant", "tool"})
_HELD_BACK: Final = 10
NO_ASSISTANT: Final = (
    "No assistant tokens found after preprocessing. Check that the data has messages of the role assistant, and that "
    "they are not cut off by the maximum sequence length."
)


class BadDataError(Exception):
    """The data cannot be trained on; the argument is the sentence."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How long the training is."""

    examples: int
    steps: int


class FitSession:
    """Call `read` for each part until it is done, then `load`, then `advance` until all steps are done."""

    def __init__(self) -> None:
        self._sets: dict[str, Dataset] = {}
        self._lines: dict[str, Iterator[tuple[int, str]]] = {}
        self._held = Dataset()
        self._read = 0
        self._trainer: Trainer | None = None

    def read(self, part: str, content: bytes | Path, task: str, hold_back: bool) -> bool:
        """Read some more of `part` ("training", "validation"); True when all is read. Raises BadDataError.

        `hold_back`: every tenth example is for validation.
        """
        lines = self._lines.setdefault(part, _lines(content))
        data = self._sets.setdefault(part, Dataset())
        deadline = time.perf_counter() + _SLICE_SECONDS
        for number, line in lines:
            turns = _turns(number, line, task)
            self._read += 1
            (self._held if hold_back and self._read % _HELD_BACK == 0 else data).add(turns)
            if time.perf_counter() > deadline:
                return False
        if not len(data):
            empty = data.count == 0
            raise BadDataError(f"The {part} data has no examples." if empty else NO_ASSISTANT)
        return True

    def load(self, settings: Settings) -> Loaded:
        """Set the training up."""
        train = self._sets["training"]
        self._trainer = Trainer(settings, train, self._sets.get("validation", self._held))
        self._sets.clear()
        return Loaded(train.count, self._trainer.total_steps)

    def advance(self, due: int) -> list[Step]:
        """Steps until `due`, the end of an epoch, or 20 ms."""
        trainer, steps = self._loaded(), list[Step]()
        deadline = time.perf_counter() + _SLICE_SECONDS
        while trainer.done_steps < due and time.perf_counter() < deadline:
            steps.append(trainer.step())
            if steps[-1].ends_epoch:
                break
        return steps

    def weights(self) -> PackedWeights:
        """The model as it is now."""
        return self._loaded().weights.pack()

    def _loaded(self) -> Trainer:
        if self._trainer is None:
            raise RuntimeError("not_loaded")
        return self._trainer


def _lines(content: bytes | Path) -> Iterator[tuple[int, str]]:
    stream = content.open("rb") if isinstance(content, Path) else io.BytesIO(content)
    with stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                msg = f"Line {number} is not UTF-8."
                raise BadDataError(msg) from error


def _turns(number: int, line: str, task: str) -> list[Turn]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        msg = f"Failed to load the data: line {number} is not valid JSON."
        raise BadDataError(msg) from error
    if not isinstance(row, dict):
        msg = f"Failed to load the data: line {number} is not an object."
        raise BadDataError(msg)
    return _chat(number, row) if task == "ChatCompletion" else _text(number, row)


def _chat(number: int, row: dict[str, Any]) -> list[Turn]:
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages:
        msg = f"Line {number}: the dataset has no 'messages' column with a list of messages."
        raise BadDataError(msg)
    turns = []
    for message in messages:
        role = message.get("role") if isinstance(message, dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        if role not in _ROLES or not isinstance(content, str):
            msg = f"Line {number}: every message needs a role ({', '.join(sorted(_ROLES))}) and a text as content."
            raise BadDataError(msg)
        turns.append(Turn(content, learnt=role == "assistant"))
    return turns


def _text(number: int, row: dict[str, Any]) -> list[Turn]:
    for asked, answer in (("prompt", "completion"), ("text", "ground_truth")):
        if isinstance(row.get(asked), str) and isinstance(row.get(answer), str):
            return [Turn(row[asked], learnt=False), Turn(row[answer], learnt=True)]
    msg = f"Line {number}: the dataset has no columns 'prompt' and 'completion' with texts."
    raise BadDataError(msg)
