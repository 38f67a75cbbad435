"""Faults that people and tests inject into the services, and the record of the requests they got.

Kinds of faults (`sandbox/README.md`, "Panel API"):

- `status`: answered with `status` (and optional `headers`, `body`, `retry_after`) before anything is done;
- `slow`: `seconds` of waiting, then carried out;
- `hold`: kept waiting until the fault is removed; `when` is `before` (default: nothing is done yet; for a
  client that has left by then nothing is done at all) or `after` (carried out, the answer waits);
- `cut`: the connection is closed before anything is done;
- `lost_answer`: carried out, then the connection is closed without an answer.

`match.path` is a substring, or with the prefix `re:` a regular expression, of the path without its query;
`match.method` an HTTP method; `times` how many requests are caught (0 = until removed).
"""

import asyncio
import json
import re
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from typing import Any, Final

from aiohttp import web

from sandbox.clock import Clock

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

KINDS: Final = frozenset({"status", "slow", "hold", "cut", "lost_answer"})
KEPT_REQUESTS: Final = 1_000
DRAINED_BYTES: Final = 1 << 20
_READ_AHEAD: Final = frozenset({"application/json", "application/x-www-form-urlencoded"})


class FaultError(ValueError):
    """The description of a fault cannot be used; the argument says which field."""


class _DroppedError(Exception):
    """The connection was closed on purpose; whatever is answered now reaches nobody."""


