"""Staged files as byte sources: every offset, with and without a mark."""

from pathlib import Path

import pytest

from bot.datasets.sniff import BYTE_ORDER_MARK
from bot.datasets.source import PIECE, StagedFile, WithByteOrderMark, prepared
from providers.sending import ByteSource


async def _read(source: ByteSource, offset: int = 0) -> bytes:
    return b"".join([piece async for piece in source.chunks(offset)])


DATA = bytes(range(256)) * 3000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "staged"
    made.write_bytes(DATA)
    return made


@pytest.mark.parametrize("offset", [0, 1, 2, 3, 4, PIECE, PIECE + 5, 768_000, 768_003])
async def test_reading_from_any_offset_gives_the_rest(path: Path, offset: int) -> None:
    plain, marked = StagedFile(path), WithByteOrderMark(StagedFile(path))
    assert plain.size == len(DATA)
    assert marked.size == len(DATA) + 3
    assert await _read(plain, offset) == DATA[offset:]
    assert await _read(marked, offset) == (BYTE_ORDER_MARK + DATA)[offset:]


async def test_pieces_are_small(path: Path) -> None:
    assert max([len(piece) async for piece in StagedFile(path).chunks()]) == PIECE


@pytest.mark.parametrize("has", [False, True])
@pytest.mark.parametrize("wanted", [False, True])
async def test_a_mark_is_added_once_and_only_where_it_is_wanted(
    tmp_path: Path, has: bool, wanted: bool
) -> None:
    adds = 3 if wanted and not has else 0
    path = tmp_path / "staged"
    data = (BYTE_ORDER_MARK if has else b"") + b'{"messages": []}\n'
    path.write_bytes(data)
    source = prepared(path, byte_order_mark=wanted)
    assert source.size == len(data) + adds
    assert await _read(source) == (BYTE_ORDER_MARK if adds else b"") + data


async def test_a_file_shorter_than_a_mark_has_none(tmp_path: Path) -> None:
    path = tmp_path / "staged"
    path.write_bytes(b"\xef")
    assert await _read(prepared(path, byte_order_mark=True)) == BYTE_ORDER_MARK + b"\xef"


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        StagedFile(tmp_path / "gone")
