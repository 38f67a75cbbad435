"""What the service looks at before it trains: the form of each line, and the responsible-AI check of the texts.

One pass over the file (contract 1.3, 1.6, 5).
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from sandbox.azure_openai.rai import categories_in
from sandbox.training.data import Dataset, Turn

ROLES: Final = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_SHOWN: Final = 5
_LONGEST_LINE: Final = 8 << 20
_MESSAGE_OVERHEAD: Final = 4


class FileCheck:
    """A check of one file, in slices.

    `tokens` are those of the texts, `overhead` what the chat format adds; `problems` are the first few of
    `problem_count`; `harms` counts the conversations that hold a phrase of a category.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError with the first slice when the file cannot be read."""
        self.dataset = Dataset()
        self.problems: list[str] = []
        self.problem_count = 0
        self.harms: Counter[str] = Counter()
        self.tokens = 0
        self.overhead = 0
        self._lines = _lines(path)
        self._decode = msgspec.json.Decoder().decode

    def run(self, seconds: float) -> bool:
        """Check lines for about this long; True when the whole file is checked."""
        deadline = time.perf_counter() + seconds
        for number, line in self._lines:
            self._check(number, line)
            if time.perf_counter() > deadline:
                return False
        return True

    def _check(self, number: int, line: bytes) -> None:
        try:
            turns = _turns(self._decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._note(number, "is not valid JSON")
            return
        except _MalformedError as error:
            self._note(number, " ".join(error.args))
            return
        self.dataset.add(turns)
        self.tokens += sum(count_tokens(turn.text) for turn in turns)
        self.overhead += _MESSAGE_OVERHEAD * len(turns)
        self.harms.update(categories_in(" ".join(turn.text for turn in turns)))

    def _note(self, number: int, problem: str) -> None:
        self.problem_count += 1
        if len(self.problems) < _SHOWN:
            self.problems.append(f"Line {number} {problem}.")


def count_tokens(text: str) -> int:
    """A fair guess at a tokenizer's count: four ASCII characters, or one other character, per token."""
    ascii_characters = len(text.encode("ascii", errors="ignore"))
    return (ascii_characters + 3) // 4 + len(text) - ascii_characters


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers, without a byte order mark."""
    with path.open("rb") as body:
        number = 0
        while line := body.readline(_LONGEST_LINE):
            number += 1
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield number, line


class _MalformedError(Exception):
    """A line is JSON, but not a conversation; the arguments end the sentence "line N …"."""


def _turns(row: Any) -> list[Turn]:
    if not isinstance(row, dict) or not isinstance(row.get("messages"), list):
        raise _MalformedError("has no 'messages' list")
    messages = row["messages"]
    if not messages:
        raise _MalformedError("has no messages")
    turns = [_turn(message, index) for index, message in enumerate(messages)]
    if not any(isinstance(m, dict) and m.get("role") == "assistant" for m in messages):
        raise _MalformedError("has no assistant message")
    return turns


def _turn(message: Any, index: int) -> Turn:
    where = f"messages[{index}]"
    if not isinstance(message, dict):
        raise _MalformedError(where, "is not an object")
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise _MalformedError(where, "has an unknown role")
    weight = message.get("weight", 1)
    if "weight" in message and (role != "assistant" or isinstance(weight, bool) or weight not in (0, 1)):
        raise _MalformedError(where, "has a weight other than 0 or 1")
    return Turn(_content(message, where), role == "assistant" and weight == 1)


def _content(message: Mapping[str, Any], where: str) -> str:
    content = message.get("content")
    if isinstance(content, str) and content:
        return content
    if isinstance(content, list) and content:
        texts = [part.get("text", "") for part in content if isinstance(part, dict)]
        return " ".join(text for text in texts if isinstance(text, str))
    if message.get("role") == "assistant" and (message.get("tool_calls") or message.get("function_call")):
        return msgspec.json.encode(message.get("tool_calls") or message["function_call"]).decode()
    raise _MalformedError(where, "has no content")
