"""The stand-in for Blob Storage, a reader of it, and the managed identity that both know."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from providers.azure_blob import BlobReader, StorageAccount
from providers.network import NetworkOptions
from sandbox.azure_blob import Blobs, install_blobs
from sandbox.azure_openai import AzureOptions, AzureService, install
from sandbox.clock import SystemClock
from sandbox.faults import Faults
from tests.providers.helpers import NotedSleep, half

NAME = "contosodata"


@dataclass
class Storage:
    """A running stand-in and what to do with it."""

    url: str
    blobs: Blobs
    service: AzureService
    faults: Faults
    sleep: NotedSleep = field(default_factory=NotedSleep)

    def account(self, **settings: Any) -> StorageAccount:
        given = {"endpoint": f"{self.url}/blob/{NAME}", "credential": "managed_identity", **settings}
        return StorageAccount(account=NAME, **given)

    def reader(self, **settings: Any) -> BlobReader:
        return BlobReader(
            self.account(**settings),
            network=NetworkOptions(),
            clock=SystemClock(),
            sleep=self.sleep,
            random=half,
        )


@pytest.fixture
async def storage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Storage]:
    clock = SystemClock()
    faults = Faults(clock)
    app = web.Application(middlewares=[faults.middleware({"/azure/": "azure", "/blob/": "azure"})])
    service = install(app, clock=clock, options=AzureOptions(random_seed=1))
    blobs = Blobs(clock)
    install_blobs(app, blobs, service.identity)
    server = TestServer(app)
    await server.start_server()
    url = str(server.make_url("")).rstrip("/")
    for name in ("MSI_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/azure/identity/token")
    monkeypatch.setenv("IDENTITY_HEADER", service.options.identity_header)
    yield Storage(url, blobs, service, faults)
    faults.clear()
    await server.close()


@pytest.fixture
async def reader(storage: Storage) -> AsyncIterator[BlobReader]:
    made = storage.reader()
    yield made
    await made.aclose()
