"""Data of ours in a workspace: files below one folder of the datastore, and data assets where they are wanted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from providers.azure_ai.addresses import (
    FOLDER,
    DataAsset,
    DataPath,
    asset_for,
    path_for,
    read_asset,
    read_path,
)
from providers.azure_ai.blobs import BlobStore, StoredBlob
from providers.azure_ai.client import WorkspaceClient, part
from providers.azure_ai.store import Datastore, Stores
from providers.azure_ai.uploads import Uploads
from providers.base import RemoteFile, State
from providers.errors import Conflict, NotFound, Refused
from providers.sending import ByteSource, InParts, Progress

PURPOSE: Final = "fine-tune"
CLOCK_SKEW: Final = timedelta(minutes=2)
"""How far the service's clock may stand from ours when we look for what we may have sent."""
LOOKED_AT: Final = 4 * 1024 * 1024
"""Bytes of a file from which its number of lines is told."""


class Files:
    """Sends, finds and deletes files."""

    def __init__(self, client: WorkspaceClient, stores: Stores, blobs: BlobStore) -> None:
        self._client, self._stores, self._blobs = client, stores, blobs
        self._uploads = Uploads(blobs)

    async def upload(
        self, src: ByteSource, name: str, resume: State | None, note: Progress, parts: InParts | None
    ) -> RemoteFile:
        """Send a file; with `parts`, a large one in blocks. Repeating it is harmless.

        Raises:
            Refused: `store_identity_missing` when no training could read it there (contract 5.6): nothing is sent.
            Conflict: `store_name_taken` when a file of another size has the name: what it was trained with stays.
        """
        store = await self._stores.default()
        if not store.readable_by_training:
            raise Refused("store_identity_missing", {"datastore": store.name, "account": store.account})
        place = path_for(store.name, name)
        there = await self._there(store, place)
        if there is not None and there.size != src.size:
            raise Conflict("store_name_taken", {"name": place.name, "account": store.account})
        if parts is not None and (resume or src.size > parts.above):
            at = await self._uploads.in_blocks(store, place.path, src, note, parts, resume)
        else:
            at = await self._uploads.whole(store, place.path, src, note)
        address = place.uri
        if self._client.settings.data_assets:
            address = await self._register(place)
        return _file(address, place.name, src.size, at)

    async def find(self, name: str, size: int, since: datetime) -> RemoteFile | None:
        """A file of this name and size that is not older than `since`."""
        store = await self._stores.default()
        place = path_for(store.name, name)
        blob = await self._there(store, place)
        if blob is None or blob.size != size or blob.written_at < since - CLOCK_SKEW:
            return None
        address = await self._register(place) if self._client.settings.data_assets else place.uri
        return _file(address, place.name, blob.size, blob.written_at)

    async def file(self, address: str) -> RemoteFile:
        """A file by its address. Raises NotFound."""
        store, place = await self._place(address)
        blob = await self._blobs.look(store, place.path)
        return _file(address, place.name, blob.size, blob.written_at)

    async def listed(self) -> Sequence[RemoteFile]:
        """All files of ours in the default datastore, under the address that a training takes."""
        store = await self._stores.default()
        blobs = await self._blobs.listed(store, f"{FOLDER}/")
        return [self._of(store, blob) for blob in blobs if DataPath(store.name, blob.path).ours]

    async def delete(self, address: str) -> None:
        """Delete a file of ours and its data asset; gone already is fine, somebody else's file is left alone."""
        try:
            store, place = await self._place(address)
        except NotFound as error:
            if error.code != "not_found":
                raise
            return
        asset = read_asset(address)
        if asset is not None:
            await self._client.answer("data", "data.delete", "DELETE", self._asset(asset))
        if place.ours:
            await self._blobs.delete(store, place.path)

    async def examples(self, address: str) -> int | None:
        """How many lines a file has; estimated from its first 4 MiB. None when it has no complete line there."""
        store, place = await self._place(address)
        head, size = await self._blobs.beginning(store, place.path, LOOKED_AT)
        return count_lines(head, size)

    async def _there(self, store: Datastore, place: DataPath) -> StoredBlob | None:
        try:
            return await self._blobs.look(store, place.path)
        except NotFound as error:
            if error.code != "not_found":
                raise
            return None

    async def _place(self, address: str) -> tuple[Datastore, DataPath]:
        place = read_path(address)
        asset = read_asset(address) if place is None else None
        if asset is not None:
            value = await self._client.get("data", "data.get", self._asset(asset), what={"name": asset.name})
            place = read_path(_uri(value))
        if place is None:
            raise NotFound("not_found", {"operation": "files.get", "file": address[:200]})
        return await self._stores.named(place.store), place

    async def _register(self, place: DataPath) -> str:
        """PUT of a data asset's version, which stays as it is when it is there (contract 5.4); its id."""
        asset = asset_for(place.name)
        id_ = self._client.id
        uri = (
            f"azureml://subscriptions/{id_.subscription}/resourcegroups/{id_.group}/workspaces/{id_.workspace}"
            f"/datastores/{place.store}/paths/{place.path}"
        )
        properties = {
            "dataType": "uri_file",
            "dataUri": uri,
            "description": "",
            "isAnonymous": False,
            "isArchived": False,
            "tags": {"tunesmith": place.name},
            "properties": {},
        }
        await self._client.answer(
            "data", "data.create", "PUT", self._asset(asset),
            json={"properties": properties}, what={"name": asset.name},
        )  # fmt: skip
        return self._asset_id(asset)

    def _of(self, store: Datastore, blob: StoredBlob) -> RemoteFile:
        place = DataPath(store.name, blob.path)
        address = self._asset_id(asset_for(place.name)) if self._client.settings.data_assets else place.uri
        return _file(address, place.name, blob.size, blob.written_at)

    def _asset(self, asset: DataAsset) -> str:
        return f"{self._client.path}/data/{part(asset.name)}/versions/{part(asset.version)}"

    def _asset_id(self, asset: DataAsset) -> str:
        return f"{self._client.id}/data/{asset.name}/versions/{asset.version}"


def count_lines(head: bytes, size: int) -> int | None:
    """How many lines a file of `size` bytes has that begins with `head`: exactly when that is all of it."""
    if len(head) >= size:
        return head.count(b"\n") + (not head.endswith(b"\n") if head else 0)
    whole = head.rfind(b"\n") + 1
    return round(head.count(b"\n") * size / whole) if whole else None


def _uri(value: Any) -> str:
    inner = value.get("properties") if isinstance(value, Mapping) else None
    found = inner.get("dataUri") if isinstance(inner, Mapping) else None
    return found if isinstance(found, str) else ""


def _file(address: str, name: str, size: int, at: datetime) -> RemoteFile:
    """What stands in a datastore can be trained on at once."""
    return RemoteFile(
        id=address,
        name=name,
        purpose=PURPOSE,
        state="processed",
        raw_state="stored",
        bytes=size,
        created_at=at,
    )
