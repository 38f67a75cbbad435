"""Whatever is known of a deployment, Slack takes the message and shows no markup that others wrote."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.facts.notice import Notice
from handlers.blocks import deployment_card, deployment_list, deployment_snippet
from handlers.renderer import Renderer
from tests import strategies_hosted as facts
from tests.limits import EN, fine, thorough
from tests.specs import specs_root
from tests.strategies import text, url

pytestmark = pytest.mark.specs


@pytest.fixture(autouse=True)
def _specs() -> None:
    specs_root()


@thorough
@given(facts.deployment, url)
def test_a_card_and_a_snapshot(one: Any, address: str) -> None:
    fine(Renderer().deployment_card(one, EN))
    fine(deployment_card.snapshot(one, EN, address))


@thorough
@given(facts.deployment)
def test_how_to_call_it(one: Any) -> None:
    fine(deployment_snippet.build(one, EN))


@settings(parent=thorough, max_examples=100)
@given(facts.hosted_notice)
def test_a_message_about_a_deployment(notice: Notice) -> None:
    fine(Renderer().message(notice, EN))


@thorough
@given(facts.deployment_list)
def test_a_list_of_deployments(page: Any) -> None:
    fine(deployment_list.build(page, EN))


@thorough
@given(
    st.sampled_from(["keep", "undeploy", "deployments"]),
    facts.unique_deployments | facts.many_deployments,
    text,
    st.sampled_from(["", "2027-01-31"]),
)
def test_a_picker(word: str, among: Any, given_name: str, until: str) -> None:
    fine(deployment_list.picker(word, among, EN, given=given_name, until=until))
