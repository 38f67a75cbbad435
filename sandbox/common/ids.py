"""Ids and generated seeds."""

import random


class Ids:
    """Hexadecimal ids as the service makes them; repeatable when `seed` is given."""

    def __init__(self, seed: int | None) -> None:
        # Ids of a stand-in on loopback guard nothing; repeatable runs matter more than unpredictable ids.
        self._random = random.Random(seed)  # noqa: S311 - see above

    def hex(self, prefix: str = "") -> str:
        """The prefix and 32 hexadecimal digits."""
        return f"{prefix}{self._random.getrandbits(128):032x}"

    def uuid(self) -> str:
        """A request id."""
        digits = self.hex()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def seed(self) -> int:
        """A training seed for a job that was created without one (int32)."""
        return self._random.randrange(2**31)
