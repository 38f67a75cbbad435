"""Slack waits three seconds for an answer to a command or a click, and as long for a form."""

from pathlib import Path

from handlers.words import WORDS
from sandbox.slack.options import SlackOptions
from tests.journey.steps import hand_in, ready
from tests.world import FINETUNE, RIN, World, world


async def test_a_form_that_came_too_late_is_told_and_nothing_is_done(tmp_path: Path) -> None:
    async with world(tmp_path, slack=SlackOptions(trigger_seconds=0.0)) as made:
        rin = await made.person(RIN)
        await rin.command("/finetune upload")
        said = str(await rin.sees(FINETUNE, "Slack did not open the form"))
        assert "Nothing was done." in said
        assert "Do the same again." in said

        await made.post("/panel/api/service", {"service": "slack", "set": {"trigger_seconds": 30}})
        await hand_in(rin, "support_train.jsonl")
        await ready(rin, "support_train.jsonl")


async def test_every_word_is_acknowledged_though_all_services_and_slack_itself_hang(tmp_path: Path) -> None:
    async with world(tmp_path, slack=SlackOptions()) as made:
        rin = await made.person(RIN)
        held = [await _hang(made, service) for service in ("azure", "ml", "databricks", "slack")]
        for word in WORDS:
            await rin.command(f"/finetune {word}")
        for one in held:
            await made.http.delete(f"{made.sandbox.url}/panel/api/fault/{one}")


async def _hang(made: World, service: str) -> str:
    answer = await made.post(
        "/panel/api/fault", {"service": service, "match": {"path": ""}, "kind": "hold", "times": 0}
    )
    return str(answer["id"])
