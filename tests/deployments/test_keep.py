"""Keeping an idle deployment: who has to be asked, when it is called, what is told; and reminders."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.approvals import WorkingHours
from bot.config.settings import Settings
from bot.deployments import keep
from bot.deployments.keeping import Keep, call_due
from bot.errors import Invalid, WrongState
from bot.facts.deployment_notices import KeepFailed, Kept, ReminderDue
from bot.facts.deployments import DeploymentFacts
from bot.facts.jobs import Money
from bot.store import deployments, requests, spells
from bot.store.deployments import Deployment
from bot.work.tasks import Again, Done
from providers.errors import NotFound, ProviderError, Unavailable
from providers.hosting import ExpiryRule
from tests.approvals.samples import BRUNO, GUEST, settings_in
from tests.clocks import START
from tests.deployments.rollout_bench import Rollout, person
from tests.training.bench import RIN

KEEP = "deployment.keep"
IDLE = ExpiryRule(id="idle", after=timedelta(days=15))


def settings_with(rolling: Rollout, **approvals: Any) -> Settings:
    """The settings with another `[approvals]`; the handlers have them, too."""
    deps = rolling.bench.application.deps
    changed = deps.settings.approvals.model_copy(update=approvals)
    settings = deps.settings.model_copy(update={"approvals": changed})
    rolling.bench.application.deps = replace(deps, settings=settings)
    rolling.handlers = Rollout.of(rolling.bench).handlers
    return settings


async def ask(
    rolling: Rollout,
    found: Deployment,
    days: float,
    *,
    who: str = RIN.user_id,
    reason: str = "",
    **approvals: Any,
) -> int | None:
    """Ask to keep it; the request's number."""
    settings, now = settings_with(rolling, **approvals), rolling.bench.now()
    number = await rolling.write(
        lambda c: keep.ask_keep(
            c,
            found,
            now + timedelta(days=days),
            person(who),
            reason=reason,
            channel="C0FINETUNE",
            settings=settings,
            providers=rolling.bench.application.deps.providers,
            intent=f"keep:{found.id}:{days}",
            now=now,
            corr="c",
        )
    )
    assert number is None or isinstance(number, int)
    return number


def calls(rolling: Rollout, found: Deployment) -> int:
    """Answered calls that the service counted."""
    record = rolling.record(found.name)
    assert record is not None
    return sum(one.status == 200 for one in record.calls)


async def test_a_real_call_is_made_at_once_and_told_with_the_new_day(rolling: Rollout) -> None:
    found = await rolling.live()
    before = calls(rolling, found)
    assert await ask(rolling, found, 10, keep_above=None) is None
    await rolling.step(found.id, KEEP)
    assert calls(rolling, found) == before
    await rolling.step(found.id, KEEP)
    kept = await rolling.row(found.id)
    assert calls(rolling, found) == before + 1
    assert (kept.kept_at is not None, kept.keep_until is not None) == (True, True)
    ((notice, to),) = await rolling.said(Kept)
    assert (to, notice.by) == (RIN.user_id, RIN.user_id)
    # It outlives the date already: no further call.
    assert isinstance(await rolling.step(found.id, KEEP), Again)
    assert calls(rolling, found) == before + 1
    rolling.bench.clock.forward(11 * 86400)
    assert isinstance(await rolling.step(found.id, KEEP), Done)
    assert (await rolling.row(found.id)).keep_until is None
    assert (await rolling.actions())[-2:] == ["deployment.keep", "deployment.kept"]


async def test_it_is_called_again_before_it_would_be_deleted(rolling: Rollout) -> None:
    found = await rolling.live()
    await ask(rolling, found, 40, keep_above=None)
    await rolling.step(found.id, KEEP)
    await rolling.step(found.id, KEEP)
    before = calls(rolling, found)
    await rolling.step(found.id, KEEP)
    assert calls(rolling, found) == before
    rolling.bench.clock.forward(10 * 86400)
    await rolling.step(found.id, KEEP)
    await rolling.step(found.id, KEEP)
    assert calls(rolling, found) == before + 1
    assert len(await rolling.said(Kept)) == 1  # told once, when it was asked for


async def test_a_call_ends_the_spell_in_which_nobody_called(rolling: Rollout) -> None:
    found = await rolling.live()
    now = rolling.bench.now()
    basis, due = now - timedelta(days=13), now + timedelta(days=2)
    await rolling.write(
        lambda c: spells.begin(
            c, found.id, "idle", basis_at=basis, due_at=due, warned={"5d": now.isoformat()}
        )
    )
    await ask(rolling, found, 1, keep_above=None)
    await rolling.step(found.id, KEEP)
    await rolling.step(found.id, KEEP)
    assert not await rolling.read(lambda c: spells.open_of(c, [found.id])[found.id])
    ((notice, _),) = await rolling.said(Kept)
    assert notice.deployment.expires is None or notice.deployment.expires.at > due


