"""The loader that the tests of the configuration go through."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.config.load import load
from bot.config.settings import Settings
from tests.config.sample import SECRETS, Loader


@pytest.fixture
def given(tmp_path: Path) -> Loader:
    """Loads a text as tunesmith.toml with an environment; no mounts unless given."""

    def run(text: str, env: Mapping[str, str] = SECRETS, mounts: str = "") -> Settings:
        path = tmp_path / "tunesmith.toml"
        path.write_text(text, encoding="utf-8")
        return load(path, env, mounts=lambda: mounts)

    return run
