"""Uploads in parts: what is gone on with, what is begun anew, and that there are never two files."""

import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from providers.azure_openai.provider import AzureOpenAIProvider
from providers.base import RemoteFile, State
from providers.clock import Clock
from providers.errors import OutcomeUnknown, Refused, Throttled, Unavailable
from providers.network import NetworkOptions
from providers.registry import build
from providers.sending import InParts
from sandbox.azure_openai.uploads import Upload
from tests.providers.azure_openai.conftest import KEY, Azure
from tests.providers.azure_openai.test_upload import Zeros
from tests.providers.helpers import Bytes, StandingClock, half, quiet, serving

PART = 1_000
NAME = "D1-train.jsonl"
LINE = b'{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}\n'
DATA = LINE * 43  # 3,440 bytes: three whole parts and a short one
BEGIN, PARTS, COMPLETE = "re:/uploads$", "re:/parts$", "re:/complete$"


@dataclass
class Sender:
    """Sends `DATA`, keeps what a program would keep, and can start again with it."""

    azure: Azure
    clock: StandingClock
    provider: AzureOpenAIProvider
    state: State = field(default_factory=dict)
    kept: list[State] = field(default_factory=list)

    async def send(self, data: bytes = DATA, name: str = NAME, above: int = PART) -> RemoteFile:
        async def keep(state: State) -> None:
            self.state = state
            self.kept.append(state)

        parts = InParts(above=above, size=PART, keep=keep)
        return await self.provider.upload(Bytes(data, 333), name, self.state or None, quiet, parts)

    def uploads(self) -> list[Upload]:
        return list(self.azure.service.resource("prod").uploads)

    def files(self, name: str = NAME) -> list[bytes]:
        """The bodies of the files of this name at the service."""
        there = [one for one in self.azure.service.resource("prod").files if one.filename == name]
        return [one.path.read_bytes() for one in there]

    def parts_asked(self) -> int:
        totals = self.azure.faults.totals("azure")
        return sum(count for key, count in totals.items() if key.endswith("/parts"))


def opened(azure: Azure, clock: Clock, **settings: Any) -> AzureOpenAIProvider:
    given = {"endpoint": f"{azure.url}/azure/prod", "key": KEY, **settings}
    provider = build(
        "azure_openai", "prod", given,
        network=NetworkOptions(), clock=clock, sleep=azure.sleep, random=half,
    )  # fmt: skip
    assert isinstance(provider, AzureOpenAIProvider)
    azure.opened.append(provider)
    return provider


@pytest.fixture
def sender(azure: Azure) -> Sender:
    clock = StandingClock()
    return Sender(azure, clock, opened(azure, clock))


def sole(sender: Sender, file: RemoteFile, name: str = NAME, data: bytes = DATA) -> None:
    """The file is there once, whole, and it is the one that we were told of."""
    assert sender.files(name) == [data]
    (there,) = [one for one in sender.azure.service.resource("prod").files if one.filename == name]
    assert (file.id, file.name, file.bytes) == (there.id, name, len(data))


async def test_a_large_file_goes_in_parts(sender: Sender) -> None:
    sole(sender, await sender.send())
    (upload,) = sender.uploads()
    assert upload.status == "completed"
    assert sender.parts_asked() == 4
    assert [len(state["parts"]) for state in sender.kept] == [0, 1, 2, 3, 4, 4]  # type: ignore[arg-type]
    assert sender.kept[-2]["completing_at"] is None
    assert sender.kept[-1]["completing_at"], "kept before it is asked for"


async def test_a_small_one_goes_as_a_form(sender: Sender) -> None:
    sole(sender, await sender.send(above=len(DATA)))
    assert sender.uploads() == []
    assert sender.kept == []


async def test_progress_counts_the_whole_file(sender: Sender) -> None:
    sent: list[int] = []

    async def note(count: int) -> None:
        sent.append(count)

    async def keep(_: State) -> None:
        pass

    await sender.provider.upload(
        Bytes(DATA, 333), NAME, None, note, InParts(above=PART, size=PART, keep=keep)
    )
    assert sent == sorted(sent)
    assert sent[-1] == len(DATA)


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "status"])
async def test_a_part_that_is_lost_is_sent_again(sender: Sender, kind: str) -> None:
    sender.azure.fail(kind, "POST", PARTS, times=2, status=503)
    sole(sender, await sender.send())
    assert sender.parts_asked() == 6
    assert len(sender.uploads()) == 1


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "status"])
async def test_a_beginning_that_is_lost_is_begun_again(sender: Sender, kind: str) -> None:
    """What is left of a lost answer is an upload without parts, which expires."""
    sender.azure.fail(kind, "POST", BEGIN, status=502)
    sole(sender, await sender.send())
    assert len(sender.uploads()) == (2 if kind == "lost_answer" else 1)


