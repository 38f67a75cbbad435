"""What one look at a connection saw, and how it is kept in a row. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.deployments import idle
from bot.store.deployments import Deployment
from providers.errors import ProviderError
from providers.hosting import RemoteDeployment, Usage, Use

STUCK = timedelta(hours=1)
"""A deployment that the service has and that does not answer after this is watched like one that does: it costs."""


@dataclass(slots=True)
class Seen:
    """What one look saw.

    Attributes:
        asked_at: when it began; what changed after that is not changed back.
        listed: deployments by their names in lower case; services compare them without case.
        gone: names that the list did not show, and that are not there when asked for.
        usage: None = could not be read (`trouble` says why).
    """

    asked_at: datetime
    listed: dict[str, RemoteDeployment] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    usage: Usage | None = None
    trouble: ProviderError | None = None

    def use_of(self, name: str) -> Use | None:
        """Calls of a deployment; None = no call in the window, or nothing was read."""
        if self.usage is None:
            return None
        uses = self.usage.uses
        found = uses.get(name)
        return found or next((use for one, use in uses.items() if one.casefold() == name.casefold()), None)


def is_watched(row: Deployment, now: datetime) -> bool:
    """Whether the watch, and not a task of the roll-out, looks after a deployment."""
    return row.state == "live" or (row.state == "starting" and now - row.state_at > STUCK)


def last_use(row: Deployment, seen: Seen, created_at: datetime | None) -> Mapping[str, Any] | None:
    """`Deployment.last_use` after a look; what was known stays where nothing was read.

    Calls from before the creation belong to an earlier deployment of the same name. A last call that lies before the
    window that was read is still the last one. A reading from before the creation or our own first call says nothing
    of who has not called since.
    """
    usage = seen.usage
    if usage is None:
        return row.last_use
    use = seen.use_of(row.name)
    last = use.last if use is not None else None
    if last is not None and created_at is not None and last + usage.bucket <= created_at:
        use, last = None, None
    if last is None:
        known = (row.last_use or {}).get("last")
        if known and datetime.fromisoformat(known) < usage.since and not _before(known, created_at):
            last = datetime.fromisoformat(known)
    return {
        "last": last.isoformat() if last else None,
        "calls": use.calls if use else 0,
        "last_day": use.last_day if use else 0,
        "since": usage.since.isoformat(),
        "bucket_seconds": usage.bucket.total_seconds(),
        "read_at": usage.read_at.isoformat(),
        "known": usage.known
        and row.name not in usage.unmeasured
        and (last is not None or not is_older(usage.read_at, row, created_at)),
    }


def is_older(read_at: datetime, row: Deployment, created_at: datetime | None) -> bool:
    """Whether calls were read before there was a deployment that answers."""
    return any(at is not None and read_at < at for at in (created_at, row.first_ok_at))


def moved_back(row: Deployment, seen: Seen) -> timedelta:
    """By how much the service moved its own records back since the last look, as the last call tells.

    Calls do not vanish from the measurements, so a last one that lies earlier than before is the same one.
    """
    known, use = (row.last_use or {}).get("last"), seen.use_of(row.name)
    if known is None or use is None or use.last is None or seen.usage is None:
        return timedelta(0)
    back = datetime.fromisoformat(known) - use.last
    return back if back > seen.usage.bucket else timedelta(0)


def _before(known: str, created_at: datetime | None) -> bool:
    return created_at is not None and datetime.fromisoformat(known) < created_at


def observed_values(row: Deployment, remote: RemoteDeployment, seen: Seen) -> dict[str, Any]:
    """Columns of a watched row after a look. The stored creation time stays while the service's only jitters."""
    created_at = remote.created_at if _redated(row, remote) else row.created_remote
    values: dict[str, Any] = {
        "remote": msgspec.to_builtins(remote),
        "raw_state": remote.raw_state,
        "sku": remote.sku,
        "capacity": remote.capacity,
        "model": remote.model,
        "fine_tuned": remote.fine_tuned,
        "base": remote.base or row.base,
        "created_remote": created_at,
        "last_use": last_use(row, seen, created_at),
        "looked_at": seen.asked_at,
    }
    kept_at = row.kept_at
    if kept_at is not None:
        kept_at -= idle.dated_back(row.created_remote, remote.created_at)
        use = seen.use_of(row.name)
        if (
            use is not None
            and seen.usage is not None
            and idle.shows_keep(use.last, seen.usage.bucket, kept_at)
        ):
            kept_at = None
    values["kept_at"] = kept_at
    return values


def _redated(row: Deployment, remote: RemoteDeployment) -> bool:
    if row.created_remote is None or remote.created_at is None:
        return remote.created_at is not None
    return abs(remote.created_at - row.created_remote) > idle.SAME_BIRTH


def shown(values: Mapping[str, Any], now: datetime) -> tuple[object, ...]:
    """What of a row a card shows: when this stays the same, nobody has to see the row again.

    Time is part of it: what is idle shows its days, and what they cost.
    """
    use = values.get("last_use") or {}
    last = use.get("last")
    since = datetime.fromisoformat(last) if last else values.get("created_remote")
    days = (now - since) // timedelta(days=1) if since else 0
    parts = ("raw_state", "sku", "capacity", "model", "created_remote", "kept_at", "state")
    return (*(values.get(name) for name in parts), last, use.get("known"), days)
