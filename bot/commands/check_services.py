"""The connections: one harmless question to each."""

import asyncio
from collections.abc import AsyncIterator
from html import unescape

from bot.clock import SystemClock
from bot.commands.findings import Looked, fine, wrong
from bot.config.connections import Connection
from bot.config.handover import network_options, provider_settings
from bot.config.settings import Settings
from handlers.wording.errors import explain
from providers.base import Probe
from providers.errors import ProviderError
from providers.network import NetworkOptions
from providers.registry import build


async def connections(settings: Settings) -> AsyncIterator[Looked]:
    """All connections at once, told in the order of the configuration."""
    network = network_options(settings.network)
    for coming in [asyncio.ensure_future(_probe(one, network)) for one in settings.connections]:
        yield await coming


async def _probe(connection: Connection, network: NetworkOptions) -> Looked:
    what = f"connection {connection.name}"
    try:
        provider = build(
            connection.provider,
            connection.name,
            provider_settings(connection),
            network=network,
            clock=SystemClock(),
        )
    except ProviderError as error:
        return _said(what, error, connection)
    try:
        return fine(what, _used(await provider.probe()))
    except ProviderError as error:
        return _said(what, error, connection)
    finally:
        await provider.aclose()


def _used(probe: Probe) -> str:
    limits = probe.capabilities.limits
    counts = (("files", probe.files, limits.files), ("jobs kept", probe.jobs, limits.jobs_kept))
    shown = [
        f"{count:,} {name}" if most is None else f"{count:,} of {most:,} {name}"
        for name, count, most in counts
        if count is not None
    ]
    return ", ".join(("answers", *shown))


def _said(what: str, error: ProviderError, connection: Connection) -> Looked:
    said = explain(error.code, error.params, "en", provider=connection.provider)
    answer = error.answer
    quote = f"; it says “{answer.message}”" if answer.message else ""
    request = f" (request {answer.request_id})" if answer.request_id else ""
    # the sentences are Slack markup; on a terminal its escapes are only in the way
    return wrong(what, unescape(f"{said.happened}. {said.meaning}") + quote + request, unescape(said.remedy))
