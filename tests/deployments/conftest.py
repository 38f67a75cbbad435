"""What the tests of deployments share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.config_out import identity_environment
from tests.deployments.rollout_bench import Rollout
from tests.training.bench import bench_in


@pytest.fixture
async def rolling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rollout]:
    """A program that does nothing by itself, at a stand-in in a hurry."""
    for name in ("MSI_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT"):
        monkeypatch.delenv(name, raising=False)
    async with bench_in(tmp_path) as bench:
        for name, value in identity_environment(bench.made.sandbox.url).items():
            monkeypatch.setenv(name, value)
        yield Rollout.of(bench)
