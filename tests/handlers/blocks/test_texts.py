"""Messages as the person gets them at 23:00: read these when you change a sentence."""

import pytest

from bot.facts import notices
from bot.facts.datasets import DatasetFacts
from handlers.blocks import answers, dataset_card, job_card, job_notices, job_snapshot
from handlers.wording import errors
from tests.handlers.samples import FAULTY, JOB, NOW, PRICE, READY, REFUSED_BY_RAI, TRAINED

EN = "en"


def test_the_card_of_a_running_job() -> None:
    assert job_card.build(JOB, EN).text == (
        "🟢 Running · J142 support-v12 · 58\u00a0%\n"
        "<@U0REQUEST> · gpt-4.1-mini · D61 + D58 · prod-swc · Global training · about $18\n"
        "Epoch 2 of 3, step 372 of 642 · train loss 0.61 (from 1.84) · validation 0.74 (J139 here: 0.81)\n"
        "Azure OpenAI expects it to end 22 Nov 2026, 16:40 UTC. Next: its safety evaluation, then charts in the thread."
    )


def test_the_failure_of_the_safety_check() -> None:
    assert job_notices.failed(notices.JobFailed(job=REFUSED_BY_RAI), EN).text == (
        "🛑 J142 support-v12: Azure OpenAI's safety check refused the training data\n"
        "<@U0REQUEST> It found self-harm and violence before training began. Nothing was charged (Azure OpenAI's "
        "documentation; job log: 0 tokens).\n"
        '"The provided training data failed RAI checks for harm types: [self_harm, violence]. Please fix the data '
        'and try again."\n'
        "Azure OpenAI does not say which lines. Review examples on these topics, then train again with the same "
        "settings. Medical, legal and HR texts can be false alarms."
    )


def test_the_end_of_a_good_job() -> None:
    notice = notices.JobSucceeded(job=TRAINED, picture=True)
    assert job_notices.succeeded(notice, EN).text == (
        "✅ J142 support-v12 is trained\n"
        "<@U0REQUEST> · gpt-4.1-mini · 3 epochs · 642 steps · took 40 min · 3.63 M tokens billed (job log) · "
        "$18 billed, as estimated\n"
        "Train loss 0.61 (from 1.84) · validation 0.74 (J139: 0.81)\n"
        "The loss falls, and validation follows: no sign of overfitting. Compare a few answers with the base model's "
        "before it is used.\n"
        "3 checkpoints can be deployed; lowest validation loss: step 642 (0.74). The charts follow below."
    )


def test_findings_about_an_upload() -> None:
    assert dataset_card.build(FAULTY, EN).text == (
        "❌ train_w47.jsonl · D57: 14 errors, nothing sent to Azure OpenAI\n"
        "2,140 examples · 4.2 MB · 1.21 M tokens (estimate) · checked in 1.4 s\n"
        "13 lines (5, 31, 77, …): messages is empty: drop the line\n"
        "Line 88 messages[2].content is empty: write the answer or drop the example\n"
        "Repair the file and send it again. Nothing has left Slack and the bot."
    )


def test_data_that_is_ready() -> None:
    assert dataset_card.build(READY, EN).text == (
        "✅ train_w47.jsonl · D57: ready to train with\n"
        "2,140 examples · 4.2 MB · 1.21 M tokens (estimate) · 3 epochs on gpt-4.1-mini would cost about $18 "
        "(price: tunesmith.toml, as of 1\u00a0Nov\u00a02026) · checked in 1.4 s\n"
        "prod-swc: uploading, 1.2 MB of 4.2 MB"
    )


def test_a_job_that_nobody_is_sure_of() -> None:
    job = JOB.model_copy(update={"state": "uncertain", "can": ("answer",), "remote_id": None})
    assert job_notices.uncertain(notices.JobUncertain(job=job, since=NOW), EN).text == (
        "🟠 J142 support-v12: nobody knows whether Azure OpenAI started it\n"
        "<@U0REQUEST> The request went out 22 Nov 2026, 15:02 UTC, and no answer came. The bot looked for the job "
        "with this seed, these files and this suffix, and did not find it.\n"
        "Please look at Azure OpenAI's list of jobs in prod-swc for a job with seed 105 and say what you see. Until "
        "then nothing is sent, so that nothing is paid twice."
    )


def test_the_misleading_error_of_a_missing_training_type() -> None:
    said = errors.explain(
        "training_type_unsupported",
        {"model": "gpt-oss-20b", "training_type": "Standard"},
        EN,
        text="The specified base model gpt-oss-20b does not support fine-tuning with Standard TrainingType.",
        provider="azure_openai",
    )
    assert answers.problem(said, EN).text == (
        "⚠ gpt-oss-20b is not trained with the training type Standard\n"
        '"The specified base model gpt-oss-20b does not support fine-tuning with Standard TrainingType."\n'
        'Azure OpenAI says "does not support fine-tuning with Standard TrainingType" also when the model is trainable '
        "and only wants another type. Train again and choose Global, Data zone or Developer as the training type."
    )


def test_what_is_under_way_has_no_sign_of_success() -> None:
    assert answers.ok("Task 7 is dropped.", EN).text == "✅ Task 7 is dropped."
    assert answers.under_way("Checking a.jsonl.", EN).text == "Checking a.jsonl."


@pytest.mark.parametrize(
    ("action", "state", "told"),
    [
        ("pause", "paused", "⚠ J2 cannot be paused now\nIt is paused. "),
        ("cancel", "failed", "⚠ J2 cannot be cancelled now\nIt has failed. "),
        ("results", "running", "⚠ J2 has no results\nIt is running. "),
        ("answer", "succeeded", "⚠ J2 needs no answer any more\nIt is trained. "),
        ("resume", "validating", "⚠ J2 cannot be resumed now\nIts state is validating. "),
    ],
)
def test_what_cannot_be_done_now(action: str, state: str, told: str) -> None:
    said = errors.explain("job_state", {"job": "J2", "action": action, "state": state}, EN)
    assert answers.problem(said, EN).text.startswith(told)


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled"])
def test_a_cost_of_nothing_is_not_told(state: str) -> None:
    nothing = PRICE.model_copy(update={"low": 0, "high": 0})
    job = JOB.model_copy(update={"state": state, "cost": nothing, "tokens_billed": 0})
    for built in (job_card.build(job, EN), job_snapshot.build(job, EN)):
        assert "$" not in str(built)
        assert "price:" not in str(built)


def test_a_file_that_slack_would_not_hand_over() -> None:
    data = DatasetFacts(
        id="D9",
        name="a.jsonl",
        owner="U0REQUEST",
        state="unreadable",
        bytes=None,
        problem="external",
        created_at=NOW,
    )
    assert dataset_card.build(data, EN).text == (
        "❌ a.jsonl · D9: could not be read, nothing was uploaded\n"
        "This file lives outside Slack.\n"
        "Only files stored in Slack can be read; this one is a link to another service. Download it and attach it to "
        "a message."
    )
