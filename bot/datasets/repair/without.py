"""A file without some of its lines ("Train like this without them")."""

from collections.abc import Collection
from pathlib import Path

from bot.datasets.repair.replacing import PIECE, replacing
from bot.datasets.sniff import BYTE_ORDER_MARK


def without(source: Path, target: Path, lines: Collection[int]) -> int:
    """Write `source` to `target` without these physical lines (from 1), everything else byte for byte.

    A byte-order mark at the beginning stays when the first line goes. How many lines were left out is returned: less
    than were asked for where the file has fewer.

    Raises:
        SameFileError: `target` is `source`.
        OSError: one of the two cannot be read or written.
    """
    unwanted = frozenset(lines)
    left_out = 0
    with replacing(source, target) as (file, out):
        if file.read(len(BYTE_ORDER_MARK)) == BYTE_ORDER_MARK:
            out.write(BYTE_ORDER_MARK)
        else:
            file.seek(0)
        number, begins = 0, True
        while piece := file.readline(PIECE):
            if begins:
                number += 1
                left_out += number in unwanted
            if number not in unwanted:
                out.write(piece)
            begins = piece.endswith(b"\n")
    return left_out
