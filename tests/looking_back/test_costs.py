"""What a month cost: hosting by the hour it was there, training by the job, and what nobody knows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.config.approvals import ApprovalsSettings
from bot.facts.deploy_forms import CostFacts, CostLine
from bot.facts.requests import Rate
from bot.looking_back import costs
from bot.store import jobs
from tests.deployments.asking_bench import BASE, TEAM, Asking, asking_in, settings_in
from tests.handlers.samples_deployments import LIVE
from tests.training.jobs_of import NOW

# NOW is 22 November, 12:00: 21.5 days or 516 hours into the month.
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
RATE = 1.70


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Asking]:
    with asking_in(settings_in(tmp_path, approvals=ApprovalsSettings(monthly_cap=500))) as bench:
        yield bench


def month(made: Asking, now: datetime = NOW) -> CostFacts:
    return costs.month(made.c, TEAM, made.settings, made.providers, now=now)


def amount(line: CostLine, field: str = "so_far") -> float | None:
    found = getattr(line, field)
    return None if found is None else round(found.high, 2)


def only(made: Asking, **given: Any) -> CostLine:
    """The line of one deployment."""
    made.deployment(**given)
    (line,) = month(made).lines
    return line


def trained(made: Asking, **given: Any) -> int:
    """A job that was submitted this month."""
    number = jobs.add(
        made.c,
        {
            "connection": "prod-swc",
            "intent_key": f"c{given}",
            "team_id": TEAM,
            "requester": "U0REQUEST1",
            "channel": "C0FINETUNE",
            "base_model": BASE,
            "model_short": "gpt-4.1-mini",
            "method": "supervised",
            "hyper": {},
            "seed": 7,
            "state": "succeeded",
            "submitted_at": NOW - DAY,
            **given,
        },
        now=NOW,
    )
    assert number is not None
    return number


ESTIMATE = {"low": 10.0, "high": 20.0, "currency": "USD", "source": "price sheet", "as_of": "2026-11-01"}


def test_an_empty_month(made: Asking) -> None:
    found = month(made)
    assert (found.month, found.lines, found.hosting, found.training, found.unknown) == (
        "2026-11",
        (),
        None,
        None,
        0,
    )
    assert found.cap is not None
    assert found.cap.high == 500


def test_hosting_counts_from_its_creation_and_goes_on_to_the_end(made: Asking) -> None:
    line = only(made, created_remote=NOW - 10 * HOUR)
    assert amount(line) == 17.0
    assert amount(line, "whole_month") == round(RATE * (10 + 8.5 * 24), 2)
    assert (line.kind, line.title, line.owner) == ("hosting", "prod-swc/support-v11", "U0REQUEST1")
    assert line.so_far is not None
    assert line.so_far.source == "example of 03/19/2026"


def test_what_was_there_before_counts_from_the_first(made: Asking) -> None:
    line = only(made, created_remote=BEGIN - 90 * DAY)
    assert amount(line) == round(RATE * 516, 2)
    assert amount(line, "whole_month") == round(RATE * 720, 2), "November has thirty days"


def test_what_is_gone_counts_until_then(made: Asking) -> None:
    line = only(made, created_remote=BEGIN, gone_at=BEGIN + 5 * HOUR, state="gone")
    assert (amount(line), amount(line, "whole_month")) == (8.5, 8.5)


def test_what_went_before_this_month_is_not_of_it(made: Asking) -> None:
    made.deployment(created_remote=BEGIN - 9 * DAY, gone_at=BEGIN - HOUR, state="gone")
    assert month(made).lines == ()


def test_what_is_not_there_yet_costs_nothing(made: Asking) -> None:
    made.deployment(created_remote=None, state="approved")
    assert month(made).lines == ()


def test_what_is_taken_down_soon_costs_until_then(made: Asking) -> None:
    line = only(made, created_remote=NOW - HOUR, take_down_at=NOW + 2 * HOUR)
    assert amount(line, "whole_month") == round(3 * RATE, 2)


def test_idle_is_what_no_call_used(made: Asking) -> None:
    use = {
        "last": (NOW - 4 * HOUR).isoformat(),
        "calls": 3,
        "last_day": 1,
        "since": BEGIN.isoformat(),
        "bucket_seconds": 3600,
        "read_at": NOW.isoformat(),
        "known": True,
    }
    line = only(made, created_remote=NOW - 10 * HOUR, last_use=use)
    assert amount(line, "idle") == round(4 * RATE, 2)


def test_a_free_one_costs_nothing_and_is_known(made: Asking) -> None:
    made.deployment(sku="DeveloperTier", created_remote=NOW - HOUR)
    found = month(made)
    assert amount(found.lines[0]) == 0
    assert found.unknown == 0


def test_what_has_no_price_is_counted_and_not_guessed(made: Asking) -> None:
    made.deployment(base="gpt-9", model="gpt-9.ft-x", created_remote=NOW - HOUR)
    trained(made, estimate=None)
    found = month(made)
    assert [amount(line) for line in found.lines] == [None, None]
    assert (found.unknown, found.hosting, found.training) == (2, None, None)


def test_training_counts_what_was_billed_else_the_estimate(made: Asking) -> None:
    remote = {"per_million": 5.0}
    billed = trained(made, estimate=ESTIMATE, tokens_billed=2_000_000, remote=remote)
    guessed = trained(made, estimate=ESTIMATE, intent_key="other")
    trained(made, estimate=ESTIMATE, intent_key="old", submitted_at=BEGIN - HOUR)
    found = {line.label: line for line in month(made).lines}
    assert set(found) == {f"J{billed}", f"J{guessed}"}
    assert (amount(found[f"J{billed}"]), found[f"J{billed}"].estimated) == (10.0, None)
    assert (amount(found[f"J{guessed}"]), amount(found[f"J{guessed}"], "estimated")) == (None, 20.0)
    total = month(made).training
    assert total is not None
    assert (total.low, total.high, total.source) == (20.0, 30.0, "price sheet")


def test_another_currency_is_listed_and_not_added_up(made: Asking) -> None:
    made.deployment(created_remote=NOW - 10 * HOUR)
    euro = [one.model_copy(update={"currency": "EUR", "model": "gpt-9"}) for one in made.settings.hosting]
    made.settings = made.settings.model_copy(update={"hosting": (*made.settings.hosting, *euro)})
    made.deployment("other", base="gpt-9", model="gpt-9.ft-x", created_remote=NOW - 100 * HOUR)
    found = month(made)
    assert [line.title for line in found.lines] == ["prod-swc/other", "prod-swc/support-v11"], (
        "the dearest first"
    )
    assert found.hosting is not None
    assert (found.hosting.currency, round(found.hosting.high, 2)) == ("USD", 17.0)


@given(
    st.datetimes(
        min_value=datetime(2020, 1, 1),  # noqa: DTZ001 -- Hypothesis wants naive bounds and adds the zone itself
        max_value=datetime(2040, 1, 1),  # noqa: DTZ001 -- as above
        timezones=st.just(UTC),
    )
)
def test_a_month_begins_on_its_first_and_ends_on_the_next(at: datetime) -> None:
    begin, end = costs.bounds(at)
    assert begin <= at < end
    assert (begin.day, end.day, begin.hour, end.hour) == (1, 1, 0, 0)
    assert 28 * DAY <= end - begin <= 31 * DAY


@given(
    created=st.floats(-60, 40),
    lives=st.none() | st.floats(0, 60),
    passed=st.floats(0, 29.9),
)
def test_hosting_is_never_negative_nor_more_than_the_month(
    created: float, lives: float | None, passed: float
) -> None:
    """Whenever it came and went: so far is at most the whole month's, and that at most all its hours."""
    now, begin = BEGIN + passed * DAY, BEGIN
    end = begin + 30 * DAY
    made_at = begin + created * DAY
    gone = None if lives is None else made_at + lives * DAY
    assume(made_at <= now)
    assume(gone is None or begin <= gone <= now)
    rate = Rate(per_hour=RATE, currency="USD", source="sheet", as_of="2026-11-01")
    facts = LIVE.model_copy(
        update={"created_at": made_at, "gone_at": gone, "rate": rate, "take_down_at": None, "last_call": None}
    )
    line = costs.hosting_line(facts, begin, end, now)
    assert line.so_far is not None
    assert line.whole_month is not None
    assert 0 <= line.so_far.high <= line.whole_month.high + 1e-6 <= RATE * 720 + 1e-5
