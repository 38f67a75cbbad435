"""Uploads, asynchronous finalisation, downloads, and the traps of contract sections 1.5, 2.1 and 2.2."""

from pathlib import Path

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from tests.patience import until
from tests.sandbox.slack.people import FINE, RANDOM, RIN, SAM, Json, Page, error_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


async def upload(slack: AsyncWebClient, name: str = "loss.png", content: bytes = PNG, **more: str) -> str:
    """Upload without sharing; returns the file's id."""
    place = await slack.files_getUploadURLExternal(filename=name, length=len(content), **more)
    async with httpx.AsyncClient() as client:
        answer = await client.post(str(place["upload_url"]), content=content)
    assert answer.text == f"OK - {len(content)}"
    return str(place["file_id"])


async def shared(slack: AsyncWebClient, file_id: str) -> Json:
    """Poll as a careful app does until the file is shared."""
    for _ in range(20):
        file: Json = (await slack.files_info(file=file_id))["file"]
        if file["shares"]:
            return file
    raise AssertionError("never shared")


async def test_an_upload_is_shared_some_time_after_ok(slack: AsyncWebClient, page: Page) -> None:
    parent = (await slack.chat_postMessage(channel=FINE, text="curves"))["ts"]
    async with page.live() as rin:
        answer = await slack.files_upload_v2(
            channel=FINE,
            thread_ts=parent,
            content=PNG,
            filename="loss.png",
            title="Loss",
            initial_comment="here",
        )
        file = answer["file"]
        assert (file["shares"], file["mimetype"]) == ({}, "")
        file = await shared(slack, file["id"])
        await rin.next("message")
    assert (file["mimetype"], file["filetype"], file["size"]) == ("image/png", "png", len(PNG))
    (share,) = file["shares"]["public"][FINE]
    assert share["thread_ts"] == parent
    thread = (await slack.conversations_replies(channel=FINE, ts=str(parent)))["messages"]
    assert thread[1]["ts"] == share["ts"]
    assert (thread[1]["text"], thread[1]["files"][0]["title"]) == ("here", "Loss")


