"""Makes docs/images/message-*.png: lives through an upload, a refusal, a training, an approval and a threatened
deletion on the sandbox's page, and photographs the five messages that people get.

    .venv/bin/python -m scripts.screenshot_messages [FOLDER FOR PICTURES OF WHOLE PAGES]

Needs Chromium (`apt-get install chromium`). Takes two minutes.
"""

import asyncio
import json
import re
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil, floor
from pathlib import Path

from playwright.async_api import FloatRect, Locator, Page, async_playwright, expect

from sandbox.samples.make import lines, support
from tests.browser import ARGUMENTS, chromium_path
from tests.journey import on_page
from tests.journey.on_page import LONG_MS, message, qa
from tests.journey.steps import calm, switch
from tests.world import ADA, APPROVALS, BRUNO, FINETUNE, RIN, World, world

TARGET = Path(__file__).parent.parent / "docs" / "images"
WIDTH, HEIGHT, SCALE = 1240, 1000, 2
QUICK, SLOW = 20.0, 1.5
HALFWAY = re.compile(r"[4-7]\d\s%")
IDLE_WARNING, IDLE_LAST = 10, 13
DAYS_ASKED = 70


def faulty_week() -> bytes:
    """2,140 conversations: one answer is empty, one line is cut off, twelve end with the customer's words."""
    rows = lines(support(2140, seed=47)).decode().splitlines()
    for at in (5, 31, 77, 123, 245, 333, 468, 531, 777, 1203, 1500, 1999):
        example = json.loads(rows[at - 1])
        example["messages"].append({"role": "user", "content": "Thanks, that is all."})
        rows[at - 1] = json.dumps(example)
    example = json.loads(rows[87])
    example["messages"][2]["content"] = ""
    rows[87] = json.dumps(example)
    rows[411] = rows[411][:90]
    return ("\n".join(rows) + "\n").encode()


