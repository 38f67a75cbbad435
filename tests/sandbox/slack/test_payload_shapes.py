"""The payloads against the published inventories of their fields (specs/slack/payload-samples)."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from sandbox.slack.options import DEFAULT_EVENTS, DEFAULT_SCOPES, SlackOptions
from tests.patience import until
from tests.sandbox.slack.app import Bot
from tests.sandbox.slack.corpus import actions, button
from tests.sandbox.slack.forms import form, typed
from tests.sandbox.slack.people import FINE, RIN, RIN_DM, Json, Page
from tests.sandbox.slack.test_socket_mode import Received, connected
from tests.specs import specs_root

pytestmark = pytest.mark.specs

# Fields that the service sends though these inventories lack them: two are in that of file_shared, the third is in
# the documentation of view_submission (contract 1.2).
NEWER = {"context_team_id", "context_enterprise_id", "response_urls"}


def inventory(name: str) -> Any:
    return json.loads((specs_root() / "slack" / "payload-samples" / f"{name}.json").read_text())


def merged(samples: list[Any]) -> Any:
    """One object with the fields of all samples of a list."""
    if samples and all(isinstance(sample, dict) for sample in samples):
        return {name: value for sample in samples for name, value in sample.items()}
    return samples[0] if samples else None


def strangers(value: Any, sample: Any, path: str = "") -> Iterator[str]:
    """Paths of fields that the inventory does not know; blocks are the business of the block corpus."""
    if isinstance(value, list) and isinstance(sample, list):
        known = merged(sample)
        for item in value:
            yield from strangers(item, known, path)
    if not isinstance(value, dict) or not isinstance(sample, dict) or not sample:
        return
    for name, item in value.items():
        where = f"{path}.{name}" if path else name
        if name in {"blocks", "shares", "actions"} or where in NEWER:
            continue
        if name not in sample:
            yield where
        else:
            yield from strangers(item, sample[name], where)


def assert_known(payload: Json, name: str) -> None:
    assert sorted(set(strangers(payload, inventory(name)))) == []


@pytest.fixture
def slack_options() -> SlackOptions:
    return SlackOptions(rate_limits=False, events=DEFAULT_EVENTS | {"file_shared"}, scopes=DEFAULT_SCOPES)


@pytest.fixture
async def app(sandbox: Sandbox) -> AsyncIterator[Received]:
    async with connected(sandbox) as received:
        yield received


async def payload(app: Received, kind: str) -> Json:
    def found() -> list[Json]:
        return [
            request.payload
            for request in app.requests
            if kind in {request.payload.get("type"), (request.payload.get("event") or {}).get("type")}
        ]

    payloads: list[Json] = await until(found)
    return payloads[-1]


async def test_events(app: Received, page: Page) -> None:
    await page.say("<@U0TUNESMTH> hello")
    assert_known(await payload(app, "app_mention"), "event-AppMentionPayload")
    assert_known(await payload(app, "message"), "event-MessagePayload")
    await page.post("home", user=RIN)
    assert_known(await payload(app, "app_home_opened"), "event-AppHomeOpenedPayload")
    app.requests.clear()
    file_id = await page.upload("train.jsonl", b"{}")
    await page.say("data", channel=RIN_DM, files=[file_id])
    assert_known(await payload(app, "message"), "event-MessageFileSharePayload")
    assert_known(await payload(app, "file_shared"), "event-FileSharedPayload")


async def test_command_and_shortcut(app: Received, page: Page) -> None:
    await page.post("command", user=RIN, channel=FINE, text="/finetune jobs")
    command = app.requests[-1]
    assert command.type == "slash_commands"
    assert_known(command.payload, "SlashCommandPayload")
    file_id = await page.upload("train.jsonl", b"{}")
    ts = await page.say("data", files=[file_id])
    await page.post("shortcut", user=RIN, callback_id="use_as_training_data", channel=FINE, message_ts=ts)
    assert_known(await payload(app, "message_action"), "MessageShortcutPayload")


async def test_clicks_and_modals(app: Received, page: Page, slack: AsyncWebClient, sandbox: Sandbox) -> None:
    await slack.chat_postMessage(channel=FINE, text="card", blocks=[actions(button(value="J1"))])
    (message,) = await page.history()
    assert (await page.click(message, "go"))["ok"]
    assert_known(await payload(app, "block_actions"), "BlockActionPayload")
    for step, kind, name in (
        ("submit", "view_submission", "ViewSubmissionPayload"),
        ("close", "view_closed", "ViewClosedPayload"),
    ):
        trigger = sandbox.slack.triggers.new(RIN)
        view = (await slack.views_open(trigger_id=trigger, view=form(notify_on_close=True)))["view"]
        assert (await page.post(step, user=RIN, view_id=view["id"], state=typed("x")))["ok"]
        assert_known(await payload(app, kind), name)


async def test_answers(slack: AsyncWebClient, sandbox: Sandbox, bot: Bot) -> None:
    assert bot.got == []
    answers: dict[str, Any] = {
        "auth.test": await slack.auth_test(),
        "chat.postEphemeral": await slack.chat_postEphemeral(channel=FINE, user=RIN, text="x"),
        "usergroups.users.list": await slack.usergroups_users_list(usergroup="S0MLLEADS"),
        "files.getUploadURLExternal": await slack.files_getUploadURLExternal(filename="a", length=1),
        "files.completeUploadExternal": await slack.files_upload_v2(content=b"x", filename="a.txt"),
        "views.open": await slack.views_open(trigger_id=sandbox.slack.triggers.new(RIN), view=form()),
    }
    for name, answer in answers.items():
        body = {field: value for field, value in answer.data.items() if field != "file"}
        assert sorted(set(strangers(body, inventory(f"api-{name}")))) == []
