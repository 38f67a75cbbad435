"""What a person can do on the sandbox's page, seen in Chromium, with a Bolt bot over Socket Mode behind it."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page.conftest import Bot
from tests.sandbox.page.pieces import CHANNEL, JSONL, UPLOAD_VIEW, button, messages, plain, qa, section

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_a_message_of_the_bot_appears_and_changes_in_place(page: Page, bot: Bot) -> None:
    text = "*Running* · J142 · <@U0REQUEST1> · `support-v12` · :white_check_mark:"
    posted = await bot.client.chat_postMessage(channel=CHANNEL, text="Running", blocks=[section(text)])
    message = messages(page).last
    await expect(message.locator("strong", has_text="Running")).to_be_visible()
    await expect(message).to_contain_text("@Rin Okada")
    await expect(message.locator("code")).to_have_text("support-v12")
    await expect(message).to_contain_text("✅")

    await bot.client.chat_update(
        channel=CHANNEL, ts=str(posted["ts"]), text="Done", blocks=[section("*Succeeded*")]
    )
    await expect(message).to_contain_text("Succeeded")
    await expect(qa(message, "edited")).to_be_visible()
    await expect(messages(page)).to_have_count(1)

    await bot.client.chat_delete(channel=CHANNEL, ts=str(posted["ts"]))
    await expect(messages(page)).to_have_count(0)


async def test_another_channel_counts_what_was_not_read(page: Page, bot: Bot) -> None:
    await bot.client.chat_postMessage(channel="C0APPROVAL", text="Deploy support-v12?")
    await expect(qa(page, "unread-C0APPROVAL")).to_contain_text("1")

    await qa(page, "person-U0APPROVE1").click()
    await expect(qa(page, "unread-C0APPROVAL")).to_contain_text("1")
    await qa(page, "channel-C0APPROVAL").click()
    await expect(messages(page)).to_contain_text("Deploy support-v12?")
    await expect(qa(page, "unread-C0APPROVAL")).to_have_count(0)


async def test_untrusted_text_is_never_markup(page: Page, bot: Bot) -> None:
    hostile = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    escaped = hostile.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    blocks = [
        section(f"{escaped} <javascript:alert(1)|click> _<https://example.com/?a=1&amp;b=2|fine>_"),
        {"type": "header", "text": plain(hostile)},
        {"type": "markdown", "text": f"{hostile} [x](javascript:alert(1))"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": hostile}]]},
    ]
    await bot.client.chat_postMessage(channel=CHANNEL, text=escaped, blocks=blocks)
    message = messages(page).last
    await expect(message).to_contain_text("onerror")
    assert await message.locator("img, script").count() == 0
    assert await message.locator("a").evaluate_all("nodes => nodes.map(node => node.href)") == [
        "https://example.com/?a=1&b=2"
    ]
    await expect(page).to_have_title("#fine-tuning · Sandbox workspace")

    await qa(page, "composer").fill("<b>mine</b> & yours")
    await page.keyboard.press("Enter")
    await expect(messages(page).last).to_contain_text("<b>mine</b> & yours")


async def test_a_click_reaches_the_bot_after_its_confirmation(page: Page, bot: Bot) -> None:
    @bot.app.action("cancel")
    async def _cancel(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        bot.tell(body)
        await respond(text="J142 is being cancelled.", replace_original=False)

    confirm = {
        "title": plain("Cancel J142?"),
        "text": plain("The steps so far are lost."),
        "confirm": plain("Cancel it"),
        "deny": plain("Keep running"),
    }
    blocks = [{"type": "actions", "elements": [button("Cancel", "cancel", style="danger", confirm=confirm)]}]
    posted = await bot.client.chat_postMessage(channel=CHANNEL, text="J142", blocks=blocks)

    await qa(page, "action-cancel").click()
    await qa(page, "confirm-deny").click()
    await expect(qa(page, "confirm")).to_have_count(0)
    await qa(page, "action-cancel").click()
    await qa(page, "confirm-yes").click()

    body = await bot.told()
    assert body["actions"][0]["value"] == "J142"
    assert body["message"]["ts"] == posted["ts"]
    assert body["user"]["id"] == "U0REQUEST1"
    await expect(messages(page).last).to_contain_text("Only visible to you")
    await expect(messages(page).last).to_contain_text("J142 is being cancelled.")


async def test_a_modal_shows_errors_at_the_field_and_uploads_a_file(page: Page, bot: Bot) -> None:
    @bot.app.command("/finetune")
    async def _command(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await bot.client.views_open(trigger_id=body["trigger_id"], view=UPLOAD_VIEW)

    @bot.app.options("model")
    async def _models(ack: Any, payload: dict[str, Any]) -> None:
        names = [name for name in ("gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o") if payload["value"] in name]
        await ack(options=[{"text": plain(name), "value": name} for name in names])

    @bot.app.view("upload")
    async def _submitted(ack: Any, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        if " " in values["name"]["name"]["value"]:
            await ack(response_action="errors", errors={"name": "No spaces here."})
            return
        await ack()
        bot.tell(values)

    composer = qa(page, "composer")
    await composer.press_sequentially("/fi")
    await expect(qa(page, "suggest-finetune")).to_contain_text("upload")
    await page.keyboard.press("Enter")
    await expect(composer).to_have_value("/finetune ")
    await composer.press_sequentially("upload")
    await page.keyboard.press("Enter")

    modal = qa(page, "modal")
    await expect(modal).to_contain_text("Upload data")
    await qa(modal, "modal-submit").click()
    await expect(qa(modal, "error-data")).to_be_visible()

    await qa(modal, "action-name").fill("has spaces")
    await expect(qa(modal, "count")).to_have_text("10 / 18")
    await modal.locator("input[type=file]").set_input_files(
        {"name": "train.txt", "mimeType": "text/plain", "buffer": JSONL}
    )
    await expect(modal).to_contain_text("only jsonl can be chosen here")
    await modal.locator("input[type=file]").set_input_files(
        {"name": "train.jsonl", "mimeType": "application/octet-stream", "buffer": JSONL}
    )
    await expect(qa(modal, "attached-file")).to_contain_text("train.jsonl")
    await qa(modal, "action-model").click()
    await qa(modal, "select-search").fill("mini")
    await qa(modal, "option-gpt-4.1-mini").click()

    await qa(modal, "modal-submit").click()
    await expect(qa(modal, "error-name")).to_have_text("No spaces here.")
    await expect(qa(modal, "action-name")).to_be_focused()
    await qa(modal, "action-name").fill("support-v12")
    await expect(qa(modal, "error-name")).to_be_hidden()
    await qa(modal, "modal-submit").click()
    await expect(modal).to_have_count(0)

    values = await bot.told()
    assert values["name"]["name"]["value"] == "support-v12"
    assert values["model"]["model"]["selected_option"]["value"] == "gpt-4.1-mini"
    (file,) = values["data"]["file"]["files"]
    assert (file["name"], file["size"]) == ("train.jsonl", len(JSONL))


async def test_a_view_keeps_what_was_typed_when_the_bot_changes_it(page: Page, bot: Bot) -> None:
    kind = {
        "type": "input",
        "block_id": "kind",
        "dispatch_action": True,
        "label": plain("Training type"),
        "element": {
            "type": "radio_buttons",
            "action_id": "kind",
            "options": [{"text": plain(name), "value": name} for name in ("standard", "global")],
        },
    }
    note = {
        "type": "input",
        "block_id": "note",
        "label": plain("Note"),
        "element": {"type": "plain_text_input", "action_id": "note"},
    }
    view = {"type": "modal", "title": plain("Train"), "submit": plain("Go"), "blocks": [kind, note]}

    @bot.app.shortcut("start_training")
    async def _open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await bot.client.views_open(trigger_id=body["trigger_id"], view=view)

    @bot.app.action("kind")
    async def _changed(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        warned = {**view, "blocks": [kind, section("Data may leave the region."), note]}
        await bot.client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=warned)

    await qa(page, "composer-shortcuts").click()
    await qa(page, "shortcut-start_training").click()
    modal = qa(page, "modal")
    await qa(modal, "action-note").fill("half a thou")
    await qa(modal, "option-global").check()
    await expect(modal).to_contain_text("Data may leave the region.")
    await expect(qa(modal, "action-note")).to_have_value("half a thou")
    await expect(qa(modal, "option-global")).to_be_checked()

    for _ in range(8):  # more often than there are elements: the focus goes round inside the dialog
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('dialog') !== null")
    await page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)
    await expect(qa(page, "composer-shortcuts")).to_be_focused()


async def test_a_thread_takes_replies_and_refuses_commands(page: Page, bot: Bot) -> None:
    @bot.app.event("app_mention")
    async def _mention(event: dict[str, Any], say: Any) -> None:
        bot.tell(event)
        await say(text="Paused.", thread_ts=event["thread_ts"])

    posted = await bot.client.chat_postMessage(channel=CHANNEL, text="J142 runs")
    await messages(page).last.hover()
    await qa(messages(page).last, "reply-in-thread").click()
    thread = qa(page, "thread")
    reply = qa(thread, "thread-composer")
    await reply.fill("@Tunesmith pause")
    await page.keyboard.press("Enter")
    event = await bot.told()
    assert event["text"] == "<@U0TUNESMTH> pause"
    assert event["thread_ts"] == posted["ts"]
    await expect(thread).to_contain_text("Paused.")
    await expect(qa(messages(page).last, "replies")).to_contain_text("2 replies")

    await reply.fill("/finetune pause")
    await page.keyboard.press("Enter")
    await expect(qa(thread, "thread-composer-problem")).to_contain_text("is not supported in threads")


async def test_files_posted_by_people_reach_the_message_shortcut(page: Page, bot: Bot) -> None:
    @bot.app.shortcut("use_as_training_data")
    async def _use(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        bot.tell(body)

    @bot.app.event("message")
    async def _message() -> None:
        """Messages come too; this bot has nothing to say to them."""

    await page.locator("[data-qa=composer-file]").set_input_files(
        {"name": "train.jsonl", "mimeType": "application/octet-stream", "buffer": JSONL}
    )
    await expect(qa(page, "attached-file")).to_contain_text(f"{len(JSONL)} B")
    await qa(page, "composer").fill("new data")
    await qa(page, "composer-send").click()
    message = messages(page).last
    await expect(qa(message, "file-card")).to_contain_text("train.jsonl")
    async with page.expect_download() as download:
        await qa(message, "file-card").click()
    assert (await (await download.value).path()).read_bytes() == JSONL

    await message.hover()
    await qa(message, "message-more").click()
    await qa(page, "shortcut-use_as_training_data").click()
    body = await bot.told()
    assert [file["name"] for file in body["message"]["files"]] == ["train.jsonl"]


async def test_a_picture_is_shown_and_opens_large(page: Page, bot: Bot) -> None:
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c63f8cfc0f01f0005000201fb4b0dd30000000049454e44ae426082"
    )
    await bot.client.files_upload_v2(channel=CHANNEL, content=png, filename="J142.png", title="J142: losses")
    picture = qa(messages(page).last, "picture")
    await expect(picture).to_contain_text("J142: losses")
    await picture.locator("button").click()
    await expect(qa(page, "lightbox").get_by_role("img", name="J142: losses")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(qa(page, "lightbox")).to_have_count(0)


async def test_the_home_tab_is_shown_and_works(page: Page, bot: Bot) -> None:
    @bot.app.event("app_home_opened")
    async def _opened(event: dict[str, Any]) -> None:
        view = {
            "type": "home",
            "blocks": [section("*2 jobs*"), {"type": "actions", "elements": [button("Train", "train")]}],
        }
        await bot.client.views_publish(user_id=event["user"], view=view)

    @bot.app.action("train")
    async def _train(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        bot.tell(body["view"]["type"])

    await qa(page, "app").click()
    await qa(page, "tab-home").click()
    home = qa(page, "home")
    await expect(home).to_contain_text("2 jobs")
    await qa(home, "action-train").click()
    assert await bot.told() == "home"