async def test_above_the_limit_it_is_asked_for_and_kept_once_approved(rolling: Rollout) -> None:
    found = await rolling.live()
    with pytest.raises(Invalid) as told:
        await ask(rolling, found, 15)
    assert (told.value.code, told.value.field) == ("reason_empty", "reason")
    number = await ask(rolling, found, 15, reason="demo on Friday")
    assert number is not None
    # Nothing is called before somebody decided.
    assert [one for one in await rolling.planned() if one.startswith("keep")] == []
    request = await rolling.read(lambda c: requests.get(c, number))
    assert request is not None
    assert (request.kind, request.target, request.spec["cost"]["low"]) == (
        "keep",
        found.label,
        pytest.approx(612),
    )

    def approve(connection: Any) -> None:
        now = rolling.bench.now()
        requests.change(connection, number, now=now, state="approved", decided_at=now)
        approved = requests.get(connection, number)
        assert approved is not None
        keep.begin(connection, approved, now=now, corr="c")

    await rolling.write(approve)
    await rolling.step(found.id, KEEP)
    await rolling.step(found.id, KEEP)
    assert (await rolling.row(found.id)).kept_at is not None


@pytest.mark.parametrize(("who", "code"), [(GUEST, "guest")])
async def test_who_may_not_keep_it_is_told(rolling: Rollout, who: str, code: str) -> None:
    found = await rolling.live()
    before = calls(rolling, found)
    await ask(rolling, found, 3, who=who, keep_above=None)
    assert isinstance(await rolling.step(found.id, KEEP), Done)
    ((notice, to),) = await rolling.said(KeepFailed)
    assert (to, notice.problem.code, calls(rolling, found)) == (who, code, before)
    assert (await rolling.row(found.id)).keep_until is None


async def test_an_approver_keeps_it_and_the_owner_hears_of_it(rolling: Rollout) -> None:
    found = await rolling.live()
    await ask(rolling, found, 3, who=BRUNO, keep_above=None)
    await rolling.step(found.id, KEEP)
    await rolling.step(found.id, KEEP)
    assert {to for _, to in await rolling.said(Kept)} == {RIN.user_id, BRUNO}


async def test_keeping_answers_the_day_it_was_wanted_until_and_a_take_down(rolling: Rollout) -> None:
    found = await rolling.live(until=rolling.bench.now() + timedelta(days=2))
    soon = rolling.bench.now() + timedelta(hours=3)
    await rolling.write(lambda c: deployments.note(c, found.id, take_down_at=soon))
    await ask(rolling, found, 9, keep_above=None)
    await rolling.step(found.id, KEEP)
    kept = await rolling.row(found.id)
    assert (kept.take_down_at, kept.until) == (None, kept.keep_until)


async def test_the_past_and_what_calls_do_not_keep_are_refused(rolling: Rollout) -> None:
    found = await rolling.live()
    with pytest.raises(Invalid) as past:
        await ask(rolling, found, -1)
    assert (past.value.code, past.value.field) == ("until_past", "until")
    with pytest.raises(WrongState) as state:
        await ask(rolling, replace(found, state="gone"), 3)
    assert state.value.code == "deployment_state"
    await rolling.write(lambda c: deployments.note(c, found.id, sku="DeveloperTier"))
    with pytest.raises(WrongState) as useless:
        await ask(rolling, await rolling.row(found.id), 3)
    assert useless.value.code == "keep_useless"


