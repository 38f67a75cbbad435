"""Data made of other data: a repaired file, or one without some of its lines.

Nothing of it is kept but how it is made, so that any step can make it again, on any machine: the source of a derived
dataset names the other one and what was done. What was made once is recognised by its SHA-256 afterwards.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, select, update

from bot.datasets.asked import asked
from bot.datasets.fetching import hashed
from bot.datasets.origins import origin_of
from bot.datasets.repair.record import Repairs
from bot.datasets.staging import Staging
from bot.deps import Deps
from bot.errors import FileProblem
from bot.store import datasets, small
from bot.store.datasets import Dataset
from bot.store.tables import dataset as table
from bot.work import queue
from bot.work.tasks import BULK

REPAIRED: Final = "repaired"
WITHOUT: Final = "without"
COPIED: Final = "copied"
HELD: Final = "held"


def is_derived(found: Dataset) -> bool:
    """Whether its bytes are made here, of another dataset's."""
    return found.repaired_from is not None


async def present(deps: Deps, staging: Staging, found: Dataset) -> None:
    """Have the bytes of a dataset on this machine: as they were when they were checked, if they were.

    Raises:
        FileProblem: they cannot be had any more, or are others now.
        ChatError, ProviderError: where they are cannot be reached now.
        HelperError: making them failed.
    """
    if staging.has(found.id):
        return
    if is_derived(found):
        async with staging.alone(found.id):
            if not staging.has(found.id):
                await make(deps, staging, found)
        return
    origin = await origin_of(deps, found, staging.limit)
    await staging.fetch(origin, found.id, found.sha256 or "")


async def make(deps: Deps, staging: Staging, found: Dataset) -> None:
    """Make the bytes of a derived dataset of those of its origin. Raises what `present` raises."""
    origin = await deps.store.read(lambda c: datasets.get(c, found.repaired_from or 0))
    if origin is None:
        raise FileProblem("origin_gone", {"name": found.name})
    await present(deps, staging, origin)
    source, target = staging.path(origin.id), staging.path(found.id)
    if WITHOUT in found.source:
        artifact = int(found.source["lines"])
        lines = await deps.store.read(lambda c: kept_lines(c, artifact))
        await deps.helper.without(source, target, lines)
    elif COPIED in found.source:
        await deps.helper.without(source, target, ())
    elif HELD in found.source:
        side: Literal["train", "valid"] = "valid" if found.source["side"] == "valid" else "train"
        await deps.helper.hold_back(source, target, int(found.source["share"]), side)
    else:
        await repaired(deps, staging, origin, found)
    if found.sha256 is None:
        return
    arrived = await hashed(target, lambda _: None)
    if arrived.sha256 != found.sha256:
        staging.drop(found.id)
        raise FileProblem("source_changed", {"name": found.name})


async def repaired(deps: Deps, staging: Staging, origin: Dataset, found: Dataset) -> Repairs:
    """Write the repaired bytes of `origin` as those of `found`."""
    options = asked(deps, str(found.source["connection"]), found.name)
    form = origin.profile or ""
    return await deps.helper.repair(staging.path(origin.id), staging.path(found.id), options, form)


def derive(
    connection: Connection,
    origin: Dataset,
    made: Mapping[str, Any],
    *,
    pair: int | None,
    actor: str,
    via: str,
    now: datetime,
    corr: str,
    at: str | None = None,
    role: str | None = None,
) -> tuple[int, bool]:
    """A dataset made of `origin` as `made` says; its number, and whether it is new.

    The same is not made twice, unless it could not be read. `actor` is the user id of who asks for it; it belongs to
    the owner of `origin`, takes its role (or `role`), and is checked like any other, for the connection `at` (or for
    that of `origin`).
    """
    before = known(connection, origin, made)
    if before is not None:
        return before, False
    number = datasets.add(
        connection,
        team_id=origin.team_id,
        owner=origin.owner,
        name=name_of(origin.name, how_of(made)),
        source={**made, "via": via, "connection": at or origin.source["connection"]},
        role=role or origin.role,
        now=now,
    )
    connection.execute(update(table).where(table.c.id == number).values(repaired_from=origin.id, pair=pair))
    queue.enqueue(
        connection,
        "dataset.intake",
        f"intake:{number}",
        {"dataset": number},
        now=now,
        corr=corr,
        lane=BULK,
        lock_key=f"dataset:{number}",
    )
    small.record(
        connection,
        at=now,
        actor=actor,
        via=via,
        action="dataset.derived",
        subject=f"D{number}",
        after={"of": origin.label, "how": how_of(made)},
        corr=corr,
    )
    return number, True


def how_of(made: Mapping[str, Any]) -> str:
    """Which of the ways to make data of other data a source tells."""
    return next(one for one in (REPAIRED, WITHOUT, COPIED, HELD) if one in made)


def known(connection: Connection, origin: Dataset, made: Mapping[str, Any]) -> int | None:
    """The dataset that was made of `origin` in the same way and can be used or is being looked at."""
    rows = connection.execute(
        select(table.c.id, table.c.source)
        .where(table.c.repaired_from == origin.id, table.c.state != "unreadable")
        .order_by(table.c.id.desc())
    )
    for row in rows:
        if all(row.source.get(name) == value for name, value in made.items()):
            return int(row.id)
    return None


def as_repaired(origin: Dataset) -> dict[str, Any]:
    """What the source of a repaired dataset says."""
    return {REPAIRED: origin.id}


def as_without(origin: Dataset, lines: int, count: int, like: int) -> dict[str, Any]:
    """What the source of a dataset without lines says: the artifact that lists them, how many, and for which job."""
    return {WITHOUT: origin.id, "lines": lines, "count": count, "like": like}


def as_copied(origin: Dataset, connection: str) -> dict[str, Any]:
    """What the source of the same data for another connection says."""
    return {COPIED: origin.id, "for": connection}


def as_held(origin: Dataset, share: int, side: str, connection: str) -> dict[str, Any]:
    """What the source of one side of a dataset says, of which `share` percent are held back."""
    return {HELD: origin.id, "share": share, "side": side, "for": connection}


def keep_lines(connection: Connection, name: str, lines: Sequence[int], *, now: datetime) -> int:
    """Keep a list of lines; its artifact's number."""
    data = json.dumps(list(lines), separators=(",", ":")).encode()
    return small.keep_bytes(connection, name, "application/json", data, now=now)


def kept_lines(connection: Connection, number: int) -> list[int]:
    """What `keep_lines` kept. `LookupError` when there is none."""
    lines: list[int] = json.loads(small.bytes_of(connection, number))
    return lines


def name_of(name: str, how: str) -> str:
    """`train_w47-repaired.jsonl` for `train_w47.jsonl`."""
    if how == COPIED:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or len(ending) > 10:
        stem, ending = name, "jsonl"
    added = {REPAIRED: "repaired", WITHOUT: "shorter", HELD: "part"}[how]
    return f"{stem[:180]}-{added}.{ending}"
