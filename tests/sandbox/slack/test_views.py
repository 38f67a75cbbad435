"""Modals and Home tabs: triggers, stacks, hashes, validation."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from sandbox.slack.options import SlackOptions
from tests.sandbox.slack.conftest import ManualClock
from tests.sandbox.slack.corpus import input_block, modal, mrkdwn, plain, section
from tests.sandbox.slack.people import ADA, RIN, Json, Page, error_of


def home(text: str = "jobs") -> Json:
    return {"type": "home", "blocks": [section(text=mrkdwn(text))]}


async def opened(slack: AsyncWebClient, sandbox: Sandbox, **changes: Any) -> Json:
    trigger = sandbox.slack.triggers.new(RIN)
    view: Json = (await slack.views_open(trigger_id=trigger, view=modal(**changes)))["view"]
    return view


async def test_a_trigger_opens_one_modal(slack: AsyncWebClient, sandbox: Sandbox, page: Page) -> None:
    trigger = sandbox.slack.triggers.new(RIN)
    async with page.live() as rin:
        view = (await slack.views_open(trigger_id=trigger, view=modal(callback_id="c")))["view"]
        assert (await rin.next("view_opened"))["view"]["id"] == view["id"]
    assert (view["callback_id"], view["root_view_id"], view["state"]) == ("c", view["id"], {"values": {}})
    assert view["blocks"][0]["block_id"]
    refused = await error_of(slack.views_open(trigger_id=trigger, view=modal()))
    assert refused["error"] == "exchanged_trigger_id"


async def test_a_trigger_lives_three_seconds(
    slack: AsyncWebClient, sandbox: Sandbox, clock: ManualClock
) -> None:
    sandbox.slack.configure({"trigger_seconds": SlackOptions().trigger_seconds})
    early, late = sandbox.slack.triggers.new(RIN), sandbox.slack.triggers.new(RIN)
    clock.advance(3)
    assert (await slack.views_open(trigger_id=early, view=modal()))["ok"]
    clock.advance(0.1)
    refused = await error_of(slack.views_open(trigger_id=late, view=modal()))
    assert refused["error"] == "expired_trigger_id"
    assert (await error_of(slack.views_open(trigger_id="1.2.3", view=modal())))[
        "error"
    ] == "invalid_trigger_id"


async def test_a_refused_view_does_not_use_the_trigger_up(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    trigger = sandbox.slack.triggers.new(RIN)
    refused = await error_of(slack.views_open(trigger_id=trigger, view=modal(title=plain("x" * 25))))
    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert (await slack.views_open(trigger_id=trigger, view=modal()))["ok"]


@pytest.mark.parametrize(
    "arguments", [{}, {"trigger_id": "x"}, {"view": {}}, {"trigger_id": "x", "view": home()}]
)
async def test_incomplete_calls(slack: AsyncWebClient, arguments: Json) -> None:
    refused = await error_of(slack.api_call("views.open", json=arguments))
    assert refused["error"] == "invalid_arguments"


async def test_large_views(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    blocks = [section(text=mrkdwn("x" * 2900)) for _ in range(90)]
    trigger = sandbox.slack.triggers.new(RIN)
    refused = await error_of(slack.views_open(trigger_id=trigger, view=modal(blocks=blocks)))
    assert refused["error"] == "view_too_large"


async def test_a_stack_of_three(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    view = root = await opened(slack, sandbox)
    for _ in range(2):
        trigger = sandbox.slack.triggers.new(RIN, view["id"])
        pushed = (await slack.views_push(trigger_id=trigger, view=modal()))["view"]
        assert (pushed["previous_view_id"], pushed["root_view_id"]) == (view["id"], root["id"])
        view = pushed
    trigger = sandbox.slack.triggers.new(RIN, view["id"])
    refused = await error_of(slack.views_push(trigger_id=trigger, view=modal()))
    assert refused["error"] == "push_limit_reached"
    outside = sandbox.slack.triggers.new(RIN)
    assert (await error_of(slack.views_push(trigger_id=outside, view=modal())))["error"] == "not_found"


async def test_an_update_needs_the_hash_it_names(slack: AsyncWebClient, sandbox: Sandbox, page: Page) -> None:
    view = await opened(slack, sandbox, external_id="J142")
    async with page.live() as rin:
        changed = await slack.views_update(
            view_id=view["id"], hash=view["hash"], view=modal(title=plain("two"))
        )
        assert (await rin.next("view_updated"))["view"]["title"]["text"] == "two"
    assert changed["view"]["id"] == view["id"]
    assert changed["view"]["hash"] != view["hash"]
    refused = await error_of(slack.views_update(view_id=view["id"], hash=view["hash"], view=modal()))
    assert refused["error"] == "hash_conflict"
    assert (await error_of(slack.views_update(view_id="V0NOWHERE", view=modal())))["error"] == "not_found"


async def test_external_ids(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    view = await opened(slack, sandbox, external_id="J142")
    changed = await slack.views_update(external_id="J142", view=modal(external_id="J142"))
    assert changed["view"]["id"] == view["id"]
    trigger = sandbox.slack.triggers.new(ADA)
    refused = await error_of(slack.views_open(trigger_id=trigger, view=modal(external_id="J142")))
    assert refused["error"] == "duplicate_external_id"


async def test_inputs_keep_their_values_where_ids_are_unchanged(
    slack: AsyncWebClient, sandbox: Sandbox, page: Page
) -> None:
    same, other = input_block(block_id="same"), input_block(block_id="other")
    view = await opened(slack, sandbox, blocks=[same, other], submit=plain())
    entry = {"t": {"type": "plain_text_input", "value": "typed"}}
    stored = sandbox.slack.views.find(view["id"])
    assert stored is not None
    sandbox.slack.views.set_state(stored[1], {"same": entry, "other": entry})
    renamed = input_block(block_id="new")
    changed = await slack.views_update(view_id=view["id"], view=modal(blocks=[same, renamed], submit=plain()))
    assert changed["view"]["state"]["values"] == {"same": entry}


async def test_the_home_tab(slack: AsyncWebClient, page: Page) -> None:
    async with page.live() as rin:
        first = (await slack.views_publish(user_id=RIN, view=home("one")))["view"]
        assert (await rin.next("home_updated"))["view"]["blocks"][0]["text"]["text"] == "one"
    second = (await slack.views_publish(user_id=RIN, view=home("two"), hash=first["hash"]))["view"]
    assert second["id"] == first["id"]
    refused = await error_of(slack.views_publish(user_id=RIN, view=home(), hash=first["hash"]))
    assert refused["error"] == "hash_conflict"
    assert (await page.post("home", user=RIN))["view"]["blocks"][0]["text"]["text"] == "two"
    assert "view" not in await page.post("home", user=ADA)
    refused = await error_of(slack.views_publish(user_id="U0NOBODY01", view=home()))
    assert refused["error"] == "user_not_found"
