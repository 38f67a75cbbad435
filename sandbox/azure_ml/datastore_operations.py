"""Datastores and their secrets (contract 5.1, 5.2, 5.6)."""

from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from sandbox.azure_blob import Blobs
from sandbox.azure_ml import errors
from sandbox.azure_ml.fields import Fields, checked_name, settled
from sandbox.azure_ml.gateway import WORKSPACE, ArmCall, MlGateway
from sandbox.azure_ml.options import PROVIDER, MlOptions
from sandbox.azure_ml.paging import page
from sandbox.azure_ml.stamps import Stamps
from sandbox.azure_ml.versions import has_secret_expiry
from sandbox.azure_ml.workspace import Datastore
from sandbox.clock import Clock

_TYPE: Final = "workspaces/datastores"
_CREDENTIALS: Final = ("AccountKey", "Sas", "None")
_IDENTITIES: Final = ("None", "WorkspaceSystemAssignedIdentity", "WorkspaceUserAssignedIdentity")
_LONG: Final = timedelta(days=365)
_LONGEST_HOURS: Final = 168


class DatastoreOperations:
    """Serves the datastores of all workspaces; only blob containers are known here."""

    def __init__(self, gateway: MlGateway, blobs: Blobs, options: MlOptions, clock: Clock) -> None:
        self._blobs, self._options, self._clock = blobs, options, clock
        for method, path, operation, verb in (
            ("GET", "/datastores", self.list_all, "read"),
            ("GET", "/datastores/{name}", self.get, "read"),
            ("PUT", "/datastores/{name}", self.put, "write"),
            ("POST", "/datastores/{name}/listSecrets", self.secrets, "listSecrets/action"),
        ):
            action = f"{PROVIDER}/{_TYPE}/{verb}"
            gateway.add(method, WORKSPACE + path, operation, resource_type=_TYPE, action=action)

    async def list_all(self, call: ArmCall) -> web.Response:
        """200 with a page; `isDefault`, `names` and `searchText` narrow it down."""
        query = call.request.query
        rows = list(call.workspace.datastores.values())
        if query.get("isDefault", "").lower() in {"true", "false"}:
            rows = [one for one in rows if one.default == (query["isDefault"].lower() == "true")]
        if query.get("names"):
            rows = [one for one in rows if one.name in query.getall("names")]
        if query.get("searchText"):
            rows = [one for one in rows if query["searchText"].lower() in one.name.lower()]
        return page(call, rows, lambda one: self._json(call, one), self._options.page)

    async def get(self, call: ArmCall) -> web.Response:
        """200."""
        return web.json_response(self._json(call, self._find(call)))

    async def put(self, call: ArmCall) -> web.Response:
        """200 for a change of how it is opened, 201 for a new one."""
        name, now = checked_name("Datastore", call.parts["name"]), self._clock.now()
        problems: list[str] = []
        sent = Fields(await call.body(), "", problems).below("properties")
        sent.word("datastoreType", ("AzureBlob",), needed=True)
        account, container = sent.text("accountName", needed=True), sent.text("containerName", needed=True)
        credentials = sent.below("credentials").word("credentialsType", _CREDENTIALS, needed=True)
        identity = sent.word("serviceDataAccessAuthIdentity", _IDENTITIES)
        settled(problems)
        known = call.workspace.datastores.get(name)
        store = Datastore(
            name,
            account or "",
            container or "",
            credentials or "",
            identity or "None",
            known.stamps.touched(now) if known else Stamps(now, now, call.who),
            known is not None and known.default,
        )
        call.workspace.datastores[name] = store
        return web.json_response(self._json(call, store), status=200 if known else 201)

    async def secrets(self, call: ArmCall) -> web.Response:
        """200 with a SAS or the account key; refused for a credential-less store."""
        store = self._find(call)
        until = self._clock.now() + await self._lifetime(call)
        if store.credentials == "None":
            msg = f"Datastore '{store.name}' has no credentials: its data is accessed with the caller's identity."
            raise errors.invalid(
                msg,
                "NoDatastoreCredentials",
            )
        if store.credentials == "AccountKey":
            key = self._blobs.account_key(store.account)
            return web.json_response({"secretsType": "AccountKey", "key": key})
        token = self._blobs.issue_sas(store.account, store.container, until)
        return web.json_response({"secretsType": "Sas", "sasToken": token})

    async def _lifetime(self, call: ArmCall) -> timedelta:
        """How long a secret is asked for; older versions have no body. Raises ArmError."""
        if not has_secret_expiry(call.version) or not await call.request.read():
            return _LONG
        problems: list[str] = []
        body = Fields(await call.body(), "", problems)
        body.only("expirableSecret", "expireAfterHours")
        expirable, hours = body.flag("expirableSecret"), body.value.get("expireAfterHours", 1)
        if isinstance(hours, bool) or not isinstance(hours, int) or not 1 <= hours <= _LONGEST_HOURS:
            problems.append(f"The expireAfterHours field must be between 1 and {_LONGEST_HOURS}.")
        settled(problems)
        return timedelta(hours=hours) if expirable else _LONG

    def _find(self, call: ArmCall) -> Datastore:
        store = call.workspace.datastores.get(call.parts["name"])
        if store is None:
            raise errors.not_found("Datastore", call.parts["name"])
        return store

    def _json(self, call: ArmCall, store: Datastore) -> dict[str, Any]:
        facts = call.workspace.facts
        # Secrets are never in an answer; their kind is.
        secret = {} if store.credentials == "None" else {"secrets": {"secretsType": store.credentials}}
        return {
            "id": f"{facts.id}/datastores/{store.name}",
            "name": store.name,
            "type": f"{PROVIDER}/{_TYPE}",
            "systemData": store.stamps.as_json(),
            "properties": {
                "datastoreType": "AzureBlob",
                "accountName": store.account,
                "containerName": store.container,
                "endpoint": "core.windows.net",
                "protocol": "https",
                "isDefault": store.default,
                "credentials": {"credentialsType": store.credentials, **secret},
                "serviceDataAccessAuthIdentity": store.identity,
                "subscriptionId": facts.subscription_id,
                "resourceGroup": facts.resource_group,
                "tags": {},
                "properties": {},
            },
        }
