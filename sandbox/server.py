"""The sandbox as one server on one port of loopback: Slack, Azure, the page, the panel."""

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.azure_control.looks import Looks
from sandbox.bot_process import BotProcess
from sandbox.clock import Clock, SystemClock
from sandbox.faults import Faults
from sandbox.page_api import PageApi
from sandbox.panel import Panel
from sandbox.slack import ids
from sandbox.slack.options import SlackOptions
from sandbox.slack.service import SlackService

PAGE_FOLDER: Final = Path(__file__).parent / "page"
MAX_BODY: Final = 32 * 1024 * 1024
SERVICES: Final = {
    "/azure/": "azure",
    "/arm/": "azure",
    "/blob/": "azure",
    "/ml/": "ml",
    "/slack/": "slack",
    # A workspace of Databricks is served at the root: its clients drop the path of an address.
    "/api/2.": "databricks",
    "/serving-endpoints": "databricks",
    "/oidc/": "databricks",
    "/ajax-api/": "databricks",
}
POLICY: Final = (
    "default-src 'self'; img-src 'self' data: blob: https:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
)


@dataclass(slots=True)
class SandboxOptions:
    """Settings of the sandbox; `bot_argv` is the bot that the panel controls.

    `azure` are AzureOptions, `ml` MlOptions, `databricks` the options of its stand-in; None takes their defaults.
    """

    slack: SlackOptions = field(default_factory=SlackOptions)
    azure: Any = None
    ml: Any = None
    databricks: Any = None
    bot_argv: Sequence[str] = ()
    bot_environment: Mapping[str, str] = field(default_factory=dict)


class Sandbox:
    """The running sandbox; `url` is known after `start`."""

    def __init__(self, clock: Clock, options: SandboxOptions, *, azure: bool) -> None:
        self.url = ""
        self.faults = Faults(clock)
        self.slack = SlackService(clock, options.slack, self._connections_changed)
        self.bot = BotProcess(options.bot_argv, options.bot_environment, self._bot_changed, self._bot_died)
        looks = Looks()
        self.app = web.Application(
            middlewares=[_same_origin, self.faults.middleware(SERVICES), looks.middleware()],
            client_max_size=MAX_BODY,
        )
        self.slack.add_routes(self.app)
        self.azure: Any = None
        self.blobs: Any = None
        self.ml: Any = None
        self.databricks: Any = None
        deployments = None
        if azure:
            from sandbox import samples
            from sandbox.azure_blob import ACCOUNT, CONTAINER, SAMPLE, Blobs, install_blobs
            from sandbox.azure_openai import install
            from sandbox.panel_deployments import DeploymentsPanel

            self.azure = install(self.app, clock=clock, options=options.azure)
            self.blobs = Blobs(clock)
            self.blobs.put(ACCOUNT, CONTAINER, SAMPLE, samples.read("support_train.jsonl"))
            install_blobs(self.app, self.blobs, self.azure.identity)
            deployments = DeploymentsPanel(self.azure, self.bot, looks, clock)
            self._add_other_services(clock, options)
        PageApi(self.slack, self.bot.state).add_routes(self.app)
        services = {"azure": self.azure, "blob": self.blobs, "ml": self.ml, "databricks": self.databricks}
        Panel(self.faults, self.bot, self.slack, services, deployments).add_routes(self.app)
        self.app.router.add_get("/", _index)
        self.app.router.add_get("/favicon.ico", _no_icon)
        self.app.router.add_static("/page/static/", PAGE_FOLDER)
        self.app.on_response_prepare.append(_always_fresh)
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=1.0)

    def _add_other_services(self, clock: Clock, options: SandboxOptions) -> None:
        """Azure ML below `/ml/`, Databricks at the root; they train in a process of their own."""
        from sandbox import azure_ml, databricks
        from sandbox.training.worker_client import Worker

        worker = Worker()
        identity = self.azure.identity
        self.ml = azure_ml.install(
            self.app, clock=clock, identity=identity, blobs=self.blobs, worker=worker, options=options.ml
        )
        self.databricks = databricks.install(self.app, clock=clock, worker=worker, options=options.databricks)

        def holder(token: str, audience: str) -> str | None:
            good = identity.accepts(token, frozenset({audience}))
            issued = identity.issued(token) if good else None
            return issued.holder.client_id if issued else None

        self.databricks.identity.entra = holder

        async def end_worker(_: web.Application) -> None:
            await worker.close()

        self.app.on_cleanup.append(end_worker)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes any free one."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0][1]
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{bound}"
        self.slack.start(self.url)
        if self.slack.options.request_url is not None:
            # Over HTTP there is no connection to wait for: a bot that runs counts as there.
            self.bot.connected(1)

    async def stop(self) -> None:
        """Stop the bot first, then everything else."""
        await self.bot.stop()
        self.faults.clear()
        await self.slack.close()
        await self._runner.cleanup()

    def _connections_changed(self, connections: int) -> None:
        self.slack.live.push_all({"type": "presence", "online": connections > 0, "connections": connections})
        self.bot.connected(connections)

    def _bot_changed(self) -> None:
        self.slack.live.push_all({"type": "bot", **self.bot.state()})

    def _bot_died(self, code: int) -> None:
        text = f"{ids.APP_NAME} has ended by itself (exit code {code})."
        sys.stderr.write(f"sandbox: {text}\n")
        self.slack.live.push_all({"type": "notice", "text": text})


def create_sandbox(
    *, clock: Clock | None = None, options: SandboxOptions | None = None, azure: bool = True
) -> Sandbox:
    """Build a sandbox that does not listen yet; `azure=False` leaves the Azure stand-in out."""
    return Sandbox(clock or SystemClock(), options or SandboxOptions(), azure=azure)


@web.middleware
async def _same_origin(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse what another site's page sends to the page API or the panel."""
    origin = request.headers.get("Origin")
    ours = request.path.startswith(("/page/", "/panel/"))
    if origin is not None and ours and urlsplit(origin).netloc != request.host:
        return web.json_response({"ok": False, "error": "cross_origin"}, status=403)
    return await handler(request)


async def _index(_request: web.Request) -> web.StreamResponse:
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return web.FileResponse(PAGE_FOLDER / "index.html", headers=headers)


async def _always_fresh(request: web.Request, response: web.StreamResponse) -> None:
    """Let the browser ask again for the page's modules, which change while one works on them."""
    if request.path.startswith("/page/static/"):
        response.headers["Cache-Control"] = "no-cache"


async def _no_icon(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=204)
