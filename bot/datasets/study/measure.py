"""Tokens of a file's examples: the sum, those over the limit, the longest and the middle one."""

from array import array
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import NamedTuple, Self

from bot.datasets.report import Tokens
from bot.datasets.sets.at import At
from bot.datasets.study.counters import Counter
from bot.datasets.study.specs import EXAMPLE_OVER_LIMIT, IMAGES_NOT_COUNTED
from bot.datasets.study.texts import Measured

KEPT = 2_000_000
"""Examples whose length is kept for the median: four bytes each."""
_BATCH = 1 << 20
_BATCH_TEXTS = 1 << 15
_REMEMBERED = 256
_REMEMBERED_LETTERS = 65_536


class _Waiting(NamedTuple):
    """An example of a batch: its line, how many of the batch's texts are its own, and what is known already."""

    line: int
    texts: int
    units: int


class Measure:
    """Counts examples in batches, beside whatever the caller does meanwhile. A context; `finish` inside it.

    Args:
        counter: counts texts.
        limit: tokens that the model takes of one example; None = not known.
        at: gets `example_over_limit` at the lines, not always before the next `add`.
    """

    def __init__(self, counter: Counter, limit: int | None, at: At) -> None:
        self._counter, self._limit, self._at = counter, limit, at
        self._exact = bool(counter.encoding)
        self._known: dict[str, int] = {"": 0}
        self._texts: list[str] = []
        self._letters = 0
        self._waiting: list[_Waiting] = []
        self._counting: tuple[Future[Sequence[int]], list[_Waiting]] | None = None
        self._lengths = array("I")
        self._units = self._over = self._longest = 0
        self._images = self._with_images = 0
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="tokens")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._beside.shutdown(cancel_futures=True)

    def add(self, line: int, one: Measured) -> None:
        """The example on `line`."""
        units = one.added * self._counter.unit + self._remembered(one.declared)
        # a role is one token of its own in every vocabulary, which an estimate by letters cannot know
        units += sum(map(self._remembered, one.roles)) if self._exact else len(one.roles) * self._counter.unit
        self._images += one.images
        self._with_images += one.images > 0
        self._waiting.append(_Waiting(line, len(one.texts), units))
        self._texts += one.texts
        self._letters += sum(map(len, one.texts))
        if self._letters >= _BATCH or len(self._texts) >= _BATCH_TEXTS:
            self._send()

    def finish(self) -> Tokens:
        """All of them."""
        self._send()
        self._collect()
        if self._images:
            self._at(None)(IMAGES_NOT_COUNTED, images=self._images, examples=self._with_images)
        return Tokens(
            self._counter.tokens(self._units),
            exact=self._exact,
            over_limit=self._over,
            encoding=self._counter.encoding,
            longest=self._longest,
            median=_median(self._lengths),
        )

    def _remembered(self, text: str) -> int:
        """Units of a text that stands in many examples: it is counted once."""
        units = self._known.get(text)
        if units is None:
            units = self._counter.count([text])[0]
            if len(self._known) < _REMEMBERED and len(text) < _REMEMBERED_LETTERS:
                self._known[text] = units
        return units

    def _send(self) -> None:
        """Have the batch counted, after the one before it has been taken in."""
        if not self._waiting:
            return
        texts, waiting = self._texts, self._waiting
        self._texts, self._waiting, self._letters = [], [], 0
        self._collect()
        self._counting = (self._beside.submit(self._counter.count, texts), waiting)

    def _collect(self) -> None:
        if self._counting is None:
            return
        counts = iter(self._counting[0].result())
        waiting = self._counting[1]
        self._counting = None
        for line, texts, known in waiting:
            units = known
            for _ in range(texts):
                units += next(counts)
            self._take(line, units)

    def _take(self, line: int, units: int) -> None:
        self._units += units
        tokens = self._counter.tokens(units)
        self._longest = max(self._longest, tokens)
        if len(self._lengths) < KEPT:
            self._lengths.append(min(tokens, 0xFFFFFFFF))
        if self._limit is not None and tokens > self._limit:
            self._over += 1
            counted = "exact" if self._exact else "estimate"
            self._at(line)(EXAMPLE_OVER_LIMIT, tokens=tokens, most=self._limit, counted=counted)


def _median(lengths: "array[int]") -> int:
    """The middle one; of two the larger."""
    if not lengths:
        return 0
    import numpy as np

    return int(np.partition(np.frombuffer(lengths, dtype=np.uint32), len(lengths) // 2)[len(lengths) // 2])
