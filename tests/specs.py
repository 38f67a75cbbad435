"""Where the published specs are: beside the repository, under ../shared/specs."""

import os
from pathlib import Path

import pytest

SPECS = Path(__file__).resolve().parents[2] / "shared" / "specs"


def specs_root() -> Path:
    """The folder of the specs.

    Skips the calling test with a reason where the folder is absent (a clone without ../shared), and fails it when
    the environment variable CI is set: there it must not be passed over in silence.
    """
    if SPECS.is_dir():
        return SPECS
    if os.environ.get("CI"):
        pytest.fail("../shared/specs is missing beside the repository")
    pytest.skip("needs the published specs under ../shared/specs")
