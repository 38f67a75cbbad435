"""Becoming the owner of a deployment that was made around the bot: from then on somebody hears of it."""

from datetime import datetime

from sqlalchemy import Connection

from bot.deployments.record import DeploymentRecorder
from bot.errors import NotThere, WrongState
from bot.people import Actor
from bot.store import deployments


def own(
    connection: Connection,
    number: int,
    actor: Actor,
    *,
    recorder: DeploymentRecorder,
    now: datetime,
    corr: str,
) -> None:
    """Make a person the owner of a deployment that has none; doing so again changes nothing. It gets its card.

    Raises:
        NotThere: `deployment`.
        WrongState: `deployment_owned` by somebody else, `deployment_state` when it is gone.
    """
    found = deployments.get(connection, number)
    if found is None or found.team_id != actor.team_id:
        raise NotThere("deployment", {"given": f"P{number}"})
    if found.owner == actor.user_id:
        return
    if found.owner is not None:
        raise WrongState("deployment_owned", {"deployment": found.title, "owner": found.owner})
    if not found.there:
        params = {"deployment": found.title, "action": "adopt", "state": found.state}
        raise WrongState("deployment_state", params)
    deployments.change(connection, number, now=now, owner=actor.user_id)
    recorder.ensure_card(connection, found, now=now)
    recorder.audit(
        connection,
        found,
        "deployment.owned",
        now=now,
        corr=corr,
        actor=actor.user_id,
        via="button",
        after={"foreign": found.foreign},
    )
