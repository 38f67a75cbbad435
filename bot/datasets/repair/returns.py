"""A file whose lines end with a carriage return alone, read as if they ended with a line feed."""

import io
from typing import BinaryIO, cast


class _Feeds(io.RawIOBase):
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        piece = self._file.read(len(view)).replace(b"\r", b"\n")
        view[: len(piece)] = piece
        return len(piece)


def feeds_for_returns(file: BinaryIO) -> BinaryIO:
    """The rest of `file` with a line feed for each carriage return; as long as before."""
    return cast("BinaryIO", io.BufferedReader(_Feeds(file), 256 * 1024))
