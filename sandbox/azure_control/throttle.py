"""Resource Manager's token buckets: reads, writes and deletes of each caller in each subscription."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.azure_openai.options import ArmLimits, Switches
from sandbox.clock import Clock


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Throttle:
    """Takes one token for each request; the refill follows the speed, as everything that takes time."""

    def __init__(self, clock: Clock, limits: ArmLimits, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._rates = {
            "reads": (limits.reads, limits.reads_per_second),
            "writes": (limits.writes, limits.writes_per_second),
            "deletes": (limits.deletes, limits.deletes_per_second),
        }
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}

    def take(
        self, method: str, subscription: str, caller: str, refuse: Callable[[str, int], Exception]
    ) -> dict[str, str]:
        """The header that tells how many requests remain. Raises what `refuse(kind, seconds)` makes."""
        kind = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(method, "writes")
        size, refill = self._rates[kind]
        refill *= self._switches.speed
        now = self._clock.now().timestamp()
        bucket = self._buckets.setdefault((kind, subscription, caller), _Bucket(size, now))
        bucket.tokens = min(size, bucket.tokens + max(0.0, now - bucket.at) * refill)
        bucket.at = now
        if bucket.tokens < 1:
            raise refuse(kind.removesuffix("s"), max(1, math.ceil((1 - bucket.tokens) / refill)))
        bucket.tokens -= 1
        return {f"x-ms-ratelimit-remaining-subscription-{kind}": str(int(bucket.tokens))}
