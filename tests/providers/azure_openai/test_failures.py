"""Failures are sorted out by the service's words (contract 5.1, 1.4, 1.6, 1.8)."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_openai.failures import explain
from providers.base import Failure
from providers.failures import FailureKind

R1 = (
    "The provided training data failed RAI checks for harm types: [hate_fairness, self_harm, violence]. "
    "Please fix the data and try again."
)
R2 = (
    "This model is unable to be deployed. Model evaluation identified that this fine tuned model scores above "
    "acceptable thresholds for [Violence, Self Harm]. Please review your training data set and resubmit the job."
)


@pytest.mark.parametrize(
    ("message", "kind", "categories"),
    [
        (R1, "data_refused", ("hate_fairness", "self_harm", "violence")),
        (R2, "model_refused", ("violence", "self_harm")),
        ("model scores above acceptable thresholds for [Hate/Fairness]", "model_refused", ("hate_fairness",)),
        ("failed RAI checks for harm types: [sexual, Sexual , ]. x", "data_refused", ("sexual",)),
        ("failed RAI checks for harm types: [something_new]", "data_refused", ("something_new",)),
        ("This model is unable to be deployed.", "model_refused", ()),
        ("Training data validation failed. Line 3 is not valid JSON.", "data_invalid", ()),
        ("Training file has 9 example(s), but must have at least 10 examples", "data_invalid", ()),
        ("Validation of jsonl file failed: No valid json line found in file.", "data_invalid", ()),
        ("Preprocessing failed for file file-1", "preprocessing", ()),
        ("The job failed at preprocessing", "preprocessing", ()),
        ("file import not completed", "file_not_ready", ()),
        ("Import of file failed.", "file_not_imported", ()),
        ("There is not enough capacity in this region.", "capacity", ()),
        ("quotaExceeded: too many jobs", "quota", ()),
        ("A system error was encountered, please try again later", "system_error", ()),
        ("The specified base model does not support fine-tuning.", "model_not_trainable", ()),
        ("The model is retired.", "model_not_trainable", ()),
        ("The dog ate it.", "unknown", ()),
        ("", "unknown", ()),
    ],
)
def test_words_decide(message: str, kind: str, categories: tuple[str, ...]) -> None:
    meaning = explain(Failure(code="invalidPayload", message=message))
    assert (meaning.kind, meaning.categories, meaning.text) == (kind, categories, message)


def test_misleading_error_of_a_missing_training_type() -> None:
    words = "The specified base model gpt-4.1-nano-2025-04-14 does not support fine-tuning with Standard TrainingType."
    meaning = explain(Failure(code="invalidPayload", message=words))
    assert meaning.kind == "training_type"
    assert meaning.params == {"model": "gpt-4.1-nano-2025-04-14", "training_type": "Standard"}


def test_method_that_is_required() -> None:
    words = "Finetuning with gpt-5.4-mini-2026-03-17 requires the reinforcement method of finetuning."
    meaning = explain(Failure(code="invalidPayload", message=words))
    assert meaning.kind == "method_required"
    assert meaning.params == {"model": "gpt-5.4-mini-2026-03-17", "method": "reinforcement"}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("jsonlValidationFailed", "data_invalid"),
        ("fileImportFailed", "file_not_imported"),
        ("quotaExceeded", "quota"),
        ("internalFailure", "system_error"),
        ("somethingElse", "unknown"),
    ],
)
def test_code_decides_where_the_words_do_not(code: str, kind: str) -> None:
    assert explain(Failure(code=code, message="It failed.")).kind == kind


def test_what_is_charged_is_only_said_where_it_is_documented() -> None:
    assert explain(Failure(code="", message=R1)).charged is False
    assert explain(Failure(code="", message=R2)).charged is False
    assert explain(Failure(code="", message="Nobody knows.")).charged is None


@given(st.text(max_size=300), st.text(max_size=20))
def test_any_words_have_a_kind_and_stay_unchanged(message: str, code: str) -> None:
    meaning = explain(Failure(code=code, message=message))
    assert meaning.kind in get_args(FailureKind)
    assert meaning.text == message


@given(
    st.lists(st.sampled_from(["Violence", "Self Harm", "Hate/Fairness", "Sexual"]), unique=True, min_size=1)
)
def test_both_spellings_of_the_categories_are_one(titles: list[str]) -> None:
    snake = [title.lower().replace(" ", "_").replace("/", "_") for title in titles]
    r1 = explain(Failure(code="", message=f"failed RAI checks for harm types: [{', '.join(snake)}]. x"))
    r2 = explain(Failure(code="", message=f"scores above acceptable thresholds for [{', '.join(titles)}]. x"))
    assert r1.categories == r2.categories == tuple(snake)
