"""Long-running operations on deployments: begun once, followed by what ARM names, or by the deployment itself
(contract 2.1).

What is kept of an operation is JSON and survives a restart. Where ARM names no address to ask, names one that is not
below the configured base, has forgotten it or keeps it from us, the deployment's own state tells as much.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from providers.azure_openai.arm_errors import DELETE
from providers.azure_openai.arm_wire import ArmOperation, read
from providers.azure_openai.deployment_refusals import APPLY, failed
from providers.azure_openai.deployments import read_deployment
from providers.azure_openai.management import ArmClient, value_or_none
from providers.base import State
from providers.calls import Answer
from providers.clock import Clock
from providers.errors import NotFound, Refused, Unauthorised
from providers.hosting import Operation, OperationProgress, OperationState, RemoteDeployment
from providers.retry import retry_after

LOG = logging.getLogger(__name__)
FOLLOW: Final = "operations.get"
_ENDED: Final[Mapping[str, OperationProgress]] = MappingProxyType(
    {"succeeded": "succeeded", "failed": "failed", "canceled": "failed", "cancelled": "failed"}
)
_PENDING: Final = frozenset({401, 403, 404, 408, 429})
"""Statuses of an address that say nothing about the operation."""


class Operations:
    """Begins and follows the operations of one account. `look` reads a deployment by name."""

    def __init__(
        self, arm: ArmClient, clock: Clock, look: Callable[[str], Awaitable[RemoteDeployment | None]]
    ) -> None:
        self._arm = arm
        self._clock = clock
        self._look = look

    async def apply(self, name: str, body: Mapping[str, Any], what: Mapping[str, str | int]) -> Operation:
        """PUT, once; an answer that cannot be read is an answer all the same."""
        answer = await self._arm.put(APPLY, self._arm.deployment(name), body, what)
        made = read_deployment(value_or_none(answer))
        if made is not None and made.state == "live" and "azure-asyncoperation" not in answer.headers:
            return Operation(name=name, state=None)
        return self._begun("apply", name, answer)

    async def delete(self, name: str) -> Operation:
        """DELETE: 202 goes on, 200 and 204 are done, and so is one that is not there."""
        try:
            answer = await self._arm.delete(DELETE, self._arm.deployment(name), {"deployment": name})
        except NotFound as error:
            if error.code != "not_found":
                raise
            return Operation(name=name, state=None)
        return (
            self._begun("delete", name, answer) if answer.status == 202 else Operation(name=name, state=None)
        )

    async def state(self, operation: Operation) -> OperationState:
        """How far an operation is."""
        kept = operation.state
        if kept is None:
            return OperationState(progress="succeeded", raw="")
        # Only a path: put behind the base it cannot name a host, whatever was stored.
        path = kept.get("path")
        if isinstance(path, str) and path.startswith("/"):
            found = await self._followed(operation.name, kept)
            if found is not None:
                return found
        return await self._seen(operation.name, removing=kept.get("verb") == "delete")

    def _begun(self, verb: str, name: str, answer: Answer) -> Operation:
        state: State = {"verb": verb}
        status, location = answer.headers.get("azure-asyncoperation"), answer.headers.get("location")
        # Only a deletion is told by `Location`: for a creation that is the deployment (final-state-via, 2.1).
        link = status or (location if verb == "delete" else None)
        if link:
            kept = self._arm.link(link)
            if kept:
                state |= {"kind": "status" if status else "location", **kept}
            else:
                LOG.warning("operation on %s: the address to follow is not on the management host", name)
        return Operation(name=name, state=state, retry_after=retry_after(answer.headers, self._clock))

    async def _followed(self, name: str, kept: State) -> OperationState | None:
        """What the kept address says; None when it says nothing about the operation."""
        try:
            answer = await self._arm.follow(FOLLOW, kept, {"deployment": name})
        except (NotFound, Unauthorised) as error:
            if error.code in {"token_refused", "network_refused"}:
                raise
            LOG.info("operation on %s: %s, looking at the deployment", name, error)
            return None
        except Refused as error:
            # An operation that failed is answered with its error where its result is asked for.
            if kept.get("kind") != "location" or error.answer.status in _PENDING:
                raise
            return _failed(name, "Failed", error.answer.code, error.answer.message)
        if kept.get("kind") == "status" and answer.status != 202:
            return self._told(name, answer)
        wait = retry_after(answer.headers, self._clock)
        going_on = answer.status == 202
        return OperationState(
            progress="running" if going_on else "succeeded",
            raw="Running" if going_on else "Succeeded",
            retry_after=wait,
        )

    def _told(self, name: str, answer: Answer) -> OperationState | None:
        """The state in the body of an `Azure-AsyncOperation` address; None when there is none."""
        wire = read(ArmOperation, value_or_none(answer))
        if wire.status is None:
            return None
        progress = _ENDED.get(wire.status.lower(), "running")
        if progress == "failed":
            return _failed(name, wire.status, wire.error.code or "", wire.error.message or "")
        wait = retry_after(answer.headers, self._clock)
        return OperationState(progress=progress, raw=wire.status, retry_after=wait)

    async def _seen(self, name: str, *, removing: bool) -> OperationState:
        """What the deployment itself says."""
        found = await self._look(name)
        if removing:
            gone = found is None
            raw = "Succeeded" if found is None else found.raw_state
            return OperationState(progress="succeeded" if gone else "running", raw=raw)
        if found is None:
            problem = NotFound("deployment_not_found", {"deployment": name})
            return OperationState(progress="failed", raw="", problem=problem)
        if found.state == "failed":
            return _failed(name, found.raw_state, "", "")
        done = found.state in {"live", "paused"}
        return OperationState(progress="succeeded" if done else "running", raw=found.raw_state)


def _failed(name: str, raw: str, code: str, message: str) -> OperationState:
    problem = failed(code, message, {"deployment": name})
    return OperationState(progress="failed", raw=raw, code=code, message=message, problem=problem)
