"""The service is asked about a grader before a job is created: its no counts, its silence does not."""

import json
from typing import Any

import pytest

from providers.azure_openai.provider import AzureOpenAIProvider
from providers.errors import Refused
from providers.judging import judge_of
from tests.providers.azure_openai.conftest import Azure
from tests.providers.azure_openai.test_graders import EXACT, JUDGE
from tests.sandbox.azure_openai.method_data import CLOSE

RFT = "reinforcement"
PATH = "/v1/fine_tuning/alpha/graders/validate"
FAULT = "re:/graders/validate$"
PLACE = {**EXACT, "reference": "{{answer}}"}
"""Sound as far as it is documented; a template of neither the item nor the sample reads nothing."""


@pytest.fixture
def provider(azure: Azure) -> AzureOpenAIProvider:
    return azure.provider(api_versions={"*": "v1"})


def given(grader: Any) -> dict[str, str]:
    return {"grader": json.dumps(grader)}


@pytest.mark.parametrize(
    "grader",
    [
        EXACT,
        CLOSE,
        JUDGE,
        {"type": "python", "name": "p", "source": "def grade(sample, item):\n    return 1.0"},
        {"type": "multi", "name": "m", "graders": {"a": EXACT, "b": JUDGE}, "calculate_output": "max(a, b) / 2"},
    ],
)  # fmt: skip
async def test_what_the_service_takes_passes(
    azure: Azure, provider: AzureOpenAIProvider, grader: dict[str, Any]
) -> None:
    await provider.judge(RFT, given(grader))
    assert azure.asked("POST", PATH) == 1


@pytest.mark.parametrize(
    ("grader", "words"),
    [
        (PLACE, "grader.reference"),
        ({"type": "python", "name": "p", "source": "def score(): return 1"}, "function grade"),
        ({"type": "multi", "name": "m", "graders": {"a": EXACT}, "calculate_output": "a + b"}, "'b'"),
        ({**JUDGE, "input": [{"role": "user", "content": "{{x}}"}]}, "grader.input[0].content"),
    ],
)
async def test_what_the_service_refuses_comes_in_its_words(
    provider: AzureOpenAIProvider, grader: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused) as refusal:
        await provider.judge(RFT, given(grader))
    assert (refusal.value.code, refusal.value.params["name"]) == ("grader_refused", "grader")
    assert words in refusal.value.answer.message


@pytest.mark.parametrize("status", [401, 403, 404, 405, 429, 500, 503])
async def test_a_service_that_cannot_be_asked_stops_nothing(
    azure: Azure, provider: AzureOpenAIProvider, status: int
) -> None:
    azure.fail(
        "status", "POST", FAULT, status=status, body={"error": {"code": str(status), "message": "No."}}
    )
    await provider.judge(RFT, given(PLACE))
    assert azure.asked("POST", PATH) == 1, "it is asked once"


async def test_a_connection_that_breaks_stops_nothing(azure: Azure, provider: AzureOpenAIProvider) -> None:
    azure.fail("cut", "POST", FAULT)
    await provider.judge(RFT, given(PLACE))
    assert azure.asked("POST", PATH) == 1


async def test_only_v1_and_what_the_operation_takes_is_asked_about(azure: Azure) -> None:
    dated, newest = azure.provider(), azure.provider(api_versions={"*": "v1"})
    for provider in (dated, newest):
        assert judge_of(provider) is provider
        await provider.judge("supervised", {})
    assert (dated.judges(RFT), newest.judges(RFT), newest.judges("dpo")) == (False, True, False)
    await dated.judge(RFT, given(PLACE))
    await newest.judge(RFT, given({"type": "endpoint", "name": "e", "url": "https://example.com"}))
    assert azure.asked("POST", PATH) == 0


async def test_what_is_no_grader_is_never_sent(azure: Azure, provider: AzureOpenAIProvider) -> None:
    with pytest.raises(Refused, match="grader_invalid"):
        await provider.judge(RFT, {"grader": "{}"})
    assert azure.asked("POST", PATH) == 0
