"""The queue under any order of what workers, handlers and administrators do."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from bot.store.base import metadata
from bot.store.work_tables import task as table
from bot.work import queue
from bot.work.tasks import BULK, LANES, POLL, QUICK, Task
from tests.clocks import FixedClock

KEYS = st.sampled_from(["a", "b", "c", "d"])
LOCKS = st.sampled_from([None, "x", "y"])
SECONDS = st.sampled_from([0, 1, 30, 61, 300])


class Queue(RuleBasedStateMachine):
    """Model: who was given which lease, and which of them still count."""

    held = Bundle("held")
    """Leases that somebody believes to have."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        metadata.create_all(self.engine)
        self.clock = FixedClock()
        self.tokens: dict[int, int] = {}
        self.counted: dict[int, int] = {}

    def teardown(self) -> None:
        self.engine.dispose()

    def run(self, work: Any) -> Any:
        with self.engine.begin() as connection:
            return work(connection)

    def rows(self) -> list[Any]:
        return list(self.run(lambda c: c.execute(select(table)).all()))

    def counts(self, one: Task) -> bool:
        """Whether a lease is the one that the row has now."""
        row = next(row for row in self.rows() if row.id == one.id)
        return bool(row.state == "leased" and row.lease_token == one.lease_token)

    def attempt(self, one: Task, work: Any) -> bool:
        """Write as the holder of a lease: works exactly when the lease counts."""
        counts = self.counts(one)
        before = self.rows()
        try:
            self.run(work)
        except queue.LeaseLost:
            assert not counts
            assert self.rows() == before, "a stale token wrote something"
            return False
        assert counts
        return True

    @rule(key=KEYS, lock=LOCKS, lane=st.sampled_from(sorted(LANES)), later=SECONDS)
    def enqueue(self, key: str, lock: str | None, lane: str, later: int) -> None:
        now = self.clock.now()
        due = now + timedelta(seconds=later)
        known = next((row for row in self.rows() if row.key == key and row.state in queue.OPEN), None)
        made = self.run(
            lambda c: queue.enqueue(c, "k", key, {}, now=now, corr="t", due_at=due, lane=lane, lock_key=lock)
        )
        assert (made is None) == (known is not None)
        if known is not None:
            row = next(row for row in self.rows() if row.id == known.id)
            wanted = row.due_at if row.state == "queued" else row.wanted_at
            assert wanted <= due

    @rule(target=held, lane=st.sampled_from([QUICK, BULK, POLL]), limit=st.integers(1, 3))
    def claim(self, lane: str, limit: int) -> Any:
        now = self.clock.now()
        before = {row.id: row for row in self.rows()}
        claimed = self.run(lambda c: queue.claim(c, lane, limit, now=now, owner="me"))
        assert len(claimed) <= limit
        for one in claimed:
            was = before[one.id]
            assert was.lane == lane
            assert was.due_at <= now
            assert was.state == "queued" or was.lease_until <= now
            assert one.lease_token > self.tokens.get(one.id, 0), "a token was given out twice"
            assert one.attempts == was.attempts + 1
            self.tokens[one.id] = one.lease_token
        return multiple(*claimed)

    @rule(one=held)
    def extend(self, one: Task) -> None:
        self.attempt(one, lambda c: queue.extend(c, one, now=self.clock.now()))

    @rule(one=consumes(held))
    def finish(self, one: Task) -> None:
        if self.attempt(one, lambda c: queue.finish(c, one, now=self.clock.now())):
            assert next(row for row in self.rows() if row.id == one.id).state == "done"

    @rule(one=consumes(held), later=SECONDS)
    def again(self, one: Task, later: int) -> None:
        due = self.clock.now() + timedelta(seconds=later)
        before = {row.id: row for row in self.rows()}[one.id]
        if self.attempt(one, lambda c: queue.again(c, one, due_at=due, payload=None)):
            row = next(row for row in self.rows() if row.id == one.id)
            assert (row.state, row.attempts, row.delays) == ("queued", 0, 0)
            assert row.due_at == min(due, before.wanted_at or due)

    @rule(one=consumes(held))
    def retry(self, one: Task) -> None:
        if self.attempt(one, lambda c: queue.retry(c, one, due_at=self.clock.now(), error="e")):
            assert next(row for row in self.rows() if row.id == one.id).attempts == one.attempts

    @rule(one=consumes(held))
    def delay(self, one: Task) -> None:
        if self.attempt(one, lambda c: queue.delay(c, one, due_at=self.clock.now(), error="e")):
            row = next(row for row in self.rows() if row.id == one.id)
            assert (row.attempts, row.delays) == (one.attempts - 1, one.delays + 1)

    @rule(one=consumes(held))
    def release(self, one: Task) -> None:
        if self.attempt(one, lambda c: queue.release(c, one)):
            assert next(row for row in self.rows() if row.id == one.id).attempts == one.attempts - 1

    @rule(one=consumes(held))
    def park(self, one: Task) -> None:
        self.attempt(one, lambda c: queue.park(c, one, now=self.clock.now(), error="e"))

    @rule(number=st.integers(1, 8))
    def revive(self, number: int) -> None:
        rows = {row.id: row for row in self.rows()}
        row = rows.get(number)
        open_keys = {other.key for other in rows.values() if other.state in queue.OPEN}
        able = row is not None and row.state == "parked" and row.key not in open_keys
        assert self.run(lambda c: queue.revive(c, number, now=self.clock.now())) == able

    @rule(number=st.integers(1, 8))
    def drop(self, number: int) -> None:
        with suppress(StopIteration):
            state = next(row.state for row in self.rows() if row.id == number)
            assert self.run(lambda c: queue.drop(c, number, now=self.clock.now())) == (state == "parked")

    @rule()
    def restart(self) -> None:
        """The only process starts anew: nobody holds anything, and late writers are still fenced off."""
        leased = sum(row.state == "leased" for row in self.rows())
        assert self.run(queue.clear_leases) == leased

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.clock.forward(seconds)

    @invariant()
    def a_key_is_open_once(self) -> None:
        keys = [row.key for row in self.rows() if row.state in queue.OPEN]
        assert len(keys) == len(set(keys))

    @invariant()
    def a_lock_is_leased_once(self) -> None:
        locks = [row.lock_key for row in self.rows() if row.state == "leased" and row.lock_key is not None]
        assert len(locks) == len(set(locks))

    @invariant()
    def nothing_due_is_forgotten(self) -> None:
        """What is due and not held can be claimed, in the end, by whoever asks."""
        due = self.run(queue.next_due)
        queued = [row.due_at for row in self.rows() if row.state == "queued"]
        assert due == min(queued, default=None)


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
