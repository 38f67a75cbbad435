"""Model Serving of one workspace behind the Hosting protocol (contracts/databricks.md sections 3 and 5)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from providers.calls import SUBMIT, Timeouts
from providers.clock import Clock, Sleep
from providers.databricks.client import WorkspaceClient, path_of
from providers.databricks.endpoints import PATH as ENDPOINTS
from providers.databricks.endpoints import Endpoints
from providers.databricks.rights import CATALOG, endpoint_rights, hosting_needs, listing_right, to_rights
from providers.databricks.serving import (
    ALWAYS,
    SLEEPS,
    creation_body,
    is_fine_tuned,
    served,
    serves,
    split_model,
    to_deployment,
)
from providers.databricks.serving_call import body_of, read_answer
from providers.databricks.serving_offers import Offers
from providers.databricks.serving_refusals import (
    call_refused,
    creation_refused,
    failed,
    removal_refused,
    unanswered,
    with_grant,
)
from providers.databricks.serving_wire import WireEndpoint
from providers.databricks.settings import DatabricksSettings
from providers.databricks.usage import UsageReader
from providers.databricks.warehouse import warehouse_right
from providers.errors import (
    Conflict,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Unauthorised,
    Unavailable,
    Unsupported,
)
from providers.hosting import (
    CallResult,
    DeploySpec,
    Endpoint,
    ExpiryRule,
    Operation,
    OperationState,
    Place,
    RemoteDeployment,
    Right,
    Usage,
)

LOG = logging.getLogger(__name__)
PERMISSIONS: Final = 5
"""Endpoints whose permissions the check of rights reads."""
CALL: Final = Timeouts(read=60.0, total=90.0)
Bases = Callable[[], Awaitable[Mapping[str, str]]]
"""Base model of each version that is ready (`catalog.schema.model/version`), newest first, as it was read last."""


class ServingHosting:
    """Serving endpoints of one workspace.

    A refusal of a listed privilege carries the SQL that grants it. Nothing here calls an endpoint but `call`.
    """

    def __init__(
        self,
        client: WorkspaceClient,
        settings: DatabricksSettings,
        *,
        clock: Clock,
        bases: Bases,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._client = client
        self._settings = settings
        self._read_bases = bases
        self._usage = UsageReader(client, settings.warehouse_id, clock, sleep)
        self._needs = hosting_needs(settings.register_to, usage=self._usage.wanted)
        self._offers = Offers(client)
        self._endpoints = Endpoints(client)
        self._bases: dict[str, str] = {}
        self._baseless: set[str] = set()

    @property
    def rules(self) -> Sequence[ExpiryRule]:
        """None: Databricks deletes no endpoint by itself."""
        return ()

    @property
    def resource(self) -> str:
        """The workspace and the schema whose models it serves."""
        return f"{self._client.host}/{self._settings.register_to}"

    async def place(self) -> Place:
        """The base models that something of ours was trained from, each with the chunk of its family.

        The chunk is told for a trained version only, so there is no offer for a base model before its first one. Few
        requests, and what was told is kept as long as this object lives.
        """
        self._bases = dict(await self._read_bases())
        self._baseless.clear()
        offers, none = await self._offers.of(self._bases)
        # Only where everything that was trained is told not to be servable is it said that nothing can be served.
        return Place(
            resource=self.resource, region="", fine_tuned=not none, offers=offers, pools=(), filters=()
        )  # fmt: skip

    async def deployments(self) -> Sequence[RemoteDeployment]:
        """All serving endpoints; those that serve no model of ours are not `fine_tuned`."""
        return await self._told(await self._endpoints.all())

    async def deployment(self, name: str) -> RemoteDeployment | None:
        """One endpoint; None only when the workspace says that it has none of this name."""
        wire = await self._endpoints.one(name)
        if wire is None:
            return None
        found = await self._told([wire])
        if not found:
            raise Unavailable("unreadable_answer", {"operation": "endpoints.get", "deployment": name})
        return found[0]

    async def apply(self, spec: DeploySpec) -> Operation:
        """POST, once; before it, what the model can be served with is read."""
        params: dict[str, Any] = {
            "deployment": spec.name, "model": spec.model, "sku": spec.sku, "capacity": spec.capacity,
        }  # fmt: skip
        split = split_model(spec.model)
        if split is None:
            raise Refused("model_unknown", params)
        if spec.sku not in {SLEEPS, ALWAYS}:
            raise Refused("sku_refused", params)
        chunk = await self._chunk(spec.model, params)
        if chunk is None:
            raise Refused("model_not_deployable", params)
        if spec.capacity < chunk or spec.capacity % chunk:
            raise Refused("capacity_refused", {**params, "step": chunk})
        try:
            await self._client.send(
                "endpoints.create",
                "POST",
                ENDPOINTS,
                json=creation_body(spec, *split),
                repeatable=False,
                timeouts=SUBMIT,
                what=params,
            )
        except Unauthorised as error:
            raise with_grant(error, self._needs, await self._client.me()) from error
        except Refused as error:
            raise creation_refused(error, params) from error
        return Operation(name=spec.name, state={"verb": "apply"})

    async def operation(self, operation: Operation) -> OperationState:
        """What the endpoint itself says: nothing else tells (contract 5)."""
        if operation.state is None:
            return OperationState(progress="succeeded", raw="")
        found = await self.deployment(operation.name)
        params = {"deployment": operation.name}
        if operation.state.get("verb") == "delete":
            raw = found.raw_state if found is not None else ""
            return OperationState(progress="succeeded" if found is None else "running", raw=raw)
        if found is None:
            return OperationState(progress="failed", raw="", problem=NotFound("deployment_not_found", params))
        if found.state == "failed":
            code, message = found.failure or (found.raw_state, "")
            problem = failed(code, message, params)
            return OperationState(
                progress="failed", raw=found.raw_state, code=code, message=message, problem=problem
            )
        done = found.state == "live"
        return OperationState(progress="succeeded" if done else "running", raw=found.raw_state)

    async def delete(self, name: str) -> Operation:
        """Take it down; one that is gone already is fine."""
        try:
            await self._client.send(
                "endpoints.delete", "DELETE", ENDPOINTS + path_of(name), what={"deployment": name}
            )
        except NotFound as error:
            if error.code != "not_found":
                raise
            return Operation(name=name, state=None)
        return Operation(name=name, state={"verb": "delete"})

    async def usage(self, since: datetime) -> Usage:
        """Answered calls from the usage tables, at most `ASK_EVERY` old: the list and a SQL statement, never a call.

        `known` is False without a `warehouse_id`, without the right to read the tables, and while one of the endpoints
        with a fine-tuned model does not write its calls there.
        """
        endpoints = await self._endpoints.all() if self._usage.wanted else ()
        return await self._usage.read(since, endpoints)

    async def call(self, name: str, prompt: str) -> CallResult:
        """One short chat, sent once. It is billed, and it wakes an endpoint that is scaled to zero.

        One that is not ready is not called at all. While it wakes, which takes minutes, it is
        `Unavailable("deployment_not_ready")`.
        """
        params = {"operation": "endpoints.call", "deployment": name}
        wire = await self._endpoints.one(name)
        if wire is None:
            raise NotFound("deployment_not_found", params)
        if wire.state.ready != "READY":
            raise Unavailable("deployment_not_ready", params)
        path = f"/serving-endpoints{path_of(name)}/invocations"
        try:
            told = await self._client.send(
                "endpoints.call", "POST", path, json=body_of(prompt, wire.task or ""), repeatable=False,
                timeouts=CALL, what={"deployment": name},
            )  # fmt: skip
        except OutcomeUnknown as error:
            raise unanswered(error) from error
        except Refused as error:
            raise call_refused(error, params) from error
        result = read_answer(told)
        if result is None:
            raise Unavailable("unreadable_answer", params)
        return result

    async def hand_over(self, name: str) -> None:
        """Endpoints have no keys of their own: who may call one does so with a token of their own."""

    def endpoint(self, name: str) -> Endpoint:
        """How programs call it: OpenAI's clients with this base address, the endpoint's name as the model."""
        return Endpoint(
            url=f"{self._client.host}/serving-endpoints",
            deployment=name,
            api_version="",
            auth="token",
            scope="",
            style="databricks",
        )

    async def rights(self) -> Sequence[Right]:
        """Listing, privileges in Unity Catalog as far as they are told, the warehouse that reads the usage tables (not
        started by this), permissions at the endpoints that are there.
        """
        endpoints: Sequence[WireEndpoint] = ()
        refused: ProviderError | None = None
        try:
            endpoints = await self._endpoints.all()
        except (Unauthorised, Unsupported) as error:
            if error.code not in {"privilege_missing", "feature_disabled"}:
                raise
            refused = error
        ours = [one for one in endpoints if is_fine_tuned(served(one))][:PERMISSIONS]
        found = [listing_right(refused), *await to_rights(self._client, self._needs)]
        warehouse = self._settings.warehouse_id
        reading = [await warehouse_right(self._client, warehouse)] if warehouse else []
        return [*found, *reading, *endpoint_rights(ours, await self._client.me())]

    async def delete_model(self, model: str) -> None:
        """Delete a version; with the last one goes the registered model, which cannot go before (contract 3).

        No refusal of a version that an endpoint serves is documented, so the endpoints are looked at first.
        """
        params = {"operation": "models.delete", "model": model}
        split = split_model(model)
        if split is None:
            raise Unsupported("model_not_deletable", params)
        for one in await self._endpoints.all():
            if serves(one, model):
                raise Conflict("model_in_use", {**params, "deployment": one.name or ""})
        path = f"{CATALOG}/models{path_of(split[0])}"
        try:
            await self._gone_is_fine("models.delete", f"{path}/versions/{split[1]}", model)
            left = await self._client.pages("models.versions", f"{path}/versions", "model_versions")
            if not left:
                await self._gone_is_fine("models.delete", path, model)
        except NotFound as error:
            if error.code != "not_found":
                raise
        except Refused as error:
            raise removal_refused(error, params) from error
        self._offers.forget(model)

    async def aclose(self) -> None:
        """The connections are the provider's."""

    async def _told(self, endpoints: Sequence[WireEndpoint]) -> list[RemoteDeployment]:
        """Deployments with their base models, which are read again only when a model is not known yet."""
        found = [one for wire in endpoints if (one := to_deployment(wire, self._bases)) is not None]
        unknown = {one.model for one in found if one.fine_tuned and not one.base} - self._baseless
        if not unknown:
            return found
        try:
            self._bases |= await self._read_bases()
        except ProviderError as error:
            # What is deployed is told without it, too.
            LOG.info("base models are not told: %s", error)
            return found
        self._baseless |= unknown - set(self._bases)
        return [replace(one, base=self._bases.get(one.model, one.base)) for one in found]

    async def _chunk(self, model: str, params: Mapping[str, Any]) -> int | None:
        """The step in which a model is served, with refusals as those of a creation."""
        try:
            return await self._offers.chunk(model)
        except Unauthorised as error:
            raise with_grant(error, self._needs, await self._client.me()) from error
        except Conflict as error:
            # It is still being registered.
            raise Refused("model_unknown", params, error.answer) from error
        except Refused as error:
            raise creation_refused(error, params) from error

    async def _gone_is_fine(self, operation: str, path: str, model: str) -> None:
        try:
            await self._client.send(operation, "DELETE", path, what={"model": model})
        except NotFound as error:
            if error.code != "not_found":
                raise
