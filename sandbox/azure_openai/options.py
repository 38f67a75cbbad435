"""How the stand-in is set up, and the switches of the panel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

CATEGORIES: Final = ("hate_fairness", "self_harm", "sexual", "violence")


@dataclass(frozen=True, slots=True)
class Limits:
    """Contract 1.10; bytes and counts per resource. `running` by pool: developer tier has its own."""

    file_bytes: int = 512 * 1024 * 1024
    total_bytes: int = 1024 * 1024 * 1024
    files: int = 100
    upload_part_bytes: int = 64 * 1024 * 1024
    running: int = 3
    running_developer: int = 5
    queued: int = 20
    kept: int = 100
    examples: int = 10


@dataclass(frozen=True, slots=True)
class AzureOptions:
    """Fixed for the life of the stand-in.

    Any resource name is served (`/azure/{resource}/openai/…`), each with its own files and jobs and the same
    key. `directory` keeps the bodies of files (a temporary folder when None). `random_seed` makes ids and
    generated job seeds repeatable.
    """

    api_key: str = "sandbox-azure-key"
    identity_header: str = "sandbox-identity-header"
    client_ids: frozenset[str] | None = None
    token_seconds: int = 24 * 3600
    regions: Mapping[str, str] = field(default_factory=dict)
    default_region: str = "Sweden Central"
    directory: Path | None = None
    random_seed: int | None = None
    limits: Limits = field(default_factory=Limits)
    speed: float = 1.0


class UnknownSwitchError(ValueError):
    """The panel set a switch that does not exist, or to a value that it cannot have."""


@dataclass(slots=True)
class Switches:
    """What the panel may change at any time.

    - `speed`: factor on everything that takes time (file processing, queueing, training, evaluation), > 0;
    - `hold_pending`: no job leaves `pending`;
    - `file_seconds`: how long a file takes to `processed` at speed 1;
    - `results_columns`: `valid` (as the service) or `validation` (as its article spells the accuracy column);
    - `results_bom`, `results_base64`: how the content of results files is encoded;
    - `fail_safety`: categories (`violence`, …) that every safety evaluation finds; empty = the model decides;
    - `unknown_status`: this word is answered as the status of jobs that have not ended.
    """

    speed: float = 1.0
    hold_pending: bool = False
    file_seconds: float = 3.0
    results_columns: str = "valid"
    results_bom: bool = False
    results_base64: bool = False
    fail_safety: tuple[str, ...] = ()
    unknown_status: str | None = None

    def as_json(self) -> dict[str, Any]:
        """All switches, as the panel shows them."""
        return {name: getattr(self, name) for name in self.__slots__}

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Set some switches; nothing is changed when one of them is wrong. Raises UnknownSwitchError."""
        checked = {name: _checked(name, value) for name, value in changes.items()}
        for name, value in checked.items():
            setattr(self, name, value)


def _checked(name: str, value: Any) -> Any:
    if name in {"speed", "file_seconds"}:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise UnknownSwitchError(name)
        if name == "speed" and value == 0:
            raise UnknownSwitchError(name)
        return float(value)
    if name in {"hold_pending", "results_bom", "results_base64"}:
        if not isinstance(value, bool):
            raise UnknownSwitchError(name)
        return value
    if name == "results_columns" and value in ("valid", "validation"):
        return value
    if name == "fail_safety" and isinstance(value, list | tuple) and set(value) <= set(CATEGORIES):
        return tuple(value)
    if name == "unknown_status" and (value is None or (isinstance(value, str) and value)):
        return value
    raise UnknownSwitchError(name)
