"""A request for a deployment as it is shown: with what all deployments cost together, and its base model by name.

An approval is not bound to it (`digest.MOVES`): while people think it changes with other deployments, other requests
and prices. So it is made anew whenever a waiting request is shown, and that of the moment in which the request was
decided is kept.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.deployments import pricing
from bot.deployments.places import Places
from bot.deployments.pricing import Planned
from bot.facts.requests import Bill, DeployAsk, Waiting
from bot.ids import number_of
from bot.naming import base_name
from bot.store import requests
from bot.store.requests import Request, Round

BILL = "bill"
"""Key in `Request.asked`: what was told when it was decided, a `Bill` as JSON."""


def shown(connection: Connection, request: Request, one: Round, settings: Settings) -> DeployAsk:
    """What a round of a request for a deployment asks for, with the sum that belongs to it.

    An earlier round keeps what it said when it was asked.
    """
    places, ask = Places(connection, settings), DeployAsk.model_validate(one.spec)
    ask = ask.model_copy(update={"base_short": base_name(places.base_name(ask.trained_at, ask.base))})
    if one.n != request.round:
        return ask
    if request.decided:
        kept = request.asked.get(BILL)
        return ask.model_copy(update={"bill": Bill.model_validate(kept)}) if kept else ask
    told = ask.warnings + _price_moved(ask, settings)
    return ask.model_copy(
        update={"bill": _bill(connection, request, ask, settings, places), "warnings": told}
    )


def to_keep(connection: Connection, request: Request, settings: Settings) -> Mapping[str, Any]:
    """What goes into `Request.asked` of a request that still waits and is about to be decided."""
    if request.kind != "deployment":
        return {}
    ask = DeployAsk.model_validate(request.spec)
    bill = _bill(connection, request, ask, settings, Places(connection, settings))
    if bill is None:
        return {}
    # What waits beside it now will not wait when this is read.
    return {BILL: bill.model_copy(update={"waiting": ()}).model_dump(mode="json")}


def _bill(
    connection: Connection, request: Request, ask: DeployAsk, settings: Settings, places: Places
) -> Bill | None:
    bill = pricing.bill(connection, settings, _planned(ask), places=places)
    if bill is None:
        return None
    others = [
        one
        for one in requests.undecided(connection)
        if one.kind == "deployment" and one.team_id == request.team_id and one.id != request.id
    ]
    waiting = [_waiting(connection, one, settings, places, bill.currency) for one in reversed(others)]
    return bill.model_copy(update={"waiting": tuple(one for one in waiting if one is not None)})


def _planned(ask: DeployAsk) -> Planned:
    return Planned(
        connection=ask.connection,
        base=ask.base,
        sku=ask.sku,
        capacity=ask.capacity,
        replaces=number_of(ask.replaces or "", "P"),
    )


def _waiting(
    connection: Connection, request: Request, settings: Settings, places: Places, currency: str
) -> Waiting | None:
    """What it would add; None where hosting it costs nothing."""
    ask = DeployAsk.model_validate(request.spec)
    if ask.free:
        return None
    rate = pricing.rate_of(settings, ask.connection, ask.base, ask.sku, ask.capacity)
    bill = pricing.bill(connection, settings, _planned(ask), places=places)
    if rate is None or bill is None or bill.currency != currency:
        return Waiting(request=request.label, always=None)
    return Waiting(
        request=request.label,
        always=bill.after - bill.before,
        asleep=bill.asleep_after - bill.asleep_before,
    )


def _price_moved(ask: DeployAsk, settings: Settings) -> tuple[tuple[str, dict[str, str | int | float]], ...]:
    """What an hour costs is approved with the rest, so another price does not stand in for it: it is told."""
    now = pricing.rate_of(settings, ask.connection, ask.base, ask.sku, ask.capacity, free=ask.free)
    if ask.rate is None or now is None:
        return ()
    if (now.per_hour, now.currency) == (ask.rate.per_hour, ask.rate.currency):
        return ()
    return (("price_moved", {"per_hour": now.per_hour, "currency": now.currency}),)
