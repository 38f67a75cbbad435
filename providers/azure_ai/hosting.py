"""Serverless endpoints of one workspace behind the Hosting protocol (contract 4, 7, 9)."""

import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from providers.azure_ai.client import WorkspaceClient, part
from providers.azure_ai.endpoints import (
    CONSUMPTION,
    UNFILTERED,
    creation_body,
    read_endpoint,
    read_endpoints,
)
from providers.azure_ai.endpoints_call import Inference
from providers.azure_ai.endpoints_operations import Operations, value_or_none
from providers.azure_ai.endpoints_refusals import failed, sharpened
from providers.azure_ai.endpoints_wire import Endpoint as WireEndpoint
from providers.azure_ai.endpoints_wire import Keys, read
from providers.azure_ai.facts import FactRow, load_facts
from providers.azure_ai.models import delete_model
from providers.azure_ai.names import read_own, short_name
from providers.azure_ai.registry import Registries, RegistryModel, ends
from providers.azure_ai.rights import read_permissions, to_rights
from providers.azure_ai.settings import AzureAISettings
from providers.azure_ai.vault import Vault, secret_name
from providers.calls import SUBMIT
from providers.clock import Clock
from providers.errors import Conflict, NotFound, ProviderError, Refused, Unavailable, Unsupported
from providers.hosting import (
    CallResult,
    DeploySpec,
    Endpoint,
    ExpiryRule,
    Offer,
    Operation,
    OperationState,
    Place,
    RemoteDeployment,
    Right,
    Usage,
)

GROUP: Final = "endpoints"
CREATE: Final = "endpoints.create"
GET: Final = "endpoints.get"
LIST: Final = "endpoints.list"
DELETE: Final = "endpoints.delete"
KEYS: Final = "endpoints.keys"
RULES: Final[tuple[ExpiryRule, ...]] = ()
"""The documentation of 03/2025 said that an endpoint is deleted after 15 days without a call, that of 01/2026 does not
any more, and no measurement tells of calls: a rule would announce deletions that nobody can foresee (contract 9)."""
UNKNOWN_ADDRESS: Final = "<inference address of the endpoint>"
"""Addresses follow no documented pattern; one that is made up would send people's keys somewhere."""
BUCKET: Final = timedelta(hours=1)


