"""The stand-in speaks as the service does: Microsoft's own client reads from it, and understands its refusals."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity.aio import ManagedIdentityCredential
from azure.storage.blob.aio import BlobClient

from tests.providers.azure_blob.conftest import NAME, Storage

DATA = bytes(range(256)) * 40_000
PLACE = ("training", "support/train 1.jsonl")


class Unencrypted(AioHttpTransport):  # type: ignore[misc]  # azure.core hands it out lazily
    """The client sends tokens over https only, and the stand-in has no certificate."""

    async def send(self, request: Any, **settings: Any) -> Any:
        request.url = request.url.replace("https://", "http://", 1)
        return await super().send(request, **settings)


def code(error: Exception) -> str:
    """The client sets it on whatever it raises, without declaring it."""
    found = vars(error)["error_code"]
    return str(getattr(found, "value", found))


@asynccontextmanager
async def client(storage: Storage, container: str, name: str, **settings: Any) -> AsyncIterator[BlobClient]:
    address = storage.url.replace("http://", "https://", 1)
    async with (
        ManagedIdentityCredential() as credential,
        BlobClient(
            f"{address}/blob/{NAME}",
            container,
            name,
            credential=credential,
            transport=Unencrypted(),
            retry_total=0,
            **settings,
        ) as made,
    ):
        yield made


@pytest.fixture
def stored(storage: Storage) -> None:
    storage.blobs.put(NAME, *PLACE, DATA)


@pytest.mark.usefixtures("stored")
async def test_properties_and_all_bytes_in_ranges(storage: Storage) -> None:
    async with client(
        storage, *PLACE, max_single_get_size=1_000_000, max_chunk_get_size=3_000_000
    ) as vendors:
        properties = await vendors.get_blob_properties()
        download = await vendors.download_blob(max_concurrency=2)
        assert (properties.size, properties.blob_type) == (len(DATA), "BlockBlob")
        assert await download.readall() == DATA
        assert download.properties.etag == properties.etag
        part = await vendors.download_blob(offset=1000, length=50)
        assert await part.readall() == DATA[1000:1050]
        assert await vendors.exists()


@pytest.mark.usefixtures("stored")
async def test_a_blob_that_changed_is_told_by_its_tag(storage: Storage) -> None:
    async with client(
        storage, *PLACE, max_single_get_size=1_000_000, max_chunk_get_size=1_000_000
    ) as vendors:
        download = await vendors.download_blob()
        storage.blobs.put(NAME, *PLACE, DATA[::-1])
        with pytest.raises(ResourceModifiedError) as told:
            await download.readall()
    assert (told.value.status_code, code(told.value)) == (412, "ConditionNotMet")


async def test_what_is_not_there(storage: Storage) -> None:
    for reason in ("ContainerNotFound", "BlobNotFound"):
        async with client(storage, *PLACE) as vendors:
            with pytest.raises(ResourceNotFoundError) as told:
                await vendors.get_blob_properties()
            with pytest.raises(ResourceNotFoundError) as read:
                await vendors.download_blob()
        assert (code(told.value), code(read.value)) == (reason, reason)
        storage.blobs.put(NAME, PLACE[0], "other", b"x")


@pytest.mark.usefixtures("stored")
async def test_who_may_not_read(storage: Storage) -> None:
    for switch, reason in (("readable", "AuthorizationPermissionMismatch"), ("open", "AuthorizationFailure")):
        storage.blobs.configure({switch: False})
        async with client(storage, *PLACE) as vendors:
            with pytest.raises(HttpResponseError) as told:
                await vendors.download_blob()
        assert (told.value.status_code, code(told.value)) == (403, reason)
        storage.blobs.configure({switch: True})


@pytest.mark.usefixtures("stored")
async def test_a_token_for_something_else_and_a_signature(storage: Storage) -> None:
    async with client(storage, *PLACE, audience="https://management.azure.com") as vendors:
        with pytest.raises(ClientAuthenticationError) as told:
            await vendors.download_blob()
    assert code(told.value) == "InvalidAuthenticationInfo"
    signed = f"{storage.url}/blob/{NAME}/{PLACE[0]}/{PLACE[1]}?sv=2024-11-04&sig=c2lnbmVk"
    async with BlobClient.from_blob_url(signed, retry_total=0) as vendors:
        with pytest.raises(ClientAuthenticationError) as told:
            await vendors.download_blob()
    assert code(told.value) == "AuthenticationFailed"
