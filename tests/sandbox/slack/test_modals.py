"""Submitting, refusing, closing and clicking in modals, as a Bolt app over Socket Mode sees it."""

import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from tests.patience import until
from tests.sandbox.slack.app import Bot, silence
from tests.sandbox.slack.corpus import actions, button, input_block, modal, option, plain, section
from tests.sandbox.slack.forms import form, typed
from tests.sandbox.slack.people import ADA, FINE, RIN, Json, Page


async def opened(sandbox: Sandbox, bot: Bot, view: Json, user: str = RIN) -> Json:
    trigger = sandbox.slack.triggers.new(user)
    made: Json = (await bot.client.views_open(trigger_id=trigger, view=view))["view"]
    return made


async def submit(page: Page, view: Json, state: Json | None = None) -> Json:
    return await page.post("submit", user=RIN, view_id=view["id"], state=state or typed("x"))


async def test_files_arrive_as_full_objects(
    page: Page, bot: Bot, sandbox: Sandbox, slack: AsyncWebClient
) -> None:
    element = {"type": "file_input", "action_id": "f", "filetypes": ["jsonl"], "max_files": 1}
    view = await opened(sandbox, bot, form(input_block(element, block_id="n")))
    file_id = await page.upload("train.jsonl", b"{}")
    state = {"n": {"f": {"type": "file_input", "files": [{"id": file_id}]}}}
    assert (await submit(page, view, state))["ok"]
    (file,) = (await bot.one("view"))["view"]["state"]["values"]["n"]["f"]["files"]
    wanted = {"id", "name", "title", "filetype", "mimetype", "permalink", "user", "user_team", "size"}
    assert wanted | {"url_private", "url_private_download"} <= set(file)
    assert (await slack.files_info(file=file_id))["file"]["name"] == "train.jsonl"


@pytest.mark.parametrize(
    ("name", "size", "count", "words"),
    [
        ("a.jsonl", (10 << 20) + 1, 1, "larger than 10 MB"),
        ("a.png", 2, 1, "not of a supported file type"),
        ("a.jsonl", 2, 2, "at most 1 files"),
        ("", 0, 0, "required field"),
    ],
)
async def test_files_that_the_client_refuses(
    page: Page, bot: Bot, sandbox: Sandbox, name: str, size: int, count: int, words: str
) -> None:
    element = {"type": "file_input", "action_id": "f", "filetypes": ["jsonl"], "max_files": 1}
    view = await opened(sandbox, bot, form(input_block(element, block_id="n")))
    files = [{"id": await page.upload(name, bytes(size))} for _ in range(count)]
    answer = await submit(page, view, {"n": {"f": {"type": "file_input", "files": files}}})
    assert words in answer["errors"]["n"]
    assert bot.bodies("view") == []


@pytest.mark.parametrize(
    ("element", "value", "words"),
    [
        ({"type": "plain_text_input", "min_length": 3}, "ab", "at least 3"),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "at most 3"),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "whole number"),
        ({"type": "number_input", "is_decimal_allowed": True}, "x", "a number"),
        ({"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}, "0", "at least 1"),
        ({"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}, "10", "at most 9"),
        ({"type": "email_text_input"}, "nobody", "valid email"),
        ({"type": "url_text_input"}, "nowhere", "valid URL"),
        ({"type": "plain_text_input"}, "", "required field"),
    ],
)
async def test_what_the_client_refuses(
    page: Page, bot: Bot, sandbox: Sandbox, element: Json, value: str, words: str
) -> None:
    block = input_block({**element, "action_id": "t"}, block_id="n")
    view = await opened(sandbox, bot, form(block))
    state = {"n": {"t": {"type": element["type"], "value": value}}}
    assert words in (await submit(page, view, state))["errors"]["n"]
    assert bot.bodies("view") == []


async def test_every_input_is_in_the_state(page: Page, bot: Bot, sandbox: Sandbox) -> None:
    chosen = option()
    select = {"type": "static_select", "action_id": "s", "options": [chosen], "initial_option": chosen}
    view = form(
        input_block(block_id="empty", optional=True),
        input_block(select, block_id="select"),
        section(
            block_id="section",
            accessory={"type": "checkboxes", "action_id": "c", "options": [option(value="z")]},
        ),
    )
    made = await opened(sandbox, bot, view)
    assert (await submit(page, made, {}))["ok"]
    values = (await bot.one("view"))["view"]["state"]["values"]
    assert values["empty"]["t"] == {"type": "plain_text_input", "value": None}
    assert values["select"]["s"]["selected_option"] == chosen
    assert values["section"]["c"] == {"type": "checkboxes", "selected_options": []}


async def test_update_push_and_clear(page: Page, bot: Bot, sandbox: Sandbox) -> None:
    async def step(ack: AsyncAck, body: Json) -> None:
        word = body["view"]["state"]["values"]["n"]["t"]["value"]
        if word == "clear":
            await ack(response_action="clear")
        else:
            await ack(response_action=word, view=form(title=plain(word)))

    bot.on["view"] = step
    view = await opened(sandbox, bot, form())
    async with page.live() as rin:
        assert (await submit(page, view, typed("update")))["ok"]
        assert (await rin.next("view_updated"))["view"]["title"]["text"] == "update"
        assert (await submit(page, view, typed("push")))["ok"]
        pushed = (await rin.next("view_pushed"))["view"]
        assert (await submit(page, pushed, typed("clear")))["ok"]
        closed = [(await rin.next("view_closed"))["view"]["id"] for _ in range(2)]
    assert closed == [pushed["id"], view["id"]]


async def test_a_pushed_view_gives_way_to_the_one_below(page: Page, bot: Bot, sandbox: Sandbox) -> None:
    view = await opened(sandbox, bot, form())
    trigger = sandbox.slack.triggers.new(RIN, view["id"])
    pushed = (await bot.client.views_push(trigger_id=trigger, view=form()))["view"]
    assert (await submit(page, pushed))["ok"]
    assert [item["id"] for item in sandbox.slack.views.stack(RIN)] == [view["id"]]


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"elsewhere": "no"}},
        {"response_action": "update", "view": modal(title=plain("x" * 30))},
    ],
    ids=["errors at a block that is not there", "a view that is refused"],
)
async def test_answers_that_slack_does_not_take(page: Page, bot: Bot, sandbox: Sandbox, answer: Json) -> None:
    async def wrong(ack: AsyncAck, _body: Json) -> None:
        await ack(**answer)

    bot.on["view"] = wrong
    view = await opened(sandbox, bot, form())
    async with page.live() as rin:
        assert not (await submit(page, view))["ok"]
        assert "trouble connecting" in (await rin.next("notice"))["text"]
    assert sandbox.slack.views.stack(RIN)


