"""What an approval is bound to, and how rounds differ."""

from typing import Any

import pytest

from bot.approvals.digest import MOVES, changes, digest_of, digest_of_spec
from bot.facts.requests import Bill, DeployAsk, KeepAsk, QuotaUse, TrainAsk
from tests.approvals.samples import NOW, deploy_ask, keep_ask, rate, train_ask


@pytest.mark.parametrize(
    "moved",
    [
        {"bill": Bill(before=1, during=2, after=1, currency="USD")},
        {"quota": QuotaUse(pool="p", used=1, limit=2, wanted=1)},
        {"count": QuotaUse(pool="p", used=1, limit=2, wanted=1)},
        {"valid_loss": 0.7},
        {"compare": ("J139", 0.81)},
        {"reading": "overfitting"},
        {"safety_passed": True},
        {"warnings": (("place_old", {}),)},
        {"model_short": "support-v12 (step 642)"},
        {"sku_label": "Global Standard"},
        {"region": "Sweden Central"},
    ],
)
def test_what_changes_by_itself_is_not_part_of_it(moved: dict[str, Any]) -> None:
    assert digest_of(deploy_ask(**moved), "because") == digest_of(deploy_ask(), "because")


@pytest.mark.parametrize(
    "given",
    [
        {"connection": "dev-eus2"},
        {"name": "sales"},
        {"model": "another"},
        {"sku": "Standard"},
        {"capacity": 51},
        {"content_filter": "strict"},
        {"tags": {"team": "ml"}},
        {"until": NOW},
        {"replaces": "P7"},
        {"grace_hours": 1},
        {"rate": rate(1.8)},
        {"rate": None},
        {"free": True},
    ],
)
def test_every_choice_and_its_price_is_part_of_it(given: dict[str, Any]) -> None:
    before, after = deploy_ask(), deploy_ask(**given)
    assert digest_of(after, "because") != digest_of(before, "because")
    told = changes("deployment", before.model_dump(mode="json"), after.model_dump(mode="json"), ("a", "a"))
    assert [one.field for one in told] == list(given)


def test_the_reason_is_part_of_it_and_told() -> None:
    assert digest_of(deploy_ask(), "because") != digest_of(deploy_ask(), "why not")
    spec = deploy_ask().model_dump(mode="json")
    (told,) = changes("deployment", spec, spec, ("because", "why not"))
    assert (told.field, told.before, told.after) == ("reason", "because", "why not")


def test_what_only_follows_from_a_choice_is_not_told_twice() -> None:
    before = deploy_ask(tags={"team": "ml"}).model_dump(mode="json")
    after = deploy_ask(
        sku="Standard", sku_label="Standard", processing="region", rate=rate(2.5), tags={"b": "2", "a": "1"}
    ).model_dump(mode="json")
    told = {one.field: (one.before, one.after) for one in changes("deployment", before, after, ("r", "r"))}
    assert told == {
        "sku": ("GlobalStandard", "Standard"),
        "tags": ("team=ml", "a=1, b=2"),
        "rate": (1.7, 2.5),
    }


def test_the_stored_form_has_the_same_digest() -> None:
    for ask in (deploy_ask(until=NOW), train_ask(), keep_ask()):
        kind = {DeployAsk: "deployment", TrainAsk: "training", KeepAsk: "keep"}[type(ask)]
        assert digest_of_spec(kind, ask.model_dump(mode="json"), "r") == digest_of(ask, "r")
        assert MOVES[kind] <= set(type(ask).model_fields)