class ServerlessHosting:
    """One workspace: ARM through `client`, calls through the endpoints' own addresses with their keys."""

    def __init__(
        self,
        client: WorkspaceClient,
        settings: AzureAISettings,
        clock: Clock,
        registries: Registries | None = None,
    ) -> None:
        self._client = client
        self._settings = settings
        self._clock = clock
        self._registries = registries or Registries(client)
        self._operations = Operations(
            client, GROUP, seen=self._created, gone=self._removed, failed=_operation_failed
        )
        self._inference = Inference(client)
        self._vault = Vault(client, settings.key_vault) if settings.key_vault else None
        self._addresses: dict[str, str] = {}

    @property
    def rules(self) -> Sequence[ExpiryRule]:
        """None that could be stated honestly."""
        return RULES

    @property
    def resource(self) -> str:
        """ARM id of the workspace."""
        return str(self._client.id)

    async def place(self) -> Place:
        """What the region hosts, as the documentation tells (contract 7), and until when, as the registry does.

        Up to a dozen requests, and none again within most of an hour.
        """
        region = (await self._client.workspace()).region
        told = await self._registries.trained_in(region)
        offers = tuple(_offer(row, region, told.get(row.id)) for row in load_facts().models)
        return Place(
            resource=self.resource,
            region=region,
            fine_tuned=any(offer.skus for offer in offers),
            offers=offers,
            pools=(),
            filters=(UNFILTERED,),
            filter_off=UNFILTERED,
        )

    async def deployments(self) -> Sequence[RemoteDeployment]:
        """All endpoints, those of catalogue models included; all pages or an error."""
        items = await self._client.items(GROUP, LIST, f"{self._client.path}/serverlessEndpoints")
        for item in items:
            self._note(read(WireEndpoint, item))
        return read_endpoints(items)

    async def deployment(self, name: str) -> RemoteDeployment | None:
        """One endpoint; None only when ARM says that the workspace has none of this name."""
        found = await self._get(name)
        return None if found is None else found[1]

    async def apply(self, spec: DeploySpec) -> Operation:
        """PUT, once. Its answer counts also where it cannot be read."""
        what: dict[str, str | int | float] = {"deployment": spec.name, "model": short_name(spec.model)}
        if spec.sku.lower() != CONSUMPTION.id.lower():
            raise Refused("sku_refused", {**what, "sku": spec.sku})
        region, version = (await self._client.workspace()).region, self._settings.api_version(GROUP)
        body = creation_body(spec, region, version)
        try:
            answer = await self._client.answer(
                GROUP, CREATE, "PUT", self._path(spec.name),
                json=body, repeatable=False, timeouts=SUBMIT, what=what,
            )  # fmt: skip
        except Refused as error:
            raise sharpened(error, {"filter": spec.content_filter or ""}) from error
        value = value_or_none(answer)
        self._note(read(WireEndpoint, value))
        made = read_endpoint(value)
        if made is not None and made.state == "live" and "azure-asyncoperation" not in answer.headers:
            return Operation(name=spec.name, state=None)
        return self._operations.begun("apply", spec.name, answer)

    async def operation(self, operation: Operation) -> OperationState:
        """How far it is."""
        return await self._operations.state(operation)

    async def delete(self, name: str) -> Operation:
        """DELETE: 202 goes on, 204 is done, and so is one that is not there."""
        try:
            answer = await self._client.answer(
                GROUP, DELETE, "DELETE", self._path(name), what={"deployment": name}
            )
        except NotFound as error:
            if error.code != "not_found":
                raise
            return Operation(name=name, state=None)
        if answer.status != 202:
            return Operation(name=name, state=None)
        return self._operations.begun("delete", name, answer)

    async def usage(self, since: datetime) -> Usage:
        """Nothing is documented that measures calls of serverless endpoints (contract 9): not known, no request."""
        return Usage(since=since, bucket=BUCKET, read_at=self._clock.now(), uses={}, known=False)

    async def call(self, name: str, prompt: str) -> CallResult:
        """One short chat with the endpoint's key, which is read for it and kept nowhere.

        Raises:
            NotFound: `deployment_not_found`. Conflict: `marketplace_suspended`.
            Unavailable: `deployment_not_ready` while it is created, or no usable answer came.
        """
        params = {"operation": "deployments.call", "deployment": name}
        found = await self._get(name)
        if found is None:
            raise NotFound("deployment_not_found", params)
        wire, remote = found
        if remote.suspended:
            raise Conflict("marketplace_suspended", params)
        if remote.state != "live" or not wire.properties.inference.uri:
            raise Unavailable("deployment_not_ready", params)
        return await self._inference.call(name, wire.properties.inference.uri, await self._key(name), prompt)

    async def hand_over(self, name: str) -> None:
        """Put the endpoint's key into the configured vault; without one it stays where it is.

        Raises:
            Unauthorised: `vault_role_missing`, `role_missing` for reading keys.
        """
        if self._vault is None:
            return
        await self._vault.put(secret_name(self._client.id, name), await self._key(name), endpoint=name)

    def endpoint(self, name: str) -> Endpoint:
        """How programs call it. Until a look at the workspace has told the address, `url` only says what it is."""
        secret = secret_name(self._client.id, name) if self._vault else ""
        return Endpoint(
            url=self._addresses.get(name.lower(), UNKNOWN_ADDRESS),
            deployment=name,
            api_version="",
            auth="key",
            scope="",
            style="serverless",
            key_secret=secret,
            key_vault=self._vault.address if self._vault else "",
            key_command=_vault_command(self._vault, secret) if self._vault else self._key_command(name),
            key_direct=self._key_command(name) if self._vault else "",
        )

    async def rights(self) -> Sequence[Right]:
        """What the identity may do in the workspace, by ARM's list of its permissions; one request."""
        path = f"{self._client.path}/providers/Microsoft.Authorization/permissions"
        items = await self._client.items("permissions", "permissions.list", path)
        return to_rights(
            read_permissions(items),
            self._client.id,
            who=self._settings.client_id or "",
            subscribes=self._settings.allow_marketplace,
        )

    async def delete_model(self, model: str) -> None:
        """Delete a version of a model of the workspace; gone already is fine. The job's record stays: it costs nothing.

        Which status refuses a model in use is documented nowhere, so the endpoints are looked at before.

        Raises:
            Conflict: `model_in_use` with the `deployment`.
            Unsupported: `model_not_deletable` for what is not the workspace's.
        """
        params = {"operation": "models.delete", "model": short_name(model)}
        if read_own(model) is None or not await self._is_ours(model):
            raise Unsupported("model_not_deletable", params)
        users = [one.name for one in await self.deployments() if one.model.lower() == model.lower()]
        if users:
            raise Conflict("model_in_use", {**params, "deployment": ", ".join(users)})
        await delete_model(self._client, model)

    async def _is_ours(self, model: str) -> bool:
        """Whether an id names this workspace: a model that came from elsewhere is deleted there."""
        if not model.lower().startswith("azureml://locations/"):
            return True
        return f"/workspaces/{(await self._client.workspace()).guid.lower()}/" in model.lower()

    async def _get(self, name: str) -> tuple[WireEndpoint, RemoteDeployment] | None:
        what = {"deployment": name}
        try:
            value = await self._client.get(GROUP, GET, self._path(name), what=what)
        except NotFound as error:
            if error.code == "not_found":
                return None
            raise
        found = read_endpoint(value)
        if found is None:
            raise Unavailable("unreadable_answer", {"operation": GET, **what})
        wire = read(WireEndpoint, value)
        self._note(wire)
        return wire, found

    async def _key(self, name: str) -> str:
        answer = await self._client.answer(
            GROUP, KEYS, "POST", f"{self._path(name)}/listKeys", what={"deployment": name}
        )
        keys = read(Keys, value_or_none(answer))
        key = keys.primary or keys.secondary
        if not key:
            raise Unavailable("unreadable_answer", {"operation": KEYS, "deployment": name})
        return key

    async def _created(self, name: str) -> OperationState:
        found = await self.deployment(name)
        if found is None:
            problem = NotFound("deployment_not_found", {"deployment": name})
            return OperationState(progress="failed", raw="", problem=problem)
        if found.state == "failed":
            code, words = found.failure or ("", "")
            problem_ = _operation_failed(name, code, words)
            return OperationState(
                progress="failed", raw=found.raw_state, code=code, message=words, problem=problem_
            )
        return OperationState(
            progress="succeeded" if found.state == "live" else "running", raw=found.raw_state
        )

    async def _removed(self, name: str) -> OperationState:
        found = await self.deployment(name)
        if found is None:
            return OperationState(progress="succeeded", raw="Succeeded")
        ended = found.raw_state.lower() == "deletionfailed"
        return OperationState(
            progress="failed" if ended else "running",
            raw=found.raw_state,
            problem=_operation_failed(name, found.raw_state, "") if ended else None,
        )

    def _note(self, wire: WireEndpoint) -> None:
        """Keep where an endpoint answers, for `endpoint`."""
        if wire.name and wire.properties.inference.uri:
            self._addresses[wire.name.lower()] = wire.properties.inference.uri

    def _path(self, name: str) -> str:
        return f"{self._client.path}/serverlessEndpoints/{part(name)}"

    def _key_command(self, name: str) -> str:
        id_ = self._client.id
        return shlex.join(
            [
                "az", "ml", "serverless-endpoint", "get-credentials", "--name", name,
                "--workspace-name", id_.workspace, "--resource-group", id_.group,
                "--subscription", id_.subscription,
            ]
        )  # fmt: skip


def _vault_command(vault: Vault, secret: str) -> str:
    return shlex.join(
        [
            "az", "keyvault", "secret", "show", "--vault-name", vault.name, "--name", secret,
            "--query", "value", "--output", "tsv",
        ]
    )  # fmt: skip


def _offer(row: FactRow, region: str, told: RegistryModel | None) -> Offer:
    """Hosted where it is trained: a model goes to no other project than the one that has it (`Capabilities.copies`)."""
    training, inference = ends(row, told)
    return Offer(
        base=row.id,
        skus=(CONSUMPTION,) if region in row.regions else (),
        training_ends=training,
        inference_ends=inference,
    )


def _operation_failed(name: str, code: str, message: str) -> ProviderError:
    return failed(code, message, {"deployment": name})