async def test_an_upload_is_shared_without_any_poll_too(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    await slack.files_upload_v2(channel=FINE, content=PNG, filename="loss.png")
    await until(lambda: sandbox.slack.messages.history(FINE))


async def test_shares_are_empty_for_the_polls_asked_for(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    sandbox.slack.configure({"file_polls": 3})
    answer = await slack.files_upload_v2(channel=FINE, content=PNG, filename="loss.png")
    file_id = answer["file"]["id"]
    await until(lambda: sandbox.slack.messages.history(FINE))
    seen = [bool((await slack.files_info(file=file_id))["file"]["shares"]) for _ in range(4)]
    assert seen == [False, False, True, True]


async def test_with_an_alternative_text_the_share_is_lost(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    lost = await upload(slack, alt_txt="loss falls")
    assert (await slack.files_completeUploadExternal(files=[{"id": lost}], channel_id=FINE))["ok"]
    # Another upload that starts later is there when the first is still not.
    await slack.files_upload_v2(channel=FINE, content=PNG, filename="other.png")
    await until(lambda: sandbox.slack.messages.history(FINE))
    for _ in range(3):
        assert (await slack.files_info(file=lost))["file"]["shares"] == {}


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("files.getUploadURLExternal", {"filename": "a", "length": 0}, "missing_argument"),
        ("files.getUploadURLExternal", {"filename": "a", "length": 2 << 30}, "file_upload_size_restricted"),
        ("files.completeUploadExternal", {"files": [{"id": "F0NOWHERE1"}]}, "file_not_found"),
        ("files.completeUploadExternal", {"files": []}, "invalid_arguments"),
        ("files.info", {"file": "F0NOWHERE1"}, "file_not_found"),
        ("files.delete", {"file": "F0NOWHERE1"}, "file_not_found"),
    ],
)
async def test_refusals(slack: AsyncWebClient, method: str, arguments: Json, error: str) -> None:
    assert (await error_of(slack.api_call(method, json=arguments)))["error"] == error


async def test_completing_is_checked(slack: AsyncWebClient, page: Page) -> None:
    parent = (await slack.chat_postMessage(channel=FINE, text="x"))["ts"]
    reply = await page.say("reply", thread_ts=parent)
    file_id = await upload(slack)
    entry: list[dict[str, str | None]] = [{"id": file_id}]
    for place, error in (
        ({"channel_id": RANDOM}, "not_in_channel"),
        ({"channel_id": "C0NOWHERE1"}, "channel_not_found"),
        ({"channel_id": FINE, "thread_ts": reply}, "invalid_thread_ts"),
    ):
        arguments = {"files": entry, **place}
        refused = await error_of(slack.api_call("files.completeUploadExternal", json=arguments))
        assert refused["error"] == error
    markdown = [{"type": "markdown", "text": "x"}]
    arguments = {"files": entry, "channel_id": FINE, "blocks": markdown}
    refused = await error_of(slack.api_call("files.completeUploadExternal", json=arguments))
    assert refused["error"] == "internal_error"
    await slack.files_completeUploadExternal(files=entry, channel_id=FINE)
    refused = await error_of(slack.files_completeUploadExternal(files=entry, channel_id=FINE))
    assert refused["error"] == "file_not_found"


async def test_an_upload_address_works_until_completion(slack: AsyncWebClient) -> None:
    place = await slack.files_getUploadURLExternal(filename="a.png", length=3)
    async with httpx.AsyncClient() as client:
        form = await client.post(str(place["upload_url"]), files={"file": ("a.png", b"abc")})
        assert form.text == "OK - 3"
        await slack.files_completeUploadExternal(files=[{"id": str(place["file_id"])}])
        assert (await client.post(str(place["upload_url"]), content=b"abc")).status_code == 404


async def test_an_image_block_needs_a_finished_and_shared_file(
    slack: AsyncWebClient, sandbox: Sandbox
) -> None:
    sandbox.slack.configure({"file_seconds": 60, "file_polls": 2})
    file_id = await upload(slack)
    image = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "loss"}
    view = {"type": "home", "blocks": [image]}
    await slack.files_completeUploadExternal(files=[{"id": file_id}], channel_id=FINE)
    refused = await error_of(slack.chat_postMessage(channel=FINE, text="x", blocks=[image]))
    assert refused["error"] == "invalid_blocks"
    assert refused["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    refused = await error_of(slack.views_publish(user_id=RIN, view=view))
    assert "[json-pointer:/view/blocks/0/slack_file]" in str(refused)
    file = await shared(slack, file_id)
    by_address = {**image, "slack_file": {"url": file["url_private"]}}
    for block in (image, by_address):
        assert (await slack.chat_postMessage(channel=FINE, text="x", blocks=[block]))["ok"]


async def test_a_private_file_is_no_image(slack: AsyncWebClient) -> None:
    file_id = await upload(slack)
    await slack.files_completeUploadExternal(files=[{"id": file_id}])
    image = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "loss"}
    refused = await error_of(slack.chat_postMessage(channel=FINE, text="x", blocks=[image]))
    assert refused["error"] == "invalid_blocks"


