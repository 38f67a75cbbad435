"""A stand-in in a hurry."""

from collections.abc import AsyncIterator

import pytest

from sandbox.azure_ml import MlOptions
from tests.sandbox.azure_ml.stand import Stand, running


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    async with running() as one:
        yield one


@pytest.fixture
async def unsubscribed() -> AsyncIterator[Stand]:
    """As it is from the beginning: nothing has been bought."""
    async with running(MlOptions(speed=1000)) as one:
        yield one
