"""Operations that take a while: what `Azure-AsyncOperation` and `Location` of an answer lead to (contract 3, 4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web

from sandbox.azure_ml import errors
from sandbox.azure_ml.gateway import ArmCall, MlGateway
from sandbox.azure_ml.options import PROVIDER
from sandbox.azure_ml.stamps import timestamp
from sandbox.clock import Clock
from sandbox.common.ids import Ids

RETRY_SECONDS: Final = 1
_TIMEOUT: Final = "PT30M"
_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `over` tells whether it has ended, `error` is why it failed."""

    id: str
    began: datetime
    over: Callable[[], bool]
    error: tuple[str, str] | None = None


class Operations:
    """All operations; kept for a day."""

    def __init__(self, gateway: MlGateway, clock: Clock, ids: Ids) -> None:
        self._clock, self._ids = clock, ids
        self._all: dict[str, Operation] = {}
        place = f"/subscriptions/{{subscription}}/providers/{PROVIDER}/locations/{{location}}"
        for kind, answer in (("mfeOperationsStatus", self._status), ("mfeOperationResults", self._result)):
            gateway.add(
                "GET",
                f"{place}/{kind}/{{operation}}",
                answer,
                resource_type=f"locations/{kind}",
                action=None,
            )

    def begin(
        self, call: ArmCall, over: Callable[[], bool], error: tuple[str, str] | None = None, *, made: bool
    ) -> dict[str, str]:
        """Headers of the answer that begins an operation; `made`: of a PUT, else of a DELETE, PATCH or POST."""
        now = self._clock.now()
        self._all = {key: one for key, one in self._all.items() if now - one.began < _KEPT}
        operation = Operation(self._ids.uuid(), now, over, error)
        self._all[operation.id] = operation
        facts = call.workspace.facts
        place = f"/subscriptions/{facts.subscription_id}/providers/{PROVIDER}/locations/{facts.location}"
        headers = {
            "Azure-AsyncOperation": call.url(f"{place}/mfeOperationsStatus/{operation.id}"),
            "x-ms-async-operation-timeout": _TIMEOUT,
            "Retry-After": str(RETRY_SECONDS),
        }
        if not made:
            headers["Location"] = call.url(f"{place}/mfeOperationResults/{operation.id}")
        return headers

    async def _status(self, call: ArmCall) -> web.Response:
        """200 with `{id, name, status, startTime, endTime?, error?}`."""
        operation = self._find(call)
        body: dict[str, Any] = {
            "id": call.request.path.removeprefix("/ml/arm"),
            "name": operation.id,
            "status": self._word(operation),
            "startTime": timestamp(operation.began),
        }
        if not operation.over():
            return web.json_response(body, headers={"Retry-After": str(RETRY_SECONDS)})
        body["endTime"] = timestamp(self._clock.now())
        if operation.error is not None:
            body["error"] = {"code": operation.error[0], "message": operation.error[1]}
        return web.json_response(body)

    async def _result(self, call: ArmCall) -> web.Response:
        """202 while it goes on, then 200; the operation's error when it failed."""
        operation = self._find(call)
        if not operation.over():
            headers = {"Location": str(call.request.url), "Retry-After": str(RETRY_SECONDS)}
            return web.Response(status=202, headers=headers)
        if operation.error is not None:
            raise errors.refused(400, operation.error[0], operation.error[1], operation.error[0])
        return web.Response(status=200)

    @staticmethod
    def _word(operation: Operation) -> str:
        if not operation.over():
            return "InProgress"
        return "Failed" if operation.error else "Succeeded"

    def _find(self, call: ArmCall) -> Operation:
        found = self._all.get(call.parts["operation"])
        if found is None:
            raise errors.not_found("Operation", call.parts["operation"])
        return found
