"""The approval machine under Hypothesis: any interleaving of what people, time and crashes do, over the real functions.

A click is taken in by one transaction (the ack), its task is leased by another, membership is looked at in between, and
a third writes what it decided, as the worker does it. Any other rule may come between any two of these. What may be
rolled out is decided a second time here, from the record of who was looked at when, by rules written down anew.
"""

import shutil
from datetime import timedelta

from hypothesis import event
from hypothesis.stateful import invariant
from sqlalchemy import select

from bot.approvals.digest import digest_of_spec
from bot.facts.requests import DeployAsk
from bot.store import requests
from bot.store.deployment_tables import deployment, vote
from bot.store.requests import Request
from bot.store.tables import audit, job
from bot.store.work_tables import outbox
from bot.store.work_tables import task as tasks
from bot.work import queue
from bot.work.tasks import QUICK
from tests.approvals.machine_office import CLOSES, Held
from tests.approvals.machine_people import People
from tests.approvals.samples import (
    DEV,
    GUEST,
    ODD,
    STRANGER,
)


class Approvals(People):
    """Everything that can happen to requests, and what must hold after it."""

    @invariant()
    def all_of_it_holds(self) -> None:
        """Looked at after every step that wrote something about a request."""
        self.tally["steps"] += 1
        if self.moved:
            self.moved = False
            self.nothing_is_rolled_out_without_its_approval()
            self.only_people_who_could_vote_did()
            self.what_is_decided_stays()
            self.every_click_was_counted_or_answered()

    def nothing_is_rolled_out_without_its_approval(self) -> None:
        made = self.run(lambda c: c.execute(select(deployment)).all())
        assert len({one.request for one in made}) == len(made), "decided twice"
        for one in made:
            found = self.run(lambda c, n=one.request: requests.get(c, n))
            self.approved_for_good_reasons(found)
            wanted = DeployAsk.model_validate(found.spec)
            assert (one.connection, one.name, one.model) == (wanted.connection, wanted.name, wanted.model)
            assert (one.sku, one.capacity) == (wanted.sku, wanted.capacity)
            assert one.asked["digest"] == found.digest
        for row in self.run(lambda c: c.execute(select(job.c.id, job.c.state)).all()):
            if row.state == "pending":
                asked = self.run(lambda c, n=row.id: self.request_of(c, n))
                self.approved_for_good_reasons(asked)

    def approved_for_good_reasons(self, found: Request) -> None:
        assert found.state == "approved"
        rounds = self.run(lambda c: requests.rounds(c, found.id))
        assert found.digest == rounds[-1].digest == digest_of_spec(found.kind, found.spec, found.reason)
        assert found.decided_at is not None
        assert found.decided_at < found.closes_at
        if found.auto is not None:
            assert (found.spec["connection"], found.spec["sku"]) == (DEV, "DeveloperTier")
            return
        of_round = (vote.c.request == found.id, vote.c.round == found.round)
        given = self.run(lambda c: c.execute(select(vote).where(*of_round)).all())
        glass = found.glass or {}
        if glass and glass["at"] == found.decided_at.isoformat():
            assert (found.decision or {})["by"] == [glass["user"]] == [ODD]
            assert glass["reason"]
            return
        assert {one.decision for one in given} == {"approve"}
        approvers = {one.user_id for one in given}
        assert len(approvers) == len(given) >= self.known.needed[found.id, found.round]
        assert found.requester not in approvers
        assert not approvers & {GUEST, STRANGER, ODD}
        assert all(one.at < found.closes_at for one in given)

    def only_people_who_could_vote_did(self) -> None:
        counted = self.run(lambda c: c.execute(select(vote.c.user_id, vote.c.request, vote.c.round)).all())
        able = self.run(
            lambda c: (
                c.execute(select(tasks.c.payload).where(tasks.c.id.in_(self.known.able))).scalars().all()
            )
        )
        could = {(one["user"], one["request"], one["round"]) for one in able}
        assert {tuple(row) for row in counted} <= could

    def what_is_decided_stays(self) -> None:
        for one in self.all_requests():
            if one.decided:
                first = self.known.decided.setdefault(one.id, (one.state, one.decided_at))
                assert first == (one.state, one.decided_at)

    def every_click_was_counted_or_answered(self) -> None:
        done = self.run(
            lambda c: c.execute(
                select(tasks.c.id, tasks.c.payload).where(
                    tasks.c.kind == "request.vote", tasks.c.state == "done"
                )
            ).all()
        )
        said = set(self.run(lambda c: c.execute(select(outbox.c.key)).scalars().all()))
        votes = {
            tuple(r)
            for r in self.run(lambda c: c.execute(select(vote.c.request, vote.c.round, vote.c.user_id)).all())
        }
        for row in done:
            given = row.payload
            refused = f"request:A{given['request']}:refused:{row.id}" in said
            assert refused or (given["request"], given["round"], given["user"]) in votes

    def teardown(self) -> None:
        """Nothing is stuck: by its closing time everything is decided, whatever happened before."""
        if not hasattr(self, "engine"):
            return
        try:
            self.restart()
            self.clock.forward((CLOSES + timedelta(minutes=2)).total_seconds())
            for _ in range(500):
                now = self.clock.now()
                claimed = self.run(lambda c, now=now: queue.claim(c, QUICK, 50, now=now, owner="end"))
                for one in claimed:
                    held = Held(one, self.look(one))
                    self.run(lambda c, held=held: self.write(c, held))
                if not claimed:
                    break
            else:
                raise AssertionError("the worker never comes to rest")
            for one in self.all_requests():
                assert one.decided, f"{one.label} is stuck in {one.state}"
                how = "by rule" if one.auto else "by glass" if one.glass else ""
                event(f"ended {one.state} {how}")
                self.tally[f"{one.state} {how}".strip()] += 1
                self.tally["rounds"] += one.round
            waiting = self.run(lambda c: c.execute(select(job.c.id).where(job.c.state == "waiting")).all())
            assert waiting == [], "a job waits for a request that was decided"
            decided = [one.label for one in self.all_requests()]
            ends = self.run(
                lambda c: (
                    c.execute(
                        select(audit.c.subject).where(
                            audit.c.action.in_(
                                [f"request.{s}" for s in ("approved", "rejected", "expired", "withdrawn")]
                            )
                        )
                    )
                    .scalars()
                    .all()
                )
            )
            assert sorted(ends) == sorted(decided), "an end was written twice, or not at all"
            self.moved = True
            self.all_of_it_holds()
        finally:
            self.engine.dispose()
            shutil.rmtree(self.folder)
