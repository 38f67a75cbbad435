"""The policies that the configuration puts to work, looked at before anybody asks for something.

Which they are is pure (`in_use`). `PoliciesCheck` looks at each once after a start and tells whoever runs the bot about
those that nobody can satisfy: a policy that stops everything is told when it is configured, not when somebody waits.
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import get_args

from sqlalchemy import Connection

from bot.approvals.policy import Policy, pinned
from bot.approvals.telling import locale_of
from bot.approvals.waiting import Checking
from bot.config.approvals import RequestKind
from bot.config.handover import provider_settings
from bot.config.settings import Settings
from bot.deps import Deps
from bot.facts.notices import PoliciesUnsatisfiable, PolicyProblem
from bot.work import outbox_rows, queue
from bot.work.outbox_rows import Target
from bot.work.tasks import Done, Outcome, Task
from providers.registry import service

log = logging.getLogger(__name__)
KIND = "policies.check"


@dataclass(frozen=True, slots=True)
class InUse:
    """A policy, and the kinds of requests and connections that it holds for."""

    policy: Policy
    kinds: tuple[RequestKind, ...]
    connections: tuple[str, ...]


def in_use(settings: Settings) -> list[InUse]:
    """Each policy that a request can get, once. Left out is what no request can be for, and what needs nobody."""
    found: dict[Policy, tuple[dict[RequestKind, None], dict[str, None]]] = {}
    for kind, name in _asked_for(settings):
        if not _needs_nobody(settings, kind, name):
            kinds, names = found.setdefault(pinned(settings, kind, name), ({}, {}))
            kinds[kind] = names[name] = None
    return [InUse(policy, tuple(kinds), tuple(names)) for policy, (kinds, names) in found.items()]


def _asked_for(settings: Settings) -> Iterator[tuple[RequestKind, str]]:
    asked = settings.approvals
    gated = asked.training_above is not None or asked.monthly_cap is not None
    for one in settings.connections:
        known, given = service(one.provider), provider_settings(one)
        hosts, asks = known.hosts(given), gated or known.buys(given)
        possible = {"deployment": hosts, "training": asks, "keep": hosts and asked.keep_above is not None}
        yield from ((kind, one.name) for kind in get_args(RequestKind) if possible[kind])


def _needs_nobody(settings: Settings, kind: RequestKind, connection: str) -> bool:
    """Whether a rule approves every request of this kind there, whatever it costs."""
    return any(
        rule.kind == kind
        and fnmatchcase(connection, rule.connection)
        and rule.sku is None
        and rule.below is None
        for rule in settings.approvals.auto
    )


def plant(connection: Connection, settings: Settings, *, now: datetime, corr: str) -> None:
    """Have the policies looked at, if there are any."""
    if in_use(settings):
        queue.enqueue(connection, KIND, "policies", {}, now=now, corr=corr)


class PoliciesCheck:
    """The handler of `policies.check`."""

    def __init__(self, deps: Deps) -> None:
        self._deps, self._checking = deps, Checking(deps)

    async def __call__(self, task: Task) -> Outcome:
        """Look at every policy; the log hears of each that nobody can satisfy, the first admin of all of them once.

        Raises `ChatError` when Slack cannot be asked: nothing is said then, and it is tried again.
        """
        del task
        found = [
            PolicyProblem(kinds=one.kinds, connections=one.connections, policy=one.policy.shown(), code=code)
            for one in in_use(self._deps.settings)
            if (code := await self._checking.problem(one.policy, "")) is not None
        ]
        if not found:
            return Done()
        for one in found:
            kinds, names = ", ".join(one.kinds), ", ".join(one.connections)
            log.warning(
                "nobody can approve %s for %s: %s (tunesmith check tells more)", kinds, names, one.code
            )
        admins = await self._deps.people.admins()
        notice = PoliciesUnsatisfiable(problems=tuple(found))

        def tell(connection: Connection) -> None:
            now = self._deps.clock.now()
            for admin in admins[:1]:
                locale = locale_of(connection, admin)
                target = Target(user=admin)
                outbox_rows.say(connection, _key(notice), notice, target, now=now, locale=locale)

        return Done(tell)


def _key(notice: PoliciesUnsatisfiable) -> str:
    """The same trouble is told once, however often the bot starts; another configuration is another trouble."""
    said = notice.model_dump_json().encode()
    return f"policies:{hashlib.sha256(said).hexdigest()[:32]}"
