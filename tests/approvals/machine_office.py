"""The store and the worker of the approval machine (`machine_of`): what happens to clicks between ack and vote."""

import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, multiple, rule
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from bot.approvals import kinds, outcome, policy, voting
from bot.approvals.policy import Policy
from bot.approvals.voting import Seen
from bot.config.approvals import Freeze, Role
from bot.people import approver_denial
from bot.store import deployments, jobs, requests
from bot.store.base import metadata
from bot.store.deployment_tables import request
from bot.store.requests import Request
from bot.training import gate
from bot.work import queue
from bot.work.tasks import QUICK, Task
from tests.approvals.samples import (
    ADA,
    BRUNO,
    CY,
    DEV,
    GUEST,
    LEADS,
    ODD,
    PROD,
    RIN,
    STRANGER,
    TEAM,
    deploy_ask,
    member,
    strict,
)
from tests.clocks import FixedClock

EVERYBODY = [RIN, ADA, BRUNO, CY, GUEST, ODD, STRANGER]
WHO = st.sampled_from([*EVERYBODY, ADA, BRUNO, CY, ADA, BRUNO])  # those who may, more often
ASKS = st.builds(
    deploy_ask,
    connection=st.sampled_from([PROD, DEV]),
    name=st.sampled_from(["support-v12", "sales"]),
    capacity=st.sampled_from([10, 50]),
    sku=st.sampled_from(["GlobalStandard", "GlobalStandard", "DeveloperTier"]),
).map(lambda one: one.model_copy(update={"free": one.sku == "DeveloperTier"}))
REASON = st.sampled_from(["because", "another reason"])
DECISION = st.sampled_from(["approve", "approve", "approve", "approve", "reject", "changes"])
CLOSES = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Held:
    """A leased task, and what was seen of who clicked when it was looked up."""

    task: Task
    seen: Seen | None


@dataclass(slots=True)
class Record:
    """What the machine itself remembers.

    `able`: votes of people who could vote when they were looked up. `needed`: approvers by request and round.
    """

    able: set[int] = field(default_factory=set)
    decided: dict[int, tuple[str, Any]] = field(default_factory=dict)
    needed: dict[tuple[int, int], int] = field(default_factory=dict)
    opened: int = 0


