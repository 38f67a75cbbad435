"""What has to be there before something can be trained: subscriptions, registrations, regions, rights, paths.

All values are frozen. Nothing here is done without being asked for: what costs money (`purchase`) is done only after an
approval, and only where the configuration allows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from providers.base import JobSpec
from providers.hosting import Operation, OperationState

RequirementState = Literal["met", "missing", "blocked", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that a training needs.

    Attributes:
        id: our word for it, which has words in `handlers/wording` (`marketplace`, `network_provider`, `region`,
            `volume_write`, …).
        state: `met`; `missing` (somebody can bring it about); `blocked` (it is there and does not work, such as a
            suspended subscription); `unknown` (it cannot be read, and the training is tried).
        what: its name for people (the offer, the permission, the path).
        purchase: bringing it about buys something. fulfillable: the bot may do it (rights and configuration allow it).
        grants: rights to ask for, or commands to run, one each, when the bot cannot.
        params: what the words need.
        answer: the service's own words, "" = none.
    """

    id: str
    state: RequirementState
    what: str = ""
    purchase: bool = False
    fulfillable: bool = False
    grants: tuple[str, ...] = ()
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    answer: str = ""


class Requirements(Protocol):
    """Requirements of one connection. Raises `providers.errors.ProviderError` and nothing else."""

    async def check(self, model: str, spec: JobSpec | None = None) -> Sequence[Requirement]:
        """Everything that training `model` needs, met or not; harmless. With a `spec`, its paths and names, too."""
        ...

    async def standing(self) -> Sequence[Requirement]:
        """What every training and deployment here needs, whatever the model; harmless, and nothing is started."""
        ...

    async def fulfil(self, requirement: Requirement, model: str, tags: Mapping[str, str]) -> Operation:
        """Bring it about, with one attempt; done already is fine.

        Raises:
            OutcomeUnknown: sent, and no answer came: `check` tells.
            Unsupported: `requirement_not_fulfillable`.
            Unauthorised: `role_missing` with the rights to ask for.
        """
        ...

    async def progress(self, operation: Operation) -> OperationState:
        """How far it is."""
        ...
