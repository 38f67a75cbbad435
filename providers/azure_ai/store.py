"""The datastore that data goes to, and a way into it that lasts an hour (contract 5.1, 5.2, 5.6).

Three kinds are met: the datastore hands out a signature, it hands out its account's key, or it has no credential at all
and takes the bot's own identity. What it hands out is kept in memory only, and never in an error or a log line.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from providers.azure_ai.anonymous import Anonymous
from providers.azure_ai.blob_dialect import StoreDialect
from providers.azure_ai.client import WorkspaceClient, part, value_of
from providers.azure_ai.sas import container_signature
from providers.errors import Refused, Unavailable
from providers.http import HttpService

DATASTORES: Final = "datastores"
LASTS: Final = timedelta(hours=1)
RENEW_BEFORE: Final = timedelta(minutes=10)
_SYSTEM: Final = "workspacesystemassignedidentity"
_USER: Final = "workspaceuserassignedidentity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Datastore:
    """What a datastore is.

    Attributes:
        name: its name in the workspace. account, container: where its blobs are.
        endpoint: suffix of the cloud (`core.windows.net`). protocol: `https`.
        credential: kind of the credential that it holds (`Sas`, `AccountKey`, `None`, …).
        trained_as: whose identity a training reads it with, "" = none is set.
        scope: ARM id of the account, "" = not told.
    """

    name: str
    account: str
    container: str
    endpoint: str = "core.windows.net"
    protocol: str = "https"
    credential: str = "None"
    trained_as: str = ""
    scope: str = ""

    @property
    def keyless(self) -> bool:
        """Whether it holds no credential: the bot's own identity writes, the workspace's reads."""
        return self.credential.lower() == "none"

    @property
    def readable_by_training(self) -> bool:
        """Whether a pay-as-you-go training can read it (contract 5.6)."""
        return not self.keyless or self.trained_as.lower() in {_SYSTEM, _USER}


@dataclass(frozen=True, slots=True)
class Way:
    """How to speak to a datastore's blobs now: every request carries `query`."""

    store: Datastore
    service: HttpService
    query: Mapping[str, str]


class Stores:
    """The datastores of a workspace; each is asked once, what it hands out is asked again before it ends."""

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client
        self._known: dict[str, Datastore] = {}
        self._default = ""
        self._services: dict[str, tuple[HttpService, Anonymous | None]] = {}
        self._signed: dict[str, tuple[Mapping[str, str], datetime]] = {}
        self._asking = asyncio.Lock()

    async def default(self) -> Datastore:
        """The configured datastore, or the workspace's default one.

        Raises:
            NotFound: `not_found`. Refused: `store_unsupported` when it holds no blobs.
        """
        wanted = self._client.settings.datastore
        if wanted:
            return await self.named(wanted)
        if not self._default:
            values = await self._client.items(
                DATASTORES, "datastores.list", f"{self._client.path}/datastores", {"isDefault": "true"}
            )
            if not values:
                raise Refused("store_unsupported", {"datastore": "", "kind": ""})
            store = self._read(values[0])
            self._known[store.name] = store
            self._default = store.name
        return self._known[self._default]

    async def named(self, name: str) -> Datastore:
        """A datastore by its name."""
        if name not in self._known:
            path = f"{self._client.path}/datastores/{part(name)}"
            value = await self._client.get(DATASTORES, "datastores.get", path, what={"datastore": name})
            self._known[name] = self._read(value)
        return self._known[name]

    async def way(self, store: Datastore) -> Way:
        """How to speak to it now.

        Raises:
            Unauthorised: `role_missing` when the bot may not ask for what it hands out.
        """
        service, signed = self._service(store)
        if signed is None:
            return Way(store, service, {})
        async with self._asking:
            query, ends = self._signed.get(store.name, ({}, self._client.clock.now()))
            if ends - self._client.clock.now() <= RENEW_BEFORE:
                query = await self._handed_out(store)
                self._signed[store.name] = (query, self._client.clock.now() + LASTS)
            signed.query = query
        return Way(store, service, query)

    def forget(self, store: Datastore) -> None:
        """What it handed out was refused."""
        self._signed.pop(store.name, None)

    async def _handed_out(self, store: Datastore) -> Mapping[str, str]:
        """`listSecrets`: a signature, or a key that one is made of (contract 5.2)."""
        path = f"{self._client.path}/datastores/{part(store.name)}/listSecrets"
        body = {"expirableSecret": True, "expireAfterHours": 1}
        call = self._client.call(
            DATASTORES, "datastores.secrets", "POST", path, json=body, what={"datastore": store.name}
        )
        answer = await self._client.send(call)
        value = value_of(call, answer)
        held: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        token, key = held.get("sasToken"), held.get("key")
        if isinstance(token, str) and "sig=" in token:
            return dict(parse_qsl(token.lstrip("?"), keep_blank_values=True))
        if isinstance(key, str) and key:
            now, https = self._client.clock.now(), self._base(store).startswith("https:")
            return container_signature(
                store.account, store.container, key, now=now, lasting=LASTS, https=https
            )
        raise Unavailable("unreadable_answer", {"operation": "datastores.secrets", "datastore": store.name})

    def _service(self, store: Datastore) -> tuple[HttpService, Anonymous | None]:
        if store.name not in self._services:
            settings = self._client.settings
            dialect = StoreDialect(store.account, store.scope, settings.client_id or "")
            signed = None if store.keyless else Anonymous()
            auth = signed or self._client.auth(settings.storage_scope)
            self._services[store.name] = (self._client.service(self._base(store), auth, dialect), signed)
        return self._services[store.name]

    def _base(self, store: Datastore) -> str:
        pattern = self._client.settings.storage_endpoint
        if pattern:
            return pattern.replace("{account}", store.account)
        return f"{store.protocol}://{store.account}.blob.{store.endpoint}"

    def _read(self, value: Any) -> Datastore:
        held = value if isinstance(value, Mapping) else {}
        inner = held.get("properties")
        properties: Mapping[str, Any] = inner if isinstance(inner, Mapping) else {}

        def text(name: str, default: str = "") -> str:
            found = properties.get(name)
            return found if isinstance(found, str) and found else default

        name, account, container = str(held.get("name") or ""), text("accountName"), text("containerName")
        kind = text("datastoreType")
        if kind.lower() != "azureblob" or not name or not account or not container:
            raise Refused("store_unsupported", {"datastore": name, "kind": kind})
        credentials = properties.get("credentials")
        held_kind = credentials.get("credentialsType") if isinstance(credentials, Mapping) else None
        subscription = text("subscriptionId", self._client.id.subscription)
        group = text("resourceGroup", self._client.id.group)
        return Datastore(
            name=name,
            account=account,
            container=container,
            endpoint=text("endpoint", "core.windows.net"),
            protocol=text("protocol", "https"),
            credential=held_kind if isinstance(held_kind, str) else "None",
            trained_as=text("serviceDataAccessAuthIdentity"),
            scope=f"/subscriptions/{subscription}/resourceGroups/{group}"
            f"/providers/Microsoft.Storage/storageAccounts/{account}",
        )
