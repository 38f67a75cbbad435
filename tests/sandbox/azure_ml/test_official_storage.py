"""The official `azure-storage-blob` against the upload target: shared access, the key, Entra (contract 5.2, 5.3)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceExistsError
from azure.core.pipeline import PipelineRequest
from azure.storage.blob import ContainerSasPermissions, generate_container_sas
from azure.storage.blob.aio import ContainerClient

from sandbox.azure_ml import MlOptions
from tests.sandbox.azure_ml.stand import LLAMA, STORAGE, Stand, conversations, running

NAME = "LocalUpload/tunesmith/train.jsonl"


def _container(stand: Stand, credential: Any = None, **more: Any) -> ContainerClient:
    return ContainerClient(
        f"{stand.origin}/blob/{LLAMA.storage_account}",
        LLAMA.container,
        credential=credential,
        max_single_put_size=more.pop("at_once", 4 << 20),
        max_block_size=64 << 10,
        retry_total=0,
        **more,
    )


async def _secrets(stand: Stand) -> dict[str, str]:
    answer = await stand.ask(
        "POST", "/datastores/workspaceblobstore/listSecrets", json={"expirableSecret": True}
    )
    secrets: dict[str, str] = answer.json()
    return secrets


async def _round(container: ContainerClient, content: bytes) -> None:
    """Write, look, list, read and remove one blob."""
    blob = await container.upload_blob(NAME, content, metadata={"sha": "abc"})
    shown = await blob.get_blob_properties()
    assert (shown.size, shown.metadata["sha"]) == (len(content), "abc")
    assert [one.name async for one in container.list_blobs(name_starts_with="LocalUpload/")] == [NAME]
    assert await (await blob.download_blob()).readall() == content
    with pytest.raises(ResourceExistsError):
        await container.upload_blob(NAME, content)
    await blob.delete_blob()
    assert [one async for one in container.list_blobs()] == []


async def test_a_token_of_shared_access_of_the_datastore(stand: Stand) -> None:
    secrets = await _secrets(stand)
    async with _container(stand, secrets["sasToken"]) as container:
        await _round(container, conversations(20))


async def test_large_files_go_up_in_blocks(stand: Stand) -> None:
    secrets = await _secrets(stand)
    content = conversations(5_000)
    assert len(content) > 256 << 10
    async with _container(stand, secrets["sasToken"], at_once=64 << 10) as container:
        await _round(container, content)


async def test_the_key_of_the_account_and_what_is_signed_with_it() -> None:
    keyed = replace(LLAMA, credentials="AccountKey")
    async with running(MlOptions(workspaces=(keyed,))) as stand:
        key = (await _secrets(stand))["key"]
        credential = {"account_name": LLAMA.storage_account, "account_key": key}
        async with _container(stand, credential) as container:
            await _round(container, conversations(20))
        token = generate_container_sas(
            LLAMA.storage_account,
            LLAMA.container,
            account_key=key,
            permission=ContainerSasPermissions(read=True, write=True, create=True, delete=True, list=True),
            expiry=stand.clock.now() + timedelta(hours=1),
        )
        async with _container(stand, token) as container:
            await _round(container, conversations(20))
        wrong = {**credential, "account_key": key[:-6] + "AAAA=="}
        async with _container(stand, wrong) as container:
            with pytest.raises(ClientAuthenticationError):
                await container.upload_blob(NAME, b"x")


async def test_a_token_ends_and_cannot_be_stretched(stand: Stand) -> None:
    token = (await _secrets(stand))["sasToken"]
    read_only = token.replace("sp=racwdl", "sp=racwdlx")
    async with _container(stand, read_only) as container:
        with pytest.raises(ClientAuthenticationError):
            await container.upload_blob(NAME, b"x")
    stand.clock.by = timedelta(hours=2)
    async with _container(stand, token) as container:
        with pytest.raises(ClientAuthenticationError):
            await container.upload_blob(NAME, b"x")


async def test_the_role_of_an_identity(stand: Stand) -> None:
    token = await stand.token(STORAGE)

    def hook(request: PipelineRequest[Any]) -> None:
        # The client's own policy refuses to send a token without TLS.
        request.http_request.headers["Authorization"] = f"Bearer {token}"

    async with _container(stand, raw_request_hook=hook) as container:
        await _round(container, conversations(20))
        stand.blobs.configure({"writable": False})
        with pytest.raises(HttpResponseError, match="AuthorizationPermissionMismatch"):
            await container.upload_blob(NAME, b"x")
        stand.blobs.configure({"writable": True, "open": False})
        with pytest.raises(HttpResponseError, match="AuthorizationFailure"):
            await container.upload_blob(NAME, b"x")
