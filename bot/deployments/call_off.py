"""Calling off a deployment that is approved and not sent yet, most often because a freeze holds it.

Nothing was sent, so nothing is asked of the service: the row ends. Whoever asked for it or an approver may, as with
taking down; the worker asks that (`bot.deployments.take_down`), because a click is committed before it is answered.
"""

from datetime import datetime

from sqlalchemy import Connection

from bot.deployments.record import DeploymentRecorder, lock_of, unmoved
from bot.deployments.unsent import nothing_sent, nothing_there
from bot.errors import WrongState
from bot.facts.deployment_notices import TakenDown
from bot.people import Actor
from bot.store import deployments
from bot.store.deployments import Deployment
from bot.store.requests import Request
from bot.work import queue

CALLED_OFF = "called_off"
"""Both why a task was planted and `Deployment.gone_why`."""


def check(connection: Connection, request: Request) -> Deployment:
    """The deployment that an approved request waits to send.

    Raises:
        WrongState: `not_called_off` (with `request` and `state`: of the deployment, else of the request) when something
            was sent already, it has ended, or the request was never approved.
    """
    found = deployments.of_request(connection, request.id)
    if request.state != "approved" or found is None or not nothing_sent(found):
        state = found.state if found is not None else request.state
        raise WrongState("not_called_off", {"request": request.label, "state": state})
    return found


def plant(
    connection: Connection, request: Request, actor: Actor, *, click: str, now: datetime, corr: str
) -> bool:
    """Have it called off by the worker; False when that is planned already. Whether the person may is asked then.

    Raises:
        WrongState: `not_called_off`, see `check`.
    """
    found = check(connection, request)
    planted = queue.enqueue(
        connection,
        "deployment.delete",
        f"delete:{found.id}:{CALLED_OFF}",
        {
            "deployment": found.id,
            "why": CALLED_OFF,
            "click": click,
            "team": actor.team_id,
            "user": actor.user_id,
        },
        now=now,
        corr=corr,
        lock_key=lock_of(found.id),
    )
    return planted is not None


def end(
    connection: Connection,
    seen: Deployment,
    by: str,
    *,
    recorder: DeploymentRecorder,
    now: datetime,
    corr: str,
) -> bool:
    """Write that it is called off, and tell its owner, who did it and the request's thread.

    False when something of it is at the service after all.
    """
    fresh = deployments.get(connection, seen.id)
    if fresh is None or not unmoved(fresh, seen) or not nothing_there(fresh):
        return False
    deployments.change(
        connection, fresh.id, now=now, state="gone", gone_at=now, gone_why=CALLED_OFF, failure=None
    )
    recorder.audit(
        connection,
        fresh,
        "deployment.called_off",
        now=now,
        corr=corr,
        actor=by,
        via="button",
        before=fresh.state,
        after=CALLED_OFF,
    )
    notice = TakenDown(deployment=recorder.facts(connection, fresh.id, now=now), by=by)
    what = f"called_off:{fresh.incarnation}"
    recorder.tell_owner(connection, fresh, what, notice, now=now)
    if by != fresh.owner:
        recorder.tell(connection, by, fresh.id, what, notice, now=now)
    recorder.tell_thread(connection, fresh, what, notice, now=now)
    return True
