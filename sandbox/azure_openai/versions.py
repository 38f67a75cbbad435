"""The api-versions of both surfaces and what each of them has (contract 1.0 to 1.2)."""

from dataclasses import dataclass
from typing import Final

_TRAINING: Final = frozenset({"fine-tune", "fine-tune-results"})
_ASSISTANTS: Final = _TRAINING | {"assistants", "assistants_output"}
_BATCH: Final = _ASSISTANTS | {"batch", "batch_output"}
_EVALS: Final = _BATCH | {"evals", "evals_output"}


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """One api-version and what differs in it."""

    name: str
    purposes: frozenset[str] = _TRAINING
    purpose_filter: bool = True
    checkpoints: bool = True
    seed: bool = True
    job_error: bool = True
    updated_at: bool = False
    uploads: bool = False
    delete_has_body: bool = False
    pause: bool = False
    methods: tuple[str, ...] = ()
    deprecated_lifecycle: bool = False
    undated: bool = False
    longest_suffix: int = 40


VERSIONS: Final = {
    version.name: version
    for version in (
        ApiVersion(
            "2023-12-01-preview",
            purpose_filter=False, checkpoints=False, seed=False, job_error=False, updated_at=True,
        ),
        ApiVersion("2024-02-01", checkpoints=False, seed=False, job_error=False),
        ApiVersion("2024-05-01-preview", purposes=_ASSISTANTS, job_error=False),
        ApiVersion("2024-06-01"),
        ApiVersion("2024-10-21", purposes=_BATCH, uploads=True, delete_has_body=True),
        ApiVersion(
            "2025-04-01-preview",
            purposes=_EVALS, uploads=True, delete_has_body=True, pause=True,
            methods=("supervised", "dpo"), deprecated_lifecycle=True,
        ),
    )
}  # fmt: skip

DEFAULT_UNDATED: Final = "v1"
UNDATED: Final = {
    name: ApiVersion(
        name,
        purposes=_EVALS - {"evals_output"}, uploads=True, delete_has_body=True, pause=True,
        methods=("supervised", "dpo", "reinforcement"), undated=True, longest_suffix=64,
    )
    for name in (DEFAULT_UNDATED, "preview")
}  # fmt: skip
"""`/openai/v1`: the api-version may be left out. No imports of files, no deletion of jobs, bare models."""


def only_dated(version: ApiVersion) -> bool:
    """For operations that the undated surface does not have."""
    return not version.undated
