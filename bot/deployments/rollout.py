"""From an approved request to a deployment that is wanted: its row and its task; and another try of a failed one.

Nothing is sent here. The row is the intent that `bot.deployments.apply` carries out.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from bot.deployments.record import DIGEST, INTENT_TAG, REQUEST_TAG, lock_of
from bot.errors import WrongState
from bot.facts.requests import DeployAsk
from bot.ids import deployment_name, number_of
from bot.people import Actor
from bot.store import deployments, requests, small
from bot.store.deployments import Deployment
from bot.store.requests import Request, Vote
from bot.work import queue
from bot.work.tasks import POLL
from providers.hosting import DeploySpec, Operation, RemoteDeployment

APPROVAL_TAG, JOB_TAG, REQUESTER_TAG = "tunesmith-approval", "tunesmith-job", "tunesmith-requester"
SENDS = "sends"
"""In `asked`: requests since the last answer."""
TAG_LONGEST = 256
"""Characters that Azure Resource Manager takes in a tag's value (assumed: not in the contract)."""


def begin(connection: Connection, request: Request, *, now: datetime, corr: str) -> int:
    """The deployment that an approved request asks for; its number, the same for the same request and round.

    Called in the transaction that approves the request.
    """
    known = deployments.of_request(connection, request.id)
    if known is not None:
        return known.id
    ask = DeployAsk.model_validate(request.spec)
    number = deployments.add(
        connection,
        {
            "team_id": request.team_id,
            "connection": ask.connection,
            "name": ask.name,
            "model": ask.model,
            "model_short": ask.model_short,
            "base": ask.base,
            "job": number_of(ask.job or "", "J"),
            "request": request.id,
            "owner": request.requester,
            "channel": request.channel,
            "sku": ask.sku,
            "capacity": ask.capacity,
            "until": ask.until,
            "replaces": number_of(ask.replaces or "", "P"),
            "grace_hours": ask.grace_hours,
            "state": "approved",
            "asked": {DIGEST: request.digest},
        },
        now=now,
    )
    votes = requests.votes(connection, request.id, request.round)
    spec = spec_of(request, ask, number, votes)
    # `change` marks the request's copies, too.
    deployments.change(connection, number, now=now, spec=msgspec.to_builtins(spec))
    requests.note(connection, request.id, deployment=number)
    small.record(
        connection,
        at=now,
        actor=request.requester,
        via="approval",
        action="deployment.rollout",
        subject=deployment_name(number),
        before=None,
        after={"request": request.label, "round": request.round, "digest": request.digest, "name": ask.name},
        corr=corr,
    )
    plant(connection, number, now=now, corr=corr)
    return number


def plant(connection: Connection, number: int, *, now: datetime, corr: str) -> None:
    """Have it rolled out (or looked for) by the worker."""
    queue.enqueue(
        connection,
        "deployment.apply",
        f"apply:{number}",
        {"deployment": number},
        now=now,
        corr=corr,
        lock_key=lock_of(number),
    )


def plant_follow(connection: Connection, number: int, *, now: datetime, corr: str) -> None:
    """Have a deployment that the service makes followed until it answers."""
    queue.enqueue(
        connection,
        "deployment.follow",
        f"follow:{number}",
        {"deployment": number},
        now=now,
        corr=corr,
        lane=POLL,
        lock_key=lock_of(number),
    )


def plant_step(connection: Connection, number: int, state: str, *, now: datetime, corr: str) -> None:
    """Have the next step of a deployment in this state taken; nothing where there is none."""
    if state in deployments.COMING:
        plant(connection, number, now=now, corr=corr)
    elif state in ("creating", "starting"):
        plant_follow(connection, number, now=now, corr=corr)


