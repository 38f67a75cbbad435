"""What the service looks at before it trains: the form of each line, and the responsible-AI check of the texts.

One pass over the file (contract 1.3, 1.6, 5).
"""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from sandbox.azure_openai.line_forms import READERS, MalformedError
from sandbox.azure_openai.method_data import Pairs, Prompts
from sandbox.azure_openai.rai import categories_in
from sandbox.common.tokens import count_tokens
from sandbox.training.data import Dataset

_SHOWN: Final = 5
_LONGEST_LINE: Final = 8 << 20
_MESSAGE_OVERHEAD: Final = 4


class FileCheck:
    """A check of one file whose lines have a form of `line_forms.READERS`, in slices.

    `tokens` are those of the texts, `overhead` what the chat format adds; `problems` are the first few of
    `problem_count`; `harms` counts the conversations that hold a phrase of a category.
    """

    def __init__(self, path: Path, form: str = "chat") -> None:
        """Raises OSError with the first slice when the file cannot be read."""
        self.dataset: Dataset = _DATA[form]()
        self._read = READERS[form]
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
            read = self._read(self._decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._note(number, "is not valid JSON")
            return
        except MalformedError as error:
            self._note(number, " ".join(error.args))
            return
        if isinstance(self.dataset, Pairs):
            self.dataset.add_pair(read.turns, read.rejected)
        elif isinstance(self.dataset, Prompts):
            self.dataset.add_prompt(read.turns, read.item)
        else:
            self.dataset.add(read.turns)
        turns = [*read.turns, *read.rejected]
        self.tokens += sum(count_tokens(turn.text) for turn in turns)
        self.overhead += _MESSAGE_OVERHEAD * len(turns)
        self.harms.update(categories_in(" ".join(turn.text for turn in turns)))

    def _note(self, number: int, problem: str) -> None:
        self.problem_count += 1
        if len(self.problems) < _SHOWN:
            self.problems.append(f"Line {number} {problem}.")


_DATA: Final = {"chat": Dataset, "preference": Pairs, "prompt": Prompts}


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
