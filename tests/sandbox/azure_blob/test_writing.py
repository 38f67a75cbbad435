"""Writing blobs without a vendor's client: what is refused, and what lists and tokens say."""

import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.sandbox.azure_ml.stand import LLAMA, STORAGE, Stand, running

ROOT = f"/blob/{LLAMA.storage_account}/{LLAMA.container}"
TYPE = {"x-ms-blob-type": "BlockBlob"}


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    async with running() as one:
        yield one


async def _ask(stand: Stand, method: str, path: str, *, headers: Any = None, **rest: Any) -> httpx.Response:
    known = {"Authorization": f"Bearer {await stand.token(STORAGE)}", "x-ms-version": "2021-08-06"}
    return await stand.http.request(method, f"{ROOT}{path}", headers={**known, **(headers or {})}, **rest)


def _code(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.headers.get("x-ms-error-code")


def _block(name: str) -> str:
    return base64.b64encode(name.encode()).decode()


async def test_blocks_become_a_blob_in_the_order_of_the_list(stand: Stand) -> None:
    for name, content in (("1", b"first "), ("2", b"second"), ("3", b"never")):
        params = {"comp": "block", "blockid": _block(name)}
        answer = await _ask(stand, "PUT", "/a/b.jsonl", params=params, content=content)
        assert answer.status_code == 201
    assert (await _ask(stand, "GET", "/a/b.jsonl")).status_code == 404
    listed = "".join(f"<Latest>{_block(name)}</Latest>" for name in ("1", "2"))
    body = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{listed}</BlockList>'
    made = await _ask(stand, "PUT", "/a/b.jsonl", params={"comp": "blocklist"}, content=body)
    assert made.status_code == 201
    assert (await _ask(stand, "GET", "/a/b.jsonl")).content == b"first second"
    again = await _ask(stand, "PUT", "/a/b.jsonl", params={"comp": "blocklist"}, content=body)
    assert _code(again) == (400, "InvalidBlockList")


@pytest.mark.parametrize(
    ("path", "params", "headers", "expected"),
    [
        ("/x", {}, {}, (400, "MissingRequiredHeader")),
        ("/x", {}, {"x-ms-blob-type": "PageBlob"}, (400, "InvalidHeaderValue")),
        ("/x", {"comp": "block"}, {}, (400, "InvalidQueryParameterValue")),
        ("/x", {"comp": "blocklist"}, {}, (400, "InvalidXmlDocument")),
        ("/x", {"comp": "tags"}, {}, (400, "UnsupportedQueryParameter")),
        ("/x", {}, {**TYPE, "Authorization": ""}, (401, "NoAuthenticationInformation")),
        ("/x", {}, {**TYPE, "x-ms-version": ""}, (400, "MissingRequiredHeader")),
        ("x/y", {}, TYPE, (404, "ContainerNotFound")),
    ],
)
async def test_what_writing_refuses(
    stand: Stand, path: str, params: dict[str, str], headers: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = await _ask(stand, "PUT", path, params=params, headers=headers, content=b"<?")
    assert _code(answer) == expected
    assert not [name for name in stand.blobs.state()["blobs"] if name.endswith("/x")]


async def test_large_bodies_are_kept_in_a_file(stand: Stand) -> None:
    content = b"0123456789abcdef" * (5 << 16)
    assert (await _ask(stand, "PUT", "/large", headers=TYPE, content=content)).status_code == 201
    stored = stand.blobs.container(LLAMA.storage_account, LLAMA.container)
    assert stored is not None
    assert not isinstance(stored["large"].content, bytes)
    part = await _ask(stand, "GET", "/large", headers={"Range": "bytes=16-19"})
    assert (part.status_code, part.content) == (206, b"0123")


async def test_lists_have_pages(stand: Stand) -> None:
    for name in ("a/1", "a/2", "a/3&", "b/1"):
        assert (await _ask(stand, "PUT", f"/{name}", headers=TYPE, content=b"x")).status_code == 201
    params = {"restype": "container", "comp": "list", "prefix": "a/", "maxresults": "2"}
    first = (await _ask(stand, "GET", "", params=params)).text
    assert [name in first for name in ("<Name>a/1", "<Name>a/2", "<Name>a/3", "b/1")] == [
        True,
        True,
        False,
        False,
    ]
    assert "<NextMarker>a/3&amp;</NextMarker>" in first
    second = (await _ask(stand, "GET", "", params={**params, "marker": "a/3&"})).text
    assert "<Name>a/3&amp;</Name>" in second
    assert "<NextMarker></NextMarker>" in second
    assert _code(await _ask(stand, "GET", "")) == (400, "UnsupportedQueryParameter")


async def test_deleting(stand: Stand) -> None:
    await _ask(stand, "PUT", "/x", headers=TYPE, content=b"x")
    assert (await _ask(stand, "DELETE", "/x")).status_code == 202
    assert _code(await _ask(stand, "DELETE", "/x")) == (404, "BlobNotFound")


async def test_a_token_of_shared_access_is_for_its_container_and_its_rights(stand: Stand) -> None:
    until = stand.clock.now() + timedelta(hours=1)
    good = stand.blobs.issue_sas(LLAMA.storage_account, LLAMA.container, until)
    other = stand.blobs.issue_sas(LLAMA.storage_account, "elsewhere", until)
    url = f"{ROOT}/x"
    assert (await stand.http.put(f"{url}?{good}", headers=TYPE, content=b"x")).status_code == 201
    assert (await stand.http.get(f"{url}?{good}")).content == b"x"
    assert (await stand.http.get(f"{url}?{other}")).status_code == 403
    longer = good.replace("se=2", "se=3")
    assert (await stand.http.get(f"{url}?{longer}")).status_code == 403
    # Roles and the network's rules are those of an identity; a token has its own.
    stand.blobs.configure({"writable": False, "readable": False})
    assert (await stand.http.get(f"{url}?{good}")).status_code == 200
    assert _code(await _ask(stand, "GET", "/x")) == (403, "AuthorizationPermissionMismatch")
    stand.clock.by = timedelta(hours=1, seconds=1)
    assert (await stand.http.get(f"{url}?{good}")).status_code == 403
