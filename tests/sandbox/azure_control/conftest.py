"""A stand-in in a hurry, with a tuned model to deploy."""

from collections.abc import AsyncIterator

import pytest

from sandbox.azure_openai import AzureOptions
from tests.sandbox.azure_control.arm import Arm, train
from tests.sandbox.azure_openai.stand import running


@pytest.fixture
async def arm() -> AsyncIterator[Arm]:
    async with running(AzureOptions(speed=1000, random_seed=1)) as stand:
        train(stand)
        yield Arm(stand)


@pytest.fixture
async def slow() -> AsyncIterator[Arm]:
    """At the speed of the sandbox; time passes when the test moves the clock."""
    async with running(AzureOptions(random_seed=1)) as stand:
        train(stand)
        yield Arm(stand)
