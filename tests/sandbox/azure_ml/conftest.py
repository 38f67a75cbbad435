"""A stand-in in a hurry."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.azure_ml.stand import Stand, running


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    async with running() as one:
        yield one
