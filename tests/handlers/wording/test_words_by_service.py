"""What is said of a service is what that service does: its limits, its validation data, who calls its deployments."""

from datetime import timedelta

import pytest

from bot.facts.jobs import FailureFacts
from handlers.blocks import deployment_card, job_card, summary
from handlers.wording import errors, failures
from tests.handlers.samples import JOB, SUMMARY
from tests.handlers.samples_deployments import NOW, deployment

EN = "en"
STUDIO = "azure_ai_studio"
OF_OPENAI = "3 running, 20 queued, 100 kept"


@pytest.mark.parametrize(
    ("provider", "told"), [("azure_openai", True), (STUDIO, False), ("databricks", False)]
)
def test_limits_of_one_service_are_not_told_of_another(provider: str, told: bool) -> None:
    job = JOB.model_copy(update={"provider": provider, "failure": FailureFacts(kind="quota")})
    assert (OF_OPENAI in failures.explain(job, EN).meaning) == told
    assert (OF_OPENAI in errors.explain("job_quota", {}, EN, provider=provider).meaning) == told
    assert ("100 files" in errors.explain("file_quota", {}, EN, provider=provider).meaning) == told


def test_who_pays_is_asked_where_the_service_cannot_be_paid() -> None:
    job = JOB.model_copy(update={"provider": STUDIO, "failure": FailureFacts(kind="payment_needed")})
    said = failures.explain(job, EN)
    assert "cannot be paid" in said.happened
    assert "Whoever pays for the subscription" in said.remedy


def test_data_that_the_service_holds_back_is_told_in_the_summary_and_on_the_card() -> None:
    without = SUMMARY.model_copy(update={"valid": None})
    held = str(summary.blocks(without.model_copy(update={"holds_back": True}), EN))
    assert "the service holds back a share of the training data itself" in held
    assert "overfitting will not show" not in held
    assert "overfitting will not show" in str(summary.blocks(without, EN))
    card = job_card.build(JOB.model_copy(update={"holds_back": True}), EN).text
    assert "the service holds back a share for validation" in card
    assert "holds back" not in job_card.build(JOB, EN).text


def test_where_nothing_measures_calls_the_bots_own_last_one_is_told() -> None:
    at = NOW - timedelta(hours=5)
    one = deployment(
        provider=STUDIO, use="unknown", last_call=None, idle_days=0, own_call=at, first_ok_at=at, expires=None
    )
    text = deployment_card.build(one, EN).text
    assert "does not measure who calls it (the bot's own last call: " in text
    assert "own last call" not in deployment_card.build(one.model_copy(update={"own_call": None}), EN).text
    measured = one.model_copy(update={"provider": "azure_openai"})
    assert "own last call" not in deployment_card.build(measured, EN).text


def test_the_limits_of_a_serverless_endpoint_are_on_its_card() -> None:
    one = deployment(provider=STUDIO, unit="none", tokens_per_minute=200_000, requests_per_minute=1_000)
    assert "at most 200K tokens/min and 1,000 requests/min" in deployment_card.build(one, EN).text
