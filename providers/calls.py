"""What a call to a service is, what answers it, and how long either may take."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

import httpx

from providers.errors import ProviderError, ServiceAnswer
from providers.network import CONNECT_SECONDS

Body = Callable[[], AsyncIterator[bytes]]
"""Makes a body anew for every attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds of silence that are borne while connecting, sending and reading; `total` for all of it."""

    read: float
    write: float = 30.0
    total: float | None = None

    def for_httpx(self) -> httpx.Timeout:
        """The silence part; `total` is kept by the policy."""
        return httpx.Timeout(connect=CONNECT_SECONDS, read=self.read, write=self.write, pool=60.0)


ASK: Final = Timeouts(read=30.0, total=90.0)
SUBMIT: Final = Timeouts(read=60.0, total=120.0)
# The service may look through the whole file before it answers, and a slow line may take hours for 512 MB.
UPLOAD: Final = Timeouts(read=300.0, write=120.0)
# A part is sent again after this, so a line that takes an hour for one would never end.
PART: Final = Timeouts(read=120.0, write=120.0, total=3600.0)
DOWNLOAD: Final = Timeouts(read=60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to a service, and what may be done with it.

    Attributes:
        operation: our name of it, for errors and log lines: `jobs.create`.
        repeatable: doing it twice is the same as doing it once.
        json: value to send as JSON; `body` with `headers` for anything else.
        what: parameters for the errors' sentences (ids, names), free of secrets.
    """

    operation: str
    method: str
    path: str
    repeatable: bool
    timeouts: Timeouts = ASK
    params: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    body: Body | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    what: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A successful answer. `date` is the service's clock, `received_at` ours; `headers` by lower-case name."""

    status: int
    content: bytes
    request_id: str
    date: datetime | None
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


class Dialect(Protocol):
    """What only the service's package knows about its refusals."""

    def read(self, body: bytes) -> tuple[str, str]:
        """Code and message of an error body; empty strings where there are none."""
        ...

    def refusal(self, answer: ServiceAnswer, call: Call) -> ProviderError:
        """The error for a 4xx answer."""
        ...
