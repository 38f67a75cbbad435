"""The operations on deployments (contract 2.1)."""

import math
from typing import Final

from aiohttp import web

from sandbox.azure_control import bodies, errors, refusals
from sandbox.azure_control.deployments import Deployment, Deployments, Operation
from sandbox.azure_control.gateway import ACCOUNT, ArmCall, ArmGateway, timestamp
from sandbox.azure_control.versions import SECOND, VERSIONS, has_second, since
from sandbox.azure_control.writes import WRITE, Actor, Writes
from sandbox.azure_openai.options import AzureOptions, Switches

_TYPE: Final = "accounts/deployments"
_READ: Final = "Microsoft.CognitiveServices/accounts/deployments/read"
_DELETE: Final = "Microsoft.CognitiveServices/accounts/deployments/delete"
_STATUS: Final = (
    "/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{location}/%s/{operation}"
)


class DeploymentOperations:
    """Serves `…/accounts/{account}/deployments…` and the status of what was begun there."""

    def __init__(
        self,
        gateway: ArmGateway,
        options: AzureOptions,
        switches: Switches,
        deployments: Deployments,
        writes: Writes,
    ) -> None:
        self._options = options
        self._switches = switches
        self._deployments = deployments
        self._writes = writes
        one = f"{ACCOUNT}/deployments/{{name}}"
        second = since(SECOND)
        for method, path, operation, action, versions in (
            ("GET", f"{ACCOUNT}/deployments", self.list, _READ, VERSIONS),
            ("GET", one, self.get, _READ, VERSIONS),
            ("PUT", one, self.put, WRITE, VERSIONS),
            ("PATCH", one, self.patch, WRITE, second),
            ("DELETE", one, self.delete, _DELETE, VERSIONS),
            ("GET", f"{one}/skus", self.skus, _READ, second),
        ):
            gateway.add(method, path, operation, resource_type=_TYPE, action=action, versions=versions)
        for path, operation in (
            (_STATUS % "operationStatuses", self.status),
            (_STATUS % "operationResults", self.result),
        ):
            gateway.add("GET", path, operation, resource_type="locations/operationResults", action=None)

    async def list(self, call: ArmCall) -> web.StreamResponse:
        """All deployments of an account by name, in pages."""
        after = call.request.query.get("$skiptoken", "")
        found = sorted(self._deployments.of(call.place.resource), key=lambda one: one.name.lower())
        rest = [one for one in found if one.name.lower() > after]
        page = rest[: self._options.arm_page]
        body: dict[str, object] = {"value": [self._json(one, call) for one in page]}
        if len(rest) > len(page):
            token = {"$skiptoken": page[-1].name.lower()}
            body["nextLink"] = call.url(f"{call.place.id}/deployments", **token)
        return web.json_response(body)

    async def get(self, call: ArmCall) -> web.StreamResponse:
        """200 or 404."""
        return web.json_response(self._json(self._one(call), call))

    async def put(self, call: ArmCall) -> web.StreamResponse:
        """201 with the address of the operation, or 200 for a change."""
        self._policy(call)
        made, created = self._writes.put(
            call.place, call.parts["name"], await call.body(), call.version, _actor(call)
        )
        body = self._json(made, call)
        if not created or made.operation is None:
            return web.json_response(body)
        headers = {
            "Azure-AsyncOperation": self._status_url(call, "operationStatuses", made.operation),
            "Retry-After": self._retry_after(),
        }
        return web.json_response(body, status=201, headers=headers)

    async def patch(self, call: ArmCall) -> web.StreamResponse:
        """200 with the changed deployment."""
        self._policy(call)
        body = await call.body()
        changed = self._writes.patch(call.place, call.parts["name"], body, call.version, _actor(call))
        return web.json_response(self._json(changed, call))

    async def delete(self, call: ArmCall) -> web.StreamResponse:
        """202 with the address of the operation; 204 where nothing was."""
        operation = self._writes.delete(call.place, call.parts["name"])
        if operation is None:
            return web.Response(status=204)
        # The examples of 2023-05-01 have the one header, the clients of later versions read the other.
        if has_second(call.version):
            header, kind = "Location", "operationResults"
        else:
            header, kind = "Azure-AsyncOperation", "operationStatuses"
        address = self._status_url(call, kind, operation)
        return web.Response(status=202, headers={header: address, "Retry-After": self._retry_after()})

    async def skus(self, call: ArmCall) -> web.StreamResponse:
        """What the deployment may be changed to."""
        found = self._one(call)
        return web.json_response({"value": bodies.deployment_skus(found, call.place.account)})

    async def status(self, call: ArmCall) -> web.StreamResponse:
        """200 with how far the operation is."""
        operation = self._operation(call)
        body: dict[str, object] = {
            "id": call.request.path.removeprefix("/arm"),
            "name": operation.id,
            "status": operation.status,
            "startTime": timestamp(operation.started_at),
        }
        if operation.ended_at is not None:
            body["endTime"] = timestamp(operation.ended_at)
        if operation.error is not None:
            code, message = operation.error
            body["error"] = {"code": code, "message": message}
        headers = {"Retry-After": self._retry_after()} if operation.status == "Running" else {}
        return web.json_response(body, headers=headers)

    async def result(self, call: ArmCall) -> web.StreamResponse:
        """202 while it goes on, then 204 (or the error)."""
        operation = self._operation(call)
        if operation.status == "Running":
            address = self._status_url(call, "operationResults", operation)
            return web.Response(status=202, headers={"Location": address, "Retry-After": self._retry_after()})
        if operation.error is not None:
            raise errors.ArmError(400, *operation.error)
        return web.Response(status=204)

    def _one(self, call: ArmCall) -> Deployment:
        found = self._deployments.get(call.place.resource, call.parts["name"])
        if found is None:
            raise refusals.not_found(call.parts["name"])
        return found

    def _operation(self, call: ArmCall) -> Operation:
        operation = self._deployments.operation(call.parts["operation"])
        if operation is None:
            raise errors.unknown_path(call.request.path.removeprefix("/arm"))
        return operation

    def _policy(self, call: ArmCall) -> None:
        if self._switches.policy_denied:
            scope = f"{call.place.id}/deployments/{call.parts['name']}"
            raise errors.denied_by_policy(call.parts["name"], scope, bodies.DEPLOYMENT_TYPE)

    def _json(self, found: Deployment, call: ArmCall) -> dict[str, object]:
        return bodies.deployment(found, call.place, call.version)

    def _status_url(self, call: ArmCall, kind: str, operation: Operation) -> str:
        subscription = call.parts["subscription"]
        location = call.account.account.location if call.account else call.parts["location"]
        prefix = f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{location}"
        return call.url(f"{prefix}/{kind}/{operation.id}")

    def _retry_after(self) -> str:
        """Whole seconds; 0 where the stand-in is in a hurry."""
        return str(min(30, math.floor(self._switches.deploy_seconds / self._switches.speed)))


def _actor(call: ArmCall) -> Actor:
    return Actor(call.who, call.who.client_id)
