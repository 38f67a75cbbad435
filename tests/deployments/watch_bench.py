"""A store in memory and a watch whose looks a test makes up; the real rules and the real rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.config.approvals import ApprovalsSettings, WatchSettings, WorkingHours
from bot.config.settings import Settings
from bot.deployments.record import DeploymentRecorder
from bot.deployments.seen import Seen
from bot.deployments.watch import Watch
from bot.store import deployments
from bot.store.deployments import Deployment
from bot.store.tables import audit
from bot.store.work_tables import outbox
from providers.errors import Unavailable
from providers.hosting import ExpiryRule, RemoteDeployment, Usage, Use
from tests.deployments.asking_bench import BASE, Asking, asking_in
from tests.training.jobs_of import NOW

NAME = "prod-swc"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALWAYS = ApprovalsSettings(working_hours=WorkingHours(days=()))


def remote(name: str = "support-v9", **given: Any) -> RemoteDeployment:
    """A live deployment of somebody's tuned model."""
    values = {
        "model": f"{BASE}.ft-{name}",
        "fine_tuned": True,
        "base": BASE,
        "sku": "GlobalStandard",
        "capacity": 10,
        "state": "live",
        "raw_state": "Succeeded",
        "created_at": NOW - HOUR,
        **given,
    }
    return RemoteDeployment(name=name, **values)


class Watching:
    """Looks at one connection. `now` is the moment of the next look."""

    def __init__(self, made: Asking) -> None:
        self.made, self.c = made, made.c
        self.recorder = DeploymentRecorder(made.settings, made.providers)
        self.watch = Watch(self.recorder)
        self.now = NOW
        self.told = 0

    @property
    def rules(self) -> tuple[ExpiryRule, ...]:
        hosting = self.made.providers[NAME].hosting
        assert hosting is not None
        return tuple(hosting.rules)

    def look(
        self,
        *listed: RemoteDeployment,
        calls: dict[str, datetime] | None = None,
        gone: tuple[str, ...] = (),
        unread: bool = False,
        known: bool = True,
        asked_at: datetime | None = None,
    ) -> bool:
        """One look; `calls` are last calls by name."""
        seen = Seen(asked_at or self.now)
        seen.listed = {one.name.casefold(): one for one in listed}
        seen.gone = {one.casefold() for one in gone}
        if unread:
            seen.trouble = Unavailable("server_error")
        else:
            uses = {
                name: Use(last=at.replace(minute=0, second=0, microsecond=0), calls=3, last_day=1)
                for name, at in (calls or {}).items()
            }
            seen.usage = Usage(
                since=self.now - 17 * DAY,
                bucket=HOUR,
                read_at=self.now,
                uses=uses if known else {},
                known=known,
            )
        return self.watch.apply(self.c, NAME, self.rules, seen, now=self.now, corr="t")

    def row(self, name: str = "support-v9") -> Deployment:
        """The newest row of a name."""
        found = deployments.current(self.c, NAME, name)
        assert found is not None
        return found

    def said(self) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
        """(kind, params, target) of what was said since the last time this was asked."""
        rows = self.c.execute(
            select(outbox.c.id, outbox.c.kind, outbox.c.params, outbox.c.target)
            .where(outbox.c.id > self.told)
            .order_by(outbox.c.id)
        ).all()
        self.told = max((row.id for row in rows), default=self.told)
        return [(row.kind, row.params, row.target) for row in rows]

    def kinds(self) -> list[str]:
        """What kinds of messages were said since the last time."""
        return [kind for kind, _, _ in self.said()]

    def audited(self) -> list[str]:
        return list(self.c.execute(select(audit.c.action).order_by(audit.c.id)).scalars())


@contextmanager
def watching_in(settings: Settings, *, always: bool = True, look_minutes: float = 15) -> Iterator[Watching]:
    """A watch at a store with nothing deployed; people work at all hours unless `always` is False."""
    more: dict[str, Any] = {"watch": WatchSettings(look_minutes=look_minutes)}
    if always:
        more["approvals"] = ALWAYS
    with asking_in(settings.model_copy(update=more)) as made:
        yield Watching(made)


def made_again(before: RemoteDeployment, at: datetime) -> RemoteDeployment:
    """The same name, created anew."""
    return replace(before, created_at=at)
