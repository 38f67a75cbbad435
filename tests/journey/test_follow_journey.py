"""Point 3, follow: one card edited in place, each transition told once, and everything that can be done to a job."""

from pathlib import Path
from typing import Any

import pytest

from sandbox import samples
from tests.journey.steps import (
    NANO,
    VERSION,
    answer_to,
    azure,
    card,
    ephemeral,
    hand_in,
    plain,
    ready,
    rin_of,
    start,
    switch,
    thread,
    told,
)
from tests.patience import until
from tests.world import FINETUNE, RIN, Person, World, words, world

pytestmark = pytest.mark.usefixtures("brisk")


async def test_one_card_and_everything_that_can_be_done(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        limits = made.settings.limits.model_copy(update={"pending_alert_hours": 0.00001})
        made.settings = made.settings.model_copy(update={"limits": limits})
        await made.start()
        rin = await rin_of(made)
        await switch(made, hold_pending=True)
        await hand_in(rin, "support_train.jsonl", valid="support_valid.jsonl")
        await ready(rin, "support_train.jsonl", "support_valid.jsonl")
        await start(rin, valid="D2", suffix="helpdesk", hp_n_epochs="10")
        first = await card(rin, "In the queue")
        said = plain(first)
        for part in (
            "<@U0REQUEST1>",
            NANO,
            "D1 + D2",
            "prod-swc",
            "*Next:* Azure OpenAI starts it when it has capacity",
        ):
            assert part in said, (part, said)
        await _waiting_is_told_once(made, rin, first)
        await _looked_at(rin, first)

        await switch(made, hold_pending=False, speed=2)
        running = await card(rin, "train loss")
        assert running["ts"] == first["ts"]
        assert "Azure OpenAI expects it to end" in plain(running)

        # by command: a question, No, the question again, Yes
        question = await answer_to(rin, "pause j1", "Pause J1?")
        assert "It can be resumed" in plain(question)
        await rin.click(question, "dismiss", FINETUNE)
        await ephemeral(rin, "J1 is left as it is")
        assert not await _there(made, "Pause J1?")
        await _yes(rin, await answer_to(rin, "pause helpdesk", "Pause J1?"), "job_pause")
        assert not await _there(made, "Pause J1?")
        paused = await _paused(made, rin, 1)
        assert "It is paused" in plain(await answer_to(rin, "pause J1", "J1 cannot be paused now"))
        await answer_to(rin, "results J1", "J1 has no results")

        # by mention in the job's thread, where slash commands do not work
        await rin.say(FINETUNE, "<@U0TUNESMTH> resume", thread_ts=paused["ts"])
        question = await ephemeral(rin, "Resume J1?", thread_ts=paused["ts"])
        await _yes(rin, question, "job_resume", paused["ts"])
        running = await card(rin, "Running")
        # by the card's buttons, each with Slack's own question before it
        for action, state in (
            ("job_pause", "Paused"),
            ("job_resume", "Running"),
            ("job_cancel", "Cancelled"),
        ):
            shown = await card(rin, action)
            assert '"confirm"' in words(shown)
            await rin.click(shown, action, FINETUNE)
            await (_paused(made, rin, 2) if state == "Paused" else card(rin, state))
        await told(rin, "J1 helpdesk is cancelled", channel=FINETUNE, thread_ts=first["ts"])
        assert "By <@U0REQUEST1>." in "\n".join(plain(one) for one in await thread(rin, first))
        await rin.click(await card(rin, "Cancelled"), "job_log", FINETUNE)
        log = plain(await ephemeral(rin, "Job paused."))
        assert "Log of J1 helpdesk" in log
        assert "Job resumed." in log
        await _once_each(made, rin, first)


async def _paused(made: World, rin: Person, times: int) -> dict[str, Any]:
    """The card of the paused job; its evaluation, which a pause ends with, is made quick."""

    async def asked_for() -> bool:
        return await made.count("POST", "/pause") == times

    await until(asked_for, "the request to pause")
    await switch(made, speed=40)
    found = await card(rin, "Paused")
    await switch(made, speed=2)
    return found


async def _waiting_is_told_once(made: World, rin: Person, first: dict[str, Any]) -> None:
    assert made.application is not None
    for _ in range(3):
        await made.application.engine._tick()
    waits = await told(rin, "has waited for", channel=FINETUNE, thread_ts=first["ts"])
    assert "<@U0REQUEST1>" in waits
    assert "costs nothing" in waits
    assert sum("has waited for" in words(one) for one in await thread(rin, first)) == 1


async def _looked_at(rin: Person, first: dict[str, Any]) -> None:
    listed = plain(await answer_to(rin, "jobs", "Your jobs"))
    assert "1 to 1 of 1" in listed
    assert "J1 helpdesk" in listed
    await answer_to(rin, "jobs all", "All jobs")
    for text in ("job", "job J1", "status helpdesk", "J1"):
        await rin.command(f"/finetune {text}")
    snapshot = await ephemeral(rin, "The live card")
    assert f"/archives/{FINETUNE}/p{first['ts'].replace('.', '')}" in words(snapshot)
    await rin.click(snapshot, "job_refresh", FINETUNE)
    await rin.click(snapshot, "job_mute", FINETUNE)
    await card(rin, "messages muted")
    await rin.click(await ephemeral(rin, "unmute:J1"), "job_mute", FINETUNE)
    await until(lambda: _not_muted(rin), "the messages to be on again")
    await rin.command("/finetune log")
    await ephemeral(rin, "Log of")
    await answer_to(rin, "job J99", "There is no job J99")
    assert "Which job do you want to cancel?" in plain(await answer_to(rin, "cancel", "Which job"))


async def _not_muted(rin: Person) -> bool:
    return "messages muted" not in words(await card(rin, "J1"))


async def _yes(rin: Person, question: dict[str, Any], action: str, thread_ts: str | None = None) -> None:
    await rin.click(question, action, FINETUNE)
    await rin.sees(FINETUNE, "Asking the service to", thread_ts=thread_ts)


async def _there(made: World, part: str) -> bool:
    """Whether an answer for this person alone still says this."""
    return any(part in words(one) for one in await made.history(RIN, FINETUNE) if one.get("ephemeral"))


async def _once_each(made: World, rin: Person, first: dict[str, Any]) -> None:
    public = [one for one in await made.history(RIN, FINETUNE) if not one.get("ephemeral")]
    assert len(public) == 1, "the channel has the card and nothing else"
    below = [one for one in await thread(rin, first) if not one.get("ephemeral") and one["user"] != RIN]
    lines = [plain(one).split("\n", 1)[0] for one in below]
    states = [line.split(": ")[1].split(" · ")[0] for line in lines if "J1 helpdesk: " in line]
    assert [one for one in states if one in ("running", "paused")] == ["running", "paused"] * 2 + ["running"]
    assert sum("is cancelled" in line for line in lines) == 1, lines
    assert await made.count("POST", "/cancel") == 1


async def test_a_job_made_elsewhere_is_listed_and_taken_over(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        remote = await _made_elsewhere(made)
        await made.start()
        rin = await rin_of(made)

        async def listed() -> dict[str, Any] | None:
            await rin.command("/finetune jobs all")
            shown = [one for one in await made.history(RIN, FINETUNE) if remote in words(one)]
            return shown[-1] if shown else None

        shown = await until(listed, "the job made elsewhere")
        assert "At the service, not started here" in plain(shown)
        mine = await answer_to(rin, "jobs", "Your jobs")
        assert remote not in words(mine)
        await rin.click(shown, "foreign_adopt", FINETUNE)
        await rin.click(shown, "foreign_adopt", FINETUNE)
        await switch(made, speed=60)
        done = await card(rin, "Trained")
        assert "elsewhere" in words(done)
        await told(rin, "J1 elsewhere is trained", channel=FINETUNE, thread_ts=done["ts"])
        cards = [one for one in await made.history(RIN, FINETUNE) if not one.get("ephemeral")]
        assert len(cards) == 1
        snapshot = plain(await answer_to(rin, f"job {remote}", "The live card"))
        assert f"`{remote}`" in snapshot
        assert "At the service, not started here" not in plain(await answer_to(rin, "jobs all", "All jobs"))


async def _made_elsewhere(made: World) -> str:
    async with azure(made) as client:
        data = b"\xef\xbb\xbf" + samples.read("tiny_overfit_train.jsonl")
        files = {"file": ("mine.jsonl", data, "application/octet-stream")}
        sent = await client.post("openai/files", params=VERSION, data={"purpose": "fine-tune"}, files=files)
        file_id = sent.json()["id"]

        async def processed() -> bool:
            answer = await client.get(f"openai/files/{file_id}", params=VERSION)
            return bool(answer.json()["status"] == "processed")

        await until(processed, "the file")
        await switch(made, hold_pending=True)
        body = {
            "model": NANO,
            "training_file": file_id,
            "suffix": "elsewhere",
            "trainingType": "GlobalStandard",
        }
        job = await client.post("openai/fine_tuning/jobs", params=VERSION, json=body)
        assert job.status_code in (200, 201), job.text
        await switch(made, hold_pending=False, speed=3)
        return str(job.json()["id"])
