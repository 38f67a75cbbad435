"""The grammar of `$filter`."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.azure_monitor.errors import MonitorError
from sandbox.azure_monitor.filters import Condition, read_filter

VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ModelDeploymentName eq '*'", [("modeldeploymentname", ("*",))]),
        ("  A eq 'x'  or a EQ 'y' ", [("a", ("x", "y"))]),
        ("A eq 'it''s' and B eq ''", [("a", ("it's",)), ("b", ("",))]),
        (
            "A eq 'a1' and B eq 'b1' or B eq 'b2' and C eq '*'",
            [("a", ("a1",)), ("b", ("b1", "b2")), ("c", ("*",))],
        ),
    ],
)
def test_what_is_understood(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert read_filter(text) == tuple(Condition(*one) for one in expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "A eq x",
        "A eq 'x",
        "A ne 'x'",
        "A eq 'x' and",
        "A eq 'x' B eq 'y'",
        "A eq 'x' or B eq 'y'",
        "A eq 'a1' and B eq 'b1' and C eq '*' or B eq 'b2'",
        "A eq 'x' and A eq 'y'",
        "(A eq 'x')",
        "A eq 'x' andB eq 'y'",
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(MonitorError):
        read_filter(text)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True),
        st.lists(VALUES, min_size=1, max_size=3),
        min_size=1,
    )
)
def test_what_is_written_is_read(conditions: dict[str, list[str]]) -> None:
    groups = [
        " or ".join(f"{name} eq '{value.replace(chr(39), chr(39) * 2)}'" for value in values)
        for name, values in conditions.items()
    ]
    expected = tuple(Condition(name, tuple(values)) for name, values in conditions.items())
    assert read_filter(" and ".join(groups)) == expected


@given(st.text(alphabet="AB eq'*orand()", max_size=30))
def test_anything_is_understood_or_refused(text: str) -> None:
    with suppress(MonitorError):
        assert all(condition.values for condition in read_filter(text))


def test_values_are_compared_without_case() -> None:
    condition = Condition("modeldeploymentname", ("Support",))
    assert condition.admits({"modeldeploymentname": "support"})
    assert not condition.admits({"modeldeploymentname": "supporter"})
    assert not condition.admits({})
