"""Errors below a field of a modal, where there is little room."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.wording.errors import explain
from handlers.wording.markup import units
from handlers.wording.said import Said, field_error
from providers.azure_openai.graders import Why

SAID = Said(
    happened="`n_epochs` must be a *whole* number",
    meaning="The service counts passes over the data.",
    remedy="Write 3 &amp; not 3.5.",
)


def test_all_is_said_where_it_fits() -> None:
    assert field_error(SAID) == (
        "n_epochs must be a whole number. The service counts passes over the data. Write 3 & not 3.5."
    )


def test_what_it_means_goes_first_and_what_to_do_stays() -> None:
    assert field_error(SAID, 60) == "n_epochs must be a whole number. Write 3 & not 3.5."
    assert field_error(SAID, 52 - 6) == "n_epochs must be a whole… Write 3 & not 3.5."


def test_without_a_remedy_it_ends_at_a_word() -> None:
    assert field_error(Said(happened="The suffix has 77 characters"), 20) == "The suffix has 77…"


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300), st.integers(40, 200))
def test_it_always_fits(happened: str, meaning: str, remedy: str, limit: int) -> None:
    said = field_error(Said(happened=happened, meaning=meaning, remedy=remedy), limit)
    assert 0 < units(said) <= limit


@pytest.mark.parametrize("why", get_args(Why))
def test_json_that_cannot_be_used_is_told_with_where_and_what_to_do(why: str) -> None:
    where = "graders.exact_match_of_the_answer.operation"
    said = field_error(explain("grader_invalid", {"name": "grader", "where": where, "why": why}, "en"))
    assert where in said
    assert said.endswith("a grader needs type, name and the fields of its type.")
    assert "…" not in said
    shape = {"name": "response_format", "where": "response_format", "why": why}
    assert "grader" not in field_error(explain("grader_invalid", shape, "en"))
