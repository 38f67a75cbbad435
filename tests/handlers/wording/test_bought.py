"""What is bought before a training is told as a purchase: in the question, in its end, on the job's card."""

import pytest

from bot.facts.jobs import FailureFacts
from bot.facts.requests import RequestFacts
from handlers.blocks import job_card, request_card
from handlers.wording import modals, requirements
from tests.handlers.samples import JOB
from tests.handlers.samples_requests import TRAINING

EN = "en"
BUY = "buy a Marketplace subscription to Llama-3.3 and train J143"


def request(*, known: bool = True, **changes: object) -> RequestFacts:
    assert TRAINING.train is not None
    asked = {"why": "purchase", "purchase": "Llama-3.3", **({} if known else {"cost": None})}
    return TRAINING.model_copy(update={"train": TRAINING.train.model_copy(update=asked), **changes})


def test_it_asks_to_buy_and_says_what_the_training_costs_and_who_undoes_it() -> None:
    text = request_card.build(request(), EN).text
    assert text.startswith(f"B{BUY[1:]}?")
    assert "This training: about $91." in text
    assert "whoever administers the project deletes it in the portal" in text
    assert "What this training costs is not known." in request_card.build(request(known=False), EN).text


@pytest.mark.parametrize(
    ("state", "rollout", "told"),
    [
        ("approved", "waiting", "Next: the bot subscribes to Llama-3.3, then the job starts by itself;"),
        ("approved", "pending", "Next: Llama-3.3 is subscribed to and the job was sent;"),
        ("approved", "refused", "Next: the job was not started; its card shows why."),
        ("rejected", "", "Next: nothing is bought and nothing is trained."),
        ("expired", "", "Next: nothing is bought and nothing is trained."),
    ],
)
def test_what_follows_tells_what_was_bought(state: str, rollout: str, told: str) -> None:
    text = request_card.build(request(state=state, rollout=rollout), EN).text
    assert BUY in text
    assert told in text


def test_the_card_of_the_job_says_what_was_bought() -> None:
    bought = JOB.model_copy(update={"bought": "Llama-3.3"})
    assert "Subscribed to Llama-3.3 in the Azure Marketplace, as approved." in job_card.build(bought, EN).text
    assert "Marketplace" not in job_card.build(JOB, EN).text


@pytest.mark.parametrize("tried", [True, False])
def test_a_purchase_that_did_not_arrive_says_why_it_is_not_repeated(tried: bool) -> None:
    params: dict[str, str | int | float] = {"what": "Llama-3.3", **({"tried": 1} if tried else {})}
    failure = FailureFacts(kind=requirements.KIND, code="marketplace", params=params)
    said = requirements.explain(failure, EN, "Azure")
    assert ("It does not send it a second time by itself" in said.meaning) == tried


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("must_buy", "the approvers are asked to buy that first; then it starts by itself"),
        ("cannot_buy", "the bot may not buy there: it is not started before somebody subscribes"),
        ("subscription_coming", "it starts once that is done"),
        ("subscription_suspended", "it is not started unless that is settled"),
        ("subscription_failed", "it is not started unless somebody subscribes again"),
    ],
)
def test_what_is_remembered_is_said_as_remembered(code: str, told: str) -> None:
    text = modals.warning(code, {"model": "Llama-3.3"}, EN)
    assert "Llama-3.3" in text
    assert "when the bot last looked" in text
    assert told in text
    assert "Please note" not in text


@pytest.mark.parametrize(
    ("code", "told"), [("may_buy", "the approvers are asked to buy"), ("subscription_needed", "may not buy")]
)
def test_the_summary_says_that_something_may_have_to_be_bought(code: str, told: str) -> None:
    text = modals.warning(code, {"model": "Llama-3.3"}, EN)
    assert text.startswith("Llama-3.3 is sold through a marketplace")
    assert told in text


def test_it_says_that_the_publishers_terms_are_accepted_and_where_they_are() -> None:
    assert (
        "accepts the publisher's terms (Azure Marketplace, Llama-3.3)"
        in request_card.build(request(), EN).text
    )
    assert TRAINING.train is not None
    asked = {"why": "purchase", "purchase": "Llama-3.3", "offer": "metagenai/meta-llama-offer"}
    known = TRAINING.model_copy(update={"train": TRAINING.train.model_copy(update=asked)})
    page = "<https://azuremarketplace.microsoft.com/marketplace/apps/metagenai.meta-llama-offer|Llama-3.3>"
    assert page in str(request_card.build(known, EN).blocks)
    odd = TRAINING.train.model_copy(update={**asked, "offer": "x>|y/z"})
    assert "azuremarketplace" not in str(
        request_card.build(TRAINING.model_copy(update={"train": odd}), EN).blocks
    )
