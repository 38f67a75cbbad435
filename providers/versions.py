"""api-versions as Azure writes them (contracts/azure_openai.md 1.0, azure_ml.md 1)."""

import re
from typing import Final

_DATED: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(-preview)?")


def is_dated(version: str) -> bool:
    """A date, or a date with `-preview`; whether the service has it, only the service knows."""
    return _DATED.fullmatch(version) is not None
