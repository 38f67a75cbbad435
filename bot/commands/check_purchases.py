"""What of a connection's models has to be bought before it is trained: how each stands, and who may buy it."""

from collections.abc import AsyncIterator, Callable, Sequence
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
    """How the models stand that are trained here and sold by a subscription, those together of which the same is to be
    said; nothing where there is none."""
    what, required = f"purchases at {connection.name}", provider.requirements
    if required is None or not provider.capabilities.training:
        return
    try:
        sold = [model for model in await provider.models() if model.trainable and model.subscribed]
        alike: dict[tuple[bool, str, tuple[str, ...]], list[tuple[str, Requirement]]] = {}
        for model in sold:
            needed = await _needed(model, required)
            if needed is not None and needed.state == "missing" and needed.purchase:
                key = (needed.fulfillable, _status(needed), needed.grants)
                alike.setdefault(key, []).append((model.short, needed))
            else:
                yield _standing(what, model, needed, connection)
        for together in alike.values():
            yield _to_be_bought(what, [name for name, _ in together], together[0][1], connection)
    except ProviderError as error:
        yield said(what, error, connection)


async def _needed(model: Model, required: Requirements) -> Requirement | None:
    if model.subscription == "subscribed":
        return None
    found = await required.check(model.id)
    return next((one for one in found if one.id.startswith(PURCHASE)), None)


def _status(needed: Requirement) -> str:
    return str(needed.params.get("status") or "none")


def _standing(what: str, model: Model, needed: Requirement | None, connection: Connection) -> Looked:
    """How one model stands that is not to be bought."""
    if model.subscription == "subscribed":
        return fine(what, f"{model.short} is subscribed to (Subscribed)")
    if needed is None or needed.state == "unknown":
        detail = f"whether {model.short} is subscribed to cannot be read"
        return warn(what, detail, "\n".join([_UNKNOWN, *_asked_for(needed)]))
    status = _status(needed)
    if needed.state == "met":
        return fine(what, f"{model.short} is subscribed to ({status})")
    if needed.state == "blocked":
        return _blocked(what, needed, connection, status)
    return fine(what, f"{model.short} is being subscribed to ({status})")


def _to_be_bought(what: str, names: Sequence[str], needed: Requirement, connection: Connection) -> Looked:
    many = len(names) > 1
    said = "have to be bought before they are trained" if many else "has to be bought before it is trained"
    detail = f"{', '.join(names)} {said} (subscription: {_status(needed)})"
    if needed.fulfillable:
        return fine(what, f"{detail}; the bot may, once its approvers agree ({_ON} is on)")
    sold_by = service(connection.provider)
    by_hand = f"Somebody with the rights to buy subscribes in {sold_by.label}"
    if not sold_by.buys(provider_settings(connection)):
        return fine(what, f"{detail}; the bot may not buy ({_ON} is off): {by_hand[0].lower()}{by_hand[1:]}")
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
