"""What is read at once: the model's limit or the ordered one, and whether the data is too long or too little for it."""

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from json import loads
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts.forms import TrainOrder
from bot.facts.requests import Warnings
from bot.store.datasets import Dataset
from bot.training.checking import Checked
from bot.training.lengths import context_of, length_warnings
from handlers.wording.modals import warning
from providers.base import Model
from providers.databricks.hyperparameters import hyperparameters
from tests.training.jobs_of import NOW

LLAMA = "meta-llama/Llama-3.3-70B-Instruct"
"""Databricks trains it, and no table of ours has it."""


def ordered(
    model: Model,
    *,
    longest: int = 0,
    total: int | None = None,
    split: int | None = None,
    method: str = "supervised",
    **hyper: Any,
) -> Checked:
    order = TrainOrder(
        connection="c",
        training_type=None,
        model=model.id,
        train="D1",
        valid=None,
        hyperparameters=hyper,
        seed=None,
        suffix=None,
        split=split,
        method=method,
    )
    report: Mapping[str, Any] = {"tokens": {"longest": longest}}
    values: dict[str, Any] = dict.fromkeys(Dataset.__dataclass_fields__)
    values |= {"id": 1, "name": "d.jsonl", "report": report, "tokens": total, "created_at": NOW}
    return Checked(order=order, model=model, train=Dataset(**values), valid=None, warnings=())


def base(name: str, context: int | None, *, of_databricks: bool = True) -> Model:
    return Model(
        id=name,
        kind="base",
        short=name.rpartition("/")[2],
        base=name,
        lifecycle="",
        trainable=True,
        hyperparameters=hyperparameters(context) if of_databricks else (),
        context_tokens=context,
    )


def only(found: Warnings) -> tuple[str, dict[str, str | int | float], str]:
    ((code, params),) = found
    said = warning(code, params, "en")
    assert "…" not in said, "every place of the sentence is filled"
    assert not said.startswith("Please note"), "it has words of its own"
    return code, params, said


def test_the_limit_that_a_model_of_azure_ai_has_in_its_facts_counts() -> None:
    catalogue = loads((files("providers.azure_ai") / "models.json").read_text(encoding="utf-8"))
    limited = [one for one in catalogue["models"] if one.get("context_tokens")]
    assert limited
    for one in limited:
        model = base(one["name"], one["context_tokens"], of_databricks=False)
        limit = one["context_tokens"]
        assert not length_warnings(ordered(model, longest=limit), "azure_ai_studio")
        code, _, said = only(length_warnings(ordered(model, longest=limit + 1), "azure_ai_studio"))
        assert code == "over_limit"
        assert f"{limit:,}" in said
        assert f"{limit + 1:,}" in said


def test_what_the_service_tells_of_a_model_is_taken_before_the_table() -> None:
    told = base("meta-llama/Llama-2-7b-hf", 2_000)
    assert context_of(ordered(told), "databricks").tokens == 2_000
    assert context_of(ordered(replace(told, context_tokens=None)), "databricks").tokens == 4_096
    code, params, _ = only(length_warnings(ordered(base(LLAMA, 131_072), longest=131_073), "databricks"))
    assert (code, params["limit"]) == ("over_limit", 131_072)


def test_a_chosen_context_that_is_smaller_than_the_model_s_is_the_limit_and_is_named() -> None:
    model = base(LLAMA, 131_072)
    code, _, said = only(length_warnings(ordered(model, longest=6_000, context_length=2_048), "databricks"))
    assert code == "over_chosen"
    assert said == (
        "The longest example has 6,000 tokens, and “Context length” is set to 2,048: what is too much is cut off."
    )
    assert not length_warnings(ordered(model, longest=2_048, context_length=2_048), "databricks")


def test_a_chosen_context_counts_where_the_model_s_is_not_known() -> None:
    model = base("acme/unknown", None)
    assert not length_warnings(ordered(model, longest=10**6, total=1), "databricks")
    code, *_ = only(length_warnings(ordered(model, longest=300, context_length=256), "databricks"))
    assert code == "over_chosen"


def test_data_of_less_than_one_context_is_told_before_it_is_sent() -> None:
    """contracts/databricks.md 6: at least one full context of tokens."""
    model = base("mistralai/Mistral-7B-v0.1", 32_768)
    code, _, said = only(length_warnings(ordered(model, longest=400, total=32_767), "databricks"))
    assert code == "under_limit"
    assert said.startswith(
        "The training data has about 32,767 tokens, and Mistral-7B-v0.1 reads 32,768 at once:"
    )
    assert said.endswith("Add data if there is any, or set “Context length” to less.")
    assert not length_warnings(ordered(model, total=32_768), "databricks")
    assert not length_warnings(ordered(model, total=None), "databricks"), "nobody has counted yet"


def test_a_smaller_context_is_filled_by_less() -> None:
    model = base("mistralai/Mistral-7B-v0.1", 32_768)
    assert not length_warnings(ordered(model, total=5_000, context_length=4_096), "databricks")
    code, _, said = only(length_warnings(ordered(model, total=4_095, context_length=4_096), "databricks"))
    assert code == "under_chosen"
    assert "“Context length” is set to 4,096" in said


@pytest.mark.parametrize(
    ("context", "code"), [({}, "under_limit_text"), ({"context_length": 512}, "under_chosen_text")]
)
def test_a_text_that_makes_no_complete_sample_is_told_to_fail(context: dict[str, int], code: str) -> None:
    """contracts/databricks.md 1: DatasetTooSmallError."""
    model = base("mistralai/Mistral-7B-v0.1", 32_768)
    found, _, said = only(
        length_warnings(ordered(model, total=500, method="pretraining", **context), "databricks")
    )
    assert found == code
    assert "may fail as too small after the start" in said


def test_what_is_held_back_does_not_fill_the_context() -> None:
    model = base("mistralai/Mistral-7B-v0.1", 1_000)
    assert not length_warnings(ordered(model, total=1_200, split=10), "databricks")
    _, params, _ = only(length_warnings(ordered(model, total=1_200, split=20), "databricks"))
    assert params["tokens"] == 960


@pytest.mark.parametrize("service", ["azure_openai", "azure_ai_studio", "acme"])
def test_no_other_service_asks_for_a_full_context(service: str) -> None:
    model = base("some", 8_192, of_databricks=False)
    assert not length_warnings(ordered(model, longest=10, total=10), service)


@given(
    known=st.none() | st.integers(128, 200_000),
    chosen=st.none() | st.integers(128, 200_000),
    longest=st.integers(0, 300_000),
    total=st.none() | st.integers(0, 300_000),
)
def test_the_smaller_one_decides(
    known: int | None, chosen: int | None, longest: int, total: int | None
) -> None:
    hyper: dict[str, Any] = {} if chosen is None else {"context_length": chosen}
    checked = ordered(base("acme/unknown", known), longest=longest, total=total, **hyper)
    limit = min((one for one in (known, chosen) if one is not None), default=None)
    codes = [code.partition("_")[0] for code, _ in length_warnings(checked, "databricks")]
    assert ("over" in codes) is (limit is not None and longest > limit)
    assert ("under" in codes) is (limit is not None and total is not None and total < limit)
