"""Makes docs/images/message-*.png: lives through an upload, a refusal, a training, an approval and a threatened
deletion on the sandbox's page, and photographs the messages that people get.

    .venv/bin/python -m scripts.screenshot_messages [FOLDER FOR PICTURES OF WHOLE PAGES, AND AS ON A PHONE]

Needs Chromium (`apt-get install chromium`). Takes two minutes.
"""

import asyncio
import re
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil, floor
from pathlib import Path

from playwright.async_api import FloatRect, Locator, Page, async_playwright, expect

from scripts.faulty_week import faulty_week, sound_week, week_to_validate
from tests.browser import ARGUMENTS, chromium_path
from tests.journey import on_page
from tests.journey.on_page import LONG_MS, message, qa
from tests.journey.steps import calm, switch
from tests.world import ADA, APPROVALS, BRUNO, FINETUNE, RIN, World, world

TARGET = Path(__file__).parent.parent / "docs" / "images"
WIDTH, HEIGHT, SCALE = 1240, 1000, 2
PHONE_WIDTH, PHONE_HEIGHT = 390, 1600
QUICK, SLOW = 20.0, 1.5
SOME_PERCENT = re.compile(r"Reading … [1-9]\d\s%")
HALFWAY = re.compile(r"[4-7]\d\s%")
IDLE_WARNING, IDLE_LAST = 10, 13
DAYS_ASKED = 70


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
        await self.on_a_phone(one, name)

    async def look(self, name: str) -> None:
        """The whole page as it is."""
        if self.pages is not None:
            await self.page.screenshot(path=self.pages / f"{name}.png", animations="disabled")

    async def on_a_phone(self, one: Locator, name: str) -> None:
        """The same as somebody sees it on a phone; the window is as wide as before when this returns."""
        if self.pages is None:
            return
        await self.page.set_viewport_size({"width": PHONE_WIDTH, "height": PHONE_HEIGHT})
        await one.scroll_into_view_if_needed()
        await one.screenshot(path=self.pages / f"phone-{name}.png", animations="disabled")
        await self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})

    async def reading(self) -> None:
        """A file that is on its way, with the first errors."""
        rin = await self.made.person(RIN)
        data = faulty_week()
        file = await rin.attach("train_w46.jsonl", data)
        await self._odd(file, "hold", bytes=len(data) * 2 // 5)
        await rin.say(await rin.direct(), "", files=(file,))
        await on_page.go_to_own(self.page)
        card = message(self.page, "train_w46.jsonl")
        await expect(card).to_contain_text(SOME_PERCENT, timeout=LONG_MS)
        await expect(card).to_contain_text("Line 88")
        await self.take(card, "reading")
        await self._odd(file, "release")
        await expect(card).to_contain_text("nothing sent", timeout=LONG_MS)

    async def _odd(self, file: str, kind: str, **more: int) -> None:
        answer = await self.made.post("/panel/api/file", {"file": file, "set": kind, **more})
        if not answer["ok"]:
            raise LookupError(kind)

    async def _send_in(self, **files: bytes) -> None:
        """Files through the upload modal, the second to validate with."""
        await qa(self.page, f"channel-{FINETUNE}").click()
        await on_page.send(self.page, "/finetune upload")
        modal = qa(self.page, "modal").last
        await expect(modal).to_be_visible()
        for at, (stem, data) in enumerate(files.items()):
            await (
                modal.locator('input[type="file"]')
                .nth(at)
                .set_input_files({"name": f"{stem}.jsonl", "mimeType": "application/jsonl", "buffer": data})
            )
            attached = modal.get_by_role("list", name="Attached files").nth(at)
            await expect(attached).to_contain_text(stem)
        await self.look("modal-upload")
        await qa(modal, "modal-submit").click()
        await on_page.go_to_own(self.page)

    async def overlap(self) -> None:
        """A sound file, and one to validate with that it shares examples with."""
        await self._send_in(train_w48=sound_week(), valid_w48=week_to_validate())
        card = message(self.page, "train_w48.jsonl · D3: ready")
        await expect(card).to_contain_text("are also in valid_w48.jsonl", timeout=LONG_MS)
        await expect(card).to_contain_text("ready there", timeout=LONG_MS)
        await self.take(card, "overlap")

    async def findings(self) -> None:
        """A file with mistakes; then the repaired file, in the card's thread."""
        await self._send_in(train_w47=faulty_week())
        card = message(self.page, "train_w47.jsonl · D2: 14 errors")
        await expect(qa(card, "action-data_repaired")).to_be_visible(timeout=LONG_MS)
        await expect(card).to_contain_text("(exact)", timeout=60_000)
        await self.take(card, "findings")
        await qa(card, "action-data_repaired").click()
        await expect(qa(card, "replies")).to_be_visible(timeout=LONG_MS)
        await qa(card, "replies").click()
        told = qa(qa(self.page, "thread"), "message").filter(has_text="repaired from").last
        await expect(told).to_be_visible(timeout=LONG_MS)
        await self.take(told, "repaired")
        await qa(self.page, "thread-close").click()

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
        await on_page.go_to_own(self.page)
        guess = message(self.page, "our guess")
        await expect(guess).to_be_visible(timeout=LONG_MS)
        await self.take(guess, "rai-guess")

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
    """The messages, one after the other in one workspace. Raises playwright's TimeoutError when one stays out."""
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
            await studio.reading()
            await studio.findings()
            await studio.overlap()
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
