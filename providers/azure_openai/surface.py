"""Which surface an api-version speaks, the dated one or `/openai/v1`, and what it has (contract 1.0, 1.2)."""

from dataclasses import dataclass
from typing import Final

V1: Final = "v1"
V1_VERSIONS: Final = frozenset({V1, "preview"})
"""The values of v1's api-version; `v1` is its default and is therefore not sent."""
PREFERENCES_SINCE: Final = "2025-04-01"
"""From this day on dated versions pause, and have `method` with `supervised` and `dpo` (contract 1.2)."""

SUPERVISED: Final = "supervised"
DPO: Final = "dpo"
REINFORCEMENT: Final = "reinforcement"


@dataclass(frozen=True, slots=True)
class Surface:
    """One api-version as an address and as abilities."""

    version: str

    @property
    def is_v1(self) -> bool:
        """Whether this is the undated surface."""
        return self.version in V1_VERSIONS

    @property
    def query(self) -> dict[str, str]:
        """The api-version as a query; none where it is the default."""
        return {} if self.version == V1 else {"api-version": self.version}

    @property
    def pauses(self) -> bool:
        """Whether jobs can be paused and resumed."""
        return self.is_v1 or self.version >= PREFERENCES_SINCE

    @property
    def methods(self) -> tuple[str, ...]:
        """Methods of training that a creation can name; reinforcement is v1's alone."""
        if self.is_v1:
            return (SUPERVISED, DPO, REINFORCEMENT)
        return (SUPERVISED, DPO) if self.version >= PREFERENCES_SINCE else (SUPERVISED,)

    def path(self, rest: str) -> str:
        """The path of an operation; `rest` begins with a slash."""
        return f"/openai/v1{rest}" if self.is_v1 else f"/openai{rest}"
