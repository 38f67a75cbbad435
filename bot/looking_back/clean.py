"""Cleaning up at a service: what the picker shows, and what a person chose. Reads and small writes, no request."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.approvals.policy import pinned
from bot.config.settings import Settings
from bot.deployments.places import Places
from bot.deps import Deps
from bot.errors import Invalid
from bot.facts.deploy_forms import CleanForm, CleanItem, Gauge
from bot.facts.forms import Choice
from bot.looking_back import cleaning
from bot.looking_back.cleaning import Known, Person
from bot.looking_back.gathering import known_of
from bot.people import Actor, People, has_role
from bot.store import connections, inventory
from bot.store.inventory import Kept
from bot.work import queue
from providers.base import Limits, Provider

READ, DELETE = "clean.read", "clean.delete"
SHOWN = 100
"""Options of a Slack select (contracts/slack.md), for each kind."""
BLOCKED_SHOWN = 30


def gather(connection: Connection, providers: Mapping[str, Provider], name: str, kept: Kept) -> Known:
    """What is known of a connection. Models only where its deployments are managed: elsewhere nobody can tell whether
    one is in use."""
    provider = providers.get(name)
    return known_of(connection, name, kept, models=provider is not None and provider.hosting is not None)


def form(
    connection: Connection,
    settings: Settings,
    providers: Mapping[str, Provider],
    person: Person,
    given: str | None,
) -> CleanForm:
    """The picker for a connection (None = the first one) as last read; nothing is listed before it was read."""
    names = [one.name for one in settings.connections]
    wanted = (given or "").casefold()
    name = next((one for one in names if one.casefold() == wanted), names[0])
    kept = inventory.get(connection, name)
    # Whose things are is known from the service's jobs: before they are read, everything would be somebody else's.
    known = gather(connection, providers, name, kept) if kept.read_at is not None else Known(connection=name)
    found = cleaning.items(known, person)
    shown = [*_choosable(found), *[one for one in found if one.blocked][:BLOCKED_SHOWN]]
    provider = providers.get(name)
    limits = provider.capabilities.limits if provider else Limits()
    error = kept.error or {}
    return CleanForm(
        connections=tuple(
            Choice(value=one.name, label=one.name, note=one.region) for one in settings.connections
        ),
        connection=name,
        gauges=gauges(connection, settings, limits, name, kept),
        items=tuple(shown),
        more=len(found) - len(shown),
        read_at=kept.read_at,
        error=str(error.get("code", "")),
        error_params=dict(error.get("params") or {}),
        error_text=str(error.get("text", "")),
        models=provider is not None and provider.hosting is not None,
    )


def _choosable(found: Sequence[CleanItem]) -> list[CleanItem]:
    """As many of each kind as can be chosen from."""
    free = [one for one in found if not one.blocked]
    return [one for kind in cleaning.KINDS for one in [one for one in free if one.kind == kind][:SHOWN]]


def gauges(
    connection: Connection, settings: Settings, limits: Limits, name: str, kept: Kept
) -> tuple[Gauge, ...]:
    """How full the connection is, as far as the service told; what it documents no limit for is left out."""
    used: dict[str, int | None] = {}
    if kept.read_at is not None:
        ours = [one for one in kept.files if cleaning.ours(one)]
        used = {
            "files_bytes": sum(one.bytes or 0 for one in ours),
            "files": len(ours),
            "jobs": len(kept.jobs),
        }
    else:
        seen = connections.known(connection).get(name)
        used = (
            {what: (seen.usage or {}).get(what) for what in ("files_bytes", "files", "jobs")} if seen else {}
        )
    most = {"files_bytes": limits.files_total_bytes, "files": limits.files, "jobs": limits.jobs_kept}
    found = [
        Gauge(connection=name, what=what, used=number, limit=limit)
        for what, limit in most.items()
        if limit and (number := used.get(what)) is not None
    ]
    count = Places(connection, settings).count(name)
    if count is not None:
        found.append(Gauge(connection=name, what="deployments", used=count.used, limit=count.limit))
    return tuple(found)


def check(
    connection: Connection,
    providers: Mapping[str, Provider],
    person: Person,
    name: str,
    chosen: Sequence[tuple[str, str]],
) -> list[CleanItem]:
    """What was chosen, as it is known now.

    Raises:
        Invalid: at `file`, `model` or `job`: `clean_nothing`, `clean_unknown`, or the code of what is in the way.
    """
    if not chosen:
        raise Invalid("clean_nothing", {}, field="file")
    known = gather(connection, providers, name, inventory.get(connection, name))
    found = {(one.kind, one.id): one for one in cleaning.items(known, person)}
    for kind, id_ in chosen:
        item = next((one for key, one in found.items() if key == (kind, id_)), None)
        if item is None:
            raise Invalid("clean_unknown", {"item": id_}, field=kind)
        if item.blocked:
            raise Invalid(item.blocked, blocked_params(item), field=kind)
    return [one for key, one in found.items() if key in set(chosen)]


def blocked_params(item: CleanItem) -> dict[str, str | int | float]:
    """What the words about a blocked item need."""
    owner = {"owner": item.owner} if item.owner else {}
    return {"item": item.name, "by": ", ".join(item.blocked_by), **owner}


def lock_of(name: str) -> str:
    """Reading and deleting at one connection take turns: what was read before a deletion must not be written after."""
    return f"clean:{name}"


def plant_read(connection: Connection, name: str, *, now: datetime, corr: str) -> None:
    """Have the service asked what it keeps."""
    queue.enqueue(
        connection,
        READ,
        f"{READ}:{name}",
        {"connection": name},
        now=now,
        corr=corr,
        lock_key=lock_of(name),
    )


def plant_delete(
    connection: Connection,
    name: str,
    items: Sequence[CleanItem],
    actor: Actor,
    *,
    click: str,
    now: datetime,
    corr: str,
) -> bool:
    """Have these deleted by the worker, one after the other; False for a second click. Who may is asked then."""
    planted = queue.enqueue(
        connection,
        DELETE,
        f"{DELETE}:{click}",
        {
            "connection": name,
            "items": [one.model_dump(mode="json") for one in items],
            "done": [],
            "failed": [],
            "team": actor.team_id,
            "user": actor.user_id,
        },
        now=now,
        corr=corr,
        lock_key=lock_of(name),
    )
    return planted is not None


def cached_person(
    connection: Connection, people: People, settings: Settings, actor: Actor, name: str
) -> Person:
    """Who looks, as far as the last look at Slack knows; asked again before anything is deleted."""
    groups = people.known_groups(connection, actor.user_id)
    decides = pinned(settings, "deployment", name).names(actor.user_id, groups)
    return Person(actor.user_id, decides or has_role(settings.roles.admins, actor.user_id, groups))


async def require_person(deps: Deps, actor: Actor, name: str) -> Person:
    """Who may clean up there: trainers what is theirs, approvers and administrators everything.

    Raises:
        Denied: neither. ChatError: Slack cannot be asked (fail closed).
    """
    if await deps.people.may_approve(actor, pinned(deps.settings, "deployment", name)):
        return Person(actor.user_id, everything=True)
    await deps.people.require(actor)
    return Person(actor.user_id, everything=await deps.people.is_admin(actor))
