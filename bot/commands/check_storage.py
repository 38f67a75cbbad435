"""The storage accounts that data may be imported from: may the bot's identity read them?"""

from collections.abc import AsyncIterator
from html import unescape

from bot.clock import SystemClock
from bot.commands.findings import Looked, fine, wrong
from bot.config.handover import network_options, storage_account
from bot.config.settings import Settings
from handlers.wording.error_hints import of as hints
from handlers.wording.markup import unmarked
from handlers.wording.operating import explain
from providers.azure_blob import BlobAddress, BlobReader
from providers.errors import NotFound, ProviderError

NOWHERE = "tunesmith-check"
"""A name that nothing has: who lacks the role is refused before anything is looked for."""


async def storage(settings: Settings) -> AsyncIterator[Looked]:
    """One line for each account and each container that is named."""
    network = network_options(settings.network)
    for one in settings.storage:
        reader = BlobReader(storage_account(one), network=network, clock=SystemClock())
        try:
            for container in one.containers or (NOWHERE,):
                yield await _looked(reader, container, named=bool(one.containers))
        finally:
            await reader.aclose()


async def _looked(reader: BlobReader, container: str, *, named: bool) -> Looked:
    account = reader.account.account
    what = f"storage {account}/{container}" if named else f"storage {account}"
    try:
        await reader.look(BlobAddress(account, container, NOWHERE))
    except NotFound as error:
        if named and error.code == "container_not_found":
            return wrong(what, "there is no such container", "Correct storage.containers, or make it.")
    except ProviderError as error:
        return _refused(what, error, account)
    return fine(what, "may be read")


def _refused(what: str, error: ProviderError, account: str) -> Looked:
    said = explain(error.code, error.params, "en", table=f"storage.{account}")
    grant = str(error.params.get("grant", ""))
    meaning = said.meaning if not grant else said.meaning.replace(hints(error.params, "en")["grant_hint"], "")
    return wrong(what, unescape(unmarked(f"{said.happened}. {meaning}")), grant or unmarked(said.remedy))
