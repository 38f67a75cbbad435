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
from typing import TYPE_CHECKING, Any, Protocol

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
from bot.only_copy import OnlyCopy, StoreTaken, StoreUnlockable
from bot.people import People
from bot.store.connections import PointedElsewhere
from bot.store.engine import open_store
from bot.store.migrate import StoreOutdated
from bot.store.store import Store
from bot.work.pulses import Pulses
from handlers.bolt import build_app
from handlers.desk import Desk
from handlers.renderer import Renderer
from handlers.slack.chat import SlackChat
from handlers.slack.web import ask, web_client
from providers.azure_blob import BlobReader
from providers.base import Provider
from providers.network import NetworkOptions, make_client
from providers.registry import build

if TYPE_CHECKING:
    from handlers.health import Health

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

    async def connected(self) -> bool:
        """Whether payloads can reach us at this moment, as far as we can know."""
        ...


@dataclass(slots=True)
class Application:
    """A built program. `start` connects and works, `stop` ends it; nothing is lost in between."""

    deps: Deps
    engine: Engine
    desk: Desk
    transport: Transport
    closing: AsyncExitStack
    health: "Health | None" = None

    async def start(self) -> None:
        """Plant what is due, connect, then begin to work."""
        if self.health is not None:
            await self.health.open()
        await self.engine.prepare()
        await self.transport.open()
        await self.engine.start()
        if self.health is not None:
            self.health.probe.begun()

    async def stop(self) -> None:
        """Take nothing more in, finish what answers people, stop working, close."""
        if self.health is not None:
            await self.health.probe.ending()
        await self.transport.close()
        await self.desk.background.drain(GRACE)
        await self.engine.stop()
        await self.closing.aclose()
        if self.health is not None:
            await self.health.close()


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


def build_providers(
    settings: Settings, clock: Clock, health: "Health | None" = None
) -> Mapping[str, Provider]:
    """One provider for each connection; nothing is sent yet."""
    return {
        one.name: build(
            one.provider,
            one.name,
            provider_settings(one),
            network=_counted(settings, one.name, health),
            clock=clock,
        )
        for one in settings.connections
    }


def build_blobs(settings: Settings, clock: Clock, health: "Health | None" = None) -> Mapping[str, BlobReader]:
    """One reader for each storage account; nothing is sent yet."""
    return {
        one.account: BlobReader(
            storage_account(one), network=_counted(settings, f"storage:{one.account}", health), clock=clock
        )
        for one in settings.storage
    }


def _counted(settings: Settings, connection: str, health: "Health | None") -> NetworkOptions:
    return network_options(settings.network, health.meter.requests(connection) if health else None)


async def create_app(
    settings: Settings,
    *,
    clock: Clock,
    store: Store,
    providers: Mapping[str, Provider],
    client: AsyncWebClient,
    identity: Identity,
    rng: random.Random,
    health: "Health | None" = None,
) -> Application:
    """Build the program from its parts. Nothing is connected yet; `stop` closes the parts too."""
    closing = AsyncExitStack()
    health = health or build_health(settings, clock)
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
    blobs = build_blobs(settings, clock, health)
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
        pulses=health.probe.pulses if health else Pulses(),
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
    transport = _transport(settings, app, health)
    if health is not None:
        health.probe.has_store(store)
        health.probe.has_transport(transport.connected)
    return Application(deps, engine, desk, transport, closing, health)


def _transport(settings: Settings, app: AsyncApp, health: "Health | None") -> Transport:
    meter = health.meter if health else None
    if settings.slack.mode == "http":
        from handlers.http_transport import HttpTransport

        host, port = settings.slack.http_host, settings.slack.http_port
        return HttpTransport(app, host, port, routes=health.routes if health else (), observer=meter)
    from handlers.socket_transport import SocketTransport

    return SocketTransport(app, settings, observer=meter)


def build_health(settings: Settings, clock: Clock) -> "Health | None":
    """What tells of the program's health, where somebody can ask for it; it answers once it is opened."""
    if settings.health.port is None and settings.slack.mode != "http":
        return None
    from handlers.health import Health

    return Health(settings, clock)


async def run(settings: Settings, *, wait: float) -> int:
    """Run until SIGTERM or SIGINT; the exit code (0, or 2 when it cannot start as configured).

    `wait` is how many seconds another copy that works with the same store is given to end.
    """
    configure(settings.log.level, json_lines=settings.log.json_lines, secrets=settings.secrets)
    started = time.monotonic()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    clock = SystemClock()
    async with AsyncExitStack() as closing:
        try:
            # First of all, and let go of last: the other copy also holds the ports until it ends.
            lock = OnlyCopy(settings.store.path)
            closing.callback(lock.release)
            if not await lock.take(stopping, wait=wait):
                return 0
            health = build_health(settings, clock)
            if health is not None:
                closing.push_async_callback(health.close)
                await _listen(health, settings)
            application = await _until(_assemble(settings, clock, health), stopping)
            if application is None:
                return 0
            closing.push_async_callback(_stop, application)
            return await _serve(application, settings, stopping, started)
        except (CannotStart, StoreTaken, StoreUnlockable, StoreOutdated, PointedElsewhere) as error:
            log.critical("cannot start: %s", _why(error))
            return EXIT_CONFIG


async def _stop(application: Application) -> None:
    await application.stop()
    log.info("stopped")


async def _listen(health: "Health", settings: Settings) -> None:
    try:
        await health.open()
    except OSError as error:
        where = f"{settings.health.host}:{settings.health.port}"
        why = f"{where} cannot be listened on ({error.strerror}). Choose another health.host or health.port."
        raise CannotStart(why) from None
    if settings.health.port is not None:
        log.info("health and metrics: http://%s:%d", settings.health.host, health.port)


async def _assemble(settings: Settings, clock: Clock, health: "Health | None") -> Application:
    store = open_store(settings.store.path)
    try:
        if health is not None:
            health.probe.has_store(store)
        client = web_client(settings, health.meter if health else None)
        identity = await identify(client, settings)
        return await create_app(
            settings,
            clock=clock,
            store=store,
            providers=build_providers(settings, clock, health),
            client=client,
            identity=identity,
            rng=random.SystemRandom(),
            health=health,
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
    if isinstance(error, StoreTaken):
        return (
            f"another copy works with this store ({error}). One copy only: stop that one, or give this one a "
            "store.path of its own."
        )
    if isinstance(error, StoreUnlockable):
        return f"the file that keeps a second copy out cannot be opened: {error}. Correct the rights, or store.path."
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
