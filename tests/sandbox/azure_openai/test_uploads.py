"""Uploads in parts where they are hard: parts sent twice, completions at once, limits, surfaces without them."""

import asyncio
import hashlib
from typing import Any

import pytest

from sandbox.azure_openai import AzureOptions
from sandbox.azure_openai.options import Limits
from tests.sandbox.azure_openai.stand import Stand, conversations, form, running

CONTENT = conversations(50)
HALF = len(CONTENT) // 2


@pytest.fixture(autouse=True)
def _speak_the_version_that_has_them(stand: Stand) -> None:
    stand.version = "2024-10-21"


async def begun(stand: Stand, size: int = len(CONTENT)) -> str:
    body = {"purpose": "fine-tune", "filename": "big.jsonl", "bytes": size, "mime_type": "application/json"}
    answer = await stand.ask("POST", "/uploads", json=body)
    assert answer.status_code == 200, answer.text
    return f"/uploads/{answer.json()['id']}"


async def part(stand: Stand, path: str, data: bytes) -> Any:
    return await stand.ask("POST", f"{path}/parts", files={"data": ("p", data, "application/octet-stream")})


async def test_a_part_that_is_sent_twice_is_named_once(stand: Stand) -> None:
    path = await begun(stand)
    ids = [(await part(stand, path, data)).json()["id"] for data in (CONTENT[:HALF], CONTENT[:HALF])]
    ids.append((await part(stand, path, CONTENT[HALF:])).json()["id"])
    for wrong in (ids, [ids[0], ids[0]], [ids[0]], [*ids[1:], ids[1]], [7]):
        assert (await stand.ask("POST", f"{path}/complete", json={"part_ids": wrong})).status_code == 400
    digest = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
    asked = {"part_ids": ids[1:], "md5": digest}
    done = (await stand.ask("POST", f"{path}/complete", json=asked)).json()
    assert (await stand.ask("GET", f"/files/{done['file']['id']}/content")).content == CONTENT


async def test_completions_at_once_make_one_file(stand: Stand) -> None:
    path = await begun(stand)
    ids = [(await part(stand, path, data)).json()["id"] for data in (CONTENT[:HALF], CONTENT[HALF:])]
    asked = [stand.ask("POST", f"{path}/complete", json={"part_ids": ids}) for _ in range(5)]
    codes = sorted(answer.status_code for answer in await asyncio.gather(*asked))
    assert codes == [200, 409, 409, 409, 409]
    listed = (await stand.ask("GET", "/files")).json()["data"]
    assert [one["filename"] for one in listed] == ["big.jsonl"]


async def test_a_completion_that_was_refused_can_be_mended(stand: Stand) -> None:
    path = await begun(stand)
    ids = [(await part(stand, path, CONTENT)).json()["id"]]
    wrong = {"part_ids": ids, "md5": "0" * 32}
    assert (await stand.ask("POST", f"{path}/complete", json=wrong)).status_code == 400
    assert (await stand.ask("POST", f"{path}/complete", json={"part_ids": ids})).status_code == 200


async def test_a_surface_without_uploads_answers_as_for_an_unknown_path(stand: Stand) -> None:
    path = await begun(stand)
    stand.service.configure({"uploads": False})
    for tried in ("/uploads", f"{path}/parts", f"{path}/complete", f"{path}/cancel"):
        answer = await stand.ask("POST", tried, json={})
        assert (answer.status_code, answer.json()["error"]["message"]) == (404, "Resource not found")
    assert (await stand.ask("POST", "/files", **form(CONTENT))).status_code == 201


async def test_large_forms_break_down_where_that_is_asked_for(stand: Stand) -> None:
    stand.service.configure({"form_bytes": len(CONTENT) - 1})
    assert (await stand.ask("POST", "/files", **form(CONTENT))).status_code == 500
    assert (await stand.ask("GET", "/files")).json()["data"] == []
    stand.service.configure({"form_bytes": len(CONTENT)})
    assert (await stand.ask("POST", "/files", **form(CONTENT))).status_code == 201


async def test_parts_and_their_number_are_limited() -> None:
    limits = Limits(upload_part_bytes=1_000, upload_bytes=2_500)
    async with running(AzureOptions(limits=limits)) as stand:
        stand.version = "2024-10-21"
        path = await begun(stand, 2_000)
        assert (await part(stand, path, b"x" * 1_001)).status_code == 400
        answers = [await part(stand, path, b"x" * 1_000) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 400]


async def test_requests_that_upload_are_limited_per_second() -> None:
    async with running(AzureOptions(limits=Limits(uploads_per_second=5))) as stand:
        stand.version = "2024-10-21"
        # Two seconds hold at most ten of them, wherever a second ends.
        codes = [(await stand.ask("POST", "/uploads", json={})).status_code for _ in range(12)]
        assert 429 in codes
        assert codes[0] == 400
        assert (await stand.ask("GET", "/files")).status_code == 200
