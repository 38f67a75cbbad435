"""What several tests of the command line use."""

from pathlib import Path

import pytest

from bot import cli
from tests.cli.validated import Shown


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shown:
    """Exit code, output and errors of `tunesmith validate` in an empty folder without a configuration."""
    monkeypatch.delenv("TUNESMITH_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        code = cli.main(["validate", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run
