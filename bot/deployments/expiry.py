"""Who calls a deployment, and when the service deletes it by itself, as far as it is known. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.facts.deployments import Expiry
from bot.store.deployments import Deployment
from bot.store.spells import SpellRow
from providers.hosting import ExpiryRule

CALLED = timedelta(days=1)
"""A deployment that was called so recently is one that is used."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Who calls a deployment. `since` is the later of creation, last call and our keep call; None = not known.

    The last call came between `last_call` and `last_until`: the service counts calls in buckets.
    """

    use: Literal["called", "never", "unknown"]
    last_call: datetime | None
    calls_day: int | None
    since: datetime | None
    read_at: datetime | None
    last_until: datetime | None = None


def idle_of(deployment: Deployment, rules: Sequence[ExpiryRule], spells: Mapping[str, SpellRow]) -> Idle:
    """Who calls it, as last read (`last_use` in `bot.store.deployments.Deployment`).

    Args:
        deployment: the row.
        rules: those that hold for its SKU.
        spells: those that go on, by rule.
    """
    seen: Mapping[str, Any] = deployment.last_use or {}
    created, kept = deployment.created_remote, deployment.kept_at
    last, begin, read_at = (_moment(seen.get(name)) for name in ("last", "since", "read_at"))
    known = bool(seen) and bool(seen.get("known", True))
    use: Literal["called", "never", "unknown"] = "unknown"
    if known and last is not None:
        use = "called"
    elif known and created is not None and (begin is None or begin <= created):
        use = "never"
    rule, spell = next((one for one in rules if one.id == "idle"), None), spells.get("idle")
    # By what was read last; a spell's own basis does not move back with the measurements.
    basis = spell.due_at - rule.after if rule and spell else None
    if basis is None and known:
        # A window without a call that began after the creation: idle at least since its begin.
        since = last if use == "called" else created if use == "never" else begin
        basis = max((at for at in (created, since, kept) if at is not None), default=None)
    day = seen.get("last_day") if known else None
    if day is not None and read_at is not None:
        day = max(0, int(day) - own_calls(deployment, read_at - CALLED, read_at))
    until = None
    if known and last is not None:
        last, until = call_span(last, seen.get("bucket_seconds"), created)
    return Idle(use, last if known else None, int(day) if day is not None else None, basis, read_at, until)


def call_span(
    begin: datetime, bucket_seconds: float | None, created: datetime | None
) -> tuple[datetime, datetime | None]:
    """Between when the calls of a bucket came: not before the creation. The end is None when it is not known."""
    end = begin + timedelta(seconds=bucket_seconds) if bucket_seconds else None
    return (
        created if created is not None and begin < created and (end is None or created < end) else begin
    ), end


def own_calls(deployment: Deployment, since: datetime, until: datetime) -> int:
    """How many calls of that time were the bot's own: the first that it answered, and the last that kept it."""
    return sum(since <= at <= until for at in _own(deployment))


def own_last_call(deployment: Deployment) -> datetime | None:
    """When the bot itself called it last; None = never."""
    return max(_own(deployment), default=None)


def _own(deployment: Deployment) -> set[datetime]:
    kept = _moment((deployment.asked.get("keep") or {}).get("called"))
    return {at for at in (deployment.first_ok_at, kept) if at is not None}


def expiry_of(
    deployment: Deployment,
    rules: Sequence[ExpiryRule],
    idle: Idle,
    spells: Mapping[str, SpellRow],
    now: datetime,
) -> Expiry | None:
    """The next deletion by the service; None for what is called, is no fine-tuned model, or is not there.

    Args:
        deployment: the row.
        rules: those that hold for its SKU.
        idle: who calls it.
        spells: those that go on, by rule.
        now: the present moment.
    """
    created = deployment.created_remote
    if not deployment.fine_tuned or not deployment.there or created is None:
        return None
    found: list[Expiry] = []
    for rule in rules:
        basis, spell = (created if rule.id == "age" else idle.since), spells.get(rule.id)
        at = spell.due_at if spell else basis + rule.after if basis is not None else None
        if at is None or (rule.id == "idle" and _is_called(deployment, idle, now)):
            continue
        found.append(Expiry(rule=rule.id, at=at, after_hours=int(rule.after / timedelta(hours=1))))
    return min(found, key=lambda one: one.at, default=None)


def _is_called(deployment: Deployment, idle: Idle, now: datetime) -> bool:
    """Whether people call it: our own keep call is not theirs."""
    return idle.last_call is not None and now - idle.last_call < CALLED and deployment.kept_at is None


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