def retry(
    connection: Connection, found: Deployment, actor: Actor, *, click: str, now: datetime, corr: str
) -> bool:
    """Try again once what was in the way is gone; False when that is planned already.

    For one that failed while its request is still approved as it was then, and for one that does not answer. Whether
    the person may is asked before anything is done.

    Raises:
        WrongState: `deployment_state`, `deployment_not_approved`.
    """
    check_retry(connection, found)
    planted = queue.enqueue(
        connection,
        "deployment.apply",
        f"retry:{found.id}",
        {"deployment": found.id, "team": actor.team_id, "user": actor.user_id, "click": click},
        now=now,
        corr=corr,
        lock_key=lock_of(found.id),
    )
    return planted is not None


def can_retry(connection: Connection, found: Deployment) -> bool:
    """Whether another try is possible."""
    if found.state == "starting":
        return found.failure is not None
    return found.state == "failed" and still_approved(connection, found)


def check_retry(connection: Connection, found: Deployment) -> None:
    """Raise `WrongState` when another try is not possible."""
    if not can_retry(connection, found):
        code = "deployment_not_approved" if found.state == "failed" else "deployment_state"
        raise WrongState(code, {"deployment": found.title, "action": "retry", "state": found.state})


def still_approved(connection: Connection, found: Deployment) -> bool:
    """Whether what was approved is exactly what this deployment was made for."""
    request = requests.get(connection, found.request) if found.request else None
    return request is not None and request.state == "approved" and request.digest == found.asked.get(DIGEST)


def spec_of(request: Request, ask: DeployAsk, number: int, votes: Sequence[Vote]) -> DeploySpec:
    """What is sent, but for the account that has the model: only the connections know that."""
    tags = {
        **ask.tags,
        REQUEST_TAG: request.label,
        APPROVAL_TAG: _approved_by(request, votes)[:TAG_LONGEST],
        REQUESTER_TAG: request.requester,
        # Unguessable for others, and not the same in another workspace's store.
        INTENT_TAG: hashlib.sha256(f"{request.intent_key}:{request.label}:{number}".encode()).hexdigest()[
            :32
        ],
    }
    if ask.job:
        tags[JOB_TAG] = ask.job
    return DeploySpec(
        name=ask.name,
        model=ask.model,
        base=ask.base,
        sku=ask.sku,
        capacity=ask.capacity,
        content_filter=ask.content_filter,
        tags=tags,
    )


def _approved_by(request: Request, votes: Sequence[Vote]) -> str:
    if request.glass:
        return f"break-glass {request.glass.get('user', '')}".strip()
    if request.auto:
        return f"rule {request.auto}"
    return " ".join(one.user_id for one in votes if one.decision == "approve")


def stored_spec(found: Deployment, source: str | None) -> DeploySpec:
    """What to send for a deployment of ours; `source` is the account that has the model, None when it is this one."""
    return replace(msgspec.convert(dict(found.spec or {}), DeploySpec), source=source)


def intent_of(found: Deployment) -> tuple[str, str] | None:
    """The tags by which a deployment of ours is recognised at the service; None for one made around the bot."""
    tags: Any = (found.spec or {}).get("tags") or {}
    marks = (tags.get(REQUEST_TAG), tags.get(INTENT_TAG))
    return (str(marks[0]), str(marks[1])) if all(marks) else None


def is_ours(found: Deployment, remote: RemoteDeployment) -> bool:
    """Whether what stands at the service came of this very intent."""
    marks = intent_of(found)
    return marks is not None and (remote.tags.get(REQUEST_TAG), remote.tags.get(INTENT_TAG)) == marks


def kept_operation(operation: Operation) -> dict[str, Any] | None:
    """An operation as the row keeps it; None when it was done at once."""
    if operation.state is None:
        return None
    return {"name": operation.name, "state": operation.state, "retry_after": operation.retry_after}


def read_operation(kept: Mapping[str, Any]) -> Operation:
    """An operation that the row has kept."""
    return Operation(name=kept["name"], state=kept["state"], retry_after=kept["retry_after"])


def left_behind(connection: Connection, found: Deployment, remote: RemoteDeployment) -> bool:
    """Whether what has the name is what an earlier deployment of ours left when it failed: nobody calls that."""
    if remote.state != "failed":
        return False
    earlier = deployments.failed_before(connection, found)
    return any(is_ours(one, remote) for one in earlier)