class Office(RuleBasedStateMachine):
    """The store, and a worker over it."""

    held: Bundle[Held] = Bundle("held")
    tally: ClassVar[Counter[str]] = Counter()
    """Runs and steps of all machines of this process, for the benchmark that states them."""

    def open(self) -> None:
        """An empty store, and nobody asked for anything."""
        self.folder = Path(tempfile.mkdtemp())
        self.settings = strict(self.folder)
        self.engine = create_engine("sqlite://", poolclass=StaticPool)
        metadata.create_all(self.engine)
        self.clock, self.known = FixedClock(), Record()
        self.groups = {LEADS: frozenset({ADA, BRUNO, GUEST, RIN})}
        self.clicks = 0
        self.moved = True
        self.tally["runs"] += 1

    def run(self, work: Any) -> Any:
        with self.engine.begin() as connection:
            return work(connection)

    def all_requests(self) -> list[Request]:
        numbers = self.run(lambda c: c.execute(select(request.c.id).order_by(request.c.id)).scalars().all())
        return [found for n in numbers if (found := self.run(lambda c, n=n: requests.get(c, n))) is not None]

    def pick(self, which: int) -> Request | None:
        """Mostly one that waits: what is decided stays decided soon."""
        every = self.all_requests()
        found = [one for one in every if not one.decided] if which < 7 else every
        return found[which % len(found)] if found else None

    @rule(target=held, limit=st.integers(1, 4))
    def claim(self, limit: int) -> Any:
        """Lease tasks, and look up who clicked."""
        now = self.clock.now()
        claimed = self.run(lambda c: queue.claim(c, QUICK, limit, now=now, owner="me"))
        return multiple(*(Held(one, self.look(one)) for one in claimed))

    @rule()
    def work(self) -> None:
        """A worker that is quick: everything due is done."""
        now = self.clock.now()
        for one in self.run(lambda c: queue.claim(c, QUICK, 50, now=now, owner="me")):
            held = Held(one, self.look(one))
            self.run(lambda c, held=held: self.write(c, held))

    def look(self, task: Task) -> Seen | None:
        """What `People` would answer: the same pure rule, over the groups of this moment."""
        if task.kind not in ("request.vote", "request.glass"):
            return None
        user, number = str(task.payload["user"]), int(task.payload["request"])
        groups = frozenset(name for name, users in self.groups.items() if user in users)
        if task.kind == "request.glass":
            allowed = user == ODD
            return Seen(denied=None if allowed else "not_glass", groups=groups)
        pinned = Policy.model_validate(self.run(lambda c: outcome.existing(c, number)).policy)
        # Decided anew, without the code under test.
        if user not in (GUEST, STRANGER) and (user == CY or user in self.groups[LEADS]):
            self.known.able.add(task.id)
        else:
            self.known.able.discard(task.id)
        denied = approver_denial(pinned, self.settings.roles, [TEAM], member(user), groups)
        return Seen(denied=denied, groups=groups)

    @rule(one=consumes(held))
    def finish(self, one: Held) -> None:
        """Write what was decided, under the lease."""
        with suppress(queue.LeaseLost):
            self.run(lambda c: self.write(c, one))
            event(f"{one.task.kind} done")

    def write(self, connection: Any, one: Held) -> None:
        self.moved = True
        task, now = one.task, self.clock.now()
        queue.extend(connection, task, now=now)
        later: datetime | None = None
        match task.kind:
            case "request.vote":
                assert one.seen is not None
                voting.count_vote(connection, task, one.seen, self.settings, now=now)
            case "request.glass":
                assert one.seen is not None
                voting.break_glass(connection, task, one.seen, self.settings, now=now)
            case "request.expire":
                found = outcome.existing(connection, int(task.payload["request"]))
                outcome.expire(connection, found.id, self.settings, now=now, corr="t")
                later = found.closes_at if not found.decided and now < found.closes_at else None
            case "deployment.apply":
                later = self.apply(connection, int(task.payload["deployment"]))
            case "job.submit":
                later = self.submit(connection, int(task.payload["job"]))
            case _:
                later = None
        if later is None:
            queue.finish(connection, task, now=now)
        else:
            queue.again(connection, task, due_at=later, payload=None)

    def apply(self, connection: Any, number: int) -> datetime | None:
        """Send a deployment, unless a freeze holds it."""
        now, found = self.clock.now(), deployments.get(connection, number)
        assert found is not None
        assert found.request is not None
        asked = outcome.existing(connection, found.request)
        if policy.held(self.settings, asked.glass, now) is not None:
            return now + timedelta(minutes=5)
        if found.state == "approved":
            assert not self.settings.approvals.freezes or asked.glass
            deployments.change(connection, number, now=now, state="sending")
        return None

    def submit(self, connection: Any, number: int) -> datetime | None:
        """Start a training, once that is decided."""
        now, asked = self.clock.now(), self.request_of(connection, number)
        if not asked.decided:
            return asked.closes_at + timedelta(minutes=1)
        state = "pending" if asked.state == "approved" else "refused"
        jobs.change(connection, number, now=now, state=state)
        return None

    @rule()
    def restart(self) -> None:
        """The process was killed: leases are freed, who held them is fenced off, everything is planted anew."""
        now = self.clock.now()
        self.run(queue.clear_leases)
        self.run(lambda c: kinds.replant(c, now=now, corr="t"))

    @rule(minutes=st.sampled_from([1, 10, 60, 120]))
    def time_passes(self, minutes: int) -> None:
        self.clock.forward(minutes * 60)

    @rule(cold=st.booleans())
    def freeze(self, cold: bool) -> None:
        now = self.clock.now()
        planned = (Freeze(start=now, end=now + timedelta(days=90), reason="quarter end"),) if cold else ()
        approvals = self.settings.approvals.model_copy(update={"freezes": planned})
        self.settings = self.settings.model_copy(update={"approvals": approvals})

    @rule(count=st.integers(1, 3))
    def configure(self, count: int) -> None:
        """The configuration changes: requests that wait keep the policy they were asked under."""
        update = {"count": count, "break_glass": Role(users=(ODD,))}
        approvals = self.settings.approvals.model_copy(update=update)
        self.settings = self.settings.model_copy(update={"approvals": approvals})

    def request_of(self, connection: Any, number: int) -> Request:
        found = jobs.get(connection, number)
        assert found is not None
        asked = gate.request_of(connection, found)
        assert asked is not None
        return asked
