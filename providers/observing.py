"""Who is told of requests to services: for counting, never for deciding."""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, Protocol

import httpx

from providers.transport_errors import never_sent

OPERATION: Final = "operation"
"""The extension of an httpx request that holds our name of it (`jobs.create`)."""
UNNAMED: Final = "sign_in"
"""What a request without a name is: only tokens are asked for outside of `providers.http`."""


class Observer(Protocol):
    """Is told of each request on the wire, repeated ones included."""

    def answered(self, operation: str, outcome: str, seconds: float) -> None:
        """One request is over.

        Args:
            operation: our name of it, `jobs.create`; never a part of an address.
            outcome: `ok`, `refused` (4xx), `throttled` (429), `error` (5xx), `unreachable` (nothing was sent),
                `no_answer`, or `cut` (given up by us: the time for the whole call is over, or the program stops).
            seconds: from the first byte sent to the head of the answer; a body may still follow.
        """
        ...


def outcome_of(status: int) -> str:
    """The word for an answer with this status."""
    if status == 429:
        return "throttled"
    if status >= 500 or status == 408:
        return "error"
    return "refused" if status >= 400 else "ok"


async def observed(
    observer: Observer,
    request: httpx.Request,
    send: Callable[[httpx.Request], Awaitable[httpx.Response]],
) -> httpx.Response:
    """Send a request and tell `observer` what became of it; raises what `send` raises."""
    operation = str(request.extensions.get(OPERATION, UNNAMED))
    outcome, begun = "cut", monotonic()
    try:
        response = await send(request)
        outcome = outcome_of(response.status_code)
    except httpx.HTTPError as error:
        outcome = "no_answer" if never_sent(error) is None else "unreachable"
        raise
    finally:
        observer.answered(operation, outcome, monotonic() - begun)
    return response
