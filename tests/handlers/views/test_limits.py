"""Whatever the form is, Slack takes the view."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from handlers.views import train, train_summary, upload
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


@thorough
@given(facts.upload_form)
def test_upload(form: Any) -> None:
    assert view_problems(upload.build(form, "en")) == []


@thorough
@given(facts.train_form)
def test_train(form: Any) -> None:
    assert view_problems(train.build(form, "en")) == []


@thorough
@given(facts.summary)
def test_summary(summary: Any) -> None:
    view = train_summary.build(summary, "en")
    assert view_problems(view) == []
    back = train_summary.parse(str(view["private_metadata"]))
    assert back is not None
    assert back.intent == summary.intent
    assert back.order is None or back.order == summary.order