@dataclass(slots=True)
class Fault:
    """One injected fault: `times` is what is left (None = until removed), `waiting` how many it holds now."""

    id: str
    service: str
    kind: str
    method: str | None
    path: str
    times: int | None
    status: int
    headers: dict[str, str]
    body: Any
    retry_after: dict[str, Any] | None
    seconds: float
    when: str
    part: str = ""
    caught: int = 0
    waiting: int = 0
    removed: asyncio.Event = field(default_factory=asyncio.Event)

    def matches(self, service: str, method: str, path: str, body: bytes = b"") -> bool:
        """Whether a request to this service is caught; `part` has to stand in its body."""
        if service != self.service or self.times == 0 or self.part.encode() not in body:
            return False
        if self.method is not None and method != self.method:
            return False
        if self.path.startswith("re:"):
            return re.search(self.path[3:], path) is not None
        return self.path in path

    def as_json(self) -> dict[str, Any]:
        """The form the panel lists."""
        return {
            "id": self.id,
            "service": self.service,
            "kind": self.kind,
            "match": {"method": self.method, "path": self.path},
            "times": self.times if self.times is not None else 0,
            "status": self.status if self.kind == "status" else None,
            "retry_after": self.retry_after,
            "seconds": self.seconds if self.kind == "slow" else None,
            "when": self.when if self.kind == "hold" else None,
            "caught": self.caught,
            "waiting": self.waiting,
        }


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request as the panel lists it; `status` is 0 where nothing was done."""

    service: str
    method: str
    path: str
    status: int
    at: str
    fault: str | None

    def as_json(self) -> dict[str, Any]:
        """The form the panel lists."""
        return {
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "at": self.at,
            "fault": self.fault,
        }


class Faults:
    """The faults of all services and what was requested of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._faults: dict[str, Fault] = {}
        self._number = 0
        self._requests: dict[str, deque[Recorded]] = {}
        self._totals: dict[str, Counter[str]] = {}

    def add(self, service: str, spec: Mapping[str, Any]) -> str:
        """Inject a fault described as in the panel API; returns its id. Raises FaultError."""
        kind = spec.get("kind")
        if kind not in KINDS:
            raise FaultError("kind")
        match = spec.get("match") or {}
        path = str(match.get("path") or "")
        if path.startswith("re:"):
            try:
                re.compile(path[3:])
            except re.error as error:
                raise FaultError("match.path") from error
        times = int(spec.get("times", 1))
        if times < 0:
            raise FaultError("times")
        method = match.get("method")
        self._number += 1
        fault = Fault(
            id=f"F{self._number}",
            service=service,
            kind=kind,
            method=str(method).upper() if method else None,
            path=path,
            times=times or None,
            status=int(spec.get("status", 500)),
            headers={str(key): str(value) for key, value in (spec.get("headers") or {}).items()},
            body=spec.get("body"),
            retry_after=dict(spec["retry_after"]) if spec.get("retry_after") else None,
            seconds=float(spec.get("seconds", 5)),
            when=str(spec.get("when", "before")),
            part=str(match.get("body") or ""),
        )
        if fault.when not in {"before", "after"}:
            raise FaultError("when")
        self._faults[fault.id] = fault
        return fault.id

    def remove(self, fault_id: str) -> bool:
        """Remove one fault and let go what it holds; False when there is none of this id."""
        fault = self._faults.pop(fault_id, None)
        if fault is None:
            return False
        fault.removed.set()
        return True

    def clear(self) -> None:
        """Remove all faults."""
        for fault_id in list(self._faults):
            self.remove(fault_id)

    def requests(self, service: str) -> list[dict[str, Any]]:
        """The last 1,000 requests of a service, oldest first."""
        return [recorded.as_json() for recorded in self._requests.get(service, ())]

    def totals(self, service: str) -> dict[str, int]:
        """How often each `METHOD path` of a service was requested since the start."""
        return dict(self._totals.get(service, Counter()))

    def list(self) -> list[dict[str, Any]]:
        """The faults that still catch or hold something, oldest first."""
        return [fault.as_json() for fault in self._faults.values() if fault.times != 0 or fault.waiting]

    async def around(self, service: str, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Carry out a request with the first matching fault applied, and record it."""
        # What every operation of one path does stands in its body.
        looks = any(one.part and one.service == service and one.times != 0 for one in self._faults.values())
        fault = self._take(service, request, await request.read() if looks else b"")
        status = 0

        async def noted(request: web.Request) -> web.StreamResponse:
            nonlocal status
            try:
                response = await handler(request)
            except web.HTTPException as error:
                status = error.status
                raise
            status = response.status
            return response

        try:
            return await self._carry_out(fault, request, noted)
        except _DroppedError:
            return web.Response(status=500)
        finally:
            if fault is not None and fault.kind == "status":
                status = fault.status
            self._record(service, request, status, fault)

    def middleware(self, services: Mapping[str, str]) -> Any:
        """An aiohttp middleware; `services` maps a path prefix such as `/azure/` to the name of a service."""

        @web.middleware
        async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
            for prefix, service in services.items():
                if request.path.startswith(prefix):
                    return await self.around(service, request, handler)
            return await handler(request)

        return faults

    def _take(self, service: str, request: web.Request, body: bytes) -> Fault | None:
        for fault in self._faults.values():
            if fault.matches(service, request.method, request.path, body):
                fault.caught += 1
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    async def _carry_out(
        self, fault: Fault | None, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        if fault is None:
            return await handler(request)
        if fault.kind == "status":
            return self._answer(fault)
        if fault.kind == "cut":
            await _drop(request)
        if fault.kind == "slow":
            await _read_ahead(request)
            await asyncio.sleep(fault.seconds)
        if fault.kind == "hold" and fault.when == "before":
            await self._held(fault)
            if request.transport is None or request.transport.is_closing():
                raise _DroppedError
        response = await handler(request)
        if fault.kind == "hold" and fault.when == "after":
            await self._held(fault)
        if fault.kind == "lost_answer":
            await _drop(request)
        return response

    async def _held(self, fault: Fault) -> None:
        fault.waiting += 1
        try:
            await fault.removed.wait()
        finally:
            fault.waiting -= 1

    def _answer(self, fault: Fault) -> web.Response:
        headers = dict(fault.headers)
        if fault.retry_after is not None:
            headers.update(self._retry_after(fault.retry_after))
        body = fault.body
        if body is None:
            body = _default_body(fault.service, fault.status)
        if isinstance(body, str):
            return web.Response(status=fault.status, headers=headers, text=body)
        return web.Response(
            status=fault.status, headers=headers, text=json.dumps(body), content_type="application/json"
        )

    def _retry_after(self, spec: Mapping[str, Any]) -> dict[str, str]:
        form, value = spec.get("form", "seconds"), spec.get("value", 1)
        if form == "date":
            at = self._clock.now() + timedelta(seconds=float(value))
            return {"Retry-After": format_datetime(at, usegmt=True)}
        if form == "ms":
            return {"retry-after-ms": str(value)}
        return {"Retry-After": str(value)}

    def _record(self, service: str, request: web.Request, status: int, fault: Fault | None) -> None:
        at = self._clock.now().isoformat()
        kind = fault.kind if fault else None
        entry = Recorded(service, request.method, request.path, status, at, kind)
        self._requests.setdefault(service, deque(maxlen=KEPT_REQUESTS)).append(entry)
        self._totals.setdefault(service, Counter())[f"{request.method} {request.path}"] += 1


async def _read_ahead(request: web.Request) -> None:
    """Take a small body in, so that the request is carried out even if its client leaves meanwhile.

    Multipart bodies stay where they are: handlers stream them.
    """
    if request.content_type in _READ_AHEAD and (request.content_length or 0) <= DRAINED_BYTES:
        await request.read()


async def _drop(request: web.Request) -> None:
    """Close the connection without an answer; a small body is read first, so that the client sees a FIN."""
    if (request.content_length or 0) <= DRAINED_BYTES and not request.content.at_eof():
        async for _chunk in request.content.iter_any():
            pass
    if request.transport is not None:
        request.transport.close()
    raise _DroppedError


def _default_body(service: str, status: int) -> dict[str, Any]:
    if service == "slack":
        return {"ok": False, "error": "ratelimited" if status == 429 else "internal_error"}
    words = "Too many requests, retry later." if status == 429 else "The service has an internal error."
    return {"error": {"code": str(status), "message": words}}
