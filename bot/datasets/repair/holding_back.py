"""A file in two parts: what is trained on, and what is held back to measure the model with."""

import heapq
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import IO, Literal

from bot.datasets.repair.replacing import PIECE, replacing
from bot.datasets.repair.without import without
from bot.datasets.sniff import BYTE_ORDER_MARK

Side = Literal["train", "valid"]
LONGEST_HASHED = 64 * 1024
"""Bytes of a line that decide where it goes: lines that begin alike for so long go together."""


def hold_back(source: Path, target: Path, share: int, side: Side) -> int:
    """Write one side of `source` to `target`: `share` percent of its lines (one at least) are `valid`, others `train`.

    The choice follows from the lines' content alone: both sides fit together whenever they are made, and lines that are
    the same go to the same side, as long as that keeps the share. Blank lines are on neither side of the count and stay
    with `train`. How many lines were written to `valid` is returned.

    Raises:
        SameFileError: `target` is `source`.
        OSError: one of the two cannot be read or written.
    """
    held = _held(source, share)
    if side == "train":
        without(source, target, held)
        return len(held)
    with replacing(source, target) as (file, out):
        _skip_mark(file)
        for number, piece, begins in _pieces(file):
            del begins
            if number in held:
                out.write(piece)
    return len(held)


def _held(source: Path, share: int) -> frozenset[int]:
    """Numbers of the lines (from 1) that are held back."""
    with source.open("rb") as file:
        _skip_mark(file)
        keyed = list(_keys(file))
    if not keyed:
        return frozenset()
    count = max(1, round(len(keyed) * share / 100))
    return frozenset(number for _, number in heapq.nsmallest(count, keyed))


def _keys(file: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """(digest, number) of each line that is not blank."""
    begun, blank, current = bytearray(), True, 0
    for number, piece, begins in _pieces(file):
        if begins:
            if current and not blank:
                yield blake2b(begun, digest_size=8).digest(), current
            begun, blank, current = bytearray(), True, number
        blank = blank and not piece.strip()
        if len(begun) < LONGEST_HASHED:
            begun += piece[: LONGEST_HASHED - len(begun)].rstrip(b"\r\n")
    if current and not blank:
        yield blake2b(begun, digest_size=8).digest(), current


def _pieces(file: IO[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """(number of the line, bytes, whether the line begins here)."""
    number, begins = 0, True
    while piece := file.readline(PIECE):
        number += begins
        yield number, piece, begins
        begins = piece.endswith(b"\n")


def _skip_mark(file: IO[bytes]) -> None:
    if file.read(len(BYTE_ORDER_MARK)) != BYTE_ORDER_MARK:
        file.seek(0)
