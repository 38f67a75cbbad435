"""Letting days pass for the service: its records are moved back in time, everybody's clock stays real."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sandbox.azure_control.deployments import Deployment, Deployments
from sandbox.azure_control.inactivity import deleted_at, last_answered
from sandbox.azure_control.looks import Looks
from sandbox.azure_openai.resource import Resource
from sandbox.clock import Clock

DAY: Final = timedelta(days=1)
LOOK_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how far it went (days since the first one began), whether the bot looked, what was deleted."""

    day: float
    looked: bool
    deleted: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As the panel answers."""
        return {"day": self.day, "looked": self.looked, "deleted": list(self.deleted)}


class Ageing:
    """Moves records back in steps of at most a day, and lets the bot look after each.

    `resources` are those of the data plane, whose files and ended jobs age with a whole account.
    """

    def __init__(
        self,
        deployments: Deployments,
        resources: Callable[[], Iterable[Resource]],
        *,
        clock: Clock,
        looks: Looks,
        bot_runs: Callable[[], bool],
    ) -> None:
        self._deployments = deployments
        self._resources = resources
        self._clock = clock
        self._looks = looks
        self._bot_runs = bot_runs
        self._lock = asyncio.Lock()

    @property
    def under_way(self) -> bool:
        """Whether time is passing now."""
        return self._lock.locked()

    async def pass_time(
        self, length: timedelta, *, resource: str | None = None, name: str | None = None
    ) -> list[Step]:
        """Let `length` pass for everything, one account, or one deployment."""
        async with self._lock:
            done: list[Step] = []
            passed = timedelta()
            for step in _steps(length):
                passed += step
                done.append(await self._step(step, passed, resource, name, is_first=not done))
            return done

    def until_idle(
        self, idle: timedelta, *, resource: str | None = None, name: str | None = None
    ) -> timedelta:
        """What must pass until the one that is idle longest was not called for `idle`; nothing if it is so now."""
        now = self._clock.now()
        longest = max((idle_for(found, now) for found in self._chosen(resource, name)), default=idle)
        return max(timedelta(), idle - longest)

    async def _step(
        self, by: timedelta, passed: timedelta, resource: str | None, name: str | None, *, is_first: bool
    ) -> Step:
        chosen = self._chosen(resource, name)
        accounts = {found.resource for found in chosen}
        before = set(self._deployments.all())
        for deployment in chosen:
            move_back(deployment, by)
        if name is None:
            self._move_the_rest(by, resource)
        self._looks.moved()
        self._deployments.settle()
        # Accounts that nobody ever looks at hold up the first step only.
        wanted = [found for found in accounts if is_first or self._looks.known(found)]
        looked = self._bot_runs() and await self._looks.wait(wanted, LOOK_SECONDS, self._bot_runs)
        gone = before - set(self._deployments.all())
        return Step(round(passed / DAY, 3), looked, tuple(sorted(found.name for found in gone)))

    def _chosen(self, resource: str | None, name: str | None) -> list[Deployment]:
        return [
            found
            for found in self._deployments.all()
            if (resource is None or found.resource == resource.lower())
            and (name is None or found.name.lower() == name.lower())
        ]

    def _move_the_rest(self, by: timedelta, resource: str | None) -> None:
        for gone in self._deployments.gone:
            if resource is None or gone.resource == resource.lower():
                move_back(gone, by)
        for held in self._resources():
            if resource is None or held.name == resource.lower():
                _age_files_and_jobs(held, int(by.total_seconds()))


def idle_for(deployment: Deployment, now: datetime) -> timedelta:
    """How long nobody has called it, counted from its creation when nobody ever did."""
    last = last_answered(deployment)
    return now - (deployment.created_at if last is None else max(deployment.created_at, last))


def left_for(deployment: Deployment, now: datetime) -> timedelta | None:
    """How long until the service deletes it; None when it does not."""
    ends = deleted_at(deployment)
    return None if ends is None else ends - now


def move_back(deployment: Deployment, by: timedelta) -> None:
    """Move everything that is known of one deployment back in time."""
    deployment.created_at -= by
    deployment.modified_at -= by
    if deployment.succeeded_at is not None:
        deployment.succeeded_at -= by
    if deployment.ready_at is not None:
        deployment.ready_at -= by
    if deployment.operation is not None:
        deployment.operation.started_at -= by
    for call in deployment.calls:
        call.at -= by


def _age_files_and_jobs(resource: Resource, seconds: int) -> None:
    """Files and the jobs that have ended, with their models; jobs that run go by their own time."""
    for file in resource.files:
        file.created_at -= seconds
    for job in resource.jobs():
        if not job.ended:
            continue
        job.created_at -= seconds
        job.updated_at -= seconds
        if job.finished_at is not None:
            job.finished_at -= seconds
        for checkpoint in job.checkpoints:
            checkpoint.created_at -= seconds
        job.events = [replace(event, created_at=event.created_at - seconds) for event in job.events]
        if job.fine_tuned_model is not None:
            resource.models.publish(job)


def _steps(length: timedelta) -> Iterator[timedelta]:
    left = length
    while left > timedelta():
        yield min(left, DAY)
        left -= DAY
