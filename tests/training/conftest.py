"""What the tests of jobs at a service share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.training.bench import Bench, bench_in


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A program that does nothing by itself, with one file at the service."""
    async with bench_in(tmp_path) as made:
        yield made
