"""Hyperparameters of an order: what is not what the service takes is refused at its field, before anything is sent."""

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.questions import _field
from bot.training.parameters import FIELD, check_parameters
from handlers.views.train_fields import read_number, read_text
from providers.base import HyperParam
from providers.describing import Option


def described(**given: Any) -> HyperParam:
    values: dict[str, Any] = {
        "name": "one",
        "label": "One",
        "kind": "float",
        "minimum": None,
        "maximum": None,
        "auto": None,
        "default": None,
        "hint": "as it should be",
        **given,
    }
    return HyperParam(**values)


EPOCHS = described(name="n_epochs", label="Epochs", kind="int", minimum=1, maximum=25, auto=-1)
RATE = described(name="rate", label="Rate", minimum=0.1, maximum=5)
DURATION = described(
    name="duration", label="Duration", kind="text", pattern=r"[1-9][0-9]*(ep|ba|tok)", longest=12
)
BATCH = described(
    name="batch",
    label="Batch",
    kind="choice",
    options=(Option(value="8", label="8"), Option(value="16", label="16")),
)
GRADER = described(name="grader", label="Grader", kind="lines", required=True, longest=40)
ALL = (EPOCHS, RATE, DURATION, BATCH, GRADER)
NEEDED = {"grader": "{}"}


def refusal(values: dict[str, Any], known: tuple[HyperParam, ...] = ALL) -> tuple[str, str, dict[str, Any]]:
    with pytest.raises(Invalid) as refused:
        check_parameters(values, known)
    return refused.value.code, refused.value.field, dict(refused.value.params)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("warmth", 1, "hyperparameter_unknown"),
        ("n_epochs", 2.5, "not_whole"),
        ("n_epochs", 3.0, "not_whole"),
        ("n_epochs", 0, "value_small"),
        ("n_epochs", 26, "value_large"),
        ("n_epochs", "3", "not_number"),
        ("rate", 0.09, "value_small"),
        ("rate", 5.01, "value_large"),
        ("rate", math.nan, "not_number"),
        ("rate", math.inf, "not_number"),
        ("rate", "", "not_number"),
        ("duration", 3, "not_text"),
        ("duration", "3 ep", "value_form"),
        ("duration", "x3ep", "value_form"),
        ("duration", "3ep\n", "value_form"),
        ("duration", "1" * 12 + "ep", "value_long"),
        ("batch", 8, "not_text"),
        ("batch", "32", "value_form"),
        ("grader", "x" * 41, "value_long"),
    ],
)
def test_every_refusal_names_its_field(name: str, value: Any, code: str) -> None:
    found, field, _ = refusal({**NEEDED, name: value})
    assert (found, field) == (code, FIELD + name)


@pytest.mark.parametrize("values", [{}, {"grader": ""}])
def test_what_is_needed_and_not_given_is_named(values: dict[str, Any]) -> None:
    assert refusal(values) == ("value_missing", "hp:grader", {"name": "Grader"})


@pytest.mark.parametrize(
    "values",
    [
        {"n_epochs": 1},
        {"n_epochs": 25},
        {"n_epochs": -1},
        {"rate": 0.1},
        {"rate": 5},
        {"duration": "3ep"},
        {"duration": "100ba"},
        {"batch": "16"},
        {"grader": "x" * 40},
    ],
)
def test_bounds_forms_and_the_services_choice_are_taken(values: dict[str, Any]) -> None:
    check_parameters({**NEEDED, **values}, ALL)


numbers = st.integers(-100, 100) | st.floats(-100, 100)


@st.composite
def anything(draw: st.DrawFn) -> HyperParam:
    """A description as a service could give it."""
    kind = draw(st.sampled_from(["int", "float", "text", "lines", "choice"]))
    low, high = sorted((draw(st.integers(-50, 50)), draw(st.integers(-50, 50))))
    return described(
        kind=kind,
        minimum=draw(st.sampled_from([None, low])),
        maximum=draw(st.sampled_from([None, high])),
        auto=draw(st.sampled_from([None, -1])),
        pattern=draw(st.sampled_from(["", r"[a-z]+", r"\d+(ep|ba)"])) if kind in ("text", "lines") else "",
        longest=draw(st.integers(1, 30)),
        options=(Option(value="a", label="A"), Option(value="bb", label="B")) if kind == "choice" else (),
    )


@given(
    anything(),
    st.text(max_size=35) | st.from_regex(r"[+-]?\d{1,3}([.,]\d)?|\d+ep|[ab]{1,2}", fullmatch=True),
)
def test_what_the_field_takes_the_order_takes(one: HyperParam, given_text: str) -> None:
    """The two places look alike at a value: nothing is taken in the modal and refused behind it."""
    text, spec = given_text.strip(), _field(one, None)
    assume(text)
    if one.kind in ("int", "float"):
        read: Any = read_number(text, spec, "en")
    else:
        read = read_text(text, spec, "en")
    value, problem = read
    assert (value is None) == bool(problem)
    if value is not None:
        check_parameters({"one": value}, (one,))


@given(anything(), st.text(max_size=35) | numbers)
def test_what_passes_is_within_what_the_service_says(one: HyperParam, value: Any) -> None:
    try:
        check_parameters({"one": value}, (one,))
    except Invalid as error:
        assert error.field == "hp:one"  # noqa: PT017  it is one of two ends
        return
    if isinstance(value, str):
        assert one.kind in ("text", "lines", "choice")
        assert len(value) <= one.longest
        assert one.kind != "choice" or value in ("a", "bb")
    else:
        assert one.kind in ("int", "float")
        inside = (one.minimum is None or value >= one.minimum) and (
            one.maximum is None or value <= one.maximum
        )
        assert inside or value == one.auto
        assert one.kind == "float" or isinstance(value, int) or value == one.auto
