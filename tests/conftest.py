"""What holds for all tests: nothing of this machine's environment gets in, and Hypothesis is patient."""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "tunesmith",
    deadline=None,  # two shared cores: time per example says nothing
    derandomize=bool(os.environ.get("CI")),  # CI repeats itself; a person's machine goes on looking
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tunesmith")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `tests/breaking/conftest.py` asks for."""
    parser.addoption(
        "--every-moment", action="store_true", help="all variants of the kill tests, not a quarter"
    )


@pytest.fixture(autouse=True, scope="session")
def _clean_environment() -> None:
    """No settings of ours, and no proxy between the tests and the servers that they start on this machine."""
    for name in list(os.environ):
        if name.startswith("TUNESMITH_"):
            del os.environ[name]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost,::1"
