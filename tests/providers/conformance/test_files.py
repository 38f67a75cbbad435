"""A file at the service: sent once, found again by name and size, taken away, gone."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from providers.base import Ref
from providers.errors import NotFound, Refused
from sandbox import samples
from tests.providers.conformance.bench import LONG_AGO, Bench
from tests.providers.helpers import Bytes, quiet


async def test_a_file_is_sent_with_progress_and_found_again(bench: Bench) -> None:
    data = samples.read(bench.subject.train)
    noted: list[int] = []

    async def note(sent: int) -> None:
        noted.append(sent)

    name = bench.subject.name
    assert await bench.provider.find_file(name, len(data), LONG_AGO) is None
    file = await bench.provider.upload(Bytes(data, piece=4096), name, None, note)
    assert noted == sorted(noted)
    assert noted[-1] == len(data)
    assert (file.name, file.state in ("pending", "processed")) == (name, True)
    found = await bench.provider.find_file(name, len(data), file.created_at)
    assert found is not None
    assert found.id == file.id
    if not name.endswith(
        ".txt"
    ):  # what is sent as text may have come as JSON Lines: its size there is another
        assert await bench.provider.find_file(name, len(data) + 1, file.created_at) is None
    assert await bench.provider.find_file(name, len(data), file.created_at + timedelta(days=1)) is None
    assert await bench.provider.find_file(f"other-{name}", len(data), file.created_at) is None


async def test_a_file_is_listed_with_its_size_until_it_is_deleted(bench: Bench) -> None:
    file = await bench.sent(bench.subject.train, bench.subject.name)
    listed = {one.id: one for one in await bench.provider.files()}
    assert listed[file.id].bytes == len(samples.read(bench.subject.train))
    assert listed[file.id].name == bench.subject.name
    for _ in range(2):
        await bench.provider.delete_file(Ref(id=file.id))
    assert file.id not in {one.id for one in await bench.provider.files() if one.state != "deleted"}
    size = len(samples.read(bench.subject.train))
    assert await bench.provider.find_file(bench.subject.name, size, file.created_at) is None


async def test_a_file_that_is_not_there(bench: Bench) -> None:
    file = await bench.sent(bench.subject.train, bench.subject.name)
    await bench.provider.delete_file(Ref(id=file.id))
    try:
        left = await bench.provider.file(Ref(id=file.id))
    except NotFound:
        return
    assert left.state == "deleted"


async def test_two_files_of_one_name_are_never_mixed(bench: Bench) -> None:
    first = await bench.sent(bench.subject.train, bench.subject.name)
    data = samples.read(bench.subject.train)
    with contextlib.suppress(Refused):  # a service may refuse a second file of the name
        second = await bench.provider.upload(Bytes(data[: len(data) // 2]), bench.subject.name, None, quiet)
        assert second.id != first.id
    found = await bench.provider.find_file(bench.subject.name, len(data), first.created_at)
    assert found is not None
    assert found.id == first.id


async def test_reading_a_source_that_breaks_leaves_nothing_whole(bench: Bench) -> None:
    class Broken(Bytes):
        async def chunks(self, offset: int = 0) -> AsyncIterator[bytes]:
            del offset
            yield self.data[: len(self.data) // 2]
            message = "the disk went away"
            raise OSError(message)

    data = samples.read(bench.subject.train)
    with pytest.raises(OSError, match="the disk went away"):
        await bench.provider.upload(Broken(data), bench.subject.name, None, quiet)
    assert await bench.provider.find_file(bench.subject.name, len(data), LONG_AGO) is None
