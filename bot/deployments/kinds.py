"""The deployments' part of the engine: kinds of tasks, and what is planted anew at a start."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from bot.deployments import keep, rollout, take_down
from bot.deployments.apply import Apply
from bot.deployments.follow import FollowDeployment
from bot.deployments.keeping import Keep
from bot.deployments.record import DeploymentRecorder
from bot.deployments.reminders import Remind, Until, plant_until
from bot.deployments.take_down import TakeDown
from bot.deps import Deps
from bot.store import deployments
from bot.work.tasks import Kind, OnParked


def kinds(
    deps: Deps, recorder: DeploymentRecorder, parked: Callable[[OnParked | None], OnParked]
) -> dict[str, Kind]:
    """How the tasks about deployments are run."""
    apply, follow, keeping = Apply(deps, recorder), FollowDeployment(deps, recorder), Keep(deps, recorder)
    down = TakeDown(deps, recorder)
    return {
        "deployment.apply": Kind(handler=apply, on_parked=parked(apply.give_up)),
        "deployment.follow": Kind(handler=follow, on_parked=parked(follow.give_up)),
        "deployment.delete": Kind(handler=down, on_parked=parked(down.give_up)),
        "deployment.keep": Kind(handler=keeping, on_parked=parked(keeping.give_up)),
        "deployment.remind": Kind(handler=Remind(deps, recorder), on_parked=parked(None)),
        "deployment.until": Kind(handler=Until(deps, recorder), on_parked=parked(None)),
    }


def replant(connection: Connection, *, now: datetime, corr: str) -> int:
    """Give every deployment that waits for a step its task, should the row have been lost or dropped; how many."""
    waiting = 0
    for found in deployments.alive(connection):
        if found.state in (*deployments.COMING, "creating", "starting"):
            rollout.plant_step(connection, found.id, found.state, now=now, corr=corr)
        elif found.state == "removing" or found.take_down_at is not None:
            take_down.replant(connection, found, now=now, corr=corr)
        elif found.state != "live" or (found.keep_until is None and found.until is None):
            continue
        if found.state == "live" and found.keep_until is not None:
            keep.plant(connection, found.id, now=now, corr=corr)
        if found.state == "live":
            plant_until(connection, found, now=now, corr=corr)
        waiting += 1
    return waiting
