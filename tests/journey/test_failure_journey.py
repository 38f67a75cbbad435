"""Points 4 and 5, see and understand: the picture and its sentence, and every way in which a job ends badly."""

from pathlib import Path
from typing import Any

import pytest

from tests.journey.steps import (
    BIG,
    NANO,
    VERSION,
    answer_to,
    asked,
    azure,
    card,
    chosen,
    ephemeral,
    hand_in,
    plain,
    ready,
    rin_of,
    shown,
    start,
    switch,
    thread,
)
from tests.patience import until
from tests.world import FINETUNE, RIN, Person, World, words, world

pytestmark = pytest.mark.usefixtures("brisk")


async def _end(rin: Person, job: str, state: str) -> str:
    """What the thread says of a job's end."""
    place = await card(rin, state, job)

    async def last() -> str | None:
        below = [plain(one) for one in await thread(rin, place)]
        return next((one for one in below if one.startswith(("🛑", "✅"))), None)

    found: str = await until(last, f"the end of {job}")
    return found


async def _pictures(made: World, card: dict[str, Any]) -> list[dict[str, Any]]:
    """What was shared below a card, once Slack has finished it."""
    below = await made.history(RIN, FINETUNE, card["ts"])
    return [one for one in below if one.get("files") and one["files"][0]["mimetype"]]


async def test_refused_for_its_content_before_and_after_training(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "harmful.jsonl")
        await hand_in(rin, "unsafe_model.jsonl")
        await ready(rin, "harmful.jsonl", "unsafe_model.jsonl")
        await start(rin, data="D1", suffix="angry")
        await start(rin, data="D2", suffix="unkind", hp_n_epochs="10")
        text = await _end(rin, "J1", "Failed")
        for part in (
            "🛑 J1 angry: Azure OpenAI's safety check refused the training data",
            "<@U0REQUEST1> It found *self-harm* and *violence* before training began.",
            "Nothing was charged (Azure OpenAI's documentation",
            '"The provided training data failed RAI checks for harm types: [self_harm, violence]. Please fix the data',
            "Azure OpenAI does not say which lines",
            "text kept here, Azure OpenAI drops it",
        ):
            assert part in text, (part, text)
        text = await _end(rin, "J2", "Failed")
        for part in (
            "🛑 J2 unkind: Azure OpenAI's safety evaluation refused the trained model",
            "The training ran to its end",
            "*violence*",
            "*self-harm*",
            "Nothing was charged (Azure OpenAI's documentation",
            '"',
        ):
            assert part in text, (part, text)
        # the next step: the same settings with other data
        failed = await card(rin, "Failed", "J1")
        [last] = [one for one in await thread(rin, failed) if "🛑" in words(one)]
        before = len(rin.pushed)
        await rin.click(last, "job_train_like", FINETUNE)
        view = await shown(rin, "train", before)
        assert chosen(view, "train") is None, "with new data"
        assert chosen(view, "training_type") == "GlobalStandard"
        before = len(rin.pushed)
        await rin.click(last, "data_open", FINETUNE)
        assert "harmful.jsonl" in words(await ephemeral(rin, "harmful.jsonl · D1"))
        # later, when the service has forgotten the categories
        assert "*self-harm*" in plain(await answer_to(rin, "job J1", "The live card"))
        assert not await _pictures(made, failed)


async def test_other_failures_are_explained_and_unknown_ones_quoted(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "tiny_overfit_train.jsonl")
        await ready(rin, "tiny_overfit_train.jsonl")
        # a training type that the model does not take: the service's words mislead
        await start(rin, training_type="Standard", suffix="standard")
        text = await _end(rin, "J1", "Not started")
        for part in (
            "does not support fine-tuning with Standard TrainingType",
            "choose Global",
            "<@U0REQUEST1>",
        ):
            assert part in text, (part, text)
        assert "…" not in text.replace("harm types", "")
        # a word that nobody knows is shown as the service says it, and counts as active
        await switch(made, unknown_status="hibernating", speed=3)
        await start(rin, suffix="odd")
        odd = await card(rin, "hibernating", "J2")
        assert 'Azure OpenAI says "hibernating"' in plain(odd)
        await switch(made, unknown_status=None, speed=60)
        await card(rin, "Trained", "J2")
        # the service's own fault
        await switch(made, fail_safety=["hate_fairness"])
        await start(rin, suffix="flagged", name=BIG)
        text = await _end(rin, "J3", "Failed")
        assert "*hate or unfairness*" in text, text


async def test_the_picture_and_its_sentence_however_the_results_are_written(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "tiny_overfit_train.jsonl", valid="support_valid.jsonl")
        await ready(rin, "tiny_overfit_train.jsonl", "support_valid.jsonl")
        await switch(made, results_columns="validation", results_bom=True, results_base64=True)
        await start(rin, valid="D2", suffix="by-heart", hp_n_epochs="25", hp_learning_rate_multiplier="3")
        text = await _end(rin, "J1", "Trained")
        for part in (
            "<@U0REQUEST1>",
            "Overfitting:",
            "fewer epochs or a smaller learning-rate multiplier",
            "job log",
        ):
            assert part in text, (part, text)
        assert "validation" in text
        done = await card(rin, "Trained")
        [picture] = await until(lambda: _pictures(made, done), "the picture")
        [file] = picture["files"]
        assert file["mimetype"] == "image/png"
        async with made.http.get(
            f"{made.sandbox.url}/page/api/download?user={RIN}&file={file['id']}"
        ) as answer:
            assert (await answer.read()).startswith(b"\x89PNG")
        results = await answer_to(rin, "results j1", "Results of")
        said = plain(results)
        assert "Overfitting:" in said
        assert "3 of 3 can be deployed" in said
        assert ":ckpt-step-" in said
        assert file["id"] in words(results), "the picture again"
        below = [plain(one) for one in await thread(rin, done)]
        assert sum("is trained" in one for one in below) == 1
        assert NANO in said


async def test_data_that_only_the_service_finds_fault_with(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "tiny_overfit_train.jsonl")
        await ready(rin, "tiny_overfit_train.jsonl")
        await switch(made, hold_pending=True)
        await start(rin, suffix="vanished")
        await card(rin, "In the queue")
        async with azure(made) as client:
            [file] = (await client.get("openai/files", params=VERSION)).json()["data"]
            await client.delete(f"openai/files/{file['id']}", params=VERSION)
        await switch(made, hold_pending=False)
        text = await _end(rin, "J1", "Failed")
        for part in (
            "Azure OpenAI refused the training data as not valid",
            '"Training data validation failed.',
            "Nothing was",
        ):
            assert part in text, (part, text)
        # stored when first seen: the command tells it without asking the service again
        before = await asked(made, "GET")
        again = plain(await answer_to(rin, "job", "The live card"))
        assert "Training data validation failed." in again
        assert await asked(made, "GET", "/fine_tuning/jobs/") <= before