async def test_where_nothing_is_deleted_by_itself_there_is_nothing_to_keep(
    rolling: Rollout, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await rolling.live()
    monkeypatch.setattr(type(rolling.hosting), "rules", ())
    with pytest.raises(WrongState) as needless:
        await ask(rolling, found, 3)
    assert needless.value.code == "keep_needless"


@pytest.mark.parametrize(
    ("error", "at_once"),
    [(NotFound("deployment_not_found", {"deployment": "x"}), True), (Unavailable("unreachable"), False)],
)
async def test_a_call_that_does_not_work_is_told(
    rolling: Rollout, error: ProviderError, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await rolling.live()
    real = rolling.hosting.call

    async def call(_name: str, _prompt: str) -> None:
        raise error

    monkeypatch.setattr(rolling.hosting, "call", call)
    await ask(rolling, found, 3, keep_above=None)
    await rolling.step(found.id, KEEP)
    for _ in range(3):
        assert isinstance(await rolling.step(found.id, KEEP), Again)
    assert len(await rolling.said(KeepFailed)) == (1 if at_once else 0)
    rolling.bench.clock.forward(1000)
    await rolling.step(found.id, KEEP)
    ((notice, _),) = await rolling.said(KeepFailed)
    assert notice.problem.code == error.code
    monkeypatch.setattr(rolling.hosting, "call", real)
    await rolling.step(found.id, KEEP)
    assert len(await rolling.said(Kept)) == 1


async def test_it_is_reminded_of_on_the_next_working_morning(rolling: Rollout) -> None:
    found = await rolling.live()
    hours = WorkingHours(time_zone="Europe/Stockholm")
    settings = settings_with(rolling, working_hours=hours)
    now = rolling.bench.now()
    due = await rolling.write(lambda c: keep.remind(c, found, RIN, settings=settings, now=now, corr="c"))
    assert isinstance(due, datetime)
    assert now < due < now + timedelta(days=4)
    assert due.astimezone(UTC).weekday() < 5
    rolling.bench.clock.forward((due - now).total_seconds() + 60)
    await rolling.step(found.id, "deployment.remind")
    ((notice, to),) = await rolling.said(ReminderDue)
    assert (to, notice.deployment.id) == (RIN.user_id, found.label)


async def test_a_reminder_of_what_is_gone_is_not_told(rolling: Rollout) -> None:
    found = await rolling.live()
    now, settings = rolling.bench.now(), rolling.bench.application.deps.settings
    await rolling.write(lambda c: keep.remind(c, found, RIN, settings=settings, now=now, corr="c"))
    await rolling.write(lambda c: deployments.change(c, found.id, now=now, state="gone"))
    assert isinstance(await rolling.step(found.id, "deployment.remind"), Done)
    assert await rolling.said(ReminderDue) == []


async def test_parked_work_is_told(rolling: Rollout) -> None:
    found = await rolling.live()
    await ask(rolling, found, 3, keep_above=None)
    task = await rolling.claim(found.id, KEEP)
    handler = rolling.handlers[KEEP]
    assert isinstance(handler, Keep)
    assert task is not None
    await rolling.write(lambda c: handler.give_up(c, task, "KeyError"))
    ((notice, to),) = await rolling.said(KeepFailed)
    assert (notice.problem.code, to) == ("KeyError", RIN.user_id)


MONEY = Money(low=12.0, high=12.0, currency="USD", source="s", as_of="2026-11-22")


@pytest.mark.parametrize(
    ("above", "free", "cost", "asked"),
    [
        (Decimal(0), False, MONEY, True),
        (Decimal(12), False, MONEY, False),
        (Decimal("11.99"), False, MONEY, True),
        (Decimal(12), False, None, True),  # an unknown price may be any
        (Decimal(100), False, MONEY.model_copy(update={"currency": "EUR"}), True),
        (Decimal(0), True, None, False),
        (None, False, MONEY, False),
        (None, False, None, False),
    ],
)
def test_who_has_to_be_asked(
    tmp_path: Path, above: Decimal | None, free: bool, cost: Money | None, asked: bool
) -> None:
    settings = settings_in(tmp_path, keep_above=above)
    facts = DeploymentFacts(
        id="P1", connection="prod-swc", region="", name="a", title="prod-swc/a", state="live", raw_state="Succeeded",
        model="m", model_short="m", base="b", sku="Standard", sku_label="Standard", capacity=1, free=free,
        updated_at=START,
    )  # fmt: skip
    assert keep.needs_approval(settings, facts, cost) is asked


def kept_row(created: datetime, kept: datetime | None) -> Deployment:
    values: dict[str, Any] = dict.fromkeys(Deployment.__dataclass_fields__)
    return Deployment(
        **{
            **values,
            "sku": "GlobalStandard",
            "created_remote": created,
            "created_at": created,
            "kept_at": kept,
        }
    )


@given(
    days=st.floats(min_value=0.1, max_value=200),
    margin=st.floats(min_value=0, max_value=7),
    late=st.lists(st.floats(min_value=0, max_value=1), min_size=40, max_size=40),
)
def test_called_when_it_is_due_it_is_never_deleted_before_its_date(
    days: float, margin: float, late: list[float]
) -> None:
    """However late within its margin each call comes."""
    until, at = START + timedelta(days=days), START
    row = kept_row(START, START)
    room = timedelta(days=margin)
    for part in late:
        due = call_due(row, IDLE, room, until)
        if due is None:
            break
        at = max(at, due) + part * room
        assert row.kept_at is not None
        assert at <= row.kept_at + IDLE.after  # it is still there to be called
        row = kept_row(START, at)
    else:
        raise AssertionError("never ends")
    assert row.kept_at is not None
    assert row.kept_at + IDLE.after >= until


def test_a_service_without_such_a_rule_is_not_called() -> None:
    assert call_due(kept_row(START, START), None, timedelta(days=1), START + timedelta(days=99)) is None
