"""Commands, modals, clicks, shortcuts and suggestions as a Bolt app over Socket Mode sees them."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from tests.sandbox.slack.app import Bot, silence
from tests.sandbox.slack.corpus import actions, button, plain, section
from tests.sandbox.slack.forms import form, typed
from tests.sandbox.slack.people import ADA, APPROVALS, FINE, GIL, RANDOM, RIN, SAM, Json, Page


async def command(page: Page, text: str = "/finetune jobs", **more: Any) -> Json:
    return await page.post("command", **{"user": RIN, "channel": FINE, "text": text, **more})


class TestCommands:
    async def test_command_modal_errors_message(self, page: Page, bot: Bot, slack: AsyncWebClient) -> None:
        """The whole way: command, ack, views.open, a refused and an accepted submission, a message."""

        async def open_form(ack: AsyncAck, body: Json) -> None:
            await ack()
            view = form(private_metadata=body["channel_id"])
            await bot.client.views_open(trigger_id=body["trigger_id"], view=view)

        async def take(ack: AsyncAck, body: Json) -> None:
            name = body["view"]["state"]["values"]["n"]["t"]["value"]
            if name == "taken":
                await ack(response_action="errors", errors={"n": "This name is taken."})
                return
            await ack()
            await bot.client.chat_postMessage(channel=body["view"]["private_metadata"], text=f"made {name}")

        bot.on |= {"command": open_form, "view": take}
        async with page.live() as rin:
            assert (await command(page, "/finetune  train like J142 "))["ok"]
            view = (await rin.next("view_opened"))["view"]
            refused = await page.post("submit", user=RIN, view_id=view["id"], state=typed("taken"))
            assert refused == {"ok": False, "errors": {"n": "This name is taken."}}
            assert (await page.post("submit", user=RIN, view_id=view["id"], state=typed("v12")))["ok"]
            assert (await rin.next("view_closed"))["view"]["id"] == view["id"]
            assert (await rin.next("message"))["message"]["text"] == "made v12"
        body = await bot.one("command")
        assert (body["command"], body["text"]) == ("/finetune", "train like J142")
        assert (body["user_id"], body["channel_id"], body["channel_name"]) == (RIN, FINE, "fine-tuning")
        assert (body["team_id"], body["api_app_id"]) == ("T0SANDBOX", "A0TUNESMTH")

    @pytest.mark.parametrize("in_channel", [False, True])
    async def test_the_acknowledgement_may_answer(self, page: Page, bot: Bot, in_channel: bool) -> None:
        async def answer(ack: AsyncAck, _body: Json) -> None:
            await ack(text="three jobs", response_type="in_channel" if in_channel else "ephemeral")

        bot.on["command"] = answer
        await command(page)
        mine, theirs = await page.history(), await page.history(user=GIL)
        shown = ["/finetune jobs", "three jobs"] if in_channel else ["three jobs"]
        assert [item["text"] for item in mine] == shown
        assert [item["text"] for item in theirs] == (shown if in_channel else [])
        assert mine[-1].get("ephemeral", False) is not in_channel

    async def test_a_command_that_is_not_acknowledged_fails_visibly(
        self, page: Page, bot: Bot, sandbox: Sandbox
    ) -> None:
        sandbox.slack.configure({"ack_seconds": 0.2})
        bot.on["command"] = silence
        async with page.live() as rin:
            answer = await command(page)
            notice = await rin.next("notice")
        assert answer == {"ok": False, "error": "operation_timeout"}
        assert notice["text"] == '/finetune failed with the error "operation_timeout"'
        assert len(bot.bodies("command")) == 1

    async def test_refused_commands(self, page: Page, bot: Bot) -> None:
        async with page.live() as rin:
            assert (await command(page, "/other x"))["error"] == "invalid_command"
            assert (await rin.next("notice"))["text"] == "/other is not a valid command."
            assert (await command(page, thread_ts="1.0"))["error"] == "not_in_thread"
            assert (await rin.next("notice"))["text"] == "/finetune is not supported in threads. Sorry!"
        assert (await command(page, user=SAM))["error"] == "invalid_command"
        assert (await command(page, user=GIL, channel=RANDOM))["error"] == "channel_not_found"
        assert bot.got == []

    async def test_a_guest_and_a_channel_without_the_bot(self, page: Page, bot: Bot) -> None:
        assert (await command(page, user=GIL))["ok"]
        assert (await command(page, channel=RANDOM))["ok"]
        assert [body["user_id"] for body in bot.bodies("command")] == [GIL, RIN]


async def test_without_a_connection_commands_fail_at_once(page: Page, sandbox: Sandbox) -> None:
    async with page.live() as rin:
        answer = await command(page)
        notice = await rin.next("notice")
    assert answer["error"] == "dispatch_failed"
    assert notice["text"] == '/finetune failed with the error "dispatch_failed"'


class TestClicks:
    async def posted(self, slack: AsyncWebClient, page: Page, channel: str = FINE) -> Json:
        blocks = [actions(button(value="J142", style="primary"))]
        ts = (await slack.chat_postMessage(channel=channel, text="card", blocks=blocks))["ts"]
        return next(item for item in await page.history(channel) if item["ts"] == ts)

    async def test_a_button_of_a_message(self, page: Page, bot: Bot, slack: AsyncWebClient) -> None:
        message = await self.posted(slack, page)
        assert (await page.click(message, "go", user=ADA))["ok"]
        body = await bot.one("action")
        assert body["user"] == {"id": ADA, "username": "ada", "name": "ada", "team_id": "T0SANDBOX"}
        assert body["channel"] == {"id": FINE, "name": "fine-tuning"}
        assert body["container"]["message_ts"] == message["ts"]
        assert body["message"]["text"] == "card"
        (action,) = body["actions"]
        assert (action["value"], action["type"], action["text"]) == ("J142", "button", plain("Go"))
        assert action["action_ts"]

    async def test_double_clicks_arrive_twice(self, page: Page, bot: Bot, slack: AsyncWebClient) -> None:
        message = await self.posted(slack, page)
        await asyncio.gather(page.click(message, "go"), page.click(message, "go"))
        first, second = bot.bodies("action")
        assert first["trigger_id"] != second["trigger_id"]

    async def test_a_button_that_is_gone_cannot_be_clicked(
        self, page: Page, bot: Bot, slack: AsyncWebClient
    ) -> None:
        message = await self.posted(slack, page)
        await slack.chat_update(channel=FINE, ts=message["ts"], text="decided", blocks=[section()])
        assert (await page.click(message, "go"))["error"] == "action_not_found"
        assert bot.got == []

    async def test_a_stranger_clicks_in_a_shared_channel(
        self, page: Page, bot: Bot, slack: AsyncWebClient
    ) -> None:
        message = await self.posted(slack, page)
        assert (await page.click(message, "go", user=SAM))["ok"]
        assert (await bot.one("action"))["user"]["team_id"] == "T0OTHERCO"
        elsewhere = await self.posted(slack, page, APPROVALS)
        refused = await page.click(elsewhere, "go", user=SAM, channel=APPROVALS)
        assert refused["error"] == "channel_not_found"

    async def test_a_button_of_an_ephemeral_message(
        self, page: Page, bot: Bot, slack: AsyncWebClient
    ) -> None:
        await slack.chat_postEphemeral(channel=FINE, user=RIN, text="sure?", blocks=[actions(button())])
        (message,) = await page.history()
        assert (await page.click(message, "go"))["ok"]
        body = await bot.one("action")
        assert body["container"]["is_ephemeral"] is True
        assert "message" not in body
        assert (await page.click(message, "go", user=ADA))["error"] == "message_not_found"

    async def test_a_click_that_is_not_acknowledged(
        self, page: Page, bot: Bot, slack: AsyncWebClient, sandbox: Sandbox
    ) -> None:
        sandbox.slack.configure({"ack_seconds": 0.2})
        bot.on["action"] = silence
        message = await self.posted(slack, page)
        async with page.live() as rin:
            assert (await page.click(message, "go"))["error"] == "operation_timeout"
            assert "operation_timeout" in (await rin.next("notice"))["text"]
        assert len(bot.bodies("action")) == 1

    async def test_the_home_tab(self, page: Page, bot: Bot, slack: AsyncWebClient) -> None:
        await page.post("home", user=RIN)
        event = (await bot.one("app_home_opened"))["event"]
        assert (event["user"], event["tab"], event["channel"]) == (RIN, "home", "D0REQUEST1")
        view = {"type": "home", "blocks": [{**actions(button()), "block_id": "b"}]}
        await slack.views_publish(user_id=RIN, view=view)
        action = {"type": "button", "action_id": "go", "block_id": "b"}
        assert (await page.post("action", user=RIN, container={"type": "home"}, action=action))["ok"]
        body = await bot.one("action")
        assert body["view"]["type"] == "home"
        assert body["container"] == {"type": "view", "view_id": body["view"]["id"]}


class TestShortcuts:
    async def test_a_message_shortcut_works_in_threads_and_carries_the_files(
        self, page: Page, bot: Bot, slack: AsyncWebClient
    ) -> None:
        parent = (await slack.chat_postMessage(channel=FINE, text="job"))["ts"]
        file_id = await page.upload("train.jsonl", b"{}")
        ts = await page.say("data", thread_ts=parent, files=[file_id])
        call = {"callback_id": "use_as_training_data", "channel": FINE, "message_ts": ts}
        assert (await page.post("shortcut", user=RIN, **call))["ok"]
        body = await bot.one("shortcut")
        assert (body["type"], body["message_ts"]) == ("message_action", ts)
        assert body["message"]["thread_ts"] == parent
        assert body["message"]["files"][0]["id"] == file_id
        assert body["response_url"]
        assert body["trigger_id"]

    async def test_a_global_shortcut(self, page: Page, bot: Bot) -> None:
        assert (await page.post("shortcut", user=RIN, callback_id="launcher"))["ok"]
        body = await bot.one("shortcut")
        assert body["type"] == "shortcut"
        assert "response_url" not in body
        assert (await page.post("shortcut", user=RIN, callback_id="x"))["error"] == "shortcut_not_found"
