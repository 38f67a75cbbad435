"""The snapshot of a job leads to the service's own page about it, where there is one and it is a web address."""

import pytest

from handlers.blocks import job_snapshot
from handlers.blocks.job_snapshot import SnapshotOptions
from tests.handlers import samples


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://adb-1.example.net/ml/experiments/7/runs/abc", True),
        ("javascript:alert(1)", False),
        ("https://a.example/ b", False),
        ("", False),
    ],
)
def test_the_services_own_page(address: str, shown: bool) -> None:
    job = samples.JOB.model_copy(update={"portal_url": address})
    message = job_snapshot.build(job, "en", SnapshotOptions())
    assert ("Open it at Azure OpenAI" in str(message.blocks)) == shown
    assert address not in str(message.blocks) or shown or not address
