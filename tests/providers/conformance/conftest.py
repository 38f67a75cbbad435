"""Each test runs once for each subject."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.providers.conformance.bench import Bench, bench_of
from tests.providers.conformance.subjects import SUBJECTS, Subject


@pytest.fixture(params=SUBJECTS, ids=lambda one: one.id)
def subject(request: pytest.FixtureRequest) -> Subject:
    found: Subject = request.param
    return found


@pytest.fixture
async def bench(subject: Subject, tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench_of(subject, tmp_path) as made:
        yield made
