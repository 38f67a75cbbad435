"""The long journey of part 2 in Chromium: ask, approve, live, warned, deleted, deployed again, by hand on the page."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser import Complaints, browser, open_page
from tests.journey import on_page
from tests.journey.on_page import LONG_MS, message, qa
from tests.journey.steps import calm
from tests.world import ADA, BRUNO, FINETUNE, RIN, world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("brisk"),
]
__all__ = ["browser"]
NAME = "support-v1"


async def _trained(page: Page) -> None:
    """J1, and the thread below its card open."""
    await on_page.upload(page, ("support_train.jsonl", "support_valid.jsonl"))
    await on_page.train(page, on_page.no_shot, suffix=NAME)
    await qa(page, f"channel-{FINETUNE}").click()
    card = message(page, NAME)
    await expect(card).to_contain_text("Trained", timeout=LONG_MS)
    await qa(card, "replies").click()


async def _decided(page: Page, request: str) -> None:
    """Both approvers say yes, one after the other; the copy in the channel says so and has lost its buttons."""
    question = f"Deploy {NAME}? · {request}"
    await on_page.approve(page, ADA, question)
    await expect(message(page, question)).to_contain_text("1 of 2 (@Ada Lindqvist)")
    await on_page.approve(page, BRUNO, question)
    decided = message(page, f"deploy {NAME} · {request}")
    await expect(decided).to_contain_text("By @Ada Lindqvist and @Bruno Reis", timeout=LONG_MS)
    await expect(qa(decided, "action-request_approve")).to_have_count(0)


async def _answers(page: Page, times: int) -> None:
    """The requester is told that it answers, and how to call it; the card in the channel says so, too."""
    await on_page.become(page, RIN)
    await on_page.go_to_own(page)
    told = qa(page, "message").filter(has_text=f"{NAME} answers")
    await expect(told).to_have_count(times, timeout=LONG_MS)
    await expect(told.last).to_contain_text(f'model="{NAME}"')
    await expect(told.last).to_contain_text("AZURE_OPENAI_API_KEY")
    await qa(page, f"channel-{FINETUNE}").click()
    await expect(message(page, f"prod-swc/{NAME}")).to_contain_text("Live")


async def test_from_a_trained_model_to_a_deletion_and_back(browser: Browser, tmp_path: Path) -> None:
    async with world(tmp_path, speed=40.0, start=False) as made:
        await calm(made)
        await on_page.start_watchful(made)
        complaints = Complaints()
        page = await open_page(browser, complaints)
        await on_page.open_workspace(page, made)
        await _trained(page)
        await qa(qa(page, "thread"), "action-job_deploy").last.click()
        await on_page.fill_in_deploy(page, on_page.no_shot, reason="The first that knows our shop.")
        await _decided(page, "A1")
        await _answers(page, 1)

        # days pass in the service's records, and whoever owns it is warned
        await qa(page, "panel-open").click()
        row = qa(page, "deployment").filter(has_text=f"prod-swc/{NAME}")
        await expect(row).to_be_visible()
        await qa(page, "age-idle").click()
        left = qa(page, f"deployment-left-prod-swc/{NAME}")
        await expect(left).to_have_text(re.compile("^(2 days|47 hours) left"), timeout=LONG_MS)
        await qa(page, "panel-close").click()
        await on_page.go_to_own(page)
        ahead = message(page, "in 2 days")
        await expect(ahead).to_contain_text(f"Azure OpenAI deletes prod-swc/{NAME} on", timeout=LONG_MS)
        await expect(ahead).to_contain_text("spent idle")
        await expect(qa(ahead, "action-deployment_take_down")).to_be_visible()
        await expect(qa(ahead, "action-deployment_remind")).to_be_visible()

        # nobody does anything: it is deleted, and asked for again
        await qa(page, "panel-open").click()
        for _ in range(2):
            await expect(qa(page, "age-day")).to_be_enabled(timeout=LONG_MS)
            await qa(page, "age-day").click()
        await expect(qa(page, "age-result")).to_contain_text(f"deleted {NAME}", timeout=LONG_MS)
        await qa(page, "panel-close").click()
        gone = message(page, f"Azure OpenAI deleted prod-swc/{NAME}")
        await expect(gone).to_be_visible(timeout=LONG_MS)
        await expect(gone).to_contain_text("Nobody had called it for 15 days")
        await qa(gone, "action-deployment_again").click()
        await on_page.fill_in_deploy(page, on_page.no_shot, reason="The shop still needs it.")
        await _decided(page, "A2")
        await _answers(page, 2)
        await qa(page, "app").click()
        await qa(page, "tab-home").click()
        await expect(qa(page, "home")).to_contain_text(NAME)
        assert complaints.heard == []
        await page.context.close()
