"""Chromium for the tests that look at the sandbox's page."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing that speaks to a network, and what a container without a sandbox of its own and without a GPU needs.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 60_000


def chromium_path() -> str:
    """The system's Chromium.

    Skips the calling test with the remedy where there is none, and fails it when the environment variable CI is set:
    there it must not be passed over in silence.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    reason = "Chromium is missing: apt-get install chromium (or name it in the environment variable CHROMIUM)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the tests of a module, which share its event loop: starting it takes seconds.

    Such tests are marked `pytest.mark.asyncio(loop_scope="module")`, and so are their async fixtures.
    """
    path = chromium_path()
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield launched
        await launched.close()


class Complaints:
    """What a page says that it should not: script errors, refused resources, failed requests."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def watch(self, page: Page) -> None:
        """Listen to a page from its first moment."""
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on(
            "console",
            lambda message: self.heard.append(message.text) if message.type in {"error", "warning"} else None,
        )


async def open_page(
    browser: Browser, complaints: Complaints, *, width: int = 1280, height: int = 800
) -> Page:
    """An empty page of the given size in pixels."""
    context = await browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    complaints.watch(page)
    return page
