"""A machine without Chromium: a skip that names the remedy, a failure in CI."""

import pytest

from tests.browser import chromium_path


@pytest.fixture
def _no_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("CI", raising=False)


@pytest.mark.usefixtures("_no_chromium")
def test_a_missing_chromium_is_skipped_with_the_remedy() -> None:
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        chromium_path()


@pytest.mark.usefixtures("_no_chromium")
def test_a_missing_chromium_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        chromium_path()
