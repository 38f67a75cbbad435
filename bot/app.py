"""The composition root: builds everything, connects, runs, and shuts down in order.

Besides `bot.cli` the only module that imports `handlers`; nobody imports it.
"""

import asyncio
import gc
import logging
import random
import signal
import time
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock, SystemClock
from bot.config.handover import network_options, provider_settings, storage_account
from bot.config.settings import Settings
from bot.deps import Deps
from bot.engine import Engine
from bot.errors import ChatError, ChatRefused
from bot.helper import HelperProcess
from bot.ids import random_id
from bot.logs import configure
from bot.looking_back.audit_lines import AuditLines
from bot.people import People
from bot.store.connections import PointedElsewhere
from bot.store.engine import open_store
from bot.store.migrate import StoreOutdated
from bot.store.store import Store
from handlers.bolt import build_app
from handlers.desk import Desk
from handlers.renderer import Renderer
from handlers.slack.chat import SlackChat
from handlers.slack.web import ask, web_client
from providers.azure_blob import BlobReader
from providers.base import Provider
from providers.network import make_client
from providers.registry import build

log = logging.getLogger("tunesmith")
EXIT_CONFIG = 2
GRACE = 5.0
RETRY_FIRST, RETRY_LONGEST = 1.0, 30.0


class CannotStart(Exception):
    """The program cannot start until somebody changes something; the text says what."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are in the workspace, from `auth.test`."""

    team_id: str
    bot_user: str
    bot_id: str
    url: str


class Transport(Protocol):
    """Socket Mode or HTTP: how payloads reach the listeners."""

    async def open(self) -> None:
        """Connect, or listen."""
        ...

    async def close(self) -> None:
        """Take nothing more in."""
        ...


@dataclass(slots=True)
class Application:
    """A built program. `start` connects and works, `stop` ends it; nothing is lost in between."""

    deps: Deps
    engine: Engine
    desk: Desk
    transport: Transport
    closing: AsyncExitStack

    async def start(self) -> None:
        """Plant what is due, connect, then begin to work."""
        await self.engine.prepare()
        await self.transport.open()
        await self.engine.start()

    async def stop(self) -> None:
        """Take nothing more in, finish what answers people, stop working, close."""
        await self.transport.close()
        await self.desk.background.drain(GRACE)
        await self.engine.stop()
        await self.closing.aclose()


async def identify(client: AsyncWebClient, settings: Settings) -> Identity:
    """Ask Slack who we are, for as long as it takes Slack to answer.

    Raises:
        CannotStart: the token is refused, or belongs to another workspace.
    """
    wait = RETRY_FIRST
    answer = None
    while answer is None:
        try:
            answer = await ask(client.auth_test())
        except ChatRefused as error:
            why = (
                f"Slack refuses the bot token ({error.code}). Install the app to the workspace again and put the new "
                "xoxb- token into slack.bot_token or TUNESMITH_SLACK_BOT_TOKEN."
            )
            raise CannotStart(why) from None
        except ChatError as error:
            log.warning("Slack does not answer (%s); trying again in %.0f s", error, wait)
            await asyncio.sleep(wait)
            wait = min(RETRY_LONGEST, wait * 2)
    found = Identity(
        str(answer["team_id"]), str(answer["user_id"]), str(answer["bot_id"]), str(answer["url"])
    )
    if found.team_id != settings.slack.home_team:
        why = (
            f"The bot token belongs to team {found.team_id}, but slack.home_team is {settings.slack.home_team}. "
            "Correct one of the two."
        )
        raise CannotStart(why)
    return found


def build_providers(settings: Settings, clock: Clock) -> Mapping[str, Provider]:
    """One provider for each connection; nothing is sent yet."""
    network = network_options(settings.network)
    return {
        one.name: build(one.provider, one.name, provider_settings(one), network=network, clock=clock)
        for one in settings.connections
    }


def build_blobs(settings: Settings, clock: Clock) -> Mapping[str, BlobReader]:
    """One reader for each storage account; nothing is sent yet."""
    network = network_options(settings.network)
    return {
        one.account: BlobReader(storage_account(one), network=network, clock=clock)
        for one in settings.storage
    }