async def test_a_submission_that_is_not_acknowledged(page: Page, bot: Bot, sandbox: Sandbox) -> None:
    bot.on["view"] = silence
    view = await opened(sandbox, bot, form())
    sandbox.slack.configure({"ack_seconds": 0.2})
    assert (await submit(page, view))["error"] == "operation_timeout"
    assert sandbox.slack.views.stack(RIN)
    assert len(bot.bodies("view")) == 1


@pytest.mark.parametrize("notify", [True, False])
async def test_closing(page: Page, bot: Bot, sandbox: Sandbox, notify: bool) -> None:
    view = await opened(sandbox, bot, form(notify_on_close=notify))
    assert (await page.post("close", user=RIN, view_id=view["id"]))["ok"]
    assert sandbox.slack.views.stack(RIN) == []
    assert [body["is_cleared"] for body in bot.bodies("closed")] == ([False] if notify else [])
    assert (await page.post("close", user=RIN, view_id=view["id"]))["error"] == "view_not_found"


async def test_closing_the_lowest_view_clears_the_stack(page: Page, bot: Bot, sandbox: Sandbox) -> None:
    view = await opened(sandbox, bot, form(notify_on_close=True))
    trigger = sandbox.slack.triggers.new(RIN, view["id"])
    pushed = (await bot.client.views_push(trigger_id=trigger, view=form(notify_on_close=True)))["view"]
    assert (await page.post("close", user=RIN, view_id=view["id"]))["ok"]
    closed = [(body["view"]["id"], body["is_cleared"]) for body in bot.bodies("closed")]
    assert closed == [(pushed["id"], True), (view["id"], True)]
    assert sandbox.slack.views.stack(RIN) == []


async def test_a_click_in_a_modal_carries_its_state(page: Page, bot: Bot, sandbox: Sandbox) -> None:
    async def push(ack: AsyncAck, body: Json) -> None:
        await ack()
        await bot.client.views_push(trigger_id=body["trigger_id"], view=form(title=plain("two")))

    bot.on["action"] = push
    buttons = {**actions(button(action_id="more")), "block_id": "b"}
    view = await opened(sandbox, bot, form(input_block(block_id="n"), buttons))
    container = {"type": "view", "view_id": view["id"]}
    action = {"type": "button", "action_id": "more", "block_id": "b"}
    answer = await page.post("action", user=RIN, container=container, action=action, state=typed("kept"))
    assert answer["ok"]
    body = await bot.one("action")
    assert body["view"]["state"]["values"]["n"]["t"]["value"] == "kept"
    assert "response_url" not in body
    await until(lambda: len(sandbox.slack.views.stack(RIN)) == 2)
    assert (await page.post("action", user=ADA, container=container, action=action))["ok"] is False


async def test_suggestions(page: Page, bot: Bot, sandbox: Sandbox) -> None:
    async def models(ack: AsyncAck, body: Json) -> None:
        await ack(options=[option(text=plain(f"gpt-{body['value']}"))])

    bot.on["options"] = models
    element = {"type": "external_select", "action_id": "m"}
    view = await opened(sandbox, bot, form(input_block(element, block_id="n")))
    asked = {"user": RIN, "view_id": view["id"], "action_id": "m", "block_id": "n", "value": "4"}
    answer = await page.post("suggestions", **asked)
    assert answer == {"ok": True, "options": [option(text=plain("gpt-4"))]}
    body = await bot.one("options")
    assert (body["action_id"], body["block_id"], body["view"]["id"]) == ("m", "n", view["id"])

    async def too_many(ack: AsyncAck, _body: Json) -> None:
        await ack(options=[option(value=str(number)) for number in range(101)])

    bot.on["options"] = too_many
    assert (await page.post("suggestions", **asked))["error"] == "invalid_options"


async def test_a_select_of_conversations_gives_an_address(page: Page, bot: Bot, sandbox: Sandbox) -> None:
    element = {"type": "conversations_select", "action_id": "c", "response_url_enabled": True}
    view = await opened(sandbox, bot, form(input_block(element, block_id="n")))
    state = {"n": {"c": {"type": "conversations_select", "selected_conversation": FINE}}}
    assert (await submit(page, view, state))["ok"]
    (entry,) = (await bot.one("view"))["response_urls"]
    assert (entry["channel_id"], entry["block_id"]) == (FINE, "n")
