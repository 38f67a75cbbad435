"""Values that the service itself looks at before a training is ordered: a protocol of its own, since few services do.

`judge_of` tells whether a provider has it.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from providers.base import Value


def judge_of(provider: object) -> "Judging | None":
    """The provider, where it has something to say about values; None = it has not."""
    return provider if isinstance(provider, Judging) else None


@runtime_checkable
class Judging(Protocol):
    """Asks the service about the values of an order: free, harmless, and nothing is made."""

    def judges(self, method: str) -> bool:
        """Whether the service has something to say about this method; no request."""
        ...

    async def judge(self, method: str, given: Mapping[str, Value]) -> None:
        """Ask once, for at most some seconds.

        Raises:
            Refused: the service's no, with its words and the param `name`, the hyperparameter that is meant. Nothing
                else is raised: where the service cannot be asked, the creation will tell.
        """
        ...
