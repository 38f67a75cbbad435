"""The parts of the stand-in that read texts: durations, pages, SQL, and the configuration it writes."""

import tomllib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.databricks import config
from sandbox.databricks.errors import ApiError
from sandbox.databricks.gateway import next_token, page_of
from sandbox.databricks.graphql import GraphError
from sandbox.databricks.options import PAT, VOLUME_PATH
from sandbox.databricks.run_request import duration
from sandbox.databricks.usage_tables import SqlError, query

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@given(st.integers(1, 10**9), st.sampled_from(["ep", "ba", "tok"]))
def test_durations_are_read_with_and_without_underscores(count: int, unit: str) -> None:
    for text in (f"{count}{unit}", f"{count:_}{unit}"):
        found = duration(text)
        assert (found.count, found.unit) == (count, unit)


@given(st.text(alphabet="0123456789_epbatok -.", max_size=8))
def test_other_durations_are_refused(text: str) -> None:
    try:
        found = duration(text)
    except GraphError as error:
        assert error.code == 400  # noqa: PT017 - refused or read, both are right answers
    else:
        assert found.count > 0
        assert text.endswith(found.unit)
        assert text[0].isdigit()


@given(st.integers(0, 50), st.integers(1, 12))
def test_pages_hold_everything_once(total: int, size: int) -> None:
    seen: list[int] = []
    token = ""
    while True:
        first, length = page_of(token, str(size), "page_size", 12)
        shown = list(range(total))[first : first + length]
        seen += shown
        answer = next_token(first, len(shown), total)
        if not answer:
            break
        token = answer["next_page_token"]
    assert seen == list(range(total))


@pytest.mark.parametrize(("token", "size"), [("x", "3"), ("p-1", "3"), ("", "13"), ("", "x"), ("", "-1")])
def test_bad_pages_are_refused(token: str, size: str) -> None:
    with pytest.raises(ApiError) as caught:
        page_of(token, size, "page_size", 12)
    assert caught.value.status == 400


@given(st.text(max_size=40))
def test_any_text_is_a_query_or_an_sql_error(text: str) -> None:
    try:
        names, rows = query(text, {}, [], [], NOW)
    except SqlError as error:
        assert str(error).startswith("[PARSE_SYNTAX_ERROR]")  # noqa: PT017 - see above
    else:
        assert all(len(row) == len(names) for row in rows)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SELECT CAST('2026-01-02 03:04:05' AS TIMESTAMP)", "2026-01-02T03:04:05.000Z"),
        ("SELECT current_timestamp()", "2026-11-22T12:00:00.000Z"),
        ("SELECT current_timestamp() - INTERVAL '2' HOURS", "2026-11-22T10:00:00.000Z"),
        ("SELECT count(*) FROM `system`.`serving`.`endpoint_usage`", "0"),
    ],
)
def test_the_spellings_of_spark_are_understood(text: str, value: str) -> None:
    assert query(text, {}, [], [], NOW)[1] == [[value]]


def test_the_connection_is_toml_that_names_the_workspace() -> None:
    (connection,) = tomllib.loads(config.connections("http://127.0.0.1:8710"))["connections"]
    assert connection["endpoint"] == "http://127.0.0.1:8710"
    assert (connection["provider"], connection["auth"], connection["key"]) == ("databricks", "key", PAT)
    assert connection["options"]["volume"] == VOLUME_PATH
