"""One policy for every HTTP call to a service.

What is repeatable is repeated (with `Retry-After` and jittered backoff); what is not is sent once and either
certainly done, certainly not done, or raised as `OutcomeUnknown`:

| seen | repeatable call | call that is sent once |
|---|---|---|
| no connection | repeated, then Unavailable | Unavailable |
| timeout or broken connection after sending | repeated, then Unavailable | OutcomeUnknown |
| 429 | repeated while the wait is short, then Throttled | Throttled |
| 5xx, 408 | repeated, then Unavailable (Throttled with a `Retry-After`) | OutcomeUnknown |
| 401 with a renewable token | once more with a fresh token, then the service's refusal | the same |
| other 4xx | the service's refusal | the same |
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx

from providers.auth import Auth
from providers.calls import Answer, Call, Dialect
from providers.clock import Clock, Random, Sleep
from providers.errors import (
    OutcomeUnknown,
    ProviderError,
    Refused,
    ServiceAnswer,
    Throttled,
    Unauthorised,
    Unavailable,
)
from providers.network import NetworkOptions, make_client
from providers.observing import OPERATION
from providers.redact import shown
from providers.retry import RetryPolicy, http_date, retry_after
from providers.transport_errors import after_sending, lost, never_sent

__all__ = ["HttpService", "NetworkOptions", "RetryPolicy", "make_client"]

LOG = logging.getLogger(__name__)
ERROR_BYTES: Final = 64 * 1024
ANSWER_BYTES: Final = 64 * 1024 * 1024
REQUEST_ID_HEADERS: Final = ("apim-request-id", "x-request-id", "x-ms-request-id")


@dataclass(slots=True, kw_only=True)
class _Effort:
    """What has been tried for one call."""

    failures: int = 0
    renewed: bool = False


class HttpService:
    """A service at one base URL, with one credential."""

    def __init__(
        self,
        base_url: str,
        *,
        client: httpx.AsyncClient,
        auth: Auth,
        dialect: Dialect,
        clock: Clock,
        sleep: Sleep,
        random: Random,
        policy: RetryPolicy,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._client = client
        self._auth = auth
        self._dialect = dialect
        self._clock = clock
        self._sleep = sleep
        self._random = random
        self._policy = policy

    async def call(self, call: Call) -> Answer:
        """Carry out a call and read its whole answer.

        Raises:
            ProviderError: as the table of this module says.
        """
        async with self._opened(call) as response:
            try:
                content = await _read(response, ANSWER_BYTES)
            except (httpx.HTTPError, TimeoutError) as error:
                raise lost(error, call.operation, repeatable=call.repeatable) from error
            return Answer(
                status=response.status_code,
                content=content,
                request_id=_request_id(response),
                date=http_date(response.headers.get("date")),
                received_at=self._clock.now(),
                headers={name.lower(): value for name, value in response.headers.items()},
            )

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[AsyncIterator[bytes]]:
        """The answer's body in pieces. A break in the middle is Unavailable: the pieces before it were given out."""
        async with self._opened(call) as response:
            yield _pieces(response, call)

    async def aclose(self) -> None:
        """Close connections and the credential."""
        await self._client.aclose()
        await self._auth.aclose()

    @asynccontextmanager
    async def _opened(self, call: Call) -> AsyncIterator[httpx.Response]:
        """A successful response with its body unread; repeats what may be repeated."""
        effort = _Effort()
        try:
            async with asyncio.timeout(call.timeouts.total):
                response = await self._attempts(call, effort)
                try:
                    yield response
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise lost(error, call.operation, repeatable=call.repeatable) from error

    async def _attempts(self, call: Call, effort: _Effort) -> httpx.Response:
        while True:
            try:
                response = await self._client.send(await self._request(call), stream=True)
            except httpx.HTTPError as error:
                problem = self._transport_problem(error, call)
                await self._wait_or_raise(problem, call, effort, None)
                continue
            if response.is_success:
                return response
            try:
                await self._refused(response, call, effort)
            finally:
                await response.aclose()

    async def _request(self, call: Call) -> httpx.Request:
        headers = {**call.headers, **await self._auth.headers()}
        return self._client.build_request(
            call.method,
            self._base_url + call.path,
            params=dict(call.params),
            json=call.json,
            content=call.body() if call.body is not None else None,
            headers=headers,
            timeout=call.timeouts.for_httpx(),
            extensions={OPERATION: call.operation},
        )

    def _transport_problem(self, error: httpx.HTTPError, call: Call) -> ProviderError:
        unsent = never_sent(error)
        if unsent is not None:
            return Unavailable(unsent, {"operation": call.operation})
        if call.repeatable:
            return Unavailable(after_sending(error), {"operation": call.operation})
        return lost(error, call.operation, repeatable=False)

    async def _refused(self, response: httpx.Response, call: Call, effort: _Effort) -> None:
        """Return when the call may be sent again, raise otherwise."""
        answer = await self._read_refusal(response)
        wait = retry_after(response.headers, self._clock)
        status = response.status_code
        if status == 401 and self._auth.renewable and not effort.renewed:
            effort.renewed = True
            self._auth.forget()
            return
        await self._wait_or_raise(self._status_problem(answer, wait, call), call, effort, wait, status)

    def _status_problem(self, answer: ServiceAnswer, wait: float | None, call: Call) -> ProviderError:
        status = answer.status or 0
        params = {"operation": call.operation, **call.what}
        if status >= 500 or status == 408:
            if not call.repeatable:
                return OutcomeUnknown("no_answer", params, answer)
            asks = wait is not None
            return (
                Throttled("busy", params, answer, wait)
                if asks
                else Unavailable("server_error", params, answer)
            )
        if status == 407:
            return Unauthorised("proxy_auth_required", params, answer)
        if status < 400:
            return Refused("unexpected_redirect", params, answer)
        problem = self._dialect.refusal(answer, call)
        # A quota that no waiting frees comes as 429, too, but then without a time.
        if status == 429 and (wait is not None or not isinstance(problem, Refused)):
            return Throttled("throttled", params, answer, wait)
        return problem

    async def _wait_or_raise(
        self, problem: ProviderError, call: Call, effort: _Effort, wait: float | None, status: int = 0
    ) -> None:
        effort.failures += 1
        LOG.info(
            "%s: %s, status %s, attempt %s, request %s",
            call.operation, problem.code, status, effort.failures, problem.answer.request_id,
        )  # fmt: skip
        if not call.repeatable or not isinstance(problem, Throttled | Unavailable):
            raise problem
        delay = self._policy.backoff(effort.failures, self._random) if wait is None else wait
        if effort.failures >= self._policy.attempts or delay > self._policy.longest_wait:
            raise problem
        await self._sleep(delay)

    async def _read_refusal(self, response: httpx.Response) -> ServiceAnswer:
        try:
            body = await _read(response, ERROR_BYTES, cut=True)
        except httpx.HTTPError:
            body = b""
        code, message = self._dialect.read(body)
        secrets = self._auth.secrets()
        return ServiceAnswer(
            status=response.status_code,
            code=shown(code, secrets, 100),
            message=shown(message, secrets),
            request_id=_request_id(response),
        )


async def _read(response: httpx.Response, limit: int, *, cut: bool = False) -> bytes:
    """The body up to `limit` bytes; beyond it is cut off or, without `cut`, an error."""
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_bytes():
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            if cut:
                break
            message = "answer too large"
            raise httpx.DecodingError(message, request=response.request)
    return b"".join(pieces)[:limit]


async def _pieces(response: httpx.Response, call: Call) -> AsyncIterator[bytes]:
    try:
        async for piece in response.aiter_bytes():
            yield piece
    except httpx.HTTPError as error:
        raise lost(error, call.operation, repeatable=True) from error


def _request_id(response: httpx.Response) -> str:
    for name in REQUEST_ID_HEADERS:
        value = response.headers.get(name)
        if value:
            return shown(value, (), 100)
    return ""
