"""A new file made of another one, whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

PIECE = 256 * 1024


class SameFileError(ValueError):
    """The new file would take the place of the one that it is made of."""


@contextmanager
def replacing(source: Path, target: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """`source` to read, and a file to write that becomes `target` when the block ends well.

    Until then it is called `target` with `.part` behind; when the block fails it is deleted, and a `target` of before
    stays. The new file has the permissions of `source`.

    Raises:
        SameFileError: `target`, or its `.part`, is `source`.
        OSError: one of them cannot be read or written.
    """
    partial = target.with_name(target.name + ".part")
    with source.open("rb") as file:
        if any(other.exists() and other.samefile(source) for other in (target, partial)):
            raise SameFileError(str(target))
        try:
            with partial.open("wb") as out:
                shutil.copymode(source, partial)
                yield file, out
            partial.replace(target)
        finally:
            with suppress(FileNotFoundError):
                partial.unlink()
