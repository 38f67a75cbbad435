"""Whatever the form, Slack takes the modals about requests."""

import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.views import deploy, vote, vote_details
from sandbox.slack.blocks import check_view
from tests import strategies_deployments as facts
from tests.blockkit import view_problems
from tests.handlers.samples_requests import NOW
from tests.limits import EN, thorough
from tests.specs import specs_root

pytestmark = pytest.mark.specs


@pytest.fixture(autouse=True)
def _specs() -> None:
    specs_root()


def refusals(view: dict[str, object]) -> list[object]:
    """What either of the two checkers, written apart, finds."""
    return [*view_problems(view), *check_view(json.loads(json.dumps(view)))]


@thorough
@given(facts.deploy_form)
def test_asking_to_deploy(form: Any) -> None:
    assert refusals(deploy.build(form, EN)) == []


@thorough
@given(st.sampled_from(["reject", "changes", "glass"]), facts.request)
def test_reasons(kind: str, request: Any) -> None:
    view = vote.build(cast("vote.Kind", kind), request, EN)
    assert refusals(view) == []
    about = vote.about(str(view["private_metadata"]))
    assert about is not None
    assert (about.kind, about.request, about.round) == (kind, request.id, request.shown_round)


@thorough
@given(facts.request, facts.rounds)
def test_details(request: Any, rounds: Any) -> None:
    assert refusals(vote_details.build(request, rounds, EN, at=NOW)) == []
