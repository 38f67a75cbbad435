"""What is odd about files in Slack: each is recognised, and nothing stays behind on disk."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.datasets.fetching import SlackOrigin, announced, fetched, partial
from bot.datasets.staging import Staging
from bot.errors import BotError, ChatThrottled, ChatUnavailable, FileProblem
from handlers.slack.chat import SlackChat
from handlers.slack.files import shared_file
from handlers.slack.web import web_client
from providers.network import NetworkOptions, make_client
from sandbox.slack.files import File
from sandbox.slack.transfer import LOGIN_PAGE
from tests.world import RIN, World, world

DATA = b'{"messages": []}\n' * 5000
LIMIT = 1_000_000
PAGE = b"<!DOCTYPE html><html><body>my own page</body></html>"


@dataclass
class Desk:
    """The real client at the sandbox's Slack, and a file that somebody attached."""

    world: World
    chat: SlackChat
    folder: Path

    async def attach(self, name: str = "data.jsonl", data: bytes = DATA) -> str:
        rin = await self.world.person(RIN)
        file_id = await rin.attach(name, data)
        direct = await rin.direct()
        await rin.say(direct, "", files=(file_id,))
        return file_id

    def sandbox_file(self, file_id: str) -> File:
        file = self.world.sandbox.slack.files.get(file_id)
        assert file is not None
        return file

    async def odd(self, file_id: str, kind: str, **more: Any) -> None:
        answer = await self.world.post("/panel/api/file", {"file": file_id, "set": kind, **more})
        assert answer["ok"], answer

    async def fault(self, **spec: Any) -> None:
        match = {"method": "GET", "path": "/slack/files-pri/"}
        answer = await self.world.post(
            "/panel/api/fault", {"service": "slack", "match": match, "kind": "status", **spec}
        )
        assert answer["ok"], answer

    async def fetch(
        self, file_id: str, *, sha256: str = "", grown: Callable[[int], None] | None = None
    ) -> bytes:
        target = self.folder / "D1.jsonl"
        file = await announced(self.chat, file_id, LIMIT)
        arrived = await fetched(file, target, limit=LIMIT, grown=grown, sha256=sha256)
        data = target.read_bytes()
        assert (arrived.bytes, arrived.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        return data

    async def refused(self, file_id: str, **more: Any) -> BotError:
        with pytest.raises(BotError) as caught:
            await self.fetch(file_id, **more)
        assert not list(self.folder.glob("*")), "something stayed behind"
        return caught.value


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    async with world(folder, start=False) as made, make_client(NetworkOptions()) as http:
        yield Desk(made, SlackChat(web_client(made.settings), http, made.settings.slack), folder / "staging")


async def test_a_file_arrives_in_pieces_and_its_growth_is_told(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        file_id = await at.attach()
        sizes: list[int] = []
        on_disk: list[bool] = []

        def grown(size: int) -> None:
            sizes.append(size)
            on_disk.append(partial(at.folder / "D1.jsonl").stat().st_size == size)

        assert await at.fetch(file_id, grown=grown) == DATA
        assert sizes == sorted(set(sizes))
        assert sizes[-1] == len(DATA)
        assert all(on_disk), "told before it was there"
        assert [path.name for path in at.folder.iterdir()] == ["D1.jsonl"]
        assert (at.folder / "D1.jsonl").stat().st_mode & 0o077 == 0


SPECIAL = [
    ("tombstone", {}, "tombstone"),
    ("hidden_by_limit", {}, "hidden_by_limit"),
    ("external", {}, "external"),
    ("access_denied", {}, "access_denied"),
    ("awaiting", {"polls": 1}, "awaiting_check"),
    ("said_size", {"bytes": LIMIT + 1}, "too_large"),
    ("said_size", {"bytes": len(DATA) - 1}, "size_differs"),
    ("said_size", {"bytes": len(DATA) + 1}, "size_differs"),
]


@pytest.mark.parametrize(("kind", "more", "code"), SPECIAL)
async def test_what_slack_says_of_the_file(
    tmp_path: Path, kind: str, more: dict[str, Any], code: str
) -> None:
    async with desk(tmp_path) as at:
        file_id = await at.attach()
        await at.odd(file_id, kind, **more)
        error = await at.refused(file_id)
        assert isinstance(error, FileProblem)
        assert error.code == code
        if kind == "awaiting":  # Slack Connect has checked it meanwhile
            assert await at.fetch(file_id) == DATA


ANSWERS: list[tuple[dict[str, Any], type[BotError], str]] = [
    (
        {"status": 200, "headers": {"Content-Type": "text/html"}, "body": LOGIN_PAGE},
        FileProblem,
        "login_page",
    ),
    (
        {"status": 200, "headers": {"Content-Type": "text/plain"}, "body": LOGIN_PAGE},
        FileProblem,
        "login_page",
    ),
    (
        {"status": 200, "headers": {"Content-Type": "text/plain"}, "body": f"\ufeff \n{LOGIN_PAGE}"},
        FileProblem,
        "login_page",
    ),
    (
        {"status": 302, "headers": {"Location": "https://acme.slack.com/?redir=%2Ffiles"}},
        FileProblem,
        "login_page",
    ),
    ({"status": 302, "headers": {"Location": "/signin"}}, FileProblem, "login_page"),
    ({"status": 302, "headers": {"Location": "https://evil.example/x"}}, FileProblem, "redirected"),
    ({"status": 401}, FileProblem, "file_forbidden"),
    ({"status": 403}, FileProblem, "file_forbidden"),
    ({"status": 404}, FileProblem, "gone"),
    ({"status": 410}, FileProblem, "gone"),
    ({"status": 429, "retry_after": {"form": "seconds", "value": 7}}, ChatThrottled, "ratelimited"),
    ({"status": 503}, ChatUnavailable, "chat_trouble"),
]


@pytest.mark.parametrize(("spec", "kind", "code"), ANSWERS)
async def test_what_the_file_server_says(
    tmp_path: Path, spec: dict[str, Any], kind: type[BotError], code: str
) -> None:
    async with desk(tmp_path) as at:
        file_id = await at.attach()
        await at.fault(**spec)
        error = await at.refused(file_id)
        assert (type(error), error.code) == (kind, code)
        if isinstance(error, ChatThrottled):
            assert error.retry_after == 7
        if code == "redirected":
            assert error.params["host"] == "evil.example"
        assert await at.fetch(file_id) == DATA


async def test_without_the_scope_slack_gives_a_page_to_sign_in(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        file_id = await at.attach()
        file = await at.chat.file(file_id)
        left = sorted(at.world.sandbox.slack.options.scopes - {"files:read"})
        await at.world.post("/panel/api/service", {"service": "slack", "set": {"scopes": left}})
        with pytest.raises(FileProblem) as caught:
            await fetched(SlackOrigin(at.chat, file), at.folder / "D1.jsonl", limit=LIMIT)
        assert caught.value.code == "login_page"


async def test_a_page_that_somebody_attached_is_a_file(tmp_path: Path) -> None:
    """It is no JSON Lines, and the check says so; it is not Slack's page to sign in."""
    async with desk(tmp_path) as at:
        for name in ("page.html", "page.jsonl"):
            assert await at.fetch(await at.attach(name, PAGE)) == PAGE


async def test_a_file_that_breaks_off(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        file_id = await at.attach()
        await at.odd(file_id, "cut", bytes=30_000)
        error = await at.refused(file_id)
        assert isinstance(error, ChatUnavailable)
        assert error.code == "download_cut"
        assert error.params == {"bytes": 30_000, "expected": len(DATA)}


async def test_more_comes_than_slack_said(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        file_id = await at.attach(data=b"x" * (LIMIT + 1))
        await at.odd(file_id, "said_size", bytes=100)
        error = await at.refused(file_id)
        assert (error.code, error.params["expected"], error.params["limit"]) == (
            "larger_than_said",
            100,
            LIMIT,
        )


async def test_a_file_replaced_on_the_way_is_taken_as_slack_has_it_now(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        file_id = await at.attach()
        said = await announced(at.chat, file_id, LIMIT)
        file = at.sandbox_file(file_id)
        file.path.write_bytes(DATA * 2)
        file.size = 2 * len(DATA)
        arrived = await fetched(said, at.folder / "D1.jsonl", limit=LIMIT)
        assert arrived.bytes == 2 * len(DATA)


async def test_what_was_checked_is_what_is_fetched_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        staging = Staging(at.folder, LIMIT)
        file_id = await at.attach()
        sha256 = hashlib.sha256(DATA).hexdigest()
        assert (await staging.fetch(await announced(at.chat, file_id, LIMIT), 1, sha256)).read_bytes() == DATA
        staging.drop(1)
        at.sandbox_file(file_id).path.write_bytes(DATA.replace(b"messages", b"massages"))
        with pytest.raises(FileProblem) as caught:
            await staging.fetch(await announced(at.chat, file_id, LIMIT), 1, sha256)
        assert caught.value.code == "source_changed"
        assert not list(at.folder.iterdir())


async def test_two_tasks_that_need_the_same_file_fetch_it_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        staging = Staging(at.folder, LIMIT)
        sha256 = hashlib.sha256(DATA).hexdigest()
        origin = await announced(at.chat, await at.attach(), LIMIT)
        paths = await asyncio.gather(*(staging.fetch(origin, 1, sha256) for _ in range(3)))
        assert {path.read_bytes() for path in paths} == {DATA}
        assert [path.name for path in at.folder.iterdir()] == ["D1.jsonl"]


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        ({"id": "F1"}, "not_visible"),
        ({"id": "F1", "mode": "file_access", "file_access": "check_file_info"}, "awaiting_check"),
        ({"id": "F1", "file_access": "access_denied"}, "access_denied"),
        ({"id": "F1", "file_access": "visible", "url_private": "https://files.slack.com/x"}, ""),
        ({"id": "F1", "is_external": True, "url_private": "https://drive.example/x"}, "external"),
        ({"id": "F1", "mode": "snippet", "url_private": "https://files.slack.com/x"}, ""),
    ],
)
def test_a_file_object_tells_what_keeps_it(data: dict[str, Any], trouble: str) -> None:
    assert shared_file(data).trouble == trouble
