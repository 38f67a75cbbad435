"""The start: nothing is held, everything overdue runs, everything open is compared with its service.

Planting is idempotent (keys are unique among open tasks), so it does not matter how the last run ended.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.approvals import kinds as approvals
from bot.config.handover import provider_settings
from bot.config.settings import Settings
from bot.deployments import kinds as hosted
from bot.deployments.watch import look_key, look_soon
from bot.store import connections, datasets, jobs, small
from bot.training import submit
from bot.training.record import poll_soon
from bot.work import outbox_rows, queue
from bot.work.tasks import BULK
from providers.base import Provider
from providers.registry import service

KEEP_TASKS = timedelta(days=14)
KEEP_DELIVERIES = timedelta(hours=24)
KEEP_MESSAGES = timedelta(days=14)
KEEP_ORDERS = timedelta(days=14)
"""Slack does not say when a modal is closed, and one may stay open on a machine that sleeps."""
SWEEP_EVERY = timedelta(hours=1)
SWEPT = "swept"
ALIVE = "alive"


def register(connection: Connection, settings: Settings) -> None:
    """Make the configured connections known. Raises `PointedElsewhere`."""
    for one in settings.connections:
        told = service(one.provider).identity(provider_settings(one))
        key = connections.resource_key(one.provider, str(one.endpoint), told)
        connections.register(connection, one.name, one.provider, key)


def free_leases(connection: Connection) -> tuple[int, int]:
    """Clear what the last run held: (tasks, messages). Only for a store that a single process uses."""
    return queue.clear_leases(connection), outbox_rows.clear_leases(connection)


def plant_recurring(connection: Connection, names: Mapping[str, object], *, now: datetime, corr: str) -> None:
    """Make sure that the recurring tasks exist; one row each."""
    for name in names:
        poll_soon(connection, name, now=now, seconds=0, corr=corr)
        queue.enqueue(
            connection, "catalogue.refresh", f"catalogue:{name}", {"connection": name}, now=now, corr=corr
        )


def plant_recurring_missing(
    connection: Connection, names: Mapping[str, object], *, now: datetime, corr: str
) -> None:
    """Plant recurring tasks that have no open row, without hurrying those that have one."""
    missing = {name: None for name in names if not queue.is_open(connection, f"poll:{name}")}
    plant_recurring(connection, missing, now=now, corr=corr)


def plant_looks(
    connection: Connection,
    providers: Mapping[str, Provider],
    *,
    now: datetime,
    corr: str,
    only_missing: bool = False,
) -> None:
    """Make sure that the deployments of every connection that has any are watched; looked at now, unless
    `only_missing` leaves those alone whose next look is planted."""
    for name, provider in providers.items():
        if provider.hosting is None or (only_missing and queue.is_open(connection, look_key(name))):
            continue
        look_soon(connection, name, now=now, corr=corr)


def replant_jobs(connection: Connection, *, now: datetime, corr: str) -> int:
    """Give every job that waits for a step its task, should the row have been lost or dropped; how many."""
    planted = 0
    for job in jobs.unfinished(connection):
        if job.state in ("waiting", "submitting"):
            submit.plant(connection, job.id, now=now, corr=corr)
            planted += 1
        elif job.ended and job.collected_at is None:
            queue.enqueue(
                connection,
                "job.collect",
                f"collect:{job.label}",
                {"job": job.id},
                now=now,
                corr=corr,
                lane=BULK,
                lock_key=f"job:{job.id}",
            )
            planted += 1
    return planted


def replant_data(connection: Connection, *, now: datetime, corr: str) -> int:
    """Give every dataset and copy that waits for a step its task; how many."""
    unread, copies = datasets.unfinished(connection)
    for number in unread:
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
    for copy in copies:
        submit.plant_upload(connection, copy.id, copy.dataset, now=now, corr=corr)
    return len(unread) + len(copies)


def replant_requests(connection: Connection, *, now: datetime, corr: str) -> int:
    """Give every approval request that waits its tasks; how many requests."""
    return approvals.replant(connection, now=now, corr=corr)


def replant_deployments(connection: Connection, *, now: datetime, corr: str) -> int:
    """Give every deployment that waits for a step its task; how many."""
    return hosted.replant(connection, now=now, corr=corr)


def left_behind(connection: Connection, names: Collection[str]) -> list[str]:
    """Jobs that have not ended at connections that the configuration has no more: nobody follows them."""
    return [job.label for job in jobs.unfinished(connection) if not job.ended and job.connection not in names]


def staged_still(connection: Connection) -> tuple[set[int], set[str]]:
    """Datasets whose bytes on this machine are still needed, and files handed in here that nobody has read yet."""
    unread, copies = datasets.unfinished(connection)
    sources = [one.source for number in unread if (one := datasets.get(connection, number)) is not None]
    handed = {str(source["copy"]) for source in sources if "copy" in source}
    return {*unread, *(copy.dataset for copy in copies)}, handed


def housekeeping(connection: Connection, *, now: datetime) -> None:
    """Note that we are alive; once an hour forget what is kept for a time only."""
    small.mark(connection, ALIVE, at=now)
    swept = small.marked(connection, SWEPT)
    if swept is not None and timedelta(0) <= now - swept < SWEEP_EVERY:
        return
    small.mark(connection, SWEPT, at=now)
    queue.prune(connection, before=now - KEEP_TASKS)
    small.forget_deliveries(connection, before=now - KEEP_DELIVERIES)
    small.forget_orders(connection, before=now - KEEP_ORDERS)
    outbox_rows.slim(connection, before=now - KEEP_MESSAGES)
