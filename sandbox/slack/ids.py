"""The fixed ids, names and tokens of the workspace (`sandbox/README.md`), and how new ids are made."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sandbox.clock import Clock

TEAM: Final = "T0SANDBOX"
TEAM_DOMAIN: Final = "sandbox"
TEAM_NAME: Final = "Sandbox workspace"
OTHER_TEAM: Final = "T0OTHERCO"
APP: Final = "A0TUNESMTH"
BOT_USER: Final = "U0TUNESMTH"
BOT: Final = "B0TUNESMTH"
APP_NAME: Final = "Tunesmith"

BOT_TOKEN: Final = "xoxb-sandbox-bot"  # noqa: S105 - a published stand-in for a secret
APP_TOKEN: Final = "xapp-sandbox-app"  # noqa: S105 - a published stand-in for a secret
SIGNING_SECRET: Final = "sandbox-signing-secret"  # noqa: S105 - a published stand-in for a secret
VERIFICATION_TOKEN: Final = "sandbox-verification-token"  # noqa: S105 - deprecated field of payloads


class Ids:
    """Makes ids that no other object of the workspace has; `secret` is what only its receiver may know."""

    def __init__(self, secret: Callable[[], str] = lambda: secrets.token_hex(16)) -> None:
        self._number = 0
        self.secret = secret

    def next(self, prefix: str) -> str:
        """A new id such as `F000000001`: the prefix and nine base-36 digits."""
        self._number += 1
        digits, rest = "", self._number
        while rest:
            rest, digit = divmod(rest, 36)
            digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
        return f"{prefix}{digits:0>9}"


class Timestamps:
    """Makes the `ts` of messages: seconds since 1970 with six decimals, each greater than the one before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        """A new `ts`."""
        self._last = max(self._last + 1, micros(self._clock.now()))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return round(at.timestamp() * 1_000_000)
