"""Watching whether a deployment's base model is still paid for: a subscription that is suspended, ended, or back.

A service that sells models serves them to nobody whose subscription is not in order, and says so in no call of ours.
What is known comes from the endpoint itself with each look, and from the catalogue that is read every hour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from bot.deployments.record import DeploymentRecorder
from bot.facts.deployment_notices import OfferChanged
from bot.store import connections, deployments
from bot.store.deployments import Deployment
from bot.work import outbox_rows
from bot.work.outbox_rows import Target
from providers.describing import SubscriptionState
from providers.hosting import RemoteDeployment

OFFER = "offer"
"""In `Deployment.asked`: how its offer stood last (`standing`), and how often that changed (`changes`)."""
Offer = Literal["good", "suspended", "ended"]


def judge(standing: SubscriptionState, known: str, remote: RemoteDeployment) -> Offer | None:
    """How the offer stands; None = nothing that is known for certain.

    Args:
        standing: of the subscription, as the catalogue has it.
        known: what it was at the last look, "" = there was none.
        remote: the deployment, as the service tells it now.
    """
    if remote.state == "removing":
        return None
    seen = remote.suspended or known in ("good", "ended")
    if standing == "unsubscribed" or (standing == "absent" and seen):
        # One that was never seen may belong to an offer that goes by another model's name.
        return "ended"
    if remote.suspended or standing == "suspended":
        return "suspended"
    # On its way back it does not answer yet; and where the subscription is not known, answering only ends a trouble.
    good = remote.state == "live" and (standing == "subscribed" or (standing == "" and known != ""))
    return "good" if good else None


@dataclass(frozen=True, slots=True)
class Offers:
    """Keeps how offers stand and tells of changes. Inside one transaction, on the row as it is then."""

    recorder: DeploymentRecorder

    def look(
        self, connection: Connection, row: Deployment, remote: RemoteDeployment, *, now: datetime, corr: str
    ) -> None:
        """Hold what is known now against what was known; each change is told once, to the owner and the approvers."""
        base = connections.model(connection, row.connection, row.base) if row.base else None
        sold = base is not None and base.subscribed
        if not (sold or remote.suspended):
            return
        kept: Mapping[str, Any] = row.asked.get(OFFER) or {}
        known, changes = str(kept.get("standing", "")), int(kept.get("changes", 0))
        found = judge(base.subscription if base is not None else "", known, remote)
        if found is None or found == known:
            return
        if not known and found == "good":
            values = {OFFER: {"standing": found, "changes": changes}}
            deployments.note(connection, row.id, asked={**row.asked, **values})
            return
        changes += 1
        values = {OFFER: {"standing": found, "changes": changes}}
        deployments.change(connection, row.id, now=now, asked={**row.asked, **values})
        self.recorder.audit(
            connection, row, "deployment.offer", now=now, corr=corr, before=known or None, after=found
        )
        self._tell(connection, row, found, changes, now=now)

    def _tell(
        self, connection: Connection, row: Deployment, found: Offer, changes: int, *, now: datetime
    ) -> None:
        notice = OfferChanged(deployment=self.recorder.facts(connection, row.id, now=now), offer=found)
        what = f"offer:{row.incarnation}:{changes}"
        self.recorder.tell_owner(connection, row, what, notice, now=now)
        if row.owner is None:
            return  # the approvers have heard it then
        slack = self.recorder.settings.slack
        target = Target(channel=slack.approvals_channel or slack.channel)
        outbox_rows.say(connection, f"deployment:{row.label}:{what}:approvers", notice, target, now=now)
