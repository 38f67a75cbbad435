"""The base model's retirement, in its two phases: training ends, later deployments end. Pure but for `dates`."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.config.approvals import WatchSettings
from bot.deployments.idle import Judgement, Spell, choose, day_stages
from bot.store import connections, deployments
from bot.store.deployments import Deployment
from bot.working_hours import Hours

SAME_DATE = timedelta(days=1)
"""A date that moves by less is the same one; one that is put off by more is announced anew."""


def dates(connection: Connection, deployment: Deployment) -> dict[str, datetime]:
    """When the base model's phases end, as far as the service announced it: by its region, else by its models."""
    place, _ = deployments.place(connection, deployment.connection)
    found: dict[str, datetime | None] = {}
    offer = next((one for one in place.offers if one.base == deployment.base), None) if place else None
    if offer is not None:
        found = {"training": offer.training_ends, "inference": offer.inference_ends}
    model = connections.model(connection, deployment.connection, deployment.base)
    if model is not None:
        for phase, at in (("training", model.training_ends), ("inference", model.inference_ends)):
            found[phase] = found.get(phase) or at
    return {phase: at for phase, at in found.items() if at is not None}


def judge(
    ends_at: datetime,
    spell: Spell | None,
    watch: WatchSettings,
    hours: Hours,
    *,
    now: datetime,
    was_away: bool,
) -> Judgement:
    """What one look means for one phase. Nothing is announced that is over already."""
    is_new = spell is None or ends_at - spell.furthest > SAME_DATE
    if spell is None or is_new:
        spell = Spell(furthest=ends_at)
    judged = Judgement(basis=ends_at, due=ends_at, spell=spell, is_new=is_new)
    if now >= ends_at:
        return judged
    stages = day_stages(ends_at, watch.retire_days, hours)
    return choose(stages, judged, hours, now=now, was_away=was_away, deletes=False)