async def create_app(
    settings: Settings,
    *,
    clock: Clock,
    store: Store,
    providers: Mapping[str, Provider],
    client: AsyncWebClient,
    identity: Identity,
    rng: random.Random,
) -> Application:
    """Build the program from its parts. Nothing is connected yet; `stop` closes the parts too."""
    closing = AsyncExitStack()
    http = make_client(network_options(settings.network))
    chat = SlackChat(client, http, settings.slack)
    helper = HelperProcess()
    people = People(
        store,
        clock,
        chat,
        settings.roles,
        settings.slack.home_team,
        settings.slack.allowed_teams,
        settings.approvals,
    )
    blobs = build_blobs(settings, clock)
    deps = Deps(
        blobs=blobs,
        settings=settings,
        store=store,
        clock=clock,
        chat=chat,
        renderer=Renderer(),
        providers=providers,
        people=people,
        helper=helper,
        new_id=random_id,
        rng=rng,
    )
    engine = Engine(deps)
    desk = Desk(deps, engine, client, identity.bot_user, identity.url)
    closing.push_async_callback(store.close)
    for provider in providers.values():
        closing.push_async_callback(provider.aclose)
    for reader in blobs.values():
        closing.push_async_callback(reader.aclose)
    closing.push_async_callback(http.aclose)
    closing.push_async_callback(helper.aclose)
    app = build_app(desk, team_id=identity.team_id, bot_id=identity.bot_id)
    return Application(deps, engine, desk, _transport(settings, app), closing)


def _transport(settings: Settings, app: AsyncApp) -> Transport:
    if settings.slack.mode == "http":
        from handlers.http_transport import HttpTransport

        return HttpTransport(app, settings.slack.http_host, settings.slack.http_port)
    from handlers.socket_transport import SocketTransport

    return SocketTransport(app, settings)


async def run(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; the exit code (0, or 2 when it cannot start as configured)."""
    configure(settings.log.level, json_lines=settings.log.json_lines, secrets=settings.secrets)
    started = time.monotonic()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        application = await _until(_assemble(settings), stopping)
    except (CannotStart, StoreOutdated, PointedElsewhere) as error:
        log.critical("cannot start: %s", _why(error))
        return EXIT_CONFIG
    if application is None:
        return 0
    try:
        return await _serve(application, settings, stopping, started)
    except PointedElsewhere as error:
        log.critical("cannot start: %s", _why(error))
        return EXIT_CONFIG
    finally:
        await application.stop()
        log.info("stopped")


async def _assemble(settings: Settings) -> Application:
    clock = SystemClock()
    store = open_store(settings.store.path)
    try:
        client = web_client(settings)
        identity = await identify(client, settings)
        return await create_app(
            settings,
            clock=clock,
            store=store,
            providers=build_providers(settings, clock),
            client=client,
            identity=identity,
            rng=random.SystemRandom(),
        )
    except BaseException:
        await store.close()
        raise


async def _until(work: Coroutine[Any, Any, Application], stopping: asyncio.Event) -> Application | None:
    """The application, or None when a signal came first."""
    building = asyncio.create_task(work)
    waiting = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({building, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not building.done():
        building.cancel()
        with suppress(asyncio.CancelledError):
            await building
        return None
    return building.result()


async def _serve(
    application: Application, settings: Settings, stopping: asyncio.Event, started: float
) -> int:
    auditing = asyncio.create_task(AuditLines(application.deps.store).run())
    auditing.add_done_callback(_audit_ended)
    await application.start()
    # What is here now stays: a full collection in the middle of fifty clicks would walk through all of it.
    gc.collect()
    gc.freeze()
    log.info(
        "connected: %s in %s, %d connection(s), %s mode, %.2f s after the start",
        settings.slack.command,
        settings.slack.home_team,
        len(settings.connections),
        settings.slack.mode,
        time.monotonic() - started,
    )
    watching = asyncio.ensure_future(application.engine.watch())
    waiting = asyncio.ensure_future(stopping.wait())
    done, pending = await asyncio.wait({watching, waiting}, return_when=asyncio.FIRST_COMPLETED)
    for task in (*pending, auditing):
        task.cancel()
    if watching in done:
        watching.result()
        log.error("a loop ended by itself")
        return 1
    return 0


def _audit_ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("the audit is no longer written to standard output", exc_info=task.exception())


def _why(error: Exception) -> str:
    if isinstance(error, StoreOutdated):
        return (
            f"the database is of version {error.found}, this program needs {error.needed}. "
            "Stop all copies and run `tunesmith db upgrade`."
        )
    if isinstance(error, PointedElsewhere):
        return (
            f"the connection '{error}' points to another resource than before, and its jobs and files are not there. "
            "Give the new resource a new name, or point the name back."
        )
    return str(error)