async def test_it_goes_on_after_the_parts_that_are_there(sender: Sender) -> None:
    sender.azure.fail("slow", "POST", PARTS, seconds=0, times=2)
    sender.azure.fail("status", "POST", PARTS, status=503, times=3)
    with pytest.raises(Unavailable):
        await sender.send()
    before = sender.parts_asked()
    sole(sender, await sender.send())
    assert sender.parts_asked() - before == 2, "two of four were there"
    assert len(sender.uploads()) == 1


async def test_a_throttled_part_is_gone_on_with_later(sender: Sender) -> None:
    wait = {"form": "seconds", "value": 400}
    sender.azure.fail("status", "POST", PARTS, status=429, retry_after=wait)
    with pytest.raises(Throttled):
        await sender.send()
    sole(sender, await sender.send())
    assert len(sender.uploads()) == 1


async def test_an_upload_that_the_service_forgot_is_begun_anew(sender: Sender) -> None:
    sender.azure.fail("status", "POST", PARTS, status=503, times=3)
    with pytest.raises(Unavailable):
        await sender.send()
    body = {"error": {"code": "notFound", "message": "The upload was not found."}}
    sender.azure.fail("status", "POST", PARTS, status=404, body=body)
    sole(sender, await sender.send())
    assert sorted(one.status for one in sender.uploads()) == ["cancelled", "completed"]


async def test_after_as_many_beginnings_as_are_worth_it_a_form_is_sent(sender: Sender) -> None:
    body = {"error": {"code": "unexpectedEntityState", "message": "The upload is expired."}}
    sender.azure.fail("status", "POST", PARTS, status=409, times=0, body=body)
    sole(sender, await sender.send())
    assert [one.status for one in sender.uploads()] == ["cancelled"] * 3
    assert sender.state == {}


async def test_a_surface_without_uploads_gets_a_form_and_is_not_asked_again_for_an_hour(
    sender: Sender,
) -> None:
    sender.azure.service.configure({"uploads": False})
    await sender.send()
    await sender.send(name="D2.jsonl")
    assert sender.azure.asked("POST", "/uploads") == 1
    sender.clock.move(3_601)
    await sender.send(name="D3.jsonl")
    assert sender.azure.asked("POST", "/uploads") == 2
    assert sender.files() == sender.files("D2.jsonl") == sender.files("D3.jsonl") == [DATA]


@pytest.mark.parametrize("version", ["2023-12-01-preview", "2024-06-01"])
async def test_an_old_version_gets_a_form(azure: Azure, version: str) -> None:
    clock = StandingClock()
    sender = Sender(azure, clock, opened(azure, clock, api_versions={"files": version}))
    sole(sender, await sender.send())


async def test_a_surface_that_loses_its_uploads_in_the_middle_gets_a_form(sender: Sender) -> None:
    sender.azure.fail("status", "POST", PARTS, status=503, times=3)
    with pytest.raises(Unavailable):
        await sender.send()
    sender.azure.service.configure({"uploads": False})
    sole(sender, await sender.send())
    assert sender.state == {}, "a form cannot be gone on with"


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "status"])
async def test_a_completion_without_an_answer_is_looked_for_and_never_makes_two(
    sender: Sender, kind: str
) -> None:
    sender.azure.fail(kind, "POST", COMPLETE, status=500)
    with pytest.raises(OutcomeUnknown):
        await sender.send()
    if kind != "lost_answer":
        with pytest.raises(OutcomeUnknown):
            await sender.send()
        assert sender.files() == []
        sender.clock.move(16)
    sole(sender, await sender.send())
    assert len(sender.uploads()) == 1


async def test_a_file_that_the_list_does_not_show_yet_is_waited_for(sender: Sender) -> None:
    """Completed, but neither told of nor listed: begun anew only after two minutes."""
    sender.azure.fail("lost_answer", "POST", COMPLETE)
    with pytest.raises(OutcomeUnknown):
        await sender.send()
    held = sender.azure.fail("status", "GET", "re:/files$", status=200, body={"data": []}, times=0)
    for seconds in (1, 20, 60):
        sender.clock.move(seconds)
        with pytest.raises(OutcomeUnknown):
            await sender.send()
    sender.azure.faults.remove(held)
    sole(sender, await sender.send())


