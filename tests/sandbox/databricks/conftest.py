"""A stand-in that hurries, on an ephemeral port."""

from collections.abc import AsyncIterator

import pytest

from sandbox.databricks import DatabricksOptions
from tests.sandbox.databricks.stand import Stand, running


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    async with running(DatabricksOptions(speed=1000, random_seed=1)) as started:
        yield started
