"""The connections: harmless questions to each."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from html import unescape

from bot.clock import SystemClock
from bot.commands.check_hosting import NEARLY, hosting
from bot.commands.check_purchases import purchases
from bot.commands.check_training import training
from bot.commands.findings import Looked, fine, warn, wrong
from bot.commands.named import settings_named
from bot.config.connections import Connection
from bot.config.handover import network_options, provider_settings
from bot.config.settings import Settings
from handlers.wording.markup import clip
from handlers.wording.operating import explain
from providers.base import Probe, Provider
from providers.errors import ProviderError
from providers.network import NetworkOptions
from providers.registry import build

MOST_SKEW = 60
_IDENTITY = re.compile(r'--assignee "([0-9A-Za-z-]+)"')
_NOBODY = re.compile(r'--assignee "<[^"]*>"')
MOST_WORDS = 300
"""Characters of a service's own words on one line of a terminal."""
MB = 1_000_000


async def connections(settings: Settings) -> AsyncIterator[Looked]:
    """All connections at once, told in the order of the configuration."""
    network = network_options(settings.network)
    asked = [asyncio.ensure_future(_all(one, settings, network)) for one in settings.connections]
    for coming in asked:
        for look in await coming:
            yield look


async def _all(connection: Connection, settings: Settings, network: NetworkOptions) -> list[Looked]:
    try:
        provider = build(
            connection.provider,
            connection.name,
            provider_settings(connection),
            network=network,
            clock=SystemClock(),
        )
    except ProviderError as error:
        return [_said(f"connection {connection.name}", error, connection)]
    try:
        found = await _probed(provider, connection)
        if all(one.state != "failure" for one in found):
            found += [one async for one in training(provider, connection, said=_said)]
            found += [one async for one in purchases(provider, connection, said=_said)]
        if provider.hosting is not None:
            now = SystemClock().now()
            found += [
                one async for one in hosting(provider.hosting, connection, settings, now=now, said=_said)
            ]
        return _named(found)
    finally:
        await provider.aclose()


def _named(looks: list[Looked]) -> list[Looked]:
    """One refusal that names the bot's identity names it for all commands of the connection."""
    named = next((found[1] for one in looks if (found := _IDENTITY.search(one.remedy))), None)
    if named is None:
        return looks
    return [replace(one, remedy=_NOBODY.sub(f'--assignee "{named}"', one.remedy)) for one in looks]


async def _probed(provider: Provider, connection: Connection) -> list[Looked]:
    """The data plane: files and jobs."""
    what = f"connection {connection.name}"
    try:
        probe = await provider.probe()
    except ProviderError as error:
        return [_said(what, error, connection)]
    return [fine(what, _used(probe)), *_full(what, probe), *_skewed(what, probe)]


def _used(probe: Probe) -> str:
    limits = probe.capabilities.limits
    counts = (("files", probe.files, limits.files), ("jobs kept", probe.jobs, limits.jobs_kept))
    shown = [
        f"{count:,} {name}" if most is None else f"{count:,} of {most:,} {name}"
        for name, count, most in counts
        if count is not None
    ]
    return ", ".join(("answers", *shown))


def _full(what: str, probe: Probe) -> Iterator[Looked]:
    limits = probe.capabilities.limits
    quotas = (
        ("files", probe.files, limits.files, 1),
        ("MB of files", probe.files_bytes, limits.files_total_bytes, MB),
        ("jobs kept", probe.jobs, limits.jobs_kept, 1),
    )
    full = [
        f"{used // unit:,} of {most // unit:,} {name}"
        for name, used, most, unit in quotas
        if used is not None and most is not None and used >= NEARLY * most
    ]
    if full:
        remedy = "Delete what nobody uses: `/finetune clean` in Slack shows it in the safe order."
        yield warn(what, f"nearly used up: {', '.join(full)}", remedy)


def _skewed(what: str, probe: Probe) -> Iterator[Looked]:
    skew = probe.clock_skew
    if skew is not None and abs(skew) > MOST_SKEW:
        detail = f"this machine's clock is {-skew:+.0f} s against the service's"
        yield wrong(what, detail, "Set the machine's clock by NTP: tokens and measurements depend on it.")


def _said(what: str, error: ProviderError, connection: Connection) -> Looked:
    named = settings_named(connection)
    said = explain(error.code, error.params, "en", provider=connection.provider, **named)
    answer, grant = error.answer, str(error.params.get("grant", ""))
    words = " ".join(answer.message.split())
    # What the service says of a missing role is in our sentence and in the command: once is enough.
    quote = f" The service says: “{clip(words, MOST_WORDS)}”" if words and not grant else ""
    request = f" (request {answer.request_id})" if answer.request_id else ""
    # the sentences are Slack markup; on a terminal its escapes are only in the way
    detail = unescape(f"{said.happened}. {said.meaning}") + quote + request
    return wrong(what, detail, grant or unescape(said.remedy))
