"""Which of a person's data the training form offers."""

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.datasets.fitting import fits
from bot.facts.forms import Choice
from bot.people import Actor
from bot.store import datasets
from bot.store.datasets import Dataset

MOST = 100


def data_choices(
    connection: Connection, actor: Actor, settings: Settings, name: str, method: str
) -> tuple[tuple[Choice, ...], tuple[Choice, ...], str]:
    """The person's sound data that this connection takes for this method, the rest of it, and the label of the newest
    of the rest that would do if it were checked for this service ("" = none)."""
    usable = datasets.usable(connection, actor.team_id, limit=MOST)
    mine = [one for one in usable if one.owner == actor.user_id]
    services = {one.name: one.provider for one in settings.connections}

    def taken(one: Dataset) -> bool:
        checked_for = services.get(str(one.source.get("connection", "")))
        return checked_for in (None, services[name]) and fits(one.profile, method)

    rest = [one for one in mine if not taken(one)]
    recheck = next((one.label for one in rest if fits(one.profile, method)), "")
    return tuple(_choice(one) for one in mine if taken(one)), tuple(_choice(one) for one in rest), recheck


def _choice(one: Dataset) -> Choice:
    form, unit = (one.profile or "chat").replace("_", "/"), "lines" if one.profile == "text" else "examples"
    at = str(one.source.get("connection", ""))
    parts = (form, f"checked for {at}" if at else "", f"{one.examples or 0:,} {unit}", one.role)
    return Choice(
        value=one.label, label=f"{one.label} · {one.name}", note=" · ".join(part for part in parts if part)
    )
