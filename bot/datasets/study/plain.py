"""The second pass over plain text: there are no examples to compare, so it only counts."""

import time
from collections.abc import Callable
from pathlib import Path

from bot.datasets import sniff, tokens
from bot.datasets.options import Options
from bot.datasets.plain import is_plain
from bot.datasets.reader import BLOCK
from bot.datasets.report import Tokens
from bot.datasets.study.studied import Studied


def is_plain_file(path: Path, options: Options) -> bool:
    """Whether this is a file of plain text. `OSError` when it cannot be read."""
    if not options.text_file:
        return False
    with path.open("rb") as file:
        head = file.read(sniff.HEAD_BYTES)
    return sniff.wide_encoding(head) is None and is_plain(head.removeprefix(sniff.BYTE_ORDER_MARK), options)


def study_plain(path: Path, *, progress: Callable[[int], None] | None = None) -> Studied:
    """The tokens of a text, estimated: the vocabularies of the models that are trained on text ship in no package.

    `progress` is told how many bytes were read. `OSError` when the file cannot be read.
    """
    began, done, units = time.perf_counter(), 0, 0
    with path.open("rb", buffering=0) as file:
        held = b""
        while chunk := file.read(BLOCK):
            done += len(chunk)
            data = held + chunk
            cut = next(
                (at for at in range(len(data) - 1, max(-1, len(data) - 5), -1) if data[at] & 0xC0 != 0x80), 0
            )
            units += tokens.text_units(data[:cut].decode(errors="replace"))
            held = data[cut:]
            if progress is not None:
                progress(done)
        units += tokens.text_units(held.decode(errors="replace"))
    total = Tokens(tokens.tokens(units), exact=False, over_limit=0)
    return Studied(findings=(), totals={}, tokens=total, seconds=time.perf_counter() - began)
