"""What an administrator decides about work that is stuck. Inside one transaction."""

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, select

from bot.store import small
from bot.store.work_tables import task
from bot.work import queue

Decision = Literal["retry", "drop"]


def decide(
    connection: Connection, number: int, decision: Decision, actor: str, *, now: datetime, corr: str
) -> bool:
    """Run a parked task again, or give it up; False when it is not parked, or another with its key is open.

    `actor` is a user id who may administer; nothing is asked here.
    """
    change = queue.revive if decision == "retry" else queue.drop
    if not change(connection, number, now=now):
        return False
    row = connection.execute(select(task.c.kind, task.c.key).where(task.c.id == number)).one()
    small.record(
        connection,
        at=now,
        actor=actor,
        via="button",
        action=f"task.{decision}",
        subject=f"task {number}",
        before="parked",
        after={"kind": row.kind, "key": row.key},
        corr=corr,
    )
    return True
