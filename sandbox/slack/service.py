"""The Slack stand-in as a whole: its state, its routes under `/slack/`, its switches."""

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from sandbox.clock import Clock
from sandbox.slack.delivery import Delivery
from sandbox.slack.errors import SlackError
from sandbox.slack.events import Events
from sandbox.slack.files import Files
from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.ids import Ids, Timestamps
from sandbox.slack.interactions import Interactions
from sandbox.slack.live import Live
from sandbox.slack.messages import Messages
from sandbox.slack.options import SlackOptions
from sandbox.slack.posting import Posting
from sandbox.slack.responses import Responses
from sandbox.slack.sharing import Sharing
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.submissions import Submissions
from sandbox.slack.transfer import Transfer
from sandbox.slack.triggers import Triggers
from sandbox.slack.views import Views
from sandbox.slack.web_api.app import TOKEN_STATES, WebApi
from sandbox.slack.web_api.method import Context
from sandbox.slack.web_api.pacing import Pacing
from sandbox.slack.workspace import Workspace

_SETTINGS: Final = {
    "ack_seconds": float,
    "trigger_seconds": float,
    "file_polls": int,
    "file_seconds": float,
    "scopes": frozenset,
    "events": frozenset,
    "event_retry_seconds": tuple,
}


class SlackService:
    """Everything that stands in for Slack; `start` must be called once the address is known."""

    def __init__(self, clock: Clock, options: SlackOptions, on_connections: Callable[[int], None]) -> None:
        self.options = options
        self.base_url = ""
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if options.file_folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="sandbox-slack-")
        folder = options.file_folder or Path(self._folder.name if self._folder else ".")
        self.ids, self.timestamps = Ids(), Timestamps(clock)
        self.workspace, self.messages, self.live = Workspace(), Messages(), Live()
        self.files = Files(folder, clock, self.ids, options)
        self.views = Views(clock, self.ids)
        self.triggers = Triggers(options, clock, self.ids)
        self.pacing = Pacing(clock, enabled=options.rate_limits)
        self.socket_mode = SocketMode(options, self.ids, on_connections)
        self.delivery: Delivery = (
            HttpDelivery(options, options.request_url, clock) if options.request_url else self.socket_mode
        )
        self.events = Events(options, clock, self.ids, self.delivery)
        self.posting = Posting(
            self.workspace, self.messages, self.files, self.live, self.events, self.timestamps, self.ids
        )
        self.sharing = Sharing(options, self.posting)
        self.responses = Responses(self.workspace, self.messages, self.posting, clock, self.ids)
        self.interactions = Interactions(
            options,
            self.workspace,
            self.messages,
            self.posting,
            self.views,
            self.triggers,
            self.responses,
            self.events,
            self.live,
            self.timestamps,
            self.delivery,
        )
        self.submissions = Submissions(
            self.workspace, self.views, self.files, self.triggers, self.responses, self.live, self.delivery
        )
        self.context = Context(
            options=options,
            workspace=self.workspace,
            messages=self.messages,
            posting=self.posting,
            files=self.files,
            sharing=self.sharing,
            views=self.views,
            triggers=self.triggers,
            events=self.events,
            live=self.live,
            ids=self.ids,
            timestamps=self.timestamps,
            socket_mode=self.socket_mode,
            pacing=self.pacing,
            base_url=lambda: self.base_url,
        )
        self.web_api = WebApi(self.context)
        self.transfer = Transfer(self.context)

    def add_routes(self, app: web.Application) -> None:
        """Mount everything under `/slack/`."""
        app.router.add_route("*", "/slack/api/{method}", self.web_api.handle)
        app.router.add_get("/slack/link/", self.socket_mode.handle)
        app.router.add_post("/slack/upload/{token}", self.transfer.upload)
        app.router.add_get("/slack/files-pri/{file}/{rest:.*}", self.transfer.download)
        app.router.add_post("/slack/response/{token}", self._response_url)

    def start(self, base_url: str) -> None:
        """Take note of the address under which everything is reached."""
        self.base_url = self.files.base_url = self.responses.base_url = base_url

    async def close(self) -> None:
        """End background work and connections, and delete the files."""
        await self.delivery.close()
        await self.socket_mode.close()
        await self.sharing.close()
        self.live.close()
        if self._folder is not None:
            self._folder.cleanup()

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Switches of the panel. Raises ValueError for an unknown name or value.

        `rate_limits` (bool), `token_state` (`ok`, `invalid_auth`, `account_inactive`, `token_expired`,
        `token_revoked`, `internal_error`), `scopes` and `events` (lists), `ack_seconds`, `trigger_seconds`,
        `file_polls`, `file_seconds`, `event_retry_seconds` (list).
        """
        for name, value in settings.items():
            if name == "rate_limits":
                self.pacing.enabled = bool(value)
            elif name == "token_state" and value in TOKEN_STATES:
                self.web_api.token_state = str(value)
            elif name in _SETTINGS:
                setattr(self.options, name, _SETTINGS[name](value))
            else:
                raise ValueError(name)

    def describe(self) -> dict[str, Any]:
        """The switches as they stand, and how many connections are open."""
        return {
            "connections": self.socket_mode.connections,
            "rate_limits": self.pacing.enabled,
            "token_state": self.web_api.token_state,
            "scopes": sorted(self.options.scopes),
            "file_polls": self.options.file_polls,
        }

    async def _response_url(self, request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        try:
            self.responses.post(request.match_info["token"], body)
        except SlackError as error:
            return web.json_response(error.body(), status=error.status)
        return web.Response(text="ok")
