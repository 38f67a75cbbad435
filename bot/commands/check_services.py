"""The connections: harmless questions to each."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from html import unescape

from bot.clock import SystemClock
from bot.commands.check_hosting import NEARLY, hosting
from bot.commands.findings import Looked, fine, warn, wrong
from bot.config.connections import Connection
from bot.config.handover import network_options, provider_settings
from bot.config.settings import Settings
from handlers.wording.errors import explain
from providers.base import Probe, Provider
from providers.errors import ProviderError
from providers.network import NetworkOptions
from providers.registry import build

MOST_SKEW = 60
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
        if provider.hosting is not None:
            now = SystemClock().now()
            found += [
                one async for one in hosting(provider.hosting, connection, settings, now=now, said=_said)
            ]
        return found
    finally:
        await provider.aclose()


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
    said = explain(error.code, error.params, "en", provider=connection.provider)
    answer = error.answer
    quote = f"; it says “{answer.message}”" if answer.message else ""
    request = f" (request {answer.request_id})" if answer.request_id else ""
    # the sentences are Slack markup; on a terminal its escapes are only in the way
    return wrong(what, unescape(f"{said.happened}. {said.meaning}") + quote + request, unescape(said.remedy))
