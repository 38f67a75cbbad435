"""What surrounds the messages: the panel, faults, narrow screens, the content policy, lost connections."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from sandbox.server import Sandbox
from tests.browser import Complaints, open_page
from tests.sandbox.page.conftest import Bot
from tests.sandbox.page.pieces import CHANNEL, UPLOAD_VIEW, button, messages, qa, section

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_without_a_bot_the_page_says_so(sandbox: Sandbox, browser: Browser) -> None:
    page = await open_page(browser, Complaints())
    await page.goto(f"{sandbox.url}/")
    await expect(qa(page, "banner")).to_contain_text("Tunesmith is offline")
    await qa(page, "composer").fill("/finetune jobs")
    await page.keyboard.press("Enter")
    await expect(qa(page, "toast")).to_contain_text("dispatch_failed")


async def test_faults_are_injected_and_removed_in_the_panel(page: Page, sandbox: Sandbox) -> None:
    await qa(page, "panel-open").click()
    panel = qa(page, "panel")
    await expect(qa(panel, "panel-bot-state")).to_contain_text("running")
    await qa(panel, "fault-kind").select_option("lost-job")
    await qa(panel, "fault-add").click()
    await expect(qa(panel, "fault")).to_contain_text("Answer lost")
    (fault,) = sandbox.faults.list()
    assert (fault["service"], fault["kind"]) == ("azure", "lost_answer")
    assert fault["match"] == {"method": "POST", "path": "re:fine_tuning/jobs$"}

    await qa(panel, f"fault-remove-{fault['id']}").click()
    await expect(qa(panel, "fault")).to_have_count(0)
    assert sandbox.faults.list() == []


async def test_a_phone_needs_no_sideways_scrolling(sandbox: Sandbox, bot: Bot, browser: Browser) -> None:
    long_word = "x" * 300
    blocks = [
        section(f"*{long_word}* `{long_word}` https://example.com/{long_word}"),
        {
            "type": "actions",
            "elements": [button("A rather long label on a button" * 2, f"b{n}") for n in range(6)],
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": "wide cell " * 5} for _ in range(6)]]},
    ]
    await bot.client.chat_postMessage(channel=CHANNEL, text="wide", blocks=blocks)
    complaints = Complaints()
    page = await open_page(browser, complaints, width=390, height=844)
    await page.goto(f"{sandbox.url}/")
    await messages(page).last.wait_for()
    widths = (
        "[document.documentElement.scrollWidth, document.querySelector('[data-qa=messages]').scrollWidth]"
    )
    assert await page.evaluate(widths) == [390, 390]

    await page.get_by_role("button", name="Open the list").click()
    await qa(page, "channel-C0APPROVAL").click()
    await expect(page.get_by_role("heading", name="ml-approvals")).to_be_visible()
    assert await page.evaluate(widths) == [390, 390]
    assert complaints.heard == []


async def test_the_page_obeys_its_own_content_policy(
    page: Page, sandbox: Sandbox, bot: Bot, complaints: Complaints
) -> None:
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    picture = {"type": "image", "image_url": "https://example.com/beagle.png", "alt_text": "A beagle"}
    chart = {
        "type": "data_visualization",
        "title": "Loss",
        "chart": {
            "type": "line",
            "series": [
                {"name": "train", "data": [{"label": "1", "value": 1.5}, {"label": "2", "value": 0.7}]}
            ],
            "axis_config": {"categories": ["1", "2"]},
        },
    }
    await bot.client.chat_postMessage(channel=CHANNEL, text="blocks", blocks=[picture, chart])
    await expect(messages(page).last.get_by_role("img", name="A beagle")).to_be_visible()
    await expect(messages(page).last.get_by_role("img", name="Loss. line chart")).to_be_visible()
    await page.reload()
    await messages(page).last.wait_for()
    assert [url for url in outside if not url.startswith(sandbox.url)] == []
    assert complaints.heard == []


async def test_a_lost_live_connection_comes_back_without_losing_anything(
    page: Page, sandbox: Sandbox, bot: Bot
) -> None:
    @bot.app.command("/finetune")
    async def _command(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await bot.client.views_open(trigger_id=body["trigger_id"], view=UPLOAD_VIEW)

    await qa(page, "composer").fill("/finetune upload")
    await page.keyboard.press("Enter")
    name = qa(qa(page, "modal"), "action-name")
    await name.fill("half typed")

    async with page.expect_websocket():
        sandbox.slack.live.close()
        await bot.client.chat_postMessage(channel=CHANNEL, text="said meanwhile")
    await expect(messages(page).last).to_contain_text("said meanwhile")
    await expect(qa(page, "banner")).to_be_hidden()
    await expect(qa(page, "modal")).to_have_count(1)
    await expect(name).to_have_value("half typed")
