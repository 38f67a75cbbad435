"""A stand-in that hurries, on an ephemeral port."""

from collections.abc import AsyncIterator

import pytest

from sandbox.azure_openai import AzureOptions
from tests.sandbox.azure_openai.stand import Stand, running


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    async with running(AzureOptions(speed=1000, random_seed=1)) as started:
        yield started
