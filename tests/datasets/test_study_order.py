"""What the order of a training says of the data: too long examples for the chosen model, examples in both files."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.facts.forms import TrainOrder
from bot.store.datasets import Dataset
from bot.training.checking import Checked
from bot.training.order import data_warnings
from handlers.wording.modals import warning
from providers.base import Model
from tests.training.jobs_of import NOW

SERVICE, LLAMA = "databricks", "meta-llama/Llama-2-7b-hf"
"""The contract knows how much of an example this model takes: 4,096 tokens."""
ORDER = TrainOrder(
    connection="c",
    training_type=None,
    model=LLAMA,
    train="D1",
    valid=None,
    hyperparameters={},
    seed=None,
    suffix=None,
)


def data(number: int, report: Mapping[str, Any] | None, **values: Any) -> Dataset:
    return Dataset(
        id=number,
        team_id="T",
        owner="U",
        name="d.jsonl",
        source={},
        sha256=None,
        bytes=1,
        examples=1,
        tokens=5_000,
        tokens_exact=True,
        state="ready",
        report=report,
        problem=None,
        created_at=NOW,
        **{"role": "training", "pair": None, **values},
    )


def checked(train: Dataset, valid: Dataset | None = None, base: str = LLAMA) -> Checked:
    model = Model(id=base, kind="base", short="Llama 2", base=base, lifecycle="", trainable=True)
    return Checked(order=ORDER, model=model, train=train, valid=valid, warnings=())


def longest(tokens: int) -> dict[str, Any]:
    return {"tokens": {"longest": tokens}}


def test_an_example_that_is_too_long_for_the_model_is_told() -> None:
    ((code, params),) = data_warnings(checked(data(1, longest(4097))), SERVICE)
    assert (code, params) == ("over_limit", {"longest": 4097, "limit": 4096, "model": "Llama 2"})
    said = warning(code, params, "en")
    assert "4,097 tokens" in said
    assert "4,096" in said
    assert "Llama 2" in said


@pytest.mark.parametrize("report", [longest(4096), longest(0), {"tokens": {"total": 9}}, {}, None])
def test_what_fits_or_was_not_looked_at_is_not_told(report: Mapping[str, Any] | None) -> None:
    assert not data_warnings(checked(data(1, report)), SERVICE)


def test_a_model_without_a_known_limit_is_not_warned_about() -> None:
    assert not data_warnings(checked(data(1, longest(10**7)), base="some-model"), SERVICE)


def test_examples_in_both_files_are_told_for_the_pair_that_was_compared() -> None:
    train = data(1, longest(10), pair=2)
    valid = data(2, {"totals": {"validation_overlap": 9}}, pair=1, role="validation")
    ((code, params),) = data_warnings(checked(train, valid), SERVICE)
    assert (code, params) == ("overlap", {"count": 9})
    assert warning(code, params, "en").startswith("9 examples are in both files")
    assert not data_warnings(checked(train, replace(valid, pair=3)), SERVICE)
    assert not data_warnings(checked(train, replace(valid, report={"totals": {}})), SERVICE)
