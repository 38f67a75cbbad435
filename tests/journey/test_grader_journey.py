"""Graders: handed in as a file, validated by the service before anything is ordered, kept for the next training."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journey.deploy_steps import govern
from tests.journey.method_steps import EXACT, REASONING, form_for
from tests.journey.steps import (
    asked,
    attach,
    azure,
    card,
    filled,
    hand_in,
    inputs,
    model,
    open_train,
    plain,
    ready,
    rin_of,
    shown,
    thread,
)
from tests.patience import until
from tests.world import Person, World, world

pytestmark = pytest.mark.usefixtures("brisk")
VALIDATE = "/fine_tuning/alpha/graders/validate"
JOBS = "/fine_tuning/jobs"
LONG: dict[str, Any] = {**EXACT, "comment": "why this is graded so. " * 400}
"""Three times as long as what Slack lets people type."""


async def form(made: World, rin: Person) -> tuple[dict[str, Any], dict[str, Any]]:
    """The training modal for graded prompts, and what is chosen in it."""
    await hand_in(rin, "graded_train.jsonl", to="dev-eus2")
    await ready(rin, "graded_train.jsonl")
    view = await form_for(rin, REASONING, "reinforcement", "D1")
    return view, {
        "connection": "dev-eus2",
        "model": await model(rin, view, REASONING),
        "method": "reinforcement",
        "training_type": "GlobalStandard",
        "train": "D1",
    }


async def after(rin: Person, view: dict[str, Any], state: dict[str, Any], callback: str) -> dict[str, Any]:
    """The modal that stands there once the order was looked at."""
    before = len(rin.pushed)
    answer = await rin.submit(view, state)
    assert answer == {"ok": True}, answer
    return await shown(rin, callback, before)


async def jobs(made: World) -> list[dict[str, Any]]:
    async with azure(made, "dev-eus2") as client:
        found: list[dict[str, Any]] = (await client.get("openai/v1/fine_tuning/jobs")).json()["data"]
        return found


async def test_a_grader_that_no_field_can_hold_is_a_file(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        govern(made, training_above=None, monthly_cap=None)
        await made.start()
        rin = await rin_of(made)
        view, good = await form(made, rin)
        file = await attach(rin, "grader.json", b"\xef\xbb\xbf" + json.dumps(LONG, indent=1).encode())

        # what is typed beside it does not count, and the summary says so; nothing is made before Start
        given = filled(view, **good, hp_grader="{}", **{"hpf:grader": file})
        summary = await after(rin, view, given, "train_summary")
        assert "Grader (JSON): the attached file counts" in plain(summary)
        assert await asked(made, "POST", VALIDATE) == 1
        assert await asked(made, "POST", JOBS) == 0
        await rin.submit(summary, {})
        done = await card(rin, "Trained")
        assert [one["method"]["reinforcement"]["grader"] for one in await jobs(made)] == [LONG]

        async def in_full() -> bool:
            files = [file for one in await thread(rin, done) for file in one.get("files") or ()]
            return any(file["name"] == "J1-grader.json" for file in files)

        await until(in_full, "the whole grader in the thread")

        # the same settings once more: the form cannot hold it, and the bot still has it
        view = await open_train(rin, "train like J1")
        assert "initial_value" not in inputs(view)["hp:grader"]["element"]
        assert "as in J1" in inputs(view)["hp:grader"]["hint"]["text"]
        state = filled(
            view, **{**good, "model": {"text": {"type": "plain_text", "text": "m"}, "value": REASONING}}
        )
        await rin.submit(await after(rin, view, state, "train_summary"), {})
        await card(rin, "Trained", "J2")
        assert [one["method"]["reinforcement"]["grader"] for one in await jobs(made)] == [LONG, LONG]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"\xff\xfe{}", "no text in UTF-8"),
        (b"  \n", "is needed"),
        (b'{"type": "string_check"', "JSON"),
        (json.dumps({**EXACT, "operation": "is"}).encode(), "operation"),
        (b'"' + b"x" * 100_001 + b'"', "too long"),
        (b"x" * 400_001, "too large"),
    ],
    ids=["not text", "empty", "not JSON", "no grader", "long", "large"],
)
async def test_what_is_wrong_with_a_file_is_told_and_the_form_is_still_there(
    tmp_path: Path, content: bytes, part: str
) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        view, good = await form(made, rin)
        bad = await attach(rin, "grader.json", content)
        told = await after(rin, view, filled(view, **good, **{"hpf:grader": bad}), "problem")
        assert part in plain(told)
        assert made.sandbox.slack.views.stack(rin.user)[0]["id"] == view["id"]
        assert await asked(made, "POST", VALIDATE) == 0


async def test_other_mistakes_do_not_lose_the_file(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        view, good = await form(made, rin)
        file = await attach(rin, "grader.json", json.dumps(EXACT).encode())
        state = filled(view, **good, **{"hpf:grader": file}, suffix="no blanks")
        told = await after(rin, view, state, "problem")
        assert "Some fields need another look" in plain(told)
        assert "Suffix" in plain(told)


async def test_the_service_says_no_to_a_grader_before_anything_is_ordered(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        view, good = await form(made, rin)
        grader = json.dumps({**EXACT, "reference": "{{answer}}"})
        told = await after(rin, view, filled(view, **good, hp_grader=grader), "problem")
        assert "does not take this grader" in plain(told)
        assert "The grader.reference must be a template" in plain(told), "in the service's words"
        assert await asked(made, "POST", JOBS) == 0


async def test_a_service_that_is_silent_about_graders_holds_nobody_up(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        view, good = await form(made, rin)
        match = {"method": "POST", "path": VALIDATE}
        fault = {"service": "azure", "match": match, "kind": "hold", "times": 0}
        assert (await made.post("/panel/api/fault", fault))["id"]
        before = len(rin.pushed)
        state = filled(view, **good, hp_grader=json.dumps(EXACT))
        assert await rin.submit(view, state) == {"ok": True}
        checking = await shown(rin, "train_checking", before)
        assert "Nothing is ordered before Start" in plain(checking)
        assert (await shown(rin, "train_summary", before))["id"] == checking["id"]
