"""Whatever is at a service, waits or is deployed: Slack takes the views and messages, with no markup of others."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given

from handlers.blocks import clean_notices, connections, launcher
from handlers.renderer import Renderer
from handlers.views import clean
from handlers.views import launcher as launcher_view
from sandbox.slack.blocks import check_view
from tests import strategies_cleaning as facts
from tests.blockkit import view_problems
from tests.limits import EN, fine, thorough
from tests.specs import specs_root
from tests.strategies import text

pytestmark = pytest.mark.specs


@pytest.fixture(autouse=True)
def _specs() -> None:
    specs_root()


def refusals(view: Mapping[str, object]) -> list[object]:
    """What either of the two checkers, written apart, finds."""
    return [*view_problems(view), *check_view(json.loads(json.dumps(view)))]


@thorough
@given(facts.clean_form, text)
def test_the_picker(form: Any, channel: str) -> None:
    assert refusals(clean.build(form, EN, channel)) == []


@thorough
@given(facts.clean_done)
def test_what_became_of_a_clean_up(notice: Any) -> None:
    fine(clean_notices.done(notice, EN))
    assert Renderer().message(notice, EN) == clean_notices.done(notice, EN)


@thorough
@given(facts.home)
def test_the_home_tab(home: Any) -> None:
    assert refusals(Renderer().home(home, EN)) == []


@thorough
@given(facts.launcher)
def test_the_launcher(found: Any) -> None:
    fine(launcher.build(found, EN))
    assert refusals(launcher_view.build(found, "Tunesmith", EN)) == []


@thorough
@given(facts.connection)
def test_a_connection(found: Any) -> None:
    fine(connections.build([found], EN))
