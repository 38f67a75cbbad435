"""Makes docs/images/sandbox.png: does the main job on the sandbox's page and photographs its end.

    .venv/bin/python -m scripts.screenshot

Needs Chromium (`apt-get install chromium`).
"""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from tests.browser import ARGUMENTS, chromium_path
from tests.journey import on_page
from tests.journey.on_page import qa
from tests.world import world

TARGET = Path(__file__).parent.parent / "docs" / "images" / "sandbox.png"
WIDTH, HEIGHT = 1440, 900


async def run() -> None:
    """Upload, train, follow; then one picture of the card and its thread."""
    with tempfile.TemporaryDirectory() as folder:
        async with world(Path(folder), speed=6.0) as made, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
            page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            await on_page.open_workspace(page, made)
            await on_page.upload(page, ("support_train.jsonl", "support_valid.jsonl"))
            await on_page.train(page, on_page.no_shot, suffix="support-v1")
            await on_page.follow(page, on_page.no_shot, name="support-v1")
            await qa(page, "thread").locator('[data-qa="picture"]').last.scroll_into_view_if_needed()
            await page.wait_for_timeout(500)
            TARGET.parent.mkdir(parents=True, exist_ok=True)
            await page.screenshot(path=TARGET)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(run())
