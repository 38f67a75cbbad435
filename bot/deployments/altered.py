"""Telling that a deployment was changed at the service: what was approved of it, its size and its price, is another."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.deployments.facts import deployment_facts
from bot.deployments.record import DeploymentRecorder
from bot.facts.deployment_notices import DeploymentAltered
from bot.store.deployments import Deployment
from bot.work import outbox_rows
from bot.work.outbox_rows import Target


def matters(before: Deployment, after: Mapping[str, Any]) -> bool:
    """Whether another model, way of hosting or capacity is seen; one that is not told (0) is no other one."""
    capacities = (before.capacity, int(after["capacity"]))
    return (
        str(after["sku"]).casefold() != before.sku.casefold()
        or (all(capacities) and capacities[0] != capacities[1])
        or str(after["model"]) != before.model
    )


def tell(recorder: DeploymentRecorder, connection: Connection, before: Deployment, *, now: datetime) -> None:
    """To the owner and to the approvers, with what it was and what it is. `before` is the row as it was."""
    was = deployment_facts(connection, before, recorder.settings, recorder.providers, now=now)
    notice = DeploymentAltered(deployment=recorder.facts(connection, before.id, now=now), was=was)
    what = f"altered:{before.incarnation}:{now.isoformat()}"
    recorder.tell_owner(connection, before, what, notice, now=now)
    if before.owner is None:
        return  # the approvers have heard it then
    slack = recorder.settings.slack
    target = Target(channel=slack.approvals_channel or slack.channel)
    outbox_rows.say(connection, f"deployment:{before.label}:{what}:approvers", notice, target, now=now)