async def test_downloads(
    slack: AsyncWebClient, page: Page, http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    content = b'{"messages": []}\n' * 1000
    file_id = await page.upload("train.jsonl", content)
    assert (await error_of(slack.files_info(file=file_id)))["error"] == "file_not_found"
    await page.say("data", files=[file_id])
    file = (await slack.files_info(file=file_id))["file"]
    assert (file["filetype"], file["user"], file["size"]) == ("text", RIN, len(content))
    for address in (file["url_private"], file["url_private_download"]):
        got = await http.get(address)
        assert got.content == content
    page_to_sign_in = await page.http.get(file["url_private"])
    assert page_to_sign_in.status_code == 200
    assert page_to_sign_in.headers["content-type"].startswith("text/html")
    sandbox.slack.configure({"scopes": sandbox.slack.options.scopes - {"files:read"}})
    assert (await http.get(file["url_private"])).text.startswith("<!DOCTYPE html>")


async def test_files_where_the_bot_is_no_member_are_out_of_reach(
    slack: AsyncWebClient, page: Page, http: httpx.AsyncClient
) -> None:
    file_id = await page.upload("train.jsonl", b"{}")
    await page.say("data", channel=RANDOM, files=[file_id])
    assert (await error_of(slack.files_info(file=file_id)))["error"] == "file_not_found"
    assert (await http.get(f"/slack/files-pri/T0SANDBOX-{file_id}/train.jsonl")).status_code == 404
    assert (await slack.files_list())["files"] == []


async def test_special_files(slack: AsyncWebClient, page: Page, http: httpx.AsyncClient) -> None:
    ids = [await page.upload(f"{number}.jsonl", b"{}") for number in range(3)]
    await page.say("three", files=ids)
    for file_id, kind in zip(ids, ("tombstone", "check_file_info", "external"), strict=True):
        made = await http.post(
            "/panel/api/file", json={"file": file_id, "set": kind, "url": "https://x.invalid/f"}
        )
        assert made.json()["ok"]
    (message,) = (await slack.conversations_history(channel=FINE))["messages"]
    assert message["files"][0] == {"id": ids[0], "mode": "tombstone"}
    assert message["files"][1] == {"id": ids[1], "mode": "file_access", "file_access": "check_file_info"}
    assert (message["files"][2]["mode"], message["files"][2]["is_external"]) == ("external", True)
    assert message["files"][2]["url_private"] == "https://x.invalid/f"
    assert (await error_of(slack.files_info(file=ids[0])))["error"] == "file_deleted"
    assert (await slack.files_info(file=ids[1]))["file"]["name"] == "1.jsonl"


async def test_lists_and_deletion(slack: AsyncWebClient, page: Page) -> None:
    theirs = await page.upload("a.jsonl", b"{}", user=SAM)
    await page.say("x", user=SAM, files=[theirs])
    own = await upload(slack, "report.txt", b"report")
    await slack.files_completeUploadExternal(files=[{"id": own}], channel_id=FINE)
    await shared(slack, own)
    assert [file["id"] for file in (await slack.files_list(channel=FINE))["files"]] == [own, theirs]
    assert [file["id"] for file in (await slack.files_list(user=SAM))["files"]] == [theirs]
    paged = await slack.files_list(count=1, page=2)
    assert [file["id"] for file in paged["files"]] == [theirs]
    assert paged["paging"]["pages"] == 2
    assert (await error_of(slack.files_delete(file=theirs)))["error"] == "cant_delete_file"
    await slack.files_delete(file=own)
    newest = (await slack.conversations_history(channel=FINE))["messages"][0]
    assert newest["files"] == [{"id": own, "mode": "tombstone"}]


async def test_large_uploads_stream_to_disk(page: Page, sandbox: Sandbox, tmp_path: Path) -> None:
    large = tmp_path / "large.jsonl"
    with large.open("wb") as target:
        target.truncate(48 << 20)
    with large.open("rb") as source:
        answer = await page.http.post(
            "/page/api/file", data={"user": RIN}, files={"file": ("large.jsonl", source)}, timeout=30
        )
    file = sandbox.slack.files.get(answer.json()["file"]["id"])
    assert file is not None
    assert file.path.stat().st_size == 48 << 20


async def test_people_download_what_they_can_see(page: Page) -> None:
    file_id = await page.upload("a.jsonl", b"{}")
    await page.say("x", channel=RANDOM, files=[file_id])
    query = {"user": RIN, "file": file_id}
    assert (await page.http.get("/page/api/download", params=query)).content == b"{}"
    assert (await page.http.get("/page/api/download", params=query | {"user": SAM})).status_code == 404


async def test_more_than_a_file_may_have(
    slack: AsyncWebClient, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cap is 1 GB; here it is lowered, so that the test need not send a gigabyte."""
    monkeypatch.setattr("sandbox.slack.transfer.MAX_BYTES", 1000)
    answer = await page.http.post(
        "/page/api/file", data={"user": RIN}, files={"file": ("a.bin", bytes(1001))}
    )
    assert (answer.status_code, answer.json()["error"]) == (413, "file_too_large")
    place = await slack.files_getUploadURLExternal(filename="a.bin", length=1001)
    assert (await page.http.post(str(place["upload_url"]), content=bytes(1001))).status_code == 413
