"""A blob as the origin of a dataset: its bytes go on where they broke off, and are of one version."""

import pytest

from bot.datasets import importing
from bot.errors import FileProblem
from providers.azure_blob import BlobAddress, BlobReader
from tests.providers.azure_blob.conftest import NAME, Storage

DATA = bytes(range(256)) * 5_000
PLACE = BlobAddress(NAME, "training", "a b/train.jsonl")


class Waits:
    """Notes how long somebody would have waited."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def origin(storage: Storage, reader: BlobReader) -> tuple[importing.BlobOrigin, Waits]:
    storage.blobs.put(NAME, PLACE.container, PLACE.name, DATA)
    waits = Waits()
    return importing.BlobOrigin(reader, await reader.look(PLACE), sleep=waits), waits


async def test_what_breaks_is_gone_on_with_from_where_it_was(storage: Storage, reader: BlobReader) -> None:
    made, waits = await origin(storage, reader)
    received = bytearray()
    storage.blobs.break_after = 300_000
    async for piece in made.pieces():
        assert 0 < len(piece) <= 256 * 1024
        received += piece
        if len(received) == 300_000:
            storage.blobs.break_after = 400_000
    assert received == DATA
    assert waits.seconds == [importing.WAIT, importing.WAIT]


async def test_what_never_goes_on_is_given_up(storage: Storage, reader: BlobReader) -> None:
    made, waits = await origin(storage, reader)
    storage.faults.add(
        "azure",
        {"match": {"method": "GET", "path": "/blob/"}, "kind": "status", "status": 503, "times": 1000},
    )
    with pytest.raises(FileProblem) as told:
        await anext(made.pieces())
    assert (told.value.code, told.value.params["bytes"]) == ("blob_cut", 0)
    assert waits.seconds == [importing.WAIT * (number + 1) for number in range(importing.TRIES - 1)]


async def test_another_version_is_not_mixed_in(storage: Storage, reader: BlobReader) -> None:
    made, _ = await origin(storage, reader)
    storage.blobs.put(NAME, PLACE.container, PLACE.name, DATA[::-1])
    with pytest.raises(FileProblem) as told:
        await anext(made.pieces())
    assert told.value.code == "blob_changed"


async def test_opened_and_refused(storage: Storage, reader: BlobReader) -> None:
    storage.blobs.put(NAME, PLACE.container, PLACE.name, DATA)
    readers, given = {NAME: reader}, importing.source(PLACE)["blob"]
    found = await importing.opened(readers, given, len(DATA))
    assert (found.name, found.size, await found.size_now()) == ("train.jsonl", len(DATA), len(DATA))
    for where, limit, code in (
        (given, len(DATA) - 1, "too_large"),
        (f"{NAME}/training/none", 10, "blob_not_found"),
        ("gone/training/none", 10, "storage_unknown"),
    ):
        with pytest.raises(FileProblem) as told:
            await importing.opened(readers, where, limit)
        assert told.value.code == code
    with pytest.raises(FileProblem) as told:
        await importing.opened({}, given, 10)
    assert told.value.code == "storage_none"
