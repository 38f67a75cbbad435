"""Plain text."""

from dataclasses import replace

from bot.datasets import services
from tests.datasets.smallest.case import Case

_TEXT = services.options("databricks", name="handbook.txt")
_LITTLE = frozenset({"plain_little"})
_LINE = b"A parcel that waits for its owner is kept for fourteen days, and then goes back to the sender.\n"

CASES = {
    "plain_zero_byte": Case(_LINE * 3 + b"Half a \x00 word.\n" + _LINE, _TEXT, many=0, also=_LITTLE),
    "plain_under_context": Case(_LINE, replace(_TEXT, max_example_tokens=4096), many=0),
    "plain_little": Case(_LINE * 20, _TEXT, many=0),
    "plain_file_size": Case(_LINE * 70_000, _TEXT, many=0),
}
