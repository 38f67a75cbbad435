"""When the service itself deletes a deployment (contract 3.1).

A fine-tuned one that nobody called for more than 15 days; one of the developer tier 24 hours after it was created,
whatever was called. Only calls that the model answered count: whether refused ones do is not documented.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sandbox.azure_openai.catalogue import DEVELOPER

if TYPE_CHECKING:  # `deployments` asks this module what is due
    from sandbox.azure_control.deployments import Deployment

IDLE: Final = timedelta(days=15)
DEVELOPER_LIFE: Final = timedelta(hours=24)
_SUCCESS: Final = range(200, 300)


def last_answered(deployment: "Deployment") -> datetime | None:
    """When the model last answered a call; None when it never did."""
    return max((call.at for call in deployment.calls if call.status in _SUCCESS), default=None)


def deleted_at(deployment: "Deployment") -> datetime | None:
    """The moment after which the service deletes it, as things stand; None for one that it leaves alone."""
    if not deployment.fine_tuned or deployment.succeeded_at is None or deployment.state == "Deleting":
        return None
    if deployment.sku.lower() == DEVELOPER.lower():
        return deployment.created_at + DEVELOPER_LIFE
    last = last_answered(deployment)
    return (deployment.created_at if last is None else max(deployment.created_at, last)) + IDLE


def due(deployments: Iterable["Deployment"], now: datetime) -> "list[Deployment]":
    """Those that the service deletes now."""
    found = []
    for deployment in deployments:
        ends = deleted_at(deployment)
        if ends is not None and now > ends:
            found.append(deployment)
    return found
