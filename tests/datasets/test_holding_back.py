"""Holding a share of the training data back: two files that together are the one, whenever they are made."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.repair.holding_back import hold_back

MARK = b"\xef\xbb\xbf"
LINES = st.lists(
    st.binary(min_size=1, max_size=12).filter(
        lambda one: not {10, 13} & set(one) and not one.startswith(MARK)
    ),
    max_size=40,
)


def side(data: bytes, share: int, which: Literal["train", "valid"]) -> tuple[bytes, int]:
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "all.jsonl", Path(folder) / "part.jsonl"
        source.write_bytes(data)
        count = hold_back(source, target, share, which)
        return target.read_bytes(), count


def lines_of(data: bytes) -> list[bytes]:
    return [line for line in data.removeprefix(MARK).split(b"\n") if line.strip()]


@given(LINES, st.integers(1, 50), st.booleans())
def test_both_sides_together_are_the_file(lines: list[bytes], share: int, mark: bool) -> None:
    data = (MARK if mark else b"") + b"\n".join(lines)
    train, valid = side(data, share, "train"), side(data, share, "valid")
    whole = lines_of(data)
    assert sorted(lines_of(train[0]) + lines_of(valid[0])) == sorted(whole)
    expected = max(1, round(len(whole) * share / 100)) if whole else 0
    assert len(lines_of(valid[0])) == train[1] == valid[1] == expected
    assert train[0].startswith(MARK) == mark


@given(LINES, st.integers(1, 50))
def test_the_same_lines_are_held_back_each_time_in_any_order(lines: list[bytes], share: int) -> None:
    once, again = side(b"\n".join(lines), share, "valid"), side(b"\n".join(reversed(lines)), share, "valid")
    assert sorted(lines_of(once[0])) == sorted(lines_of(again[0]))


def test_lines_that_are_the_same_go_together() -> None:
    """Otherwise the model is measured on what it was trained on."""
    data = b"\n".join([b"same"] * 3 + [b"other %d" % number for number in range(27)])
    for share in (10, 20, 30, 40, 50):
        held = lines_of(side(data, share, "valid")[0])
        others = [line for line in held if line != b"same"]
        # Only the last line that fits may stand alone: the share counts more.
        assert held.count(b"same") in (0, 3) or len(held) - len(others) < 3 <= len(held)
