"""Marketplace subscriptions of a workspace (contract 3): which there are, what their states mean, how one is bought."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from providers.azure_ai.client import WorkspaceClient, part
from providers.azure_ai.endpoints_operations import Operations, value_or_none
from providers.azure_ai.endpoints_wire import Subscription, read
from providers.azure_ai.names import BaseName, without_version
from providers.calls import SUBMIT
from providers.errors import Conflict, NotFound, ProviderError, Refused, ServiceAnswer
from providers.hosting import Operation, OperationState

GROUP: Final = "marketplace"
CREATE: Final = "marketplace.create"
LIST: Final = "marketplace.list"
GET: Final = "marketplace.get"

Standing = Literal["subscribed", "coming", "suspended", "unsubscribed", "failed", "absent"]
_RANK: Final[tuple[Standing, ...]] = (
    "subscribed", "coming", "suspended", "failed", "unsubscribed", "absent",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """The subscription to one model.

    Attributes:
        standing: ours; `coming` = being bought, or a state that nobody has told us of.
        raw: the service's own words. name: of the subscription, "" = there is none.
        offer: publisher and offer, as the bill names them; "" = not told.
    """

    standing: Standing
    raw: str = ""
    name: str = ""
    offer: str = ""


class Offers:
    """What the list of subscriptions says of every model: of several to one the one that helps most. Pure.

    Ids are compared without case and version.
    """

    def __init__(self, items: Iterable[Any]) -> None:
        self._held: dict[str, Held] = {}
        for wire in (read(Subscription, item) for item in items):
            model, found = _plain(wire.properties.model_id), _held(wire)
            known = self._held.get(model, found)
            self._held[model] = min(known, found, key=lambda one: _RANK.index(one.standing))

    def of(self, model: str) -> Held:
        """The subscription to a model."""
        return self._held.get(_plain(model), Held("absent"))


def subscription_name(model: BaseName) -> str:
    """Our name of the subscription to a model: its own name in the characters that the service takes.

    The same for every attempt, so that a repeated purchase is the same resource.
    """
    text = re.sub(r"[^a-zA-Z0-9_-]", "-", model.name)[:255]
    return text if re.match(r"[a-zA-Z0-9]", text) else f"m{text}"[:255]


class Marketplace:
    """The subscriptions of one workspace."""

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client
        self._operations = Operations(client, GROUP, seen=self._seen, gone=self._seen, failed=_failed)

    async def offers(self) -> Offers:
        """The subscriptions to all models; one request per page."""
        return Offers(await self._client.items(GROUP, LIST, f"{self._client.path}/marketplaceSubscriptions"))

    async def held(self, model: str) -> Held:
        """The subscription to a model; one request per page."""
        return (await self.offers()).of(model)

    async def subscribe(self, model: BaseName, name: str = "") -> Operation:
        """PUT, once: this buys. Versions are not part of what is subscribed to.

        `name` is that of a subscription which is there and does not count; "" = ours.

        Raises:
            OutcomeUnknown: sent, and no answer came; `held` tells.
            Unauthorised: `role_missing`.
            Refused: `marketplace_refused` with the service's words.
        """
        name = name or subscription_name(model)
        try:
            answer = await self._client.answer(
                GROUP,
                CREATE,
                "PUT",
                self._path(name),
                json={"properties": {"modelId": model.id}},
                repeatable=False,
                timeouts=SUBMIT,
                what={"model": model.name},
            )
        except Refused as error:
            if error.code in {"request_refused", "conflict", "not_found"}:
                kind = Conflict if isinstance(error, Conflict) else Refused
                raise kind("marketplace_refused", error.params, error.answer) from error
            raise
        made = _held(read(Subscription, value_or_none(answer)))
        if made.standing == "subscribed" and "azure-asyncoperation" not in answer.headers:
            return Operation(name=name, state=None)
        return self._operations.begun("apply", name, answer)

    async def state(self, operation: Operation) -> OperationState:
        """How far a purchase is."""
        return await self._operations.state(operation)

    async def _seen(self, name: str) -> OperationState:
        try:
            value = await self._client.get(GROUP, GET, self._path(name), what={"subscription": name})
        except NotFound as error:
            if error.code != "not_found":
                raise
            return OperationState(progress="failed", raw="", problem=_failed(name, "", ""))
        found = _held(read(Subscription, value))
        if found.standing == "subscribed":
            return OperationState(progress="succeeded", raw=found.raw)
        if found.standing == "coming":
            return OperationState(progress="running", raw=found.raw)
        return OperationState(progress="failed", raw=found.raw, problem=_failed(name, found.raw, ""))

    def _path(self, name: str) -> str:
        return f"{self._client.path}/marketplaceSubscriptions/{part(name)}"


def _plain(model: str) -> str:
    return without_version(model).lower()


def _held(wire: Subscription) -> Held:
    properties = wire.properties
    status, resource = properties.status.lower(), properties.provisioning.lower()
    plan = "/".join(text for text in (properties.plan.publisher, properties.plan.offer) if text)
    standing: Standing = "coming"
    if resource in {"failed", "canceled", "cancelled"}:
        standing = "failed"
    elif status == "suspended":
        standing = "suspended"
    elif resource == "deleting" or (status == "unsubscribed" and resource != "creating"):
        # While it is being bought it counts as unsubscribed, too.
        standing = "unsubscribed"
    elif status == "subscribed" and resource != "creating":
        standing = "subscribed"
    raw = properties.provisioning if standing == "failed" else properties.status or properties.provisioning
    return Held(standing, raw, wire.name, plan)


def _failed(name: str, code: str, message: str) -> ProviderError:
    answer = ServiceAnswer(code=code, message=message)
    return Refused("marketplace_refused", {"subscription": name}, answer)
