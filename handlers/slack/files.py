"""Files in Slack: what they say of themselves, and their bytes.

The token goes to allow-listed hosts only and never through a redirect; a page instead of a file means a missing scope
(contracts/slack.md sections 1.5 and 9).
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import httpx

from bot.chat import SharedFile
from bot.config.hosts import host_allowed
from bot.errors import ChatUnavailable, FileProblem

CHUNK = 256 * 1024
READ_SECONDS = 60.0
PAGE_STARTS = (b"<!doctype", b"<html")


def shared_file(data: Mapping[str, Any]) -> SharedFile:
    """A file object of Slack's, with what keeps it from being read."""
    mode = str(data.get("mode", ""))
    trouble = ""
    if mode == "tombstone":
        trouble = "tombstone"
    elif mode == "hidden_by_limit":
        trouble = "hidden_by_limit"
    elif data.get("is_external") or mode == "external":
        trouble = "external"
    elif data.get("file_access") in ("check_file_info", "access_denied"):
        trouble = "not_visible"
    url = str(data.get("url_private_download") or data.get("url_private") or "")
    if not trouble and not url:
        trouble = "not_visible"
    size = data.get("size")
    return SharedFile(
        id=str(data.get("id", "")),
        name=str(data.get("name") or data.get("title") or "file"),
        size=size if isinstance(size, int) else None,
        trouble=trouble,
        url=url,
    )


async def download(
    client: httpx.AsyncClient, file: SharedFile, token: str, hosts: Iterable[str]
) -> AsyncIterator[bytes]:
    """The bytes of a file, in pieces of at most 256 KiB.

    Raises:
        FileProblem: `host_refused`, `login_page`, `gone`.
        ChatUnavailable: Slack's file server does not answer; may be asked again.
    """
    if not host_allowed(file.url, hosts):
        raise FileProblem("host_refused", {"name": file.name})
    headers = {"Authorization": f"Bearer {token}"}
    timeout = httpx.Timeout(10.0, read=READ_SECONDS)
    try:
        async with client.stream("GET", file.url, headers=headers, timeout=timeout) as response:
            _check(response, file)
            first = True
            async for chunk in response.aiter_bytes(CHUNK):
                if first and chunk.lstrip()[:9].lower().startswith(PAGE_STARTS):
                    raise FileProblem("login_page", {"name": file.name})
                first = False
                yield chunk
    except httpx.HTTPError as error:
        raise ChatUnavailable("chat_no_answer", {"why": type(error).__name__}) from None


def _check(response: httpx.Response, file: SharedFile) -> None:
    kind = response.headers.get("content-type", "")
    if response.is_redirect or (response.status_code == httpx.codes.OK and kind.startswith("text/html")):
        raise FileProblem("login_page", {"name": file.name})
    if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise FileProblem("login_page", {"name": file.name})
    if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        raise FileProblem("gone", {"name": file.name})
    if response.status_code != httpx.codes.OK:
        raise ChatUnavailable("chat_trouble", {"status": response.status_code})
