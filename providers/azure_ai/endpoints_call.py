"""One real call to a serverless endpoint, as a program would make it (contract 4).

Samples of the service write the key bare after `Authorization:`, others behind `Bearer`; a gateway may know but one of
them, and one of two paths. A 401 or 404 was not carried out, so the other one is tried. Everything else is sent once,
and what no answer comes to is `Unavailable`: a second short call costs a few tokens and harms nobody.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import Field

from providers.azure_ai.client import WorkspaceClient
from providers.azure_ai.endpoints_wire import LENIENT, Loose, read
from providers.azure_ai.envelope import read_envelope
from providers.calls import Answer, Call, Timeouts
from providers.errors import (
    Conflict,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Refused,
    ServiceAnswer,
    Throttled,
    Unauthorised,
    Unavailable,
)
from providers.hosting import CallResult
from providers.http import HttpService

CALL: Final = "deployments.call"
CHAT: Final = Timeouts(read=60.0, total=90.0)
SHORT: Final = 64
"""Tokens of an answer that is only to prove that there is one."""
PATHS: Final = ("/v1/chat/completions", "/chat/completions")
_REASONS: Final = frozenset({"timed_out", "connection_lost", "unreadable_answer"})
_NOT_READY: Final = re.compile(r"\bnot (?:yet )?ready\b|still (?:being )?(?:loaded|created)", re.IGNORECASE)
_SUSPENDED: Final = re.compile(r"\bsuspended\b|could not be billed", re.IGNORECASE)
_BY_STATUS: Final[Mapping[int, tuple[type[ProviderError], str]]] = MappingProxyType(
    {
        401: (Unauthorised, "key_refused"),
        403: (Unauthorised, "key_refused"),
        404: (NotFound, "endpoint_not_found"),
        409: (Unavailable, "deployment_not_ready"),
        424: (Unavailable, "deployment_not_ready"),
        429: (Throttled, "throttled"),
    }
)
_NETWORK: Final = re.compile(
    r"virtual network|firewall|public (?:network )?access|private (?:endpoint|link)", re.IGNORECASE
)


class _Usage(Loose):
    prompt_tokens: Any = None
    completion_tokens: Any = None


class _Message(Loose):
    content: Any = None


class _Choice(Loose):
    message: Annotated[_Message, LENIENT] = _Message()


class _Completion(Loose):
    choices: Any = None
    usage: Annotated[_Usage, LENIENT] = Field(_Usage())


@dataclass(slots=True)
class EndpointKey:
    """The key of one endpoint while a call is under way; nothing before and after."""

    key: str = field(default="", repr=False)
    bearer: bool = False

    @property
    def renewable(self) -> bool:
        """A key is what it is."""
        return False

    async def headers(self) -> Mapping[str, str]:
        """The key in the way that is tried now."""
        return {"Authorization": f"Bearer {self.key}" if self.bearer else self.key}

    def forget(self) -> None:
        """Nothing to forget."""

    def secrets(self) -> tuple[str, ...]:
        """The key."""
        return (self.key,) if self.key else ()

    async def aclose(self) -> None:
        """Nothing to close."""


@dataclass(slots=True)
class _Line:
    """The way to one endpoint: what worked last is tried first."""

    service: HttpService
    auth: EndpointKey
    path: str = PATHS[0]
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)


class InferenceDialect:
    """How an endpoint says no."""

    def read(self, body: bytes) -> tuple[str, str]:
        """Code and message."""
        return read_envelope(body)

    def refusal(self, answer: ServiceAnswer, call: Call) -> ProviderError:
        """The error for a 4xx answer (or a 429 without a time)."""
        params = {"operation": call.operation, **call.what}
        code, words = answer.code.lower(), answer.message
        if _SUSPENDED.search(words):
            return Conflict("marketplace_suspended", params, answer)
        if answer.status == 403 and _NETWORK.search(words):
            return Unauthorised("network_refused", params, answer)
        if code in {"content_filter", "contentfilter", "responsibleaipolicyviolation"}:
            return Refused("content_filtered", params, answer)
        if answer.status == 400 and _NOT_READY.search(words):
            return Unavailable("deployment_not_ready", params, answer)
        error, known = _BY_STATUS.get(answer.status or 0, (Refused, "request_refused"))
        return error(known, params, answer)


class Inference:
    """Calls endpoints of one workspace."""

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client
        self._lines: dict[str, _Line] = {}

    async def call(self, name: str, uri: str, key: str, prompt: str) -> CallResult:
        """One short chat.

        Raises:
            Unavailable: `deployment_not_ready`, or no usable answer came.
            Unauthorised: `key_refused` in either way of writing it.
            Conflict: `marketplace_suspended`.
        """
        line = self._line(name, uri)
        async with line.busy:
            line.auth.key = key
            try:
                answer = await self._either_way(line, name, prompt)
            except OutcomeUnknown as error:
                raise _unanswered(error) from error
            finally:
                line.auth.key = ""
        return _completion(answer, name)

    async def _either_way(self, line: _Line, name: str, prompt: str) -> Answer:
        try:
            return await self._on_a_path(line, name, prompt)
        except Unauthorised as error:
            if error.code != "key_refused":
                raise
        line.auth.bearer = not line.auth.bearer
        return await self._on_a_path(line, name, prompt)

    async def _on_a_path(self, line: _Line, name: str, prompt: str) -> Answer:
        try:
            return await line.service.call(_chat(line.path, name, prompt))
        except NotFound:
            line.path = next(path for path in PATHS if path != line.path)
        try:
            return await line.service.call(_chat(line.path, name, prompt))
        except NotFound as error:
            # The control plane knows the endpoint: its address answers some time after that.
            params = {"operation": CALL, "deployment": name}
            raise Unavailable("deployment_not_ready", params, error.answer) from error

    def _line(self, name: str, uri: str) -> _Line:
        if not is_address(uri, self._client.settings.endpoint):
            raise Unavailable("unreadable_answer", {"operation": CALL, "deployment": name})
        if uri not in self._lines:
            auth = EndpointKey()
            self._lines[uri] = _Line(self._client.service(uri, auth, InferenceDialect()), auth)
        return self._lines[uri]


def is_address(uri: str, management: str) -> bool:
    """Whether a key may be sent there: HTTPS, or the unencrypted way that the control plane itself is reached by."""
    try:
        parts = urlsplit(uri)
        wanted = {"https", urlsplit(management).scheme}
    except ValueError:
        return False
    return parts.scheme in wanted and bool(parts.hostname) and "@" not in parts.netloc


def _chat(path: str, name: str, prompt: str) -> Call:
    body = {"messages": [{"role": "user", "content": prompt}], "max_tokens": SHORT}
    return Call(
        operation=CALL, method="POST", path=path, repeatable=False, timeouts=CHAT, json=body,
        what={"deployment": name},
    )  # fmt: skip


def _completion(answer: Answer, name: str) -> CallResult:
    """The first choice's text; an answer without text has "". Raises Unavailable for what is no completion."""
    try:
        wire = read(_Completion, json.loads(answer.content))
    except (ValueError, RecursionError):
        wire = _Completion()
    if not isinstance(wire.choices, list) or not wire.choices:
        seen = ServiceAnswer(status=answer.status, request_id=answer.request_id)
        raise Unavailable("unreadable_answer", {"operation": CALL, "deployment": name}, seen)
    text = read(_Choice, wire.choices[0]).message.content
    return CallResult(
        text=text if isinstance(text, str) else "",
        prompt_tokens=_whole(wire.usage.prompt_tokens),
        completion_tokens=_whole(wire.usage.completion_tokens),
    )


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _unanswered(error: OutcomeUnknown) -> ProviderError:
    """A call without a usable answer, as something that may be tried again."""
    params = {name: value for name, value in error.params.items() if name != "reason"}
    if error.answer.status is not None and error.answer.status >= 400:
        not_ready = error.answer.status == 503 or _NOT_READY.search(error.answer.message) is not None
        return Unavailable("deployment_not_ready" if not_ready else "server_error", params, error.answer)
    reason = str(error.params.get("reason", ""))
    return Unavailable(reason if reason in _REASONS else "connection_lost", params, error.answer)
