"""Reading blobs through the real client from the stand-in."""

from pathlib import Path

import pytest

from providers.azure_blob import Blob, BlobAddress, BlobReader
from providers.errors import Conflict, NotFound, ProviderError, Refused, Unauthorised, Unavailable
from tests.providers.azure_blob.conftest import NAME, Storage

DATA = bytes(range(256)) * 4096
PLACE = BlobAddress(NAME, "training", "a folder/tést #1.jsonl")


async def read(reader: BlobReader, blob: Blob, offset: int = 0) -> bytes:
    return b"".join([piece async for piece in reader.chunks(blob, offset)])


@pytest.fixture
def stored(storage: Storage) -> None:
    storage.blobs.put(NAME, PLACE.container, PLACE.name, DATA)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("offset", [0, 1, 300_000, len(DATA) - 1])
async def test_the_bytes_from_any_place_on(reader: BlobReader, offset: int) -> None:
    blob = await reader.look(PLACE)
    assert blob.size == len(DATA)
    assert await read(reader, blob, offset) == DATA[offset:]


async def test_a_blob_in_a_file(storage: Storage, reader: BlobReader, tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(DATA)
    storage.blobs.put(NAME, "training", "large.jsonl", path)
    assert await read(reader, await reader.look(BlobAddress(NAME, "training", "large.jsonl")), 7) == DATA[7:]


async def test_what_is_not_there(storage: Storage, reader: BlobReader) -> None:
    with pytest.raises(NotFound) as told:
        await reader.look(PLACE)
    assert told.value.code == "container_not_found"
    storage.blobs.put(NAME, "training", "other", b"x")
    with pytest.raises(NotFound) as told:
        await reader.look(PLACE)
    assert (told.value.code, told.value.params["blob"]) == ("blob_not_found", PLACE.name)


@pytest.mark.usefixtures("stored")
async def test_a_missing_role_is_told_with_the_line_that_grants_it(storage: Storage) -> None:
    storage.blobs.readable = False
    reader = storage.reader(
        client_id="11111111-2222-3333-4444-555555555555", resource_id="/subscriptions/s/x"
    )
    with pytest.raises(Unauthorised) as told:
        await reader.look(PLACE)
    await reader.aclose()
    assert told.value.code == "blob_role_missing"
    assert told.value.params["grant"] == (
        'az role assignment create --assignee "11111111-2222-3333-4444-555555555555" '
        '--role "Storage Blob Data Reader" --scope "/subscriptions/s/x"'
    )


@pytest.mark.usefixtures("stored")
async def test_the_account_s_network_and_a_wrong_audience(storage: Storage, reader: BlobReader) -> None:
    storage.blobs.open = False
    with pytest.raises(Unauthorised) as told:
        await reader.look(PLACE)
    assert told.value.code == "blob_network_refused"
    wrong = storage.reader(scope="https://management.azure.com/.default")
    with pytest.raises(Unauthorised) as told:
        await wrong.look(PLACE)
    await wrong.aclose()
    assert told.value.code == "token_refused"


@pytest.mark.usefixtures("stored")
async def test_a_token_that_is_refused_is_fetched_anew(storage: Storage, reader: BlobReader) -> None:
    await reader.look(PLACE)
    storage.service.identity.revoke_all()
    assert (await reader.look(PLACE)).size == len(DATA)


@pytest.mark.usefixtures("stored")
async def test_what_was_written_since_is_not_mixed_with_what_was_there(
    storage: Storage, reader: BlobReader
) -> None:
    blob = await reader.look(PLACE)
    storage.blobs.put(NAME, PLACE.container, PLACE.name, DATA[::-1])
    with pytest.raises(Conflict) as told:
        await read(reader, blob, 10)
    assert told.value.code == "blob_changed"


async def test_empty_and_archived_blobs(storage: Storage, reader: BlobReader) -> None:
    storage.blobs.put(NAME, "training", "empty", b"")
    storage.blobs.put(NAME, "training", "cold", DATA, archived=True)
    for name, kind, code in (("empty", Refused, "blob_empty"), ("cold", Conflict, "blob_archived")):
        with pytest.raises(kind) as told:
            await reader.look(BlobAddress(NAME, "training", name))
        assert isinstance(told.value, ProviderError)
        assert told.value.code == code


@pytest.mark.usefixtures("stored")
async def test_a_broken_connection_goes_on_from_where_it_was(storage: Storage, reader: BlobReader) -> None:
    blob = await reader.look(PLACE)
    storage.blobs.break_after = 300_000
    pieces: list[bytes] = []

    async def receive() -> None:
        async for piece in reader.chunks(blob):
            pieces.append(piece)  # noqa: PERF401  # what came before the break is wanted

    with pytest.raises(Unavailable):
        await receive()
    received = b"".join(pieces)
    assert 0 < len(received) < len(DATA)
    assert received + await read(reader, blob, len(received)) == DATA