@dataclass
class Studio:
    """A page that is photographed: single messages for the documents, whole pages for who wants to look."""

    made: World
    page: Page
    pages: Path | None

    async def take(self, one: Locator, name: str) -> None:
        """One message, without the bar that floats over the one under the pointer, and without its neighbours."""
        await self.page.mouse.move(1, 1)
        await one.scroll_into_view_if_needed()
        box = await one.bounding_box()
        if box is None:
            raise LookupError(name)
        top, bottom = ceil(box["y"]), floor(box["y"] + box["height"])
        clip: FloatRect = {"x": box["x"], "y": top, "width": box["width"], "height": bottom - top}
        await self.page.screenshot(
            path=TARGET / f"message-{name}.png", clip=clip, animations="disabled", caret="hide"
        )
        await self.look(name)

    async def look(self, name: str) -> None:
        """The whole page as it is."""
        if self.pages is not None:
            await self.page.screenshot(path=self.pages / f"{name}.png", animations="disabled")

    async def findings(self) -> None:
        """A file with mistakes."""
        await on_page.send(self.page, "/finetune upload")
        modal = qa(self.page, "modal").last
        await expect(modal).to_be_visible()
        data = faulty_week()
        await modal.locator('input[type="file"]').first.set_input_files(
            {"name": "train_w47.jsonl", "mimeType": "application/jsonl", "buffer": data}
        )
        await expect(modal.get_by_role("list", name="Attached files").first).to_contain_text("train_w47")
        await self.look("modal-upload")
        await qa(modal, "modal-submit").click()
        await on_page.go_to_own(self.page)
        card = message(self.page, "train_w47.jsonl")
        await expect(card).to_contain_text("Line 88", timeout=LONG_MS)
        await self.take(card, "findings")

    async def refusal(self) -> None:
        """Data that the service refuses for its content."""
        await qa(self.page, f"channel-{FINETUNE}").click()
        await on_page.upload(self.page, ("harmful.jsonl",))
        await on_page.train(self.page, self.look, suffix="support-v10", data="harmful.jsonl")
        await qa(self.page, f"channel-{FINETUNE}").click()
        card = message(self.page, "support-v10")
        await expect(card).to_contain_text("Failed", timeout=LONG_MS)
        await qa(card, "replies").click()
        told = qa(qa(self.page, "thread"), "message").filter(has_text="refused the training data").last
        await expect(told).to_be_visible()
        await self.take(told, "rai-failure")
        await qa(self.page, "thread-close").click()

    async def training(self) -> None:
        """Two versions; the second is photographed on its way, next to the first."""
        await on_page.upload(self.page, ("support_train.jsonl", "support_valid.jsonl"))
        await on_page.train(self.page, self.look, suffix="support-v11", data="support_train.jsonl")
        await qa(self.page, f"channel-{FINETUNE}").click()
        await expect(message(self.page, "support-v11")).to_contain_text("Trained", timeout=LONG_MS)
        await switch(self.made, speed=SLOW)
        await on_page.send(self.page, "v12 learns the refunds anew.")
        await on_page.send(self.page, "/finetune train like J2")
        form = qa(self.page, "modal").last
        await qa(form, "block-suffix").locator("input").fill("support-v12")
        await qa(form, "block-hp:learning_rate_multiplier").locator("input").fill("2")
        await qa(form, "modal-submit").click()
        summary = qa(self.page, "modal").filter(has_text="Start").last
        await expect(summary.get_by_text("tokens").first).to_be_visible()
        await qa(summary, "modal-submit").click()
        card = message(self.page, "J3 support-v12")
        await expect(card).to_contain_text(HALFWAY, timeout=LONG_MS)
        await self.take(card, "job-card")
        await switch(self.made, speed=QUICK)
        await expect(card).to_contain_text("Trained", timeout=LONG_MS)

    async def approval(self) -> None:
        """The first version goes live; the second asks for its place."""
        await on_page.send(self.page, "/finetune deploy J2")
        await on_page.fill_in_deploy(self.page, on_page.no_shot, reason="The first version for everybody.")
        for approver in (ADA, BRUNO):
            await on_page.approve(self.page, approver, "Deploy support-v11?")
        await on_page.become(self.page, RIN)
        await on_page.go_to_own(self.page)
        await expect(message(self.page, "support-v11 answers")).to_be_visible(timeout=LONG_MS)
        await self.look("live")
        await qa(self.page, f"channel-{FINETUNE}").click()
        await expect(message(self.page, "prod-swc/support-v11")).to_be_visible()
        await self.look("deployment-card")
        await on_page.become(self.page, ADA)
        await qa(self.page, f"channel-{APPROVALS}").click()
        await on_page.send(self.page, "/finetune approvals")
        await on_page.become(self.page, RIN)
        await qa(self.page, f"channel-{FINETUNE}").click()
        await on_page.send(self.page, "/finetune deploy J3")
        await self.look("modal-deploy-top")
        until = datetime.now(UTC).date() + timedelta(days=DAYS_ASKED)
        await self._until(until)
        await on_page.fill_in_deploy(
            self.page,
            self.look,
            reason="Wrong refund answers in v11.",
            replaces="P1",
            content_filter="corp-strict",
        )
        await on_page.become(self.page, ADA)
        await qa(self.page, f"channel-{APPROVALS}").click()
        request = message(self.page, "Deploy support-v12?")
        await expect(request).to_be_visible(timeout=LONG_MS)
        await self.take(request, "approval-request")
        await qa(request, "action-request_details").click()
        await expect(qa(self.page, "modal")).to_be_visible()
        await self.look("modal-request-details")
        await qa(self.page, "modal-x").click()

    async def _until(self, until: date) -> None:
        modal = qa(self.page, "modal").last
        await expect(qa(modal, "block-until")).to_be_visible()
        await qa(modal, "block-until").locator("input").fill(until.isoformat())

    async def deletion(self) -> None:
        """Nobody calls the first version."""
        await on_page.become(self.page, RIN)
        await on_page.go_to_own(self.page)
        await self.made.post("/panel/api/age", {"until_idle_days": IDLE_WARNING})
        await expect(message(self.page, "in 5 days")).to_be_visible(timeout=LONG_MS)
        await on_page.send(self.page, "/finetune deployments")
        await self.made.post("/panel/api/age", {"until_idle_days": IDLE_LAST})
        ahead = message(self.page, "in 2 days")
        await expect(ahead).to_be_visible(timeout=LONG_MS)
        await self.take(ahead, "deletion-ahead")
        for button, shown in (("deployment_take_down", "last 24 hours"), ("deployment_keep", "real call")):
            await qa(ahead, f"action-{button}").click()
            await expect(qa(self.page, "modal")).to_contain_text(shown)
            await self.look(f"modal-{button}")
            await qa(self.page, "modal-x").click()
        await qa(self.page, "tab-home").click()
        await expect(qa(self.page, "home")).to_contain_text("support-v11")
        await self.look("home")
        await qa(self.page, "panel-open").click()
        await expect(qa(self.page, "deployment").first).to_be_visible()
        await self.look("panel")


async def run(pages: Path | None) -> None:
    """The five messages, one after the other in one workspace. Raises playwright's TimeoutError when one stays out."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            world(Path(folder), speed=QUICK, start=False) as made,
            async_playwright() as playwright,
        ):
            await calm(made)
            await on_page.start_watchful(made)
            browser = await playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
            page = await browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE
            )
            studio = Studio(made, page, pages)
            await on_page.open_workspace(page, made)
            await studio.findings()
            await studio.refusal()
            await studio.training()
            await studio.approval()
            await studio.deletion()
            await browser.close()


def main() -> None:
    """Make the folders and the pictures."""
    pages = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    for folder in filter(None, (TARGET, pages)):
        folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(pages))


if __name__ == "__main__":
    main()
