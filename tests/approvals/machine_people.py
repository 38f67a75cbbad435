"""What people do in the approval machine (`machine_of`)."""

from contextlib import suppress
from typing import Any

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from bot.approvals import requests as asking
from bot.approvals import voting
from bot.errors import BotError
from bot.facts.requests import DeployAsk
from bot.store import jobs, requests
from bot.store.requests import Request
from bot.training import gate
from tests.approvals.machine_office import ASKS, DECISION, EVERYBODY, REASON, WHO, Office
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
    actor,
    train_ask,
)


class People(Office):
    """Everything that people can do to requests."""

    @initialize(asks=st.lists(ASKS, min_size=1, max_size=2, unique_by=lambda one: (one.connection, one.name)))
    def start(self, asks: list[DeployAsk]) -> None:
        self.open()
        for one in asks:
            self.ask(one, "because", RIN)

    @rule(ask=ASKS, reason=REASON, who=WHO)
    def somebody_asks(self, ask: DeployAsk, reason: str, who: str) -> None:
        self.ask(ask, reason, who)

    def ask(self, ask: DeployAsk, reason: str, who: str) -> None:
        self.known.opened += 1
        self.moved = True
        now, intent = self.clock.now(), f"i{self.known.opened}"
        target = f"{ask.connection}/{ask.name}"

        def work(connection: Any) -> int:
            return asking.open_request(
                connection,
                kind="deployment",
                target=target,
                ask=ask,
                reason=reason,
                actor=actor(who),
                channel="C0FINETUNE",
                intent=intent,
                settings=self.settings,
                now=now,
                corr="t",
            )

        waiting = self.run(lambda c: requests.open_for(c, "deployment", target))
        with suppress(BotError):
            number = self.run(work)
            assert waiting is None
            self.known.needed[number, 1] = self.needed(ask.connection)
            assert self.run(work) == number, "the same intent asked twice"

    @rule(reason=REASON)
    def train(self, reason: str) -> None:
        self.known.opened += 1
        self.moved = True
        now, n = self.clock.now(), self.known.opened

        def work(connection: Any) -> int:
            values: dict[str, Any] = dict.fromkeys(("base_model", "model_short", "method", "channel"), "x")
            values |= {"connection": PROD, "intent_key": f"j{n}", "team_id": TEAM, "requester": RIN}
            number = jobs.add(connection, {**values, "hyper": {}, "seed": 1, "state": "waiting"}, now=now)
            assert number is not None
            asked = asking.open_request(
                connection,
                kind="training",
                target=f"J{number}",
                ask=train_ask(job=f"J{number}"),
                reason=reason,
                actor=actor(RIN),
                channel="C0FINETUNE",
                intent=f"train:{n}",
                settings=self.settings,
                now=now,
                corr="t",
                job=number,
            )
            jobs.note(connection, number, asked={gate.REQUEST: asked})
            return asked

        self.known.needed[self.run(work), 1] = self.needed(PROD)

    def needed(self, connection: str) -> int:
        """How many approvers what is asked for now needs."""
        return 1 if connection == DEV else self.settings.approvals.count

    @rule(which=st.integers(0, 9), capacity=st.integers(1, 9))
    def revise(self, which: int, capacity: int) -> None:
        """The usual: the requester asks for a little less."""
        found = self.pick(which)
        if found is not None and found.kind == "deployment":
            ask = DeployAsk.model_validate(found.spec).model_copy(update={"capacity": capacity})
            self.change(found, ask, found.reason, RIN)

    @rule(which=st.integers(0, 9), ask=ASKS, reason=REASON, who=st.sampled_from([RIN, RIN, ADA]))
    def somebody_changes(self, which: int, ask: DeployAsk, reason: str, who: str) -> None:
        found = self.pick(which)
        if found is not None and found.kind == "deployment":
            self.change(found, ask, reason, who)

    def change(self, found: Request, ask: DeployAsk, reason: str, who: str) -> None:
        who = found.requester if who == RIN else who

        def work(connection: Any) -> Any:
            return asking.new_round(
                connection,
                found.id,
                ask,
                reason,
                actor(who),
                settings=self.settings,
                now=self.clock.now(),
                corr="t",
                target=f"{ask.connection}/{ask.name}",
            )

        with suppress(BotError):
            fresh = self.run(work)
            self.moved = True
            assert who == found.requester
            assert not found.decided
            assert self.clock.now() < found.closes_at == fresh.closes_at
            assert fresh.round == found.round + 1
            self.known.needed[found.id, fresh.round] = self.needed(ask.connection)
            event("a new round")

    @rule(which=st.integers(0, 9), who=WHO)
    def withdraw(self, which: int, who: str) -> None:
        found = self.pick(which)
        if found is None:
            return
        with suppress(BotError):
            now = self.clock.now()
            self.run(
                lambda c: asking.withdraw(c, found.id, actor(who), settings=self.settings, now=now, corr="t")
            )
            self.moved = True
            assert who == found.requester

    @rule(
        which=st.integers(0, 9),
        who=WHO,
        decision=DECISION,
        back=st.sampled_from([0, 0, 0, 1]),
        double=st.booleans(),
    )
    def somebody_clicks(self, which: int, who: str, decision: Any, back: int, double: bool) -> None:
        self.click(which, who, decision, back, double=double)

    def click(self, which: int, who: str, decision: Any, back: int, *, double: bool) -> None:
        found = self.pick(which)
        if found is None:
            return
        self.clicks += 1
        now, shown, click = self.clock.now(), max(1, found.round - back), f"c{self.clicks}"

        def work(connection: Any) -> int | None:
            return voting.plant_vote(
                connection, found.id, shown, decision, "why", actor(who), click=click, now=now, corr="t"
            )

        self.run(work)
        if double:
            assert not self.run(work), "a double click was planted twice"

    @rule(which=st.integers(0, 9), who=st.sampled_from([ODD, ODD, GUEST, RIN, ADA, STRANGER]))
    def glass(self, which: int, who: str) -> None:
        found = self.pick(which)
        if found is None:
            return
        now = self.clock.now()
        self.run(
            lambda c: voting.plant_glass(
                c, found.id, found.round, "it burns", actor(who), click="g", now=now, corr="t"
            )
        )

    @rule(which=st.integers(0, 9), who=st.sampled_from([ADA, BRUNO, CY]), at_once=st.booleans())
    def approve(self, which: int, who: str, at_once: bool) -> None:
        """The usual: somebody who may, on what is asked for now."""
        self.click(which, who, "approve", 0, double=False)
        if at_once:
            self.work()

    @rule(users=st.one_of(st.just({ADA, BRUNO}), st.sets(st.sampled_from(EVERYBODY))))
    def regroup(self, users: set[str]) -> None:
        """Somebody edits the user group."""
        self.groups = {LEADS: frozenset(users)}
