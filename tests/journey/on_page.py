"""The main job done by hand on the page: what the long browser test and the pictures of the README both do."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Page, expect

from tests.world import APPROVALS, FINETUNE, RIN, World

LONG_MS = 120_000

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


async def train(page: Page, shot: Shot, *, suffix: str, data: str = "") -> None:
    """From the dataset's card (that of the file `data`) to Start."""
    await go_to_own(page)
    card = qa(page, "message").filter(has_text=data).filter(has_text="ready there").last
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


async def become(page: Page, user: str) -> None:
    """Be somebody else, with the person switch."""
    person = qa(page, f"person-{user}")
    await person.click()
    await expect(person).to_have_attribute("aria-checked", "true")
    await expect(qa(page, "composer")).to_be_visible()


async def go_to(page: Page, channel: str) -> None:
    """Open a channel."""
    await qa(page, f"channel-{channel}").click()
    await expect(qa(page, "messages")).to_be_visible()


async def go_to_own(page: Page) -> None:
    """Open the direct messages with the bot."""
    await qa(page, "app").click()
    await qa(page, "tab-messages").click()


def message(page: Page, text: str) -> Locator:
    """The newest message of the middle with this text."""
    return qa(qa(page, "messages"), "message").filter(has_text=text).last


async def fill_in_deploy(page: Page, shot: Shot, *, reason: str, name: str = "", **chosen: str) -> None:
    """The modal that asks to deploy, as it was prefilled but for what is given; then Submit."""
    modal = qa(page, "modal").last
    await expect(qa(modal, "block-name")).to_be_visible()
    for field, value in chosen.items():
        action = field if field == "content_filter" else f"deploy_{field}"
        await choose(qa(page, "modal").last, page, action, value)
    modal = qa(page, "modal").last
    if name:
        await qa(modal, "block-name").locator("input").fill(name)
    await qa(modal, "block-reason").locator("textarea").fill(reason)
    await shot("deploy")
    await qa(modal, "modal-submit").click()
    await expect(qa(page, "modal")).to_have_count(0)


async def approve(page: Page, user: str, text: str) -> None:
    """Approve the request that says this, in the approvers' channel."""
    await become(page, user)
    await go_to(page, APPROVALS)
    card = message(page, text)
    await expect(card).to_be_visible(timeout=LONG_MS)
    await qa(card, "action-request_approve").click()


async def start_watchful(made: World) -> None:
    """Start the bot so that it looks at what is deployed every second: thirteen days pass in half a minute."""
    watch = made.settings.watch.model_copy(update={"look_minutes": 0.02})
    made.settings = made.settings.model_copy(update={"watch": watch})
    await made.start()
