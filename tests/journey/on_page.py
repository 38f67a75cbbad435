"""The main job done by hand on the page: what the long browser test and the pictures of the README both do."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Page, expect

from tests.world import FINETUNE, RIN, World

LONG_MS = 90_000

Shot = Callable[[str], Awaitable[None]]


def qa(page: Page | Locator, name: str) -> Locator:
    """Something by its stable name."""
    return page.locator(f'[data-qa="{name}"]')


async def no_shot(_: str) -> None:
    """Take no picture."""


async def open_workspace(page: Page, made: World, user: str = RIN) -> None:
    """Open the page as somebody, in #fine-tuning."""
    await page.goto(f"{made.sandbox.url}/#user={user}&at={FINETUNE}")
    await expect(qa(page, "composer")).to_be_visible()
    await expect(qa(page, "bot-state")).to_be_visible()


async def send(page: Page, text: str) -> None:
    """Type into the composer and press Enter."""
    box = qa(page, "composer").locator("[contenteditable], textarea, input").or_(qa(page, "composer")).last
    await box.click()
    await box.fill(text)
    await page.keyboard.press("Escape")
    await box.press("Enter")


async def choose(modal: Locator, page: Page, action_id: str, value: str, typed: str = "") -> None:
    """Open a select of the modal and choose an option."""
    await qa(modal, f"action-{action_id}").click()
    if typed:
        await page.locator('[data-qa="select-search"]:visible').fill(typed)
    await page.locator(f'[data-qa="option-{value}"]:visible').first.click()


async def upload(page: Page, names: tuple[str, ...]) -> None:
    """The upload modal with sample files: training first, validation second."""
    await send(page, "/finetune upload")
    modal = qa(page, "modal").last
    await expect(modal).to_be_visible()
    for at, name in enumerate(names):
        await qa(modal, "file-input-samples").nth(at).click()
        await qa(page, f"sample-{name}").last.click()
        await expect(modal.get_by_role("list", name="Attached files").nth(at)).to_contain_text(name)
    await qa(modal, "modal-submit").click()
    await expect(modal).to_have_count(0)


async def train(page: Page, shot: Shot, *, suffix: str) -> None:
    """From the dataset's card to Start."""
    await qa(page, "app").click()
    await qa(page, "tab-messages").click()
    card = qa(page, "message").filter(has_text="ready there").last
    await expect(card).to_be_visible(timeout=LONG_MS)
    await shot("findings")
    await qa(card, "action-data_train_pair").or_(qa(card, "action-data_train")).first.click()
    modal = qa(page, "modal").last
    await expect(modal).to_be_visible()
    await choose(modal, page, "train_model", "gpt-4.1-nano-2025-04-14", "nano")
    modal = qa(page, "modal").last
    await choose(modal, page, "train_type", "GlobalStandard")
    await qa(qa(page, "modal").last, "block-suffix").locator("input").fill(suffix)
    await shot("train")
    await qa(qa(page, "modal").last, "modal-submit").click()
    summary = qa(page, "modal").filter(has_text="Start").last
    await expect(summary).to_be_visible()
    await expect(summary.get_by_text("tokens").first).to_be_visible()
    await shot("summary")
    await qa(summary, "modal-submit").click()
    await expect(qa(page, "modal")).to_have_count(0)


async def follow(page: Page, shot: Shot, *, name: str) -> None:
    """Watch the card until the job is trained; open its thread; see the picture."""
    await qa(page, f"channel-{FINETUNE}").click()
    card = qa(qa(page, "messages"), "message").filter(has_text=name).first
    await expect(card).to_contain_text("Running", timeout=LONG_MS)
    await shot("running")
    await expect(card).to_contain_text("Trained", timeout=LONG_MS)
    await qa(card, "replies").click()
    thread = qa(page, "thread")
    picture = qa(thread, "picture").last
    await expect(picture).to_be_visible(timeout=LONG_MS)
    await expect(thread).to_contain_text("loss")
    await shot("thread")
