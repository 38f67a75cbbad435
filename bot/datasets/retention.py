"""When a dataset's bytes on this machine are needed no more."""

from sqlalchemy import Connection

from bot.datasets.staging import Staging
from bot.store import datasets
from bot.work import queue

_ENDED = frozenset({"processed", "failed"})


def study_key(dataset: int, against: int | None = None) -> str:
    """The key of the task that studies a dataset, alone or against its training data."""
    return f"study:{dataset}:{against or 0}"


def let_go(connection: Connection, staging: Staging, dataset: int, *, done: str = "") -> bool:
    """Delete the bytes unless something still needs them; whether they were let go.

    They are needed until each service that shall have them has processed them or said no, at least one has, and no
    second pass over them is open, be it for the dataset itself or for its other half.

    Args:
        connection: in whose transaction this is asked.
        staging: where the bytes are.
        dataset: its number.
        done: key of a task that is about to end and does not count.
    """
    found = datasets.get(connection, dataset)
    states = [one.state for one in datasets.copies(connection, dataset)]
    if found is None or "processed" not in states or not _ENDED.issuperset(states):
        return False
    keys = {study_key(dataset)}
    if found.pair is not None:
        keys |= {study_key(dataset, found.pair), study_key(found.pair, dataset)}
    if any(queue.is_open(connection, key) for key in keys - {done}):
        return False
    staging.drop(dataset)
    return True
