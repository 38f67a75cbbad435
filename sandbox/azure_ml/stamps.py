"""Who made and last changed something, and when (`systemData`)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sandbox.common.entra import Principal


@dataclass(frozen=True, slots=True)
class Stamps:
    """`by` is None for what was there from the beginning."""

    created: datetime
    changed: datetime
    by: Principal | None = None

    def touched(self, now: datetime) -> "Stamps":
        """The same, changed now."""
        return replace(self, changed=now)

    def as_json(self) -> dict[str, Any]:
        """The `systemData` object."""
        who = self.by.object_id if self.by else "sandbox"
        kind = "Application" if self.by else "User"
        return {
            "createdAt": timestamp(self.created),
            "createdBy": who,
            "createdByType": kind,
            "lastModifiedAt": timestamp(self.changed),
            "lastModifiedBy": who,
            "lastModifiedByType": kind,
        }


def timestamp(at: datetime) -> str:
    """A moment as the service writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"
