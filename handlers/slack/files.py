"""Files in Slack: what they say of themselves, and their bytes.

The token goes to allow-listed hosts only and never through a redirect; a page instead of a file means a missing scope
(contracts/slack.md sections 1.5 and 9).
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.chat import SharedFile
from bot.config.hosts import host_allowed
from bot.errors import ChatThrottled, ChatUnavailable, FileProblem
from handlers.slack.web import asked_wait

PIECE = 256 * 1024
READ_SECONDS = 60.0
SLACK = ("slack.com", "*.slack.com")
MARK = b"\xef\xbb\xbf"
PAGE_STARTS = (b"<!doctype html", b"<html")
_ACCESS: Mapping[str, str] = {"check_file_info": "awaiting_check", "access_denied": "access_denied"}


def shared_file(data: Mapping[str, Any]) -> SharedFile:
    """A file object of Slack's, with what keeps it from being read."""
    url = str(data.get("url_private_download") or data.get("url_private") or "")
    size = data.get("size")
    return SharedFile(
        id=str(data.get("id", "")),
        name=str(data.get("name") or data.get("title") or "file"),
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        trouble=_trouble(data) or ("" if url else "not_visible"),
        url=url,
    )


def _trouble(data: Mapping[str, Any]) -> str:
    mode = str(data.get("mode", ""))
    if mode in ("tombstone", "hidden_by_limit"):
        return mode
    if data.get("is_external") or mode == "external":
        return "external"
    return _ACCESS.get(str(data.get("file_access", "")), "")


async def download(
    client: httpx.AsyncClient, file: SharedFile, token: str, hosts: Iterable[str]
) -> AsyncIterator[bytes]:
    """The bytes of a file, in pieces of at most 256 KiB.

    Raises:
        FileProblem: `host_refused`, `login_page`, `redirected`, `file_forbidden`, `gone`.
        ChatThrottled: Slack asks to come later.
        ChatUnavailable: Slack's file server does not answer, or broke off (`download_cut` with `bytes` and
            `expected`); may be asked again.
    """
    if not host_allowed(file.url, hosts):
        raise FileProblem("host_refused", {"name": file.name})
    # Not compressed on the way: the length that is announced is then the file's.
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    timeout = httpx.Timeout(10.0, read=READ_SECONDS)
    received, expected = 0, file.size or 0
    try:
        async with client.stream("GET", file.url, headers=headers, timeout=timeout) as response:
            _check(response, file)
            expected = _length(response) or expected
            async for chunk in response.aiter_bytes():
                if not received and _is_page(chunk) and not _is_file(response, file):
                    raise FileProblem("login_page", {"name": file.name})
                for start in range(0, len(chunk), PIECE):
                    piece = chunk[start : start + PIECE]
                    received += len(piece)
                    yield piece
    except httpx.RemoteProtocolError:
        raise ChatUnavailable("download_cut", {"bytes": received, "expected": expected}) from None
    except httpx.HTTPError as error:
        raise ChatUnavailable("chat_no_answer", {"why": type(error).__name__}) from None


def _check(response: httpx.Response, file: SharedFile) -> None:
    status = response.status_code
    if response.is_redirect:
        raise _redirected(response, file)
    if status == httpx.codes.OK:
        kind = response.headers.get("content-type", "")
        if kind.startswith("text/html") and not _is_file(response, file):
            raise FileProblem("login_page", {"name": file.name})
        return
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise FileProblem("file_forbidden", {"name": file.name, "status": status})
    if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        raise FileProblem("gone", {"name": file.name})
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise ChatThrottled("ratelimited", retry_after=asked_wait(response))
    raise ChatUnavailable("chat_trouble", {"status": status})


def _redirected(response: httpx.Response, file: SharedFile) -> FileProblem:
    """Within Slack it is the way to the sign-in page; to anywhere else the token does not go."""
    target = response.url.join(response.headers.get("location", ""))
    if target.host == response.url.host or host_allowed(str(target), SLACK):
        return FileProblem("login_page", {"name": file.name})
    return FileProblem("redirected", {"name": file.name, "host": urlsplit(str(target)).hostname or ""})


def _length(response: httpx.Response) -> int:
    """The announced length; 0 where there is none."""
    told = response.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() else 0


def _is_page(head: bytes) -> bool:
    return head.removeprefix(MARK).lstrip()[:20].lower().startswith(PAGE_STARTS)


def _is_file(response: httpx.Response, file: SharedFile) -> bool:
    """Whether a page is what the person attached, and not what Slack says instead: it has the announced size."""
    return file.size is not None and _length(response) == file.size > 0
