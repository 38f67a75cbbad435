"""The long journey in Chromium: the main job by hand, on the page that `make sandbox` opens."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser import Complaints, browser, open_page
from tests.journey import on_page
from tests.journey.on_page import qa
from tests.world import world

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
__all__ = ["browser"]


async def test_the_main_job_by_hand(browser: Browser, tmp_path: Path) -> None:
    async with world(tmp_path, speed=8.0) as made:
        complaints = Complaints()
        page = await open_page(browser, complaints)
        await on_page.open_workspace(page, made)
        await on_page.upload(page, ("support_train.jsonl", "support_valid.jsonl"))
        await on_page.train(page, on_page.no_shot, suffix="support-v1")
        await on_page.follow(page, on_page.no_shot, name="support-v1")
        await qa(page, "app").click()
        await qa(page, "tab-home").click()
        await expect(qa(page, "home")).to_contain_text("support-v1")
        assert complaints.heard == []
        await page.context.close()
