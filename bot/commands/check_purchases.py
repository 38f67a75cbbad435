"""What of a connection's models has to be bought before it is trained: how each stands, and who may buy it."""

from collections.abc import AsyncIterator, Callable
from html import unescape

from bot.commands.findings import Looked, fine, warn, wrong
from bot.commands.named import settings_named
from bot.config.connections import Connection
from bot.config.handover import provider_settings
from bot.facts.jobs import FailureFacts
from handlers.wording.operating import to_operator
from handlers.wording.requirements import explain
from handlers.wording.services import service_name
from providers.base import Model, Provider
from providers.errors import ProviderError
from providers.registry import service
from providers.requirements import Requirement, Requirements

Said = Callable[[str, ProviderError, Connection], Looked]
PURCHASE = "marketplace"
_ON = "`allow_marketplace` in the connection's options"
_OWN_ROLE = "or a role of your own with these rights:"
_UNKNOWN = "Trainings are tried all the same, and the service decides."


async def purchases(provider: Provider, connection: Connection, *, said: Said) -> AsyncIterator[Looked]:
    """A look for every model that is trained here and sold by a subscription; nothing where there is none."""
    what, required = f"purchases at {connection.name}", provider.requirements
    if required is None or not provider.capabilities.training:
        return
    try:
        sold = [model for model in await provider.models() if model.trainable and model.subscribed]
        for model in sold:
            yield await _standing(what, model, required, connection)
    except ProviderError as error:
        yield said(what, error, connection)


async def _standing(what: str, model: Model, required: Requirements, connection: Connection) -> Looked:
    """How one model stands."""
    if model.subscription == "subscribed":
        return fine(what, f"{model.short} is subscribed to (Subscribed)")
    found = await required.check(model.id)
    needed = next((one for one in found if one.id.startswith(PURCHASE)), None)
    if needed is None or needed.state == "unknown":
        detail = f"whether {model.short} is subscribed to cannot be read"
        return warn(what, detail, "\n".join([_UNKNOWN, *_asked_for(needed)]))
    status = str(needed.params.get("status") or "none")
    if needed.state == "met":
        return fine(what, f"{model.short} is subscribed to ({status})")
    if needed.state == "blocked":
        return _blocked(what, needed, connection, status)
    if not needed.purchase:
        return fine(what, f"{model.short} is being subscribed to ({status})")
    return _to_be_bought(what, model, needed, connection, status)


def _to_be_bought(
    what: str, model: Model, needed: Requirement, connection: Connection, status: str
) -> Looked:
    detail = f"{model.short} has to be bought before it is trained (subscription: {status})"
    if needed.fulfillable:
        return fine(what, f"{detail}; the bot may, once its approvers agree ({_ON} is on)")
    sold_by = service(connection.provider)
    by_hand = f"Somebody with the rights to buy subscribes in {sold_by.label}"
    if not sold_by.buys(provider_settings(connection)):
        detail += f", and the bot may not buy ({_ON} is off)"
        return warn(what, detail, f"{by_hand}, or switch it on: then the bot asks its approvers and buys.")
    detail += f"; {_ON} is on, and the bot lacks rights for it"
    return warn(what, detail, "\n".join([f"{by_hand}, or give the bot the rights.", *_asked_for(needed)]))


def _blocked(what: str, needed: Requirement, connection: Connection, status: str) -> Looked:
    failure = FailureFacts(kind="requirement", code=needed.id, params={**needed.params, "what": needed.what})
    words = to_operator(
        explain(failure, "en", service_name(connection.provider)),
        failure.code,
        failure.params,
        "en",
        **settings_named(connection),
    )
    detail = unescape(f"{words.happened}. {words.meaning}").rstrip(".")
    return wrong(what, f"{detail} (subscription: {status})", unescape(words.remedy))


def _asked_for(needed: Requirement | None) -> tuple[str, ...]:
    """The command that grants all of it, then the rights one by one, each at its scope."""
    if needed is None or not needed.grants:
        return ()
    command, *rights = needed.grants
    return (command, *((_OWN_ROLE, *rights) if rights else ()))