async def test_a_completion_that_is_busy_is_certain_not_to_have_happened(sender: Sender) -> None:
    wait = {"form": "seconds", "value": 400}
    sender.azure.fail("status", "POST", COMPLETE, status=429, retry_after=wait)
    with pytest.raises(Throttled):
        await sender.send()
    assert sender.state["completing_at"] is None
    before = sender.parts_asked()
    sole(sender, await sender.send())
    assert sender.parts_asked() == before


async def test_a_completion_that_is_refused_ends_in_a_form(sender: Sender) -> None:
    body = {"error": {"code": "invalidPayload", "message": "The md5 is missing or not valid."}}
    sender.azure.fail("status", "POST", COMPLETE, status=400, body=body)
    sole(sender, await sender.send())
    assert [one.status for one in sender.uploads()] == ["cancelled"]


async def test_what_was_begun_for_another_name_is_cancelled(sender: Sender) -> None:
    sender.azure.fail("status", "POST", PARTS, status=503, times=3)
    with pytest.raises(Unavailable):
        await sender.send()
    sole(sender, await sender.send(name="D1-train-2.jsonl"), "D1-train-2.jsonl")
    assert sorted(one.status for one in sender.uploads()) == ["cancelled", "completed"]


async def test_a_file_that_was_made_under_another_name_is_taken_instead_of_a_second_one(
    sender: Sender,
) -> None:
    sender.azure.fail("lost_answer", "POST", COMPLETE)
    with pytest.raises(OutcomeUnknown):
        await sender.send()
    sole(sender, await sender.send(name="D1-train-2.jsonl"))
    assert sender.files("D1-train-2.jsonl") == []


async def test_a_quota_is_told_and_nothing_is_left(sender: Sender) -> None:
    body = {"error": {"code": "quotaExceeded", "message": "The maximum number of files is reached."}}
    sender.azure.fail("status", "POST", PARTS, status=400, body=body)
    with pytest.raises(Refused) as told:
        await sender.send()
    assert told.value.code == "file_quota"
    assert [one.status for one in sender.uploads()] == ["cancelled"]
    assert sender.state == {}


@dataclass
class Changing(Bytes):
    """A source that is not as long as it says."""

    given: int = 0

    async def chunks(self, offset: int = 0) -> AsyncIterator[bytes]:
        for start in range(offset, self.given, 100):
            yield b"x" * min(100, self.given - start)


@pytest.mark.parametrize("given", [0, 999, 1_000, 3_439, 3_441, 5_000])
async def test_a_source_that_changes_under_it_leaves_nothing(sender: Sender, given: int) -> None:
    async def keep(state: State) -> None:
        sender.state = state

    source = Changing(DATA, given=given)
    with pytest.raises(Refused) as told:
        await sender.provider.upload(source, NAME, None, quiet, InParts(above=0, size=PART, keep=keep))
    assert told.value.code == "source_changed"
    assert sender.files() == []
    assert [one.status for one in sender.uploads()] == ["cancelled"]


async def test_a_state_that_is_none_begins_anew(sender: Sender) -> None:
    sender.state = {"upload": 7, "parts": "no"}
    sole(sender, await sender.send())


async def test_other_bytes_of_the_same_length_are_not_mixed_in(sender: Sender) -> None:
    """The checksum of the whole goes with the completion: what was sent before must be what the file begins with."""
    sender.azure.fail("slow", "POST", PARTS, seconds=0, times=1)
    sender.azure.fail("status", "POST", PARTS, status=503, times=3)
    with pytest.raises(Unavailable):
        await sender.send()
    other = DATA.replace(b'"a"', b'"z"')
    sole(sender, await sender.send(other), data=other)


async def test_memory_stays_bounded_however_large_the_file() -> None:
    received = 0

    async def serve(request: web.Request) -> web.Response:
        nonlocal received
        if request.path.endswith("/parts"):
            async for chunk in request.content.iter_any():
                received += len(chunk)
        answer: dict[str, Any] = {"id": "x", "created_at": 1}
        if request.path.endswith("/complete"):
            answer["file"] = {"id": "file-1", "status": "pending", "created_at": 1}
        return web.json_response(answer)

    async def keep(_: State) -> None:
        pass

    size = 100 << 20
    async with serving(serve) as url:
        given = {"endpoint": url, "key": KEY}
        provider = build("azure_openai", "x", given, network=NetworkOptions(), clock=StandingClock())
        parts = InParts(above=0, size=16 << 20, keep=keep)
        await provider.upload(Zeros(1 << 20, 1 << 20), NAME, None, quiet, parts)
        tracemalloc.start()
        made = await provider.upload(Zeros(size, size), NAME, None, quiet, parts)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        await provider.aclose()
    assert made.bytes == size
    assert received > size
    assert highest < 12 << 20, "less than a part, the server's buffers included"
