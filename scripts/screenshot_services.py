"""Makes docs/images/modal-*.png, chart-*.png and message-purchase.png of the other services and methods: what the
training modal asks for at each of them, what a purchase looks like, and the charts of every method.

    .venv/bin/python -m scripts.screenshot_services [FOLDER]

Into docs/images, or into FOLDER. Needs Chromium (`apt-get install chromium`). Takes two minutes.
"""

import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright, expect

from tests.browser import ARGUMENTS, chromium_path
from tests.journey import azure_ai_steps as studio
from tests.journey import databricks_steps as workspace
from tests.journey import method_steps as methods
from tests.journey import on_page
from tests.journey.deploy_steps import approve
from tests.journey.on_page import LONG_MS, message, qa
from tests.journey.steps import calm, card, filled, hand_in, model, ready, shown
from tests.world import ADA, APPROVALS, FINETUNE, RIN, Person, World, world

TARGET = Path(__file__).parent.parent / "docs" / "images"
WIDTH, HEIGHT, SCALE = 1240, 3600, 1.5
V1 = "dev-eus2"
WHOLE = '[data-qa="modal"], [data-qa="modal"] > * { max-height: none !important; }'
"""A modal as long as it is, instead of one that scrolls."""


@dataclass
class Services:
    """The page, and the same person through the page's API, where nothing is photographed."""

    made: World
    page: Page
    rin: Person
    target: Path

    async def data(self) -> None:
        """D1 to D6, each at the connection that it is for."""
        await hand_in(self.rin, "preference_train.jsonl", to=V1)
        await hand_in(self.rin, "graded_train.jsonl", valid="graded_valid.jsonl", to=V1)
        await hand_in(self.rin, "phi_chat_train.jsonl", to=studio.PHI)
        await hand_in(self.rin, "llama_chat_train.jsonl", to=studio.LLAMA)
        await hand_in(self.rin, "databricks_chat_train.jsonl", to=workspace.DBX)
        names = ("preference", "graded", "phi_chat", "llama_chat", "databricks_chat")
        await ready(self.rin, *(f"{name}_train.jsonl" for name in names))

    async def modal(self, name: str, command: str, *choices: tuple[str, str, str]) -> None:
        """A modal, after these choices: action, value, what is typed to find it."""
        await on_page.send(self.page, f"/finetune {command}")
        await expect(qa(self.page, "modal").last).to_be_visible()
        for action, value, typed in choices:
            await on_page.choose(qa(self.page, "modal").last, self.page, action, value, typed)
            await self.page.wait_for_timeout(700)
        await self.page.mouse.move(1, 1)
        await qa(self.page, "modal").last.screenshot(
            path=self.target / f"modal-{name}.png", animations="disabled"
        )
        await qa(self.page, "modal-x").last.click()

    async def modals(self) -> None:
        """Training at each of the services."""
        of = "train_model"
        await self.modal("train-v1", "train D1", (of, methods.MINI, "4.1-mini"))
        await self.modal("train-v1-rft", "train D2", (of, methods.REASONING, "o4-mini"))
        await self.modal("train-phi", "train D4", (of, studio.PHI_MINI, "mini"))
        await self.modal("train-databricks", "train D6", (of, workspace.LLAMA_8B, "8B"))

    async def ordered(self, method: str, name: str, data: str, **more: Any) -> None:
        """A training at the connection that speaks v1."""
        view = await methods.form_for(self.rin, name, method, data)
        wanted = await model(self.rin, view, name)
        given = {"connection": V1, "model": wanted, "method": method, "training_type": "GlobalStandard"}
        before = len(self.rin.pushed)
        answer = await self.rin.submit(view, filled(view, **given, train=data, **more))
        if not answer["ok"]:
            raise LookupError(str(answer))
        await self.rin.submit(await shown(self.rin, "train_summary", before), {})

    async def charts(self) -> None:
        """Of preferences, of rewards, and of a service that measures once per epoch."""
        await self.ordered("dpo", methods.MINI, "D1", suffix="kinder")
        await self.chart("J1", "dpo")
        grader = json.dumps(methods.EXACT)
        await self.ordered(
            "reinforcement", methods.REASONING, "D2", valid="D3", suffix="router", hp_grader=grader
        )
        await approve(self.made)
        await self.chart("J2", "rft")
        await studio.trained(self.rin, studio.PHI, studio.PHI_MINI, train="D4", hp_num_train_epochs="4")
        await self.chart("J3", "per-epoch")

    async def chart(self, job: str, name: str) -> None:
        """The picture in a job's thread."""
        await card(self.rin, "Trained", job)
        shown_card = message(self.page, f"{job} ")
        await qa(shown_card, "replies").click()
        picture = qa(qa(self.page, "thread"), "picture").last
        await expect(picture).to_be_visible(timeout=LONG_MS)
        await self.page.wait_for_timeout(600)
        await picture.screenshot(path=self.target / f"chart-{name}.png")
        await qa(self.page, "thread-close").click()

    async def hosting(self) -> None:
        """To deploy what has no capacity to choose, and what has a throughput."""
        await self.modal("deploy-serverless", "deploy J3")
        await studio.trained(self.rin, workspace.DBX, workspace.LLAMA_8B, train="D6")
        await card(self.rin, "Trained", "J4")
        await self.modal("deploy-databricks", "deploy J4")

    async def purchase(self) -> None:
        """A model that has to be subscribed to first."""
        await studio.trained(self.rin, studio.LLAMA, studio.LLAMA_70B, train="D5")
        await card(self.rin, "Waiting for approval", "J5")
        await on_page.become(self.page, ADA)
        await on_page.go_to(self.page, APPROVALS)
        asked = message(self.page, "Buy a Marketplace subscription to")
        await expect(asked).to_be_visible(timeout=LONG_MS)
        await self.page.mouse.move(1, 1)
        await asked.screenshot(path=self.target / "message-purchase.png", animations="disabled")

    async def gone(self) -> None:
        """A service that does not train any more; the bot learns of it when it starts."""
        await workspace.databricks(self.made, training="removed_404")
        await self.made.stop()
        await self.made.start()
        await on_page.become(self.page, RIN)
        await on_page.go_to(self.page, FINETUNE)
        await self.modal("train-databricks-gone", "train D6", ("train_connection", workspace.DBX, ""))


async def run(target: Path) -> None:
    """All pictures in one workspace. Raises playwright's TimeoutError when something stays out."""
    with tempfile.TemporaryDirectory() as folder:
        async with world(Path(folder), speed=20.0, start=False) as made, async_playwright() as playwright:
            await calm(made)
            await studio.ml(made, speed=20)
            await workspace.databricks(made, speed=20)
            await made.start()
            browser = await playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
            page = await browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE, bypass_csp=True
            )
            await on_page.open_workspace(page, made)
            await page.add_style_tag(content=WHOLE)
            services = Services(made, page, await made.person(RIN), target)
            await services.data()
            await on_page.go_to(page, FINETUNE)
            await services.modals()
            await services.charts()
            await services.hosting()
            await services.purchase()
            await services.gone()
            await browser.close()


def main() -> None:
    """Make the folder and the pictures."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(target))


if __name__ == "__main__":
    main()
