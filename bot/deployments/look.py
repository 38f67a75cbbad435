"""Looking at the deployments of a connection: one list and one request for the calls of all of them (DESIGN section 7).

The requests do not grow with the number of deployments; a single one is asked for only when the list no longer shows
it, so that nobody is told of a deletion because a list was incomplete.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.deployments.facts import KEY_PROBLEM
from bot.deployments.keys import handed_over, keep_key_problem
from bot.deployments.record import DeploymentRecorder, hosting_of
from bot.deployments.seen import Seen
from bot.deployments.watch import Watch
from bot.deps import Deps
from bot.facts.deployments import ProblemFacts
from bot.store import deployments, looks
from bot.store.deployments import Deployment
from bot.work.tasks import Again, Done, Outcome, Task
from providers.errors import ProviderError, Throttled
from providers.hosting import Hosting

log = logging.getLogger(__name__)

SOONER = timedelta(minutes=2)
"""After something changed, the next look comes this soon."""
FAILING_FIRST = timedelta(minutes=1)
SPARE = timedelta(days=2)
"""How much further back than the longest rule the calls are read."""
LOOKED_UP = 20
"""Deployments that the list does not show, asked for one by one in each look."""


class Look:
    """The handler of `deployments.look`."""

    def __init__(self, deps: Deps, recorder: DeploymentRecorder) -> None:
        self._deps, self._recorder, self._watch = deps, recorder, Watch(recorder)

    async def __call__(self, task: Task) -> Outcome:
        """Look once at everything that a connection hosts."""
        name = str(task.payload["connection"])
        hosting = hosting_of(self._deps, name)
        if hosting is None:
            return Done()  # the connection left the configuration, or manages no deployments any more
        seen = Seen(self._deps.clock.now())
        try:
            await self._list(name, hosting, seen)
        except ProviderError as error:
            return self._failing(name, hosting, error, task.corr)
        await self._use(hosting, seen)
        keys = await self._keys(name, hosting, seen)
        changed = False

        def apply(connection: Connection) -> None:
            nonlocal changed
            changed = self._watch.apply(
                connection, name, hosting.rules, seen, now=self._deps.clock.now(), corr=task.corr
            )
            for row, problem in keys:
                now = self._deps.clock.now()
                keep_key_problem(self._recorder, connection, row, problem, now=now, corr=task.corr)
            self._note(connection, name, seen)

        return Again(lambda _: self._next(seen, changed=changed), apply)

    async def _list(self, name: str, hosting: Hosting, seen: Seen) -> None:
        for remote in await hosting.deployments():
            seen.listed[remote.name.casefold()] = remote
        rows = await self._deps.store.read(lambda c: deployments.alive(c, name))
        missing = [row.name for row in rows if row.there and row.name.casefold() not in seen.listed]
        for one in missing[:LOOKED_UP]:
            found = await hosting.deployment(one)
            if found is None:
                seen.gone.add(one.casefold())
            else:
                seen.listed[one.casefold()] = found

    async def _use(self, hosting: Hosting, seen: Seen) -> None:
        """Read the calls. The list counts without them; then nothing is said about who is idle."""
        longest = max((rule.after for rule in hosting.rules if rule.id == "idle"), default=timedelta(0))
        try:
            seen.usage = await hosting.usage(seen.asked_at - longest - SPARE)
        except ProviderError as error:
            seen.trouble = error

    async def _keys(
        self, name: str, hosting: Hosting, seen: Seen
    ) -> list[tuple[Deployment, ProblemFacts | None]]:
        """Hand over again the keys that could not be put where the configuration wants them."""
        rows = await self._deps.store.read(lambda c: deployments.alive(c, name))
        waiting = [
            row
            for row in rows
            if row.state == "live" and KEY_PROBLEM in row.asked and row.name.casefold() in seen.listed
        ]
        return [(row, await handed_over(hosting, row)) for row in waiting[:LOOKED_UP]]

    def _note(self, connection: Connection, name: str, seen: Seen) -> None:
        now = seen.asked_at
        if seen.trouble is None:
            looks.note(connection, name, now=now, listed_at=now, used_at=now, failures=0, error=None)
            return
        log.warning("the calls at %s cannot be read: %s", name, seen.trouble)
        failures = self._failures(connection, name)
        error = looks.as_json("usage", seen.trouble, now)
        looks.note(connection, name, now=now, listed_at=now, failures=failures, error=error)

    def _failures(self, connection: Connection, name: str) -> int:
        known = looks.get(connection, name)
        return (known.failures if known else 0) + 1

    def _next(self, seen: Seen, *, changed: bool) -> datetime:
        now = self._deps.clock.now()
        wait = self._every()
        if changed:
            wait = min(wait, SOONER)
        wait *= 0.9 + self._deps.rng.random() / 5
        if isinstance(seen.trouble, Throttled) and seen.trouble.retry_after is not None:
            wait = max(wait, timedelta(seconds=seen.trouble.retry_after))
        return now + wait

    def _every(self) -> timedelta:
        return timedelta(minutes=self._deps.settings.watch.look_minutes)

    def _failing(self, name: str, hosting: Hosting, error: ProviderError, corr: str) -> Outcome:
        """The service does not tell what is there: asked again soon, then at the usual pace."""
        now = self._deps.clock.now()

        def apply(connection: Connection) -> None:
            failures = self._failures(connection, name)
            kept = looks.as_json("deployments", error, now)
            looks.note(connection, name, now=now, failures=failures, error=kept)
            self._watch.unlisted(connection, name, hosting.rules, now=now, corr=corr)

        def due(connection: Connection) -> datetime:
            known = looks.get(connection, name)
            doubled = FAILING_FIRST * float(2 ** min((known.failures if known else 1) - 1, 6))
            wait = min(doubled, self._every())
            if isinstance(error, Throttled) and error.retry_after is not None:
                wait = max(wait, timedelta(seconds=error.retry_after))
            return now + wait

        log.warning("the deployments at %s cannot be read: %s", name, error)
        return Again(due, apply)
