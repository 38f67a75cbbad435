"""After a failed safety check: which lines it was probably about."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.datasets.options import Form
from bot.datasets.risk.letters import lowered
from bot.datasets.risk.marks import ESCAPED_ASCII
from bot.datasets.risk.texts import texts_of
from bot.datasets.risk.topic_words import SERVICE_NAMES
from bot.datasets.risk.topics import called_in, patterns, topics_in

KEPT_LINES = 100_000
_BLOCK = 1024 * 1024
_LONGEST_LINE = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Suspects:
    """Our guess.

    Attributes:
        lines: physical lines from 1 that hold words of the categories, in order, at most `KEPT_LINES`.
        by_category: how many lines for each category that was asked for and is known, by the name it was asked by; also
            those beyond the lines kept. A line can count for several.
        cut: there are more lines than `lines` has.
        unknown: categories that we have no words for, as they were named.
    """

    lines: tuple[int, ...]
    by_category: Mapping[str, int]
    cut: bool = False
    unknown: tuple[str, ...] = ()


def topic_of(category: str) -> str:
    """Our topic for a category as a service writes it (`Hate/Fairness`, `self_harm`); empty when we have none."""
    return SERVICE_NAMES.get(re.sub(r"[^a-z0-9]+", "_", category.lower()).strip("_"), "")


def suspects(path: Path, form: Form, categories: Sequence[str]) -> Suspects:
    """All lines of a training file that hold words of these categories.

    Blocking, for a worker process: one pass in bounded memory. All texts of a line count, whatever the form, as the
    service judges the whole example; `form` is taken so that callers need not change when that ends. Lines that
    are no JSON or longer than 8 MiB have no texts. `OSError` when the file cannot be read.
    """
    del form
    asked = {name: topic_of(name) for name in categories}
    wanted = frozenset(topic for topic in asked.values() if topic)
    unknown = tuple(name for name, topic in asked.items() if not topic)
    kept: list[int] = []
    found = 0
    counts: Counter[str] = Counter()
    if wanted:
        for number, line in _marked(path, wanted):
            topics = _topics(line) & wanted
            if topics:
                found += 1
                counts.update(topics)
                if len(kept) < KEPT_LINES:
                    kept.append(number)
    by_category = {name: counts[topic] for name, topic in asked.items() if topic}
    return Suspects(tuple(kept), by_category, found > len(kept), unknown)


def _topics(line: bytes) -> frozenset[str]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return frozenset()
    texts = [text for _, text in texts_of(value)]
    called = called_in(lowered("\n".join(texts)))
    return frozenset(hit.rule.removeprefix("topic_") for text in texts for hit in topics_in(text, called))


def _marked(path: Path, topics: frozenset[str]) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line with a match, after one scan per block."""
    import hyperscan

    marks = [ESCAPED_ASCII, *(pattern for topic in sorted(topics) for pattern in patterns(topic))]
    database = hyperscan.Database()
    database.compile(
        expressions=[mark.expression for mark in marks],
        flags=[hyperscan.HS_FLAG_CASELESS if mark.caseless else 0 for mark in marks],
    )
    ends: list[int] = []

    def take(number: int, start: int, end: int, flags: int, context: object = None) -> None:
        del number, start, flags, context
        ends.append(end)

    line = 1
    for block in _blocks(path):
        ends.clear()
        database.scan(block, match_event_handler=take)
        counted = reached = 0
        for end in sorted(ends):
            if end <= reached:
                continue
            begin = block.rfind(b"\n", 0, end - 1) + 1
            stop = block.find(b"\n", end - 1)
            reached = len(block) if stop < 0 else stop
            line += block.count(b"\n", counted, begin)
            counted = begin
            yield line, block[begin:reached].removeprefix(b"\xef\xbb\xbf")
        line += block.count(b"\n", counted)


def _blocks(path: Path) -> Iterator[bytes]:
    """Blocks of whole lines; what is beyond `_LONGEST_LINE` in one line is left out."""
    with path.open("rb") as file:
        rest, too_long = b"", False
        while chunk := file.read(_BLOCK):
            end = chunk.rfind(b"\n") + 1
            if not end:
                too_long = too_long or len(rest) + len(chunk) > _LONGEST_LINE
                rest = b"" if too_long else rest + chunk
                continue
            # Of a line that is too long only its end stays, so that lines are counted.
            yield chunk[chunk.index(b"\n") : end] if too_long else rest + chunk[:end]
            rest, too_long = chunk[end:], False
        if rest:
            yield rest
