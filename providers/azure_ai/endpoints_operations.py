"""Long-running operations of ARM on things of a workspace: begun once, followed by what ARM names, or by the thing.

What is kept of an operation is JSON and survives a restart. Where ARM names no address to ask, names one that is not
below the configured base, has forgotten it or keeps it from us, the thing's own state tells as much (contract 3, 4).
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from providers.azure_ai.client import WorkspaceClient
from providers.azure_ai.endpoints_wire import OperationStatus, read
from providers.base import State
from providers.calls import Answer
from providers.errors import NotFound, ProviderError, Refused, Unauthorised
from providers.hosting import Operation, OperationProgress, OperationState
from providers.retry import retry_after

LOG = logging.getLogger(__name__)
_ENDED: Final[Mapping[str, OperationProgress]] = MappingProxyType(
    {"succeeded": "succeeded", "failed": "failed", "canceled": "failed", "cancelled": "failed"}
)
_PENDING: Final = frozenset({401, 403, 404, 408, 429})
"""Statuses of an address that say nothing about the operation."""

Look = Callable[[str], Awaitable[OperationState]]
"""How far a creation is, as the thing itself tells; for one that is being removed: whether it is gone."""
Failed = Callable[[str, str, str], ProviderError]
"""The error of ours for the service's (name, code, message)."""


class Operations:
    """Begins and follows operations on one kind of thing.

    Args:
        client: the workspace.
        group: its operations' group of api-versions.
        seen: what the thing of a name says of its creation. gone: the same of its removal.
        failed: puts what an operation ended with into an error of ours, which is never raised.
    """

    def __init__(
        self, client: WorkspaceClient, group: str, *, seen: Look, gone: Look, failed: Failed
    ) -> None:
        self._client = client
        self._group = group
        self._seen = seen
        self._gone = gone
        self._failed = failed

    def begun(self, verb: str, name: str, answer: Answer) -> Operation:
        """What an accepted request goes on as; `verb` is `apply` or `delete`."""
        state: State = {"verb": verb}
        status, location = answer.headers.get("azure-asyncoperation"), answer.headers.get("location")
        # Only a removal is told by `Location`: of a creation that is the thing itself.
        link = status or (location if verb == "delete" else None)
        if link:
            kept = self._client.link(link)
            if kept:
                state |= {"kind": "status" if status else "location", **kept}
            else:
                LOG.warning("operation on %s: the address to follow is not on the management host", name)
        return Operation(name=name, state=state, retry_after=retry_after(answer.headers, self._client.clock))

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
        look = self._gone if kept.get("verb") == "delete" else self._seen
        return await look(operation.name)

    async def _followed(self, name: str, kept: State) -> OperationState | None:
        """What the kept address says; None when it says nothing about the operation."""
        try:
            answer = await self._client.follow(self._group, "operations.get", kept, {"deployment": name})
        except (NotFound, Unauthorised) as error:
            if error.code in {"token_refused", "network_refused"}:
                raise
            LOG.info("operation on %s: %s, looking at the thing itself", name, error)
            return None
        except Refused as error:
            # An operation that failed is answered with its error where its result is asked for.
            if kept.get("kind") != "location" or error.answer.status in _PENDING:
                raise
            return self._ended(name, "Failed", error.answer.code, error.answer.message)
        if kept.get("kind") == "status" and answer.status != 202:
            return self._told(name, answer)
        going_on = answer.status == 202
        return OperationState(
            progress="running" if going_on else "succeeded",
            raw="Running" if going_on else "Succeeded",
            retry_after=retry_after(answer.headers, self._client.clock),
        )

    def _told(self, name: str, answer: Answer) -> OperationState | None:
        """The state in the body of an `Azure-AsyncOperation` address; None when there is none."""
        wire = read(OperationStatus, value_or_none(answer))
        if not wire.status:
            return None
        progress = _ENDED.get(wire.status.lower(), "running")
        if progress == "failed":
            return self._ended(name, wire.status, wire.error.code, wire.error.message)
        wait = retry_after(answer.headers, self._client.clock)
        return OperationState(progress=progress, raw=wire.status, retry_after=wait)

    def _ended(self, name: str, raw: str, code: str, message: str) -> OperationState:
        problem = self._failed(name, code, message)
        return OperationState(progress="failed", raw=raw, code=code, message=message, problem=problem)


def value_or_none(answer: Answer) -> Any:
    """The JSON value of an answer that counts also when it cannot be read; None then."""
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
