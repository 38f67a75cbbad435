"""Whatever the deployment, Slack takes the modals about it; what comes back from them is read, and never trusted."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.views import keep, take_down
from sandbox.slack.blocks import check_view
from tests import strategies_hosted as facts
from tests.blockkit import view_problems
from tests.handlers.samples_deployments import CHOICES, KEEP, TAKE_DOWN
from tests.limits import EN, thorough
from tests.specs import specs_root
from tests.strategies import text

pytestmark = pytest.mark.specs
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@pytest.fixture(autouse=True)
def _specs() -> None:
    specs_root()


def refusals(view: dict[str, object]) -> list[object]:
    """What either of the two checkers, written apart, finds."""
    return [*view_problems(view), *check_view(json.loads(json.dumps(view)))]


def texts(view: dict[str, object]) -> str:
    return json.dumps(view, ensure_ascii=False)


@thorough
@given(facts.keep_form, text, st.booleans())
def test_keeping(form: Any, channel: str, other: bool) -> None:
    view = keep.build(form, channel, EN, other=other)
    assert refusals(view) == []
    about = keep.about(str(view["private_metadata"]))
    assert about is not None
    assert about.deployment == form.deployment.id


@thorough
@given(facts.take_down_form)
def test_taking_down(form: Any) -> None:
    view = take_down.build(form, EN)
    assert refusals(view) == []
    assert take_down.about(str(view["private_metadata"])) == form.deployment.id
    # Nobody takes anything down before the calls were looked at.
    assert ("submit" in view) is not form.reading


@given(st.dictionaries(st.sampled_from(["until", "day", "reason"]), JUNK, max_size=3), st.text(max_size=40))
def test_what_comes_back_may_be_anything(values: dict[str, Any], metadata: str) -> None:
    given_back = keep.draft(values)
    assert isinstance(keep.check(given_back, EN), dict)
    assert keep.about(metadata) is None
    assert take_down.about(metadata) is None


def test_the_costs_of_keeping_and_who_is_asked() -> None:
    shown = texts(keep.build(KEEP, "C0FINETUNE", EN))
    for part in (
        "15 days, until 11 Dec 2026",
        "$612",
        "30 days",
        "$1,224",
        "until 31 Jan 2027",
        "approvers decide",
    ):
        assert part in shown, part
    assert '"block_id": "reason"' in shown
    free = KEEP.chosen.model_copy(update={"needs_approval": False, "cost": None})
    unasked = texts(keep.build(KEEP.model_copy(update={"chosen": free}), "C0FINETUNE", EN))
    assert "Nobody has to be asked for that." in unasked
    assert '"block_id": "reason"' not in unasked


def test_another_day_brings_the_calendar() -> None:
    view = keep.build(KEEP.model_copy(update={"chosen": CHOICES[2]}), "C0FINETUNE", EN, other=True)
    assert '"initial_date": "2027-01-31"' in texts(view)
    values = {
        "until": {keep.CHOICE_ACTION: {"type": "static_select", "selected_option": {"value": keep.OTHER}}},
        "day": {keep.DAY_ACTION: {"type": "datepicker", "selected_date": "2027-02-28"}},
    }
    assert keep.draft(values) == keep.Draft(until="2027-02-28", other=True, reason="")
    assert keep.check(keep.draft({"until": values["until"]}), EN) == {"day": "Choose one."}


def test_the_calls_of_the_last_day_come_first() -> None:
    view = take_down.build(TAKE_DOWN, EN)
    assert "*1,204 calls in the last 24 hours*, the last one" in texts(view)
    assert "From then on callers get 404 DeploymentNotFound. It costs $41 a day." in texts(view)
    quiet = TAKE_DOWN.model_copy(update={"calls_day": 0})
    assert "*No calls in the last 24 hours*" in texts(take_down.build(quiet, EN))
    unread = TAKE_DOWN.model_copy(update={"calls_day": None})
    assert "could not be read" in texts(take_down.build(unread, EN))
