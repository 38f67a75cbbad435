"""Whatever is known of a request, Slack takes the message and shows no markup that others wrote."""

from typing import Any

import pytest
from hypothesis import given

from bot.facts.notice import Notice
from handlers.blocks import own_settings, request_list
from handlers.renderer import Renderer
from tests import strategies_deployments as facts
from tests.limits import EN, fine, thorough
from tests.specs import specs_root

pytestmark = pytest.mark.specs


@pytest.fixture(autouse=True)
def _specs() -> None:
    specs_root()


@thorough
@given(facts.request)
def test_both_copies_of_a_request(request: Any) -> None:
    fine(Renderer().request_card(request, EN))
    fine(Renderer().own_request(request, EN))


@thorough
@given(facts.request_notice)
def test_a_message_about_a_request(notice: Notice) -> None:
    fine(Renderer().message(notice, EN))


@thorough
@given(facts.request_list)
def test_a_list_of_requests(page: Any) -> None:
    fine(request_list.build(page, EN))


@thorough
@given(facts.own_settings)
def test_ones_own_settings(own: Any) -> None:
    fine(own_settings.build(own, EN))
