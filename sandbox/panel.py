"""The panel: faults, the bot's process, the socket, switches, deployments, requests (`/panel/api/…`)."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from aiohttp import web

from sandbox.bot_process import BotProcess
from sandbox.faults import FaultError, Faults
from sandbox.panel_deployments import DeploymentsPanel
from sandbox.slack.service import SlackService

if TYPE_CHECKING:  # a sandbox without Azure does not read what it is made of
    from sandbox.panel_deployments import DeploymentsPanel

SHOWN_LINES: Final = 200
FAULTY: Final = frozenset({"azure", "ml", "databricks", "slack"})
_PACED: Final = ("azure", "ml", "databricks")


class Switchable(Protocol):
    """A service with switches and a description of its state."""

    def configure(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Set switches by name. Raises ValueError."""
        ...

    def state(self) -> dict[str, Any]:
        """What the panel shows."""
        ...


class Panel:
    """Serves the panel API."""

    def __init__(
        self,
        faults: Faults,
        bot: BotProcess,
        slack: SlackService,
        services: Mapping[str, Switchable | None],
        deployments: "DeploymentsPanel | None" = None,
    ) -> None:
        """`services` are those beside Slack, by the name that the panel's calls have for them."""
        self._faults = faults
        self._bot = bot
        self._slack = slack
        self._services = {name: one for name, one in services.items() if one is not None}
        self._deployments = deployments

    def add_routes(self, app: web.Application) -> None:
        """Mount everything under `/panel/api/`."""
        app.router.add_get("/panel/api/state", self._state)
        app.router.add_get("/panel/api/requests", self._requests)
        app.router.add_delete("/panel/api/fault", self._clear_faults)
        app.router.add_delete("/panel/api/fault/{id}", self._remove_fault)
        for name, call in {
            "bot": self._process,
            "fault": self._add_fault,
            "socket": self._socket,
            "service": self._service,
            "file": self._file,
        }.items():
            app.router.add_post(f"/panel/api/{name}", _json_call(call))
        if self._deployments is not None:
            app.router.add_post("/panel/api/age", _json_call(self._deployments.age))
            app.router.add_post("/panel/api/deployment", self._deployment)

    async def _state(self, _request: web.Request) -> web.StreamResponse:
        azure = self._services["azure"].state() if "azure" in self._services else {}
        switches = azure.get("switches") or {}
        return web.json_response(
            {
                "bot": {**self._bot.state(), "output": self._bot.lines()[-SHOWN_LINES:]},
                "faults": self._faults.list(),
                "services": {
                    "speed": switches.get("speed", 1),
                    "slack": self._slack.describe(),
                    "azure": {**azure, **switches},
                    **{name: one.state() for name, one in self._services.items() if name != "azure"},
                },
                **(self._deployments.state() if self._deployments is not None else {}),
            }
        )

    async def _requests(self, request: web.Request) -> web.StreamResponse:
        service = request.query.get("service", "azure")
        totals = self._faults.totals(service)
        return web.json_response(
            {
                "requests": self._faults.requests(service),
                "totals": totals,
                "total": sum(totals.values()),
            }
        )

    async def _deployment(self, request: web.Request) -> web.StreamResponse:
        panel, origin = self._deployments, str(request.url.origin())

        async def act(body: dict[str, Any]) -> dict[str, Any]:
            return await panel.act(body, origin) if panel is not None else {}

        return await _json_call(act)(request)

    async def _process(self, body: dict[str, Any]) -> dict[str, Any]:
        actions: dict[str, Callable[[], Awaitable[None]]] = {
            "start": self._bot.start,
            "stop": self._bot.stop,
            "kill": self._bot.kill,
            "restart": self._bot.restart,
        }
        action = actions.get(str(body.get("action")))
        if action is None:
            raise ValueError("action")
        await action()
        return self._bot.state()

    async def _add_fault(self, body: dict[str, Any]) -> dict[str, Any]:
        service = str(body.get("service"))
        if service not in FAULTY:
            raise FaultError("service")
        return {"id": self._faults.add(service, body)}

    async def _remove_fault(self, request: web.Request) -> web.StreamResponse:
        if not self._faults.remove(request.match_info["id"]):
            return web.json_response({"ok": False, "error": "fault_not_found"}, status=404)
        return web.json_response({"ok": True})

    async def _clear_faults(self, _request: web.Request) -> web.StreamResponse:
        self._faults.clear()
        return web.json_response({"ok": True})

    async def _socket(self, body: dict[str, Any]) -> dict[str, Any]:
        action, socket_mode = body.get("action"), self._slack.socket_mode
        reasons = {"refresh": "refresh_requested", "warning": "warning", "link_disabled": "link_disabled"}
        if action == "drop":
            socket_mode.drop()
        elif action in reasons:
            await socket_mode.disconnect(reasons[action])
        else:
            raise ValueError("action")
        return {}

    async def _service(self, body: dict[str, Any]) -> dict[str, Any]:
        changes = dict(body.get("set") or {})
        if body.get("service") == "slack":
            self._slack.configure(changes)
            return self._slack.describe()
        name = str(body.get("service", "azure"))
        if name not in self._services:
            raise ValueError("service")
        if "speed" in body:
            changes["speed"] = body["speed"]
            # People set one speed for everything that takes time; a call that names a service means that one.
            if "service" not in body:
                for other in _PACED[1:]:
                    if other in self._services:
                        self._services[other].configure({"speed": body["speed"]})
        return self._services[name].configure(changes)

    async def _file(self, body: dict[str, Any]) -> dict[str, Any]:
        """Make a file `tombstone`, `hidden_by_limit`, `check_file_info`, `external` (with `url`), or odd."""
        file = self._slack.files.get(str(body.get("file")))
        if file is None:
            raise ValueError("file")
        kind = body.get("set")
        if kind == "tombstone":
            self._slack.files.delete(file)
        elif kind == "hidden_by_limit":
            file.mode = "hidden_by_limit"
        elif kind == "check_file_info":
            file.check_info = True
        elif kind == "external":
            file.mode, file.external_url = "external", str(body.get("url") or "https://drive.invalid/file")
        elif not file.odd.set(str(kind), body):
            raise ValueError("set")
        return {}


def _json_call(
    call: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            body = dict(json.loads(await request.read() or b"{}"))
            return web.json_response({"ok": True, **await call(body)})
        except (TypeError, ValueError) as error:
            return web.json_response({"ok": False, "error": "invalid", "message": str(error)}, status=400)

    return handle
