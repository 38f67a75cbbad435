"""A job that is not at the service yet: what it waits for, and how it is counted."""

from datetime import timedelta
from typing import Any

import pytest

from bot.facts.forms import Launcher
from bot.facts.jobs import JobFacts
from handlers.blocks import answers, job_card, launcher
from tests.handlers.samples import JOB, NOW

EN = "en"


def job(**changes: Any) -> JobFacts:
    return JOB.model_copy(update={"remote_id": None, "eta": None, "can": (), **changes})


@pytest.mark.parametrize(
    ("state", "waits", "word", "told"),
    [
        ("waiting", "", "Being sent to Azure OpenAI", "Next: Azure OpenAI answers with the job's id."),
        ("waiting", "data", "Waiting for its data", "Next: Azure OpenAI finishes processing the file, then"),
        (
            "waiting",
            "service",
            "Waiting for Azure OpenAI",
            "Azure OpenAI asks to come later. Next: it is tried again by itself.",
        ),
        ("submitting", "", "Being started", "Next: Azure OpenAI answers with the job's id."),
        (
            "submitting",
            "answer",
            "Being started",
            "No answer came. Next: it is looked for at Azure OpenAI until 15:04 UTC.",
        ),
    ],
)
def test_what_it_waits_for(state: str, waits: str, word: str, told: str) -> None:
    until = NOW + timedelta(minutes=2) if waits == "answer" else None
    text = job_card.build(job(state=state, waits=waits, waits_until=until), EN).text
    assert text.startswith(f"⚪ {word} · J142")
    assert told in text


def test_until_when_is_left_out_where_nobody_knows() -> None:
    text = job_card.build(job(state="submitting", waits="answer"), EN).text
    assert "it is looked for at Azure OpenAI." in text


def test_a_name_keeps_its_capital_inside_a_sentence() -> None:
    assert "being sent to Azure OpenAI" in answers.confirm("cancel", job(state="waiting"), EN).text


def test_the_queue_names_no_end() -> None:
    end = NOW + timedelta(hours=1)
    assert "expects" not in job_card.build(job(state="pending", eta=end), EN).text
    assert "expects" in job_card.build(job(state="running", eta=end), EN).text


def test_what_has_not_begun_is_not_counted_as_running() -> None:
    mine = (
        JOB,
        job(id="J143", state="waiting"),
        job(id="J144", state="submitting", waits="answer"),
        job(id="J145", state="uncertain"),
    )
    told = launcher.build(Launcher(command="/finetune", running=mine, data_ready=2), EN).text.splitlines()[-1]
    assert told == (
        "1 job of yours running · 2 jobs being started · 1 job unclear whether started · 2 datasets ready to train with"
    )
