"""Files: their states, lists, bodies, imports and uploads in parts."""

import hashlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.azure_openai.file_operations import CHUNK
from tests.patience import until
from tests.sandbox.azure_openai.stand import Stand, conversations, form


async def test_a_file_is_pending_then_running_then_processed(stand: Stand) -> None:
    stand.service.configure({"speed": 20, "file_seconds": 3})
    answer = await stand.ask("POST", "/files", **form(b"\xef\xbb\xbf" + conversations(2), "données.jsonl"))
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{stand.origin}/azure/prod-swc/openai/files/{body['id']}"
    assert (body["status"], body["filename"], body["purpose"]) == ("pending", "données.jsonl", "fine-tune")
    seen = ["pending"]

    async def processed() -> bool:
        status: str = (await stand.ask("GET", f"/files/{body['id']}")).json()["status"]
        if status != seen[-1]:
            seen.append(status)
        return status == "processed"

    await until(processed)
    assert seen == ["pending", "running", "processed"]


async def test_the_content_comes_back_byte_for_byte(stand: Stand) -> None:
    content = conversations(10) * (3 * CHUNK // len(conversations(10))) + b"\xff\x00\r\n--boundary--"
    file_id = await stand.upload(content)
    answer = await stand.ask("GET", f"/files/{file_id}/content")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.content == content


async def test_deleting_answers_as_the_version_says(stand: Stand) -> None:
    for version, status, body in (
        ("2024-06-01", 204, None),
        ("2024-10-21", 200, {"object": "file", "deleted": True}),
    ):
        file_id = await stand.upload(conversations(2))
        answer = await stand.ask("DELETE", f"/files/{file_id}", version=version)
        assert answer.status_code == status
        assert (answer.json() if answer.content else None) == (body and body | {"id": file_id})
        assert (await stand.ask("GET", f"/files/{file_id}")).status_code == 404


async def test_the_list_can_be_filtered_where_the_version_has_that(stand: Stand) -> None:
    one = await stand.upload(conversations(2))
    answer = await stand.ask(
        "POST", "/files", version="2024-05-01-preview", **form(b"x", purpose="assistants")
    )
    both = [one, answer.json()["id"]]
    for version, purpose, expected in (
        ("2024-06-01", "fine-tune", [one]),
        ("2024-06-01", "batch", []),
        ("2023-12-01-preview", "fine-tune", both),
    ):
        listed = await stand.ask("GET", "/files", version=version, params={"purpose": purpose})
        assert [file["id"] for file in listed.json()["data"]] == expected


async def test_resources_do_not_see_each_other(stand: Stand) -> None:
    await stand.upload(conversations(2))
    other = await stand.ask("GET", f"{stand.origin}/azure/dev-eus/openai/files")
    assert other.json()["data"] == []


@pytest.fixture
async def store() -> AsyncIterator[str]:
    """A web server with something to import."""

    async def blob(request: web.Request) -> web.Response:
        if request.query.get("sig") != "secret":
            return web.Response(status=403)
        return web.Response(body=conversations(10))

    app = web.Application()
    app.router.add_get("/train.jsonl", blob)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("/train.jsonl"))
    await server.close()


async def _imported(stand: Stand, url: str) -> dict[str, object]:
    body = {"purpose": "fine-tune", "filename": "blob.jsonl", "content_url": url}
    answer = await stand.ask("POST", "/files/import", json=body)
    assert answer.status_code == 201
    assert "bytes" not in answer.json()

    async def ended() -> dict[str, object] | None:
        file: dict[str, object] = (await stand.ask("GET", f"/files/{answer.json()['id']}")).json()
        return file if file["status"] in {"processed", "error"} else None

    found: dict[str, object] = await until(ended)
    return found


async def test_an_import_is_fetched(stand: Stand, store: str) -> None:
    file = await _imported(stand, f"{store}?sig=secret")
    assert (file["status"], file["bytes"]) == ("processed", len(conversations(10)))


@pytest.mark.parametrize("url", ["{store}?sig=wrong", "http://127.0.0.1:9/x", "http://192.0.2.1/x"])
async def test_a_failed_import_does_not_repeat_the_address(stand: Stand, store: str, url: str) -> None:
    file = await _imported(stand, url.format(store=store))
    assert file["status"] == "error"
    assert str(file["status_details"]).startswith("fileImportFailed")
    assert "sig" not in str(file["status_details"])


async def test_an_upload_in_parts_becomes_a_file(stand: Stand) -> None:
    stand.version = "2024-10-21"
    content = conversations(50)
    pieces = [content[:700], content[700:2_000], content[2_000:]]
    body = {
        "purpose": "fine-tune",
        "filename": "big.jsonl",
        "bytes": len(content),
        "mime_type": "application/json",
    }
    upload = (await stand.ask("POST", "/uploads", json=body)).json()
    path = f"/uploads/{upload['id']}"
    assert (upload["status"], upload["expires_at"] - upload["created_at"]) == ("pending", 7200)
    ids: list[str] = []
    for piece in reversed(pieces):
        part = await stand.ask(
            "POST", f"{path}/parts", files={"data": ("p", piece, "application/octet-stream")}
        )
        assert (part.status_code, part.json()["object"]) == (200, "upload.part")
        ids.insert(0, part.json()["id"])
    for wrong in ({}, {"part_ids": ["part_1"]}, {"part_ids": ids[:2]}, {"part_ids": ids, "md5": "0" * 32}):
        assert (await stand.ask("POST", f"{path}/complete", json=wrong)).status_code == 400
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    done = (await stand.ask("POST", f"{path}/complete", json={"part_ids": ids, "md5": digest})).json()
    assert done["status"] == "completed"
    assert (await stand.ask("GET", f"/files/{done['file']['id']}/content")).content == content
    assert (await stand.ask("POST", f"{path}/complete", json={"part_ids": ids})).status_code == 409


async def test_an_upload_takes_no_more_than_it_announced_and_expires(stand: Stand) -> None:
    stand.version = "2024-10-21"
    body = {"purpose": "fine-tune", "filename": "a.jsonl", "bytes": 10, "mime_type": "application/json"}
    for missing in body:
        rest = {key: value for key, value in body.items() if key != missing}
        assert (await stand.ask("POST", "/uploads", json=rest)).status_code == 400, missing
    path = f"/uploads/{(await stand.ask('POST', '/uploads', json=body)).json()['id']}"
    too_much = {"data": ("p", b"x" * 11, "application/octet-stream")}
    assert (await stand.ask("POST", f"{path}/parts", files=too_much)).status_code == 400
    assert (await stand.ask("POST", f"{path}/parts", content=b"x")).status_code == 400
    assert (await stand.ask("POST", f"{path}/parts", files={"other": ("p", b"x")})).status_code == 400
    other = f"/uploads/{(await stand.ask('POST', '/uploads', json=body)).json()['id']}"
    assert (await stand.ask("POST", f"{other}/cancel")).json()["status"] == "cancelled"
    stand.clock.by = stand.clock.by.__class__(hours=3)
    fitting = {"data": ("p", b"x" * 10, "application/octet-stream")}
    for late in (path, other):
        assert (await stand.ask("POST", f"{late}/parts", files=fitting)).status_code == 409
