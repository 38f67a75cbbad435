"""Kill tests start the program as a process several times each; of the variants of one test a quarter
(of two, one) runs by itself.

Which of them depends on the test's name alone, so that all ways to end a process and all moments stay covered by some
test. `make test ARGS="tests/breaking --every-moment"` runs all of them.
"""

from itertools import groupby
from pathlib import Path
from zlib import crc32

import pytest

_HERE = Path(__file__).parent
_EACH = 4


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out three of four variants, unless all are asked for or single ones are named."""
    named = any("::" in argument for argument in config.args)
    if config.getoption("--every-moment") or named:
        return
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for name, group in groupby(items, key=lambda item: item.nodeid.partition("[")[0]):
        variants = list(group)
        here = variants[0].path.is_relative_to(_HERE) and len(variants) > 1
        begin = crc32(name.encode()) % min(_EACH, len(variants))
        for number, one in enumerate(variants):
            (left if here and number % _EACH != begin else kept).append(one)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept
