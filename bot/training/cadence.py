"""When to look next. Pure.

Near a transition every `near` seconds, else up to every `far` (DESIGN section 4). Nothing here depends on how many
jobs wait: one list call shows them all.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.store.jobs import Job

YOUNG = timedelta(minutes=5)
IDLE_FACTOR = 6
STEADY_PARTS = 40


def job_interval(job: Job, now: datetime, near: float, far: float) -> float:
    """Seconds until one job is worth another look."""
    age = now - job.state_at
    if job.state in ("pausing", "resuming"):
        return near
    if job.state == "running":
        if job.eta is None or age < YOUNG:
            return near if age < timedelta(minutes=30) else min(far, 2 * near)
        return min(far, max(near, (job.eta - now).total_seconds() / STEADY_PARTS))
    if job.state == "pending":
        return near if age < YOUNG else min(far, max(near, age.total_seconds() / 4))
    return far


def next_look(jobs: Iterable[Job], now: datetime, *, near: float, far: float, jitter: float) -> datetime:
    """When a connection is to be listed again; `jitter` (0.0-1.0) spreads connections over a fifth of the time."""
    seconds = min((job_interval(job, now, near, far) for job in jobs), default=far * IDLE_FACTOR)
    return now + timedelta(seconds=seconds * (0.9 + jitter / 5))
