"""The watch over several deployments, tried with everything that services, people and downtime do; on real rows."""

import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.store import deployments, spells
from bot.store.deployments import Deployment
from providers.hosting import RemoteDeployment
from tests.deployments.asking_bench import settings_in
from tests.deployments.watch_bench import DAY, HOUR, NAME, Watching, remote, watching_in
from tests.training.jobs_of import NOW

LOOK = timedelta(hours=12)
IDLE = timedelta(days=15)
NAMES = st.sampled_from(("one", "two"))


@dataclass
class There:
    """What the service has under a name."""

    seen: RemoteDeployment
    called: datetime | None = None
    active: int = 0
    """How often it was called or kept: what was said before the last time does not count any more."""

    @property
    def deleted_at(self) -> datetime:
        assert self.seen.created_at is not None
        return max(self.seen.created_at, self.called or self.seen.created_at) + IDLE


@dataclass
class Heard:
    """What was said of one incarnation, with how active it was then."""

    said: list[tuple[str, int]] = field(default_factory=list)
    gone: int = 0


class Watched(RuleBasedStateMachine):
    """Names that come and go; a look after everything that happens while the bot is up."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._store = watching_in(
            settings_in(Path(self._folder.name)), look_minutes=LOOK / timedelta(minutes=1)
        )
        self.watching: Watching = self._store.__enter__()
        self.there: dict[str, There] = {}
        self.heard: dict[int, Heard] = {}
        self.looked_at: datetime = NOW
        self.readable_since: datetime = NOW
        self.there["one"] = There(remote("one", created_at=NOW))
        self.look()

    def teardown(self) -> None:
        self._store.__exit__(None, None, None)
        self._folder.cleanup()

    @property
    def now(self) -> datetime:
        return self.watching.now

    @rule(name=NAMES)
    def made_in_the_portal(self, name: str) -> None:
        """Or made again, when it is there: another creation under the same name."""
        self.pass_time(2 * HOUR)
        self.there[name] = There(remote(name, created_at=self.now))
        self.look()

    @precondition(lambda self: self.there)
    @rule(name=NAMES)
    def deleted_in_the_portal(self, name: str) -> None:
        self.there.pop(name, None)
        self.look()

    @precondition(lambda self: self.there)
    @rule(name=NAMES)
    def called(self, name: str) -> None:
        self.pass_time(2 * HOUR)
        if name in self.there:
            self.there[name].called = self.now
            self.there[name].active += 1
        self.look()

    @precondition(lambda self: self.there)
    @rule()
    def two_weeks_pass(self) -> None:
        """Long enough for the service to delete what nobody calls."""
        self.days_pass_by(16)

    @precondition(lambda self: self.there)
    @rule(name=NAMES)
    def kept_by_the_bot(self, name: str) -> None:
        """As the keep task does it; the metrics show the call at the look after the next."""
        row = self.living().get(name)
        if row is None or name not in self.there:
            return
        self.pass_time(2 * HOUR)
        spell = spells.open_of(self.watching.c, [row.id])[row.id].get("idle")
        if spell is not None:
            spells.end(self.watching.c, spell.id, now=self.now)
        deployments.note(self.watching.c, row.id, kept_at=self.now)
        self.there[name].active += 1
        self.look()
        self.there[name].called = self.now
        self.look()

    @precondition(lambda self: self.there)
    @rule(days=st.integers(1, 16))
    def days_pass(self, days: int) -> None:
        self.days_pass_by(days)

    def days_pass_by(self, days: int) -> None:
        for _ in range(days * 2):
            self.pass_time(LOOK)
            self.look()

    @precondition(lambda self: self.there)
    @rule(days=st.integers(2, 20))
    def the_bot_is_away(self, days: int) -> None:
        self.pass_time(days * DAY)
        self.readable_since = self.now
        self.look()

    @precondition(lambda self: self.there)
    @rule(days=st.integers(1, 4))
    def metrics_cannot_be_read(self, days: int) -> None:
        for _ in range(days * 2):
            self.pass_time(LOOK)
            self.look(unread=True)
        self.readable_since = self.now
        self.look()

    def pass_time(self, by: timedelta) -> None:
        """The service deletes what nobody calls."""
        self.watching.now += by
        for name, one in list(self.there.items()):
            if one.deleted_at < self.now:
                row = self.living().get(name)
                if row is not None and row.created_remote == one.seen.created_at:
                    self.check_announced(row, one)
                del self.there[name]

    def check_announced(self, row: Deployment, one: There) -> None:
        """None was missed that was due while the bot was up and could read."""
        was_up = one.deleted_at - self.looked_at <= 1.5 * LOOK
        if was_up and self.readable_since <= one.deleted_at - DAY:
            event("deleted by the service, the bot being up")
            said = [what for what, active in self.heard[row.id].said if active == one.active]
            assert "deployment.deletion_ahead" in said, (row.name, said)

    def look(self, *, unread: bool = False) -> None:
        self.pass_time(
            timedelta(minutes=1)
        )  # what happens in the very moment of a look is left to the next one
        before = self.living()
        missing = tuple(name for name in before if name not in self.there)
        calls = {name: one.called for name, one in self.there.items() if one.called}
        self.watching.look(
            *(one.seen for one in self.there.values()), calls=calls, gone=missing, unread=unread
        )
        for kind, params, _ in self.watching.said():
            self.hear(kind, params)
        if not unread:
            self.looked_at = self.now

    def hear(self, kind: str, params: dict[str, Any]) -> None:
        if kind == "deployment.found":
            return
        number = int(params["deployment"]["id"][1:])
        heard = self.heard.setdefault(number, Heard())
        if kind == "deployment.gone":
            heard.gone += 1
            event(f"gone: {params['deployment']['gone_why']}")
            return
        if kind == "deployment.retirement_ahead":
            return
        one = self.there[params["deployment"]["name"]]
        what = kind if kind == "deployment.idle" else f"{kind} {params['left']} {params['unit']}"
        assert (what, one.active) not in heard.said, "said twice in one spell"
        # none after activity: what is called or made now is not spoken of
        assert one.deleted_at - IDLE <= self.now - 2 * DAY + HOUR
        heard.said += [(what, one.active), (kind, one.active)]

    def living(self) -> dict[str, Deployment]:
        return {row.name: row for row in deployments.alive(self.watching.c, NAME)}

    @invariant()
    def rows_are_what_is_there(self) -> None:
        living = self.living()
        assert living.keys() == self.there.keys()
        for name, one in self.there.items():
            assert living[name].created_remote == one.seen.created_at

    @invariant()
    def every_end_is_told_once(self) -> None:
        for number, heard in self.heard.items():
            row = deployments.get(self.watching.c, number)
            assert row is not None
            assert heard.gone <= 1
            if row.state == "gone":
                assert not spells.open_of(self.watching.c, [number])[number]


TestWatched = Watched.TestCase
TestWatched.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
