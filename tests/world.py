"""The whole program against the whole sandbox, over real HTTP and WebSocket: what people do, and what they see."""

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.app import Application, build_providers, create_app, identify
from bot.clock import SystemClock
from bot.config.load import load
from bot.config.settings import Settings
from handlers.slack.web import web_client
from sandbox.azure_openai import AzureOptions
from sandbox.config_out import bot_config, identity_environment
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from sandbox.slack.options import SlackOptions
from tests.patience import patient, until
from tests.stores import store_at

RIN, ADA, BRUNO, GIL, SAM = "U0REQUEST1", "U0APPROVE1", "U0APPROVE2", "U0GUEST001", "U0STRANGER"
FINETUNE, APPROVALS, RANDOM = "C0FINETUNE", "C0APPROVAL", "C0RANDOM01"


def words(message: dict[str, Any]) -> str:
    """Everything that a message says, text and blocks."""
    return f"{message.get('text', '')}\n{json.dumps(message.get('blocks', []), ensure_ascii=False)}"


@dataclass
class Person:
    """Somebody at the page: acts through the page's API, sees what is pushed to it."""

    world: "World"
    user: str
    pushed: list[dict[str, Any]] = field(default_factory=list)

    async def command(self, text: str, channel: str = FINETUNE) -> None:
        """Type a slash command."""
        answer = await self.world.page("command", user=self.user, channel=channel, text=text)
        assert answer["ok"], answer

    async def attach(self, name: str, data: bytes) -> str:
        """Upload a file, not yet shared; its id."""
        form = aiohttp.FormData()
        form.add_field("user", self.user)
        form.add_field("file", data, filename=name, content_type="application/octet-stream")
        async with self.world.http.post(f"{self.world.sandbox.url}/page/api/file", data=form) as answer:
            return str((await answer.json())["file"]["id"])

    async def say(
        self, channel: str, text: str, *, files: tuple[str, ...] = (), thread_ts: str | None = None
    ) -> str:
        """Post a message; its ts."""
        answer = await self.world.page(
            "message", user=self.user, channel=channel, text=text, files=list(files), thread_ts=thread_ts
        )
        assert answer["ok"], answer
        return str(answer["ts"])

    async def click(self, message: dict[str, Any], action_id: str, channel: str, **more: Any) -> None:
        """Press a button of a message (or choose an option of its menu with `value`)."""
        action = _element(message.get("blocks", []), action_id)
        assert action is not None, f"no {action_id} in {words(message)}"
        sent: dict[str, Any] = {
            "type": action["type"],
            "action_id": action_id,
            "block_id": action["block_id"],
        }
        if action["type"] == "overflow":
            sent["selected_option"] = next(o for o in action["options"] if o.get("value") == more["value"])
        else:
            sent["value"] = action.get("value", "")
        container = {"type": "message", "channel": channel, "message_ts": message["ts"]}
        answer = await self.world.page("action", user=self.user, container=container, action=sent)
        assert answer["ok"], answer

    async def choose(
        self, view: dict[str, Any], block_id: str, option: dict[str, Any], state: dict[str, Any]
    ) -> None:
        """Choose an option of a dispatching select in a modal."""
        element = next(b for b in view["blocks"] if b["block_id"] == block_id)["element"]
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block_id,
            "selected_option": option,
        }
        container = {"type": "view", "view_id": view["id"]}
        answer = await self.world.page(
            "action", user=self.user, container=container, action=action, state=state
        )
        assert answer["ok"], answer

    async def submit(self, view: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
        """Submit a modal; `{ok, errors?}`."""
        return await self.world.page("submit", user=self.user, view_id=view["id"], state=state)

    async def view(self, callback_id: str, *, after: int = 0) -> dict[str, Any]:
        """The newest view of this kind that was opened, pushed or updated."""

        def look() -> dict[str, Any] | None:
            for event in reversed(self.pushed[after:]):
                if (
                    event["type"].startswith("view_")
                    and event.get("view", {}).get("callback_id") == callback_id
                ):
                    found: dict[str, Any] = event["view"]
                    return found
            return None

        found: dict[str, Any] = await until(look, f"the modal {callback_id}")
        return found

    async def direct(self) -> str:
        """The channel of the direct message with the bot."""
        boot = await self.world.get(f"/page/api/bootstrap?user={self.user}")
        return str(next(dm["id"] for dm in boot["dms"] if dm["user"] == "U0TUNESMTH"))

    async def sees(self, channel: str, part: str, *, thread_ts: str | None = None) -> Any:
        """Wait until a message with this part is there (ephemeral ones too); the newest such message."""

        async def look() -> dict[str, Any] | None:
            for message in (await self.world.history(self.user, channel, thread_ts))[::-1]:
                if part in words(message):
                    return message
            return None

        return await until(look, f"{part!r} in {channel}")


def _element(blocks: list[dict[str, Any]], action_id: str) -> dict[str, Any] | None:
    for block in blocks:
        elements = [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]
        for element in elements:
            if isinstance(element, dict) and element.get("action_id") == action_id:
                return {**element, "block_id": block["block_id"]}
    return None


@dataclass
class World:
    """A sandbox, a program connected to it, and a page for everybody."""

    sandbox: Sandbox
    settings: Settings
    http: aiohttp.ClientSession
    application: Application | None = None
    people: dict[str, Person] = field(default_factory=dict)

    async def get(self, path: str) -> dict[str, Any]:
        """A JSON answer of the sandbox."""
        async with self.http.get(f"{self.sandbox.url}{path}") as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Post JSON to the sandbox."""
        async with self.http.post(f"{self.sandbox.url}{path}", json=body) as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def page(self, call: str, **body: Any) -> dict[str, Any]:
        """A call of the page's API."""
        return await self.post(f"/page/api/{call}", {k: v for k, v in body.items() if v is not None})

    async def history(self, user: str, channel: str, thread_ts: str | None = None) -> list[dict[str, Any]]:
        """What a person sees in a channel or thread, oldest first."""
        thread = f"&thread_ts={thread_ts}" if thread_ts else ""
        found = await self.get(f"/page/api/history?user={user}&channel={channel}{thread}")
        messages: list[dict[str, Any]] = found["messages"]
        return messages

    async def requests(self, service: str = "azure") -> list[dict[str, Any]]:
        """The requests that a service has had."""
        found = await self.get(f"/panel/api/requests?service={service}")
        listed: list[dict[str, Any]] = found["requests"]
        return listed

    async def count(self, method: str, path_end: str, service: str = "azure") -> int:
        """How often a service was asked this."""
        found = await self.requests(service)
        return sum(one["method"] == method and one["path"].endswith(path_end) for one in found)

    async def start(self) -> None:
        """Start the program."""
        clock = SystemClock()
        client = web_client(self.settings)
        self.application = await create_app(
            self.settings,
            clock=clock,
            store=store_at(self.settings.store.path),
            providers=build_providers(self.settings, clock),
            client=client,
            identity=await identify(client, self.settings),
            rng=random.Random(7),  # noqa: S311  jitter and seeds that repeat
        )
        await self.application.start()

    async def stop(self) -> None:
        """Stop the program in order."""
        if self.application is not None:
            await self.application.stop()
            self.application = None

    async def person(self, user: str) -> Person:
        """Open the page for somebody."""
        if user not in self.people:
            person = Person(self, user)
            socket = await self.http.ws_connect(f"{self.sandbox.url}/page/api/live?user={user}")

            async def listen() -> None:
                try:
                    async for message in socket:
                        person.pushed.append(message.json())
                finally:
                    await socket.close()

            person.listening = asyncio.create_task(listen())  # type: ignore[attr-defined]
            self.people[user] = person
        return self.people[user]


@asynccontextmanager
async def world(
    folder: Path,
    *,
    speed: float = 60.0,
    start: bool = True,
    config: str = "",
    mode: str = "socket",
    slack: SlackOptions | None = None,
) -> AsyncIterator[World]:
    """A sandbox whose services run `speed` times faster and whose Slack waits (unless `slack` says otherwise), and
    the program connected to it."""
    azure = AzureOptions(random_seed=5, speed=speed)
    sandbox = create_sandbox(options=SandboxOptions(slack=slack or patient(), azure=azure))
    await sandbox.start()
    path = folder / "tunesmith.toml"
    text = bot_config(sandbox.url, folder).replace("poll_near_seconds = 2", "poll_near_seconds = 1")
    if mode == "http":
        text = text.replace("[slack]\n", '[slack]\nmode = "http"\nhttp_port = 0\n', 1)
    path.write_text(text + config, encoding="utf-8")
    settings = load(path, {})
    os.environ.update(identity_environment(sandbox.url))
    async with aiohttp.ClientSession() as http:
        made = World(sandbox, settings, http)
        try:
            if start:
                await made.start()
            yield made
        finally:
            pages = [person.listening for person in made.people.values()]  # type: ignore[attr-defined]
            for page in pages:
                page.cancel()
            await asyncio.gather(*pages, return_exceptions=True)
            await made.stop()
            await sandbox.stop()
