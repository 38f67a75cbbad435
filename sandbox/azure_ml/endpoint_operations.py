"""Serverless endpoints in Resource Manager (contract 4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web

from sandbox.azure_ml import errors
from sandbox.azure_ml.endpoint_request import EndpointRequest, read_endpoint
from sandbox.azure_ml.fields import ENDPOINT_NAME, Fields, checked_name, settled
from sandbox.azure_ml.gateway import WORKSPACE, ArmCall, MlGateway
from sandbox.azure_ml.long_running import Operations
from sandbox.azure_ml.options import PROVIDER, MlOptions, Switches
from sandbox.azure_ml.paging import page
from sandbox.azure_ml.stamps import Stamps
from sandbox.azure_ml.versions import SERVERLESS, STATUS, has_content_safety
from sandbox.azure_ml.workspace import Endpoint, Workspace, Workspaces
from sandbox.clock import Clock
from sandbox.common.ids import Ids

_TYPE: Final = "workspaces/serverlessEndpoints"
_DELETE_SECONDS: Final = 2.0


class EndpointOperations:
    """Serves the endpoints of all workspaces."""

    def __init__(
        self,
        gateway: MlGateway,
        operations: Operations,
        *,
        options: MlOptions,
        switches: Switches,
        clock: Clock,
        ids: Ids,
        workspaces: Workspaces,
    ) -> None:
        self._operations, self._options, self._switches = operations, options, switches
        self._clock, self._ids, self._workspaces = clock, ids, workspaces
        rows = (
            ("GET", "", self.list_all, "read", SERVERLESS),
            ("GET", "/{name}", self.get, "read", SERVERLESS),
            ("PUT", "/{name}", self.put, "write", SERVERLESS),
            ("PATCH", "/{name}", self.patch, "write", SERVERLESS),
            ("DELETE", "/{name}", self.delete, "delete", SERVERLESS),
            ("POST", "/{name}/listKeys", self.list_keys, "listKeys/action", SERVERLESS),
            ("POST", "/{name}/regenerateKeys", self.regenerate, "regenerateKeys/action", SERVERLESS),
            ("POST", "/{name}/getStatus", self.status, "getStatus/action", STATUS),
        )
        for method, path, operation, verb, versions in rows:
            gateway.add(
                method,
                f"{WORKSPACE}/serverlessEndpoints{path}",
                operation,
                resource_type=_TYPE,
                action=f"{PROVIDER}/{_TYPE}/{verb}",
                versions=versions,
            )

    async def list_all(self, call: ArmCall) -> web.Response:
        """200 with a page."""
        call.workspace.settle(self._clock.now())
        rows: Sequence[Endpoint] = list(call.workspace.endpoints.values())
        return page(call, rows, lambda one: self._json(call, one), self._options.page)

    async def get(self, call: ArmCall) -> web.Response:
        """200."""
        return web.json_response(self._json(call, self._find(call)))

    async def put(self, call: ArmCall) -> web.Response:
        """201 with `Azure-AsyncOperation` for a new one; 200 for one that is there."""
        name = checked_name("ServerlessEndpoint", call.parts["name"], ENDPOINT_NAME)
        workspace, now = call.workspace, self._clock.now()
        workspace.settle(now)
        request = read_endpoint(
            await call.body(),
            workspace,
            self._workspaces,
            version=call.version,
            switches=self._switches,
            now=now,
        )
        known = workspace.endpoints.get(name)
        if known is not None:
            self._replace(known, request)
            return web.json_response(self._json(call, known))
        _refuse_second(workspace, request)
        made = Endpoint(
            name=name,
            model_id=request.model_id,
            base=request.base,
            source=request.source,
            safety=request.safety,
            tags=request.tags,
            sku=request.sku,
            auth_mode=request.auth_mode,
            keys={"primaryKey": self._ids.hex(), "secondaryKey": self._ids.hex()},
            ready_at=self._in(self._switches.endpoint_seconds),
            stamps=Stamps(now, now, call.who),
            error=self._switches.fail_endpoint,
        )
        workspace.endpoints[name] = made
        headers = self._operations.begin(
            call, lambda: made.ready_at <= self._clock.now(), made.error, made=True
        )
        return web.json_response(self._json(call, made), status=201, headers=headers)

    async def patch(self, call: ArmCall) -> web.Response:
        """200: tags and SKU only."""
        found = self._find(call)
        problems: list[str] = []
        sent = Fields(await call.body(), "", problems)
        sent.only("tags", "identity", "sku")
        tags = sent.texts("tags")
        settled(problems)
        if "tags" in sent.value:
            found.tags = tags
        found.stamps = found.stamps.touched(self._clock.now())
        return web.json_response(self._json(call, found))

    async def delete(self, call: ArmCall) -> web.Response:
        """202 with `Location`; 204 when there is none."""
        call.workspace.settle(self._clock.now())
        found = call.workspace.endpoints.get(call.parts["name"])
        if found is None:
            return web.Response(status=204)
        gone = found.gone_at = found.gone_at or self._in(_DELETE_SECONDS)
        headers = self._operations.begin(call, lambda: gone <= self._clock.now(), made=False)
        return web.Response(status=202, headers=headers)

    async def list_keys(self, call: ArmCall) -> web.Response:
        """200 with both keys."""
        return web.json_response(self._find(call).keys)

    async def regenerate(self, call: ArmCall) -> web.Response:
        """200 with both keys, one of them new."""
        found = self._find(call)
        problems: list[str] = []
        sent = Fields(await call.body(), "", problems)
        sent.only("keyType", "keyValue")
        kind = sent.word("keyType", ("Primary", "Secondary"), needed=True)
        value = sent.text("keyValue")
        settled(problems)
        found.keys[f"{str(kind).lower()}Key"] = value or self._ids.hex()
        return web.json_response(found.keys)

    async def status(self, call: ArmCall) -> web.Response:
        """200 with metrics of the model, which nobody has documented: none are told."""
        self._find(call)
        return web.json_response({"metrics": {}})

    def _find(self, call: ArmCall) -> Endpoint:
        call.workspace.settle(self._clock.now())
        found = call.workspace.endpoints.get(call.parts["name"])
        if found is None:
            raise errors.not_found("ServerlessEndpoint", call.parts["name"])
        return found

    def _replace(self, known: Endpoint, request: EndpointRequest) -> None:
        if known.model_id.lower() != request.model_id.lower():
            msg = f"The model of endpoint '{known.name}' cannot be changed."
            raise errors.invalid(msg, "ModelImmutable")
        known.tags, known.sku, known.safety = request.tags, request.sku, request.safety
        known.stamps = known.stamps.touched(self._clock.now())

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds / self._switches.speed)

    def _json(self, call: ArmCall, one: Endpoint) -> dict[str, Any]:
        facts, now = call.workspace.facts, self._clock.now()
        provisioning, state = states(one, call.workspace, self._switches, now)
        properties: dict[str, Any] = {
            "authMode": one.auth_mode,
            "modelSettings": {"modelId": one.model_id},
            "provisioningState": provisioning,
            "endpointState": state,
        }
        if has_content_safety(call.version):
            properties["contentSafety"] = {"contentSafetyStatus": one.safety}
        if state not in {"Creating", "CreationFailed"}:
            uri = f"{call.origin}/ml/serve/{facts.location}/{one.name}"
            properties["inferenceEndpoint"] = {"uri": uri, "headers": {}}
        subscription = call.workspace.subscription_to(one.base, now) if one.base.offer else None
        if subscription is not None:
            properties["marketplaceSubscriptionId"] = (
                f"{facts.id}/marketplaceSubscriptions/{subscription.name}"
            )
        return {
            "id": f"{facts.id}/serverlessEndpoints/{one.name}",
            "name": one.name,
            "type": f"{PROVIDER}/{_TYPE}",
            "location": facts.location,
            "tags": one.tags,
            "sku": one.sku,
            "systemData": one.stamps.as_json(),
            "properties": properties,
        }


def states(one: Endpoint, workspace: Workspace, switches: Switches, now: datetime) -> tuple[str, str]:
    """(provisioningState, endpointState). Without a live subscription to its offer an endpoint is suspended."""
    if one.gone_at is not None:
        return "Deleting", "Deleting"
    if now < one.ready_at:
        return "Creating", "Creating"
    if one.error is not None:
        return "Failed", "CreationFailed"
    paid = one.base.offer is None or (
        workspace.subscription_to(one.base, now) is not None and switches.subscriptions == "Subscribed"
    )
    return "Succeeded", "Online" if paid else "Suspended"


def _refuse_second(workspace: Workspace, request: EndpointRequest) -> None:
    """One endpoint per custom model and project (contract 4)."""
    if request.source is None:
        return
    there = [one for one in workspace.endpoints.values() if one.source is request.source]
    if there:
        msg = (
            f"Model '{request.source.name}:{request.source.version}' is deployed as '{there[0].name}' already: only "
            "one deployment of a fine-tuned model is allowed in a project."
        )
        raise errors.conflict(
            msg,
            "ModelAlreadyDeployed",
        )
