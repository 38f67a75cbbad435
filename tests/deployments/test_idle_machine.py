"""When a deletion comes, and what is said about it, tried with everything that services, metrics and clocks do."""

from datetime import datetime, timedelta

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.config.approvals import WatchSettings
from bot.deployments import idle
from bot.deployments.away import was_away
from bot.deployments.idle import Judgement, Observed, Spell
from tests.deployments.test_idle import ALWAYS, DAY, HOUR, IDLE, MONDAY, OFFICE

LOOK = timedelta(hours=6)
MACHINE_WATCH = WatchSettings(look_minutes=LOOK / timedelta(minutes=1))
SEVERITY = ("nudge", "5d", "2d", "1d")


class Idleness(RuleBasedStateMachine):
    """A service with its quirks, a bot that looks at it, and what must hold after every look."""

    def __init__(self) -> None:
        super().__init__()
        self.now = MONDAY
        self.created = MONDAY
        self.calls: list[datetime] = []
        self.shown = 0
        self.stored_created = MONDAY
        self.kept_at: datetime | None = None
        self.spell: Spell | None = None
        self.looked_at: datetime | None = None
        self.said: list[tuple[str, int, datetime]] = []
        self.visible = 0
        self.was_gap = False

    @initialize(office=st.booleans())
    def begin(self, office: bool) -> None:
        self.hours = OFFICE if office else ALWAYS

    @rule(days=st.integers(1, 6))
    def days_pass(self, days: int) -> None:
        """The bot is up and looks."""
        for _ in range(days * 4):
            self.now += LOOK
            self.look()

    @rule(minutes=st.integers(1, 600))
    def called(self, minutes: int) -> None:
        """Somebody calls it; the metrics may not show it yet."""
        self.now += timedelta(minutes=minutes)
        self.calls.append(self.now)
        self.shown = len(self.calls) - 1
        self.look()
        self.shown = len(self.calls)

    @rule()
    def kept(self) -> None:
        self.kept_at = self.now
        self.calls.append(self.now)
        self.visible = len(self.calls)
        self.shown = len(self.calls) - 1
        self.look()
        self.shown = len(self.calls)

    @rule(hours=st.integers(1, 400))
    def metrics_move_back(self, hours: int) -> None:
        """For one look the newest buckets are missing or elsewhere."""
        back = [one for one in self.calls if one < self.now - timedelta(hours=hours)]
        self.look(calls=back)

    @rule(minutes=st.integers(0, 59))
    def buckets_begin_elsewhere(self, minutes: int) -> None:
        """They are counted from another minute of the hour; a call stays in the one that it is in."""
        self.look(begins_at=minutes)

    @rule(seconds=st.integers(-50, 50))
    def the_services_clock_jitters(self, seconds: int) -> None:
        self.look(created=self.created + timedelta(seconds=seconds))

    @rule(minutes=st.integers(1, 120))
    def our_clock_is_wrong_for_a_look(self, minutes: int) -> None:
        right = self.now
        self.now -= timedelta(minutes=minutes)
        self.look()
        self.now = right

    @rule(days=st.integers(1, 3))
    def the_service_dates_its_records_back(self, days: int) -> None:
        by = days * DAY
        self.created -= by
        self.calls = [one - by for one in self.calls]
        self.look()

    @rule(days=st.integers(2, 13))
    def the_bot_is_away(self, days: int) -> None:
        self.now += days * DAY
        self.was_gap = True
        self.look()

    @precondition(lambda self: self.spell is not None)
    @rule()
    def made_again_under_the_same_name(self) -> None:
        """The watch makes a row of its own of it: nothing of the old one counts."""
        self.now += 2 * HOUR
        assert idle.is_reborn(self.stored_created, self.now)
        self.created = self.stored_created = self.now
        self.calls, self.shown, self.kept_at = [], 0, None
        self.spell = self.looked_at = None
        self.said, self.visible, self.was_gap = [], 0, False
        self.look()

    def look(
        self,
        *,
        calls: list[datetime] | None = None,
        begins_at: int = 0,
        created: datetime | None = None,
    ) -> None:
        created = created or self.created
        listed = self.calls[: self.shown] if calls is None else calls
        last = max(listed, default=None)
        if last is not None:
            past = timedelta(minutes=(last.minute - begins_at) % 60, seconds=last.second)
            last = (last - past).replace(microsecond=0)
        moved_back = idle.dated_back(self.stored_created, created)
        if moved_back:
            self.stored_created = created
            self.kept_at = self.kept_at - moved_back if self.kept_at else None
            if self.spell:
                self.spell = Spell(
                    furthest=self.spell.furthest - moved_back,
                    warned=self.spell.warned,
                    missed=self.spell.missed,
                )
        if self.kept_at and idle.shows_keep(last, HOUR, self.kept_at):
            self.kept_at = None
        observed = Observed(
            sku="Standard", created_at=self.stored_created, last_call=last, kept_at=self.kept_at
        )
        away = was_away(self.looked_at, self.now, MACHINE_WATCH.look_minutes)
        found = idle.judge(IDLE, observed, self.spell, MACHINE_WATCH, self.hours, now=self.now, was_away=away)
        assert found is not None
        if calls is None:
            self.visible = max(self.visible, self.shown)
        self.check(found)
        self.spell, self.looked_at = found.spell, self.now

    def check(self, found: Judgement) -> None:
        stages = idle.stages_of(
            IDLE,
            found.basis,
            Observed(sku="Standard", created_at=found.basis),
            MACHINE_WATCH,
            self.hours,
            now=self.now,
        )
        reached = [one.name for one in stages if one.at <= self.now]
        if found.say is not None:
            event(f"said {found.say.name}{' late' if found.late else ''}")
            # due, by what is visible: nothing is said of what is called
            assert found.say.at <= self.now
            assert found.say.name == reached[-1]
            # twice the same only when there was activity in between that the first did not see
            for name, activity, _ in self.said:
                assert name != found.say.name or self.visible > activity, found
            self.said.append((found.say.name, self.visible, self.now))
            assert not found.late or self.was_gap
            assert self.hours.is_open(self.now) or found.due - self.now <= idle.URGENT
        # none is missing that is due, and none counts that was said before the last activity
        may_speak = self.hours.is_open(self.now) or (
            found.due - self.now <= idle.URGENT and any(name != "nudge" for name in reached)
        )
        if may_speak:
            for name in reached:
                assert name in found.spell.warned, (name, found)
        for said_at in found.spell.warned.values():
            assert said_at >= found.basis

    @invariant()
    def nothing_is_said_without_a_place_in_the_order(self) -> None:
        assert {name for name, *_ in self.said} <= set(SEVERITY)


TestIdleness = Idleness.TestCase
TestIdleness.settings = settings(max_examples=200, stateful_step_count=25, deadline=None)
