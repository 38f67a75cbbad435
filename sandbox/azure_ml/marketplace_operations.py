"""Subscriptions to offers of the Marketplace (contract 3)."""

from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web

from sandbox.azure_ml import errors
from sandbox.azure_ml.catalogue import MODELS, CatalogueModel, named
from sandbox.azure_ml.fields import Fields, checked_name, settled
from sandbox.azure_ml.gateway import WORKSPACE, ArmCall, MlGateway
from sandbox.azure_ml.long_running import Operations
from sandbox.azure_ml.options import PROVIDER, MlOptions, Switches
from sandbox.azure_ml.paging import page
from sandbox.azure_ml.stamps import Stamps
from sandbox.azure_ml.versions import MARKETPLACE
from sandbox.azure_ml.workspace import MarketplaceSubscription, Workspaces
from sandbox.clock import Clock

_TYPE: Final = "workspaces/marketplaceSubscriptions"
SECONDS: Final = 3.0


class MarketplaceOperations:
    """Serves the subscriptions of all workspaces."""

    def __init__(
        self,
        gateway: MlGateway,
        operations: Operations,
        *,
        options: MlOptions,
        switches: Switches,
        clock: Clock,
        workspaces: Workspaces,
    ) -> None:
        self._operations, self._options, self._switches = operations, options, switches
        self._clock = clock
        for workspace in workspaces:
            for model in (one for one in MODELS if one.name in workspace.facts.subscribed):
                name, now = model.name.replace(".", "-").lower(), clock.now()
                workspace.subscriptions[name] = MarketplaceSubscription(
                    name, model.uri, model, now, Stamps(now, now)
                )
        for method, path, operation, verb in (
            ("GET", "", self.list_all, "read"),
            ("GET", "/{name}", self.get, "read"),
            ("PUT", "/{name}", self.put, "write"),
            ("DELETE", "/{name}", self.delete, "delete"),
        ):
            gateway.add(
                method,
                f"{WORKSPACE}/marketplaceSubscriptions{path}",
                operation,
                resource_type=_TYPE,
                action=f"{PROVIDER}/{_TYPE}/{verb}",
                versions=MARKETPLACE,
            )

    async def list_all(self, call: ArmCall) -> web.Response:
        """200 with a page."""
        call.workspace.settle(self._clock.now())
        rows = list(call.workspace.subscriptions.values())
        return page(call, rows, lambda one: self._json(call, one), self._options.page)

    async def get(self, call: ArmCall) -> web.Response:
        """200."""
        call.workspace.settle(self._clock.now())
        found = call.workspace.subscriptions.get(call.parts["name"])
        if found is None:
            raise errors.not_found("MarketplaceSubscription", call.parts["name"])
        return web.json_response(self._json(call, found))

    async def put(self, call: ArmCall) -> web.Response:
        """201 with `Azure-AsyncOperation`; 200 for the same again."""
        name = checked_name("MarketplaceSubscription", call.parts["name"])
        workspace, now = call.workspace, self._clock.now()
        workspace.settle(now)
        problems: list[str] = []
        sent = Fields(await call.body(), "", problems).below("properties")
        sent.only(
            "modelId", "marketplacePlan", "marketplaceSubscriptionStatus", "provisioningState"
        )  # what is read-only is passed over
        model_id = sent.text("modelId", needed=True) or ""
        settled(problems)
        model = _offered(model_id)
        known = workspace.subscriptions.get(name)
        if known is not None:
            if known.model is not model:
                msg = f"'{name}' is a subscription to another model."
                raise errors.conflict(msg, "OfferImmutable")
            return web.json_response(self._json(call, known))
        if not self._switches.marketplace_rights:
            raise errors.may_not_subscribe(call.who, workspace.facts.subscription_id)
        if any(one.model.offer == model.offer for one in workspace.subscriptions.values()):
            msg = f"There is a subscription to offer '{model.offer}' in this workspace already."
            raise errors.conflict(
                msg,
                "AlreadySubscribed",
            )
        made = MarketplaceSubscription(name, model_id, model, self._in(SECONDS), Stamps(now, now, call.who))
        workspace.subscriptions[name] = made
        headers = self._operations.begin(call, lambda: self._ready(made), made=True)
        return web.json_response(self._json(call, made), status=201, headers=headers)

    async def delete(self, call: ArmCall) -> web.Response:
        """202 with `Location`; 204 when there is none."""
        call.workspace.settle(self._clock.now())
        found = call.workspace.subscriptions.get(call.parts["name"])
        if found is None:
            return web.Response(status=204)
        gone = found.gone_at = found.gone_at or self._in(SECONDS)
        headers = self._operations.begin(call, lambda: gone <= self._clock.now(), made=False)
        return web.Response(status=202, headers=headers)

    def _ready(self, one: MarketplaceSubscription) -> bool:
        return one.ready_at <= self._clock.now()

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds / self._switches.speed)

    def _json(self, call: ArmCall, one: MarketplaceSubscription) -> dict[str, Any]:
        ready = self._ready(one)
        pending = "PendingFulfillmentStart" if call.version == "2024-01-01-preview" else "Unsubscribed"
        state = "Deleting" if one.gone_at else "Succeeded" if ready else "Creating"
        return {
            "id": f"{call.workspace.facts.id}/marketplaceSubscriptions/{one.name}",
            "name": one.name,
            "type": f"{PROVIDER}/{_TYPE}",
            "systemData": one.stamps.as_json(),
            "properties": {
                "modelId": one.model_id,
                "marketplacePlan": {
                    "publisherId": "metagenai",
                    "offerId": one.model.offer,
                    "planId": f"{one.model.offer}-plan",
                },
                "marketplaceSubscriptionStatus": self._switches.subscriptions if ready else pending,
                "provisioningState": state,
            },
        }


def _offered(model_id: str) -> CatalogueModel:
    """The model whose offer is meant. Raises ArmError."""
    found = named(model_id)
    if found is not None and found.version is not None:
        msg = f"The model id '{model_id}' of a Marketplace subscription must not have a version."
        raise errors.invalid(msg, "InvalidModelId")
    if found is None or found.model is None:
        msg = f"Model '{model_id}' was not found in a registry."
        raise errors.invalid(msg, "ModelNotFound")
    if found.model.offer is None:
        msg = f"Model '{found.name}' is offered by Microsoft: it does not need a Marketplace subscription."
        raise errors.invalid(
            msg,
            "MarketplaceSubscriptionNotRequired",
        )
    return found.model
