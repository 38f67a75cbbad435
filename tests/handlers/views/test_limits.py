"""Whatever the form is, Slack takes the view."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from handlers.views import train, train_summary, upload
from sandbox.slack.blocks import check_view
from tests import strategies as facts
from tests.blockkit import view_problems
from tests.specs import specs_root

pytestmark = pytest.mark.specs
thorough = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@pytest.fixture(autouse=True)
def _specs() -> None:
    specs_root()


def refusals(view: dict[str, object]) -> list[object]:
    """What either of the two checkers, written apart, finds."""
    return [*view_problems(view), *check_view(json.loads(json.dumps(view)))]


@thorough
@given(facts.upload_form)
def test_upload(form: Any) -> None:
    assert refusals(upload.build(form, "en")) == []


@thorough
@given(facts.train_form)
def test_train(form: Any) -> None:
    assert refusals(train.build(form, "en")) == []


@thorough
@given(facts.summary)
def test_summary(summary: Any) -> None:
    view = train_summary.build(summary, "en")
    assert refusals(view) == []
    back = train_summary.parse(str(view["private_metadata"]))
    assert back is not None
    assert back.intent == summary.intent
    assert back.order is None or back.order == summary.order
