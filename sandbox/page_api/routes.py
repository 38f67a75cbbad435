"""The routes of the page API; each acts for the person chosen on the page's switch."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox import samples
from sandbox.slack import ids
from sandbox.slack.errors import SlackError
from sandbox.slack.files import File
from sandbox.slack.live import Page
from sandbox.slack.service import SlackService
from sandbox.slack.transfer import TooLargeError, write_stream
from sandbox.slack.workspace import Channel

Call = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class PageApi:
    """Serves the page; `bot_state` tells whether the app's process runs."""

    def __init__(self, slack: SlackService, bot_state: Callable[[], dict[str, Any]]) -> None:
        self._slack = slack
        self._bot_state = bot_state

    def add_routes(self, app: web.Application) -> None:
        """Mount everything under `/page/api/`."""
        app.router.add_get("/page/api/bootstrap", self._bootstrap)
        app.router.add_get("/page/api/history", self._history)
        app.router.add_get("/page/api/live", self._live)
        app.router.add_get("/page/api/download", self._download)
        app.router.add_post("/page/api/file", self._file)
        calls: dict[str, Call] = {
            "message": self._message,
            "sample": self._sample,
            "command": self._command,
            "shortcut": self._shortcut,
            "action": self._action,
            "suggestions": self._suggestions,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
        }
        for name, call in calls.items():
            app.router.add_post(f"/page/api/{name}", _json_call(call))

    async def _bootstrap(self, request: web.Request) -> web.StreamResponse:
        user = request.query.get("user", "")
        workspace, options = self._slack.workspace, self._slack.options
        if user not in workspace.people:
            return web.json_response({"ok": False, "error": "user_not_found"}, status=404)
        files = await asyncio.to_thread(samples.catalogue)
        mine = [channel for channel in workspace.channels.values() if user in channel.members]
        return web.json_response(
            {
                "team": {"id": ids.TEAM, "name": ids.TEAM_NAME, "domain": ids.TEAM_DOMAIN},
                "me": user,
                "users": [
                    {
                        "id": person.id,
                        "name": person.name,
                        "real_name": person.real_name,
                        "title": person.title,
                        "is_guest": person.is_guest,
                        "is_stranger": person.is_stranger,
                        "is_bot": person.is_bot,
                        "color": person.color,
                        "tz": person.tz,
                        "locale": person.locale,
                    }
                    for person in workspace.people.values()
                ],
                "groups": [{"id": group.id, "handle": group.handle} for group in workspace.groups.values()],
                "channels": [
                    {
                        "id": channel.id,
                        "name": channel.name,
                        "is_member": True,
                        "is_private": channel.kind != "channel",
                        "topic": channel.topic,
                        "bot_is_member": channel.bot_is_member,
                    }
                    for channel in mine
                    if not channel.is_dm
                ],
                "dms": [{"id": channel.id, "user": channel.other(user)} for channel in mine if channel.is_dm],
                "commands": [
                    {
                        "command": command.command,
                        "description": command.description,
                        "usage_hint": command.usage_hint,
                    }
                    for command in options.commands
                ],
                "shortcuts": [
                    {
                        "name": shortcut.name,
                        "callback_id": shortcut.callback_id,
                        "type": shortcut.type,
                        "description": shortcut.description,
                    }
                    for shortcut in options.shortcuts
                ],
                "app": {"name": ids.APP_NAME, "bot_user_id": ids.BOT_USER, "bot_id": ids.BOT},
                "samples": [
                    {"name": sample.name, "description": sample.description, "bytes": sample.bytes}
                    for sample in files
                ],
                "bot": self._bot_state(),
            }
        )

    async def _history(self, request: web.Request) -> web.StreamResponse:
        user, thread_ts = request.query.get("user", ""), request.query.get("thread_ts")
        channel = self._slack.workspace.channels.get(request.query.get("channel", ""))
        if channel is None or user not in channel.members:
            return web.json_response({"ok": False, "error": "channel_not_found"}, status=404)
        messages, posting = self._slack.messages, self._slack.posting
        if thread_ts is None:
            found = messages.history(channel.id)[::-1]
        else:
            parent = messages.get(channel.id, thread_ts)
            found = [*([parent] if parent else []), *messages.replies(channel.id, thread_ts)]
        shown = [posting.seen(message) for message in found]
        shown += [
            {**message, "ephemeral": True}
            for message in messages.ephemerals(channel.id, user)
            if message.get("thread_ts") == thread_ts
        ]
        for message in shown:
            message.pop("metadata", None)
        shown.sort(key=lambda message: float(message["ts"]))
        return web.json_response({"messages": shown})

    async def _live(self, request: web.Request) -> web.StreamResponse:
        user = request.query.get("user", "")
        if user not in self._slack.workspace.people:
            return web.json_response({"ok": False, "error": "user_not_found"}, status=404)
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        page = self._slack.live.join(user)
        page.queue.put_nowait({"type": "bot", **self._bot_state()})
        for view in self._slack.views.stack(user):
            kind = "view_opened" if view["root_view_id"] == view["id"] else "view_pushed"
            page.queue.put_nowait({"type": kind, "view": view})
        reading = asyncio.create_task(_until_closed(socket, page))
        try:
            while (event := await page.queue.get()) is not None:
                await socket.send_json(event)
        except ConnectionError:
            pass
        finally:
            self._slack.live.leave(page)
            await socket.close()
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        return socket

    async def _message(self, body: dict[str, Any]) -> dict[str, Any]:
        channel = self._own_channel(body)
        files = [self._own_file(body, str(file_id)) for file_id in body.get("files") or []]
        text, thread_ts = str(body.get("text") or ""), body.get("thread_ts") or None
        if not text.strip() and not files:
            raise SlackError("no_text")
        if thread_ts is not None and self._slack.messages.get(channel.id, thread_ts) is None:
            raise SlackError("thread_not_found")
        message = self._slack.posting.from_person(
            channel, body["user"], text, thread_ts=thread_ts, files=files
        )
        return {"ts": message["ts"]}

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file: File | None = None
        user = ""
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "user":
                user = await part.text()
            elif part.name == "file" and file is None:
                name = part.filename or "file"
                file = self._slack.files.new(name, name, "", ids.TEAM)
                try:
                    file.size = await write_stream(part, file.path)
                except TooLargeError:
                    file.path.unlink(missing_ok=True)
                    return web.json_response({"ok": False, "error": "file_too_large"}, status=413)
        person = self._slack.workspace.people.get(user)
        if person is None or file is None:
            return web.json_response({"ok": False, "error": "invalid_arguments"}, status=400)
        file.user, file.user_team, file.uploaded = user, person.team_id, True
        return web.json_response({"ok": True, "file": self._brief(file)})

    async def _sample(self, body: dict[str, Any]) -> dict[str, Any]:
        name = str(body.get("name"))
        person = self._slack.workspace.people.get(str(body.get("user")))
        if person is None:
            raise SlackError("user_not_found")
        if name not in {sample.name for sample in await asyncio.to_thread(samples.catalogue)}:
            raise SlackError("sample_not_found")
        file = self._slack.files.new(name, name, person.id, person.team_id)
        content = await asyncio.to_thread(samples.read, name)
        file.path.write_bytes(content)
        file.size, file.uploaded = len(content), True
        return {"file": self._brief(file)}

    async def _download(self, request: web.Request) -> web.StreamResponse:
        user = request.query.get("user", "")
        file = self._slack.files.get(request.query.get("file", ""))
        channels = self._slack.workspace.channels
        if (
            file is None
            or file.mode == "tombstone"
            or not (
                file.user == user or any(user in channels[share.channel].members for share in file.shares)
            )
        ):
            return web.json_response({"ok": False, "error": "file_not_found"}, status=404)
        return self._slack.transfer.response(file)

    async def _command(self, body: dict[str, Any]) -> dict[str, Any]:
        in_thread = bool(body.get("thread_ts"))
        await self._slack.interactions.command(
            str(body.get("user")), str(body.get("channel")), str(body.get("text")), in_thread=in_thread
        )
        return {}

    async def _shortcut(self, body: dict[str, Any]) -> dict[str, Any]:
        await self._slack.interactions.shortcut(
            str(body.get("user")),
            str(body.get("callback_id")),
            body.get("channel"),
            body.get("message_ts"),
        )
        return {}

    async def _action(self, body: dict[str, Any]) -> dict[str, Any]:
        await self._slack.interactions.action(
            str(body.get("user")),
            _object(body, "container"),
            _object(body, "action"),
            body.get("state") or {},
        )
        return {}

    async def _suggestions(self, body: dict[str, Any]) -> dict[str, Any]:
        return await self._slack.interactions.suggestions(str(body.get("user")), body)

    async def _submit(self, body: dict[str, Any]) -> dict[str, Any]:
        errors = await self._slack.submissions.submit(
            str(body.get("user")), str(body.get("view_id")), body.get("state") or {}
        )
        return {"ok": not errors, "errors": errors} if errors else {}

    async def _close(self, body: dict[str, Any]) -> dict[str, Any]:
        await self._slack.submissions.close(str(body.get("user")), str(body.get("view_id")))
        return {}

    async def _home(self, body: dict[str, Any]) -> dict[str, Any]:
        tab = str(body.get("tab") or "home")
        view = self._slack.interactions.open_home(str(body.get("user")), tab)
        return {"view": view} if view is not None else {}

    def _own_channel(self, body: dict[str, Any]) -> Channel:
        channel = self._slack.workspace.channels.get(str(body.get("channel")))
        if channel is None or body.get("user") not in channel.members:
            raise SlackError("channel_not_found")
        if channel.is_archived:
            raise SlackError("is_archived")
        return channel

    def _own_file(self, body: dict[str, Any], file_id: str) -> File:
        file = self._slack.files.get(file_id)
        if file is None or not file.uploaded or file.user != body.get("user") or file.mode == "tombstone":
            raise SlackError("file_not_found")
        return file

    def _brief(self, file: File) -> dict[str, Any]:
        filetype, mimetype = self._slack.files.type_of(file)
        return {
            "id": file.id,
            "name": file.name,
            "size": file.size,
            "mimetype": mimetype,
            "filetype": filetype,
        }


async def _until_closed(socket: web.WebSocketResponse, page: Page) -> None:
    """Read the page's side, which says nothing, so that its leaving is noticed."""
    async for _message in socket:
        pass
    page.queue.put_nowait(None)


def _object(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise SlackError("invalid_arguments")
    return value


def _json_call(call: Call) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            body = dict(json.loads(await request.read() or b"{}"))
            return web.json_response({"ok": True, **await call(body)})
        except (TypeError, ValueError):
            return web.json_response({"ok": False, "error": "invalid_json"}, status=400)
        except SlackError as error:
            return web.json_response(error.body())

    return handle
