"""What Slack refuses beyond the corpus: places, ids, unknown keys, totals, inconsistent charts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.slack.blocks import check_attachments, check_blocks, check_view, too_large
from sandbox.slack.blocks.surfaces import Surface
from tests.sandbox.slack.corpus import (
    actions,
    button,
    cell,
    data_table,
    input_block,
    line,
    modal,
    mrkdwn,
    pie,
    plain,
    section,
    select,
    table,
)

REFUSED: list[tuple[str, list[Any], str]] = [
    ("header with mrkdwn", [{"type": "header", "text": mrkdwn()}], "/blocks/0/text/type"),
    ("unknown key of a block", [section(colour="red")], "/blocks/0"),
    ("unknown key of an element", [actions(button(colour="red"))], "/blocks/0/elements/0"),
    ("unknown block", [{"type": "sparkline"}], "/blocks/0/type"),
    ("unknown element", [actions({"type": "slider"})], "/blocks/0/elements/0/type"),
    ("not an object", ["text"], "/blocks/0"),
    ("repeated block id", [section(block_id="a"), section(block_id="a")], "/blocks/1/block_id"),
    (
        "repeated action id in a block",
        [actions(button(action_id="a"), button(action_id="a"))],
        "/blocks/0/elements/1/action_id",
    ),
    ("two tables", [table([[cell()]]), table([[cell()]])], "/blocks"),
    ("three charts", [pie({"label": "a", "value": 1})] * 3, "/blocks"),
    ("51 blocks", [section()] * 51, "/blocks"),
    ("two long markdown blocks", [{"type": "markdown", "text": "x" * 7000}] * 2, "/blocks"),
    ("two large data tables", [data_table([[cell("x" * 6000)], [cell("x" * 6000)]])] * 2, "/blocks"),
    ("alert in a message", [{"type": "alert", "text": mrkdwn()}], "/blocks/0/type"),
    ("button style", [actions(button(style="warning"))], "/blocks/0/elements/0/style"),
    ("mrkdwn on a button", [actions(button(text=mrkdwn()))], "/blocks/0/elements/0/text/type"),
    ("a point too few", [line(categories=["a", "b"])], "/blocks/0/chart/series/0/data"),
    ("not a number", [pie({"label": "a", "value": float("nan")})], "/blocks/0/chart/segments/0/value"),
    (
        "initial option that is no option",
        [select(initial_option={"text": plain("Z"), "value": "z"})],
        "/blocks/0/elements/0/initial_option",
    ),
    ("rich text in the header row", [data_table([[{"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}], [cell()]])],
     "/blocks/0/rows/0/0"),
    ("blank alt text", [{"type": "image", "image_url": "https://e.com/i.png", "alt_text": ""}],
     "/blocks/0/alt_text"),
    ("empty actions", [{"type": "actions", "elements": []}], "/blocks/0/elements"),
]  # fmt: skip


@pytest.mark.parametrize(("blocks", "pointer"), [pytest.param(b, p, id=name) for name, b, p in REFUSED])
def test_a_message_is_refused_with_the_pointer(blocks: list[Any], pointer: str) -> None:
    assert pointer in [where for where, _ in check_blocks(blocks, "message")]


@pytest.mark.parametrize(
    "block",
    [table([[cell()]]), data_table(), pie({"label": "a", "value": 1}), {"type": "markdown", "text": "x"}],
    ids=["table", "data_table", "data_visualization", "markdown"],
)
def test_tables_charts_and_markdown_do_not_exist_in_modals(block: dict[str, Any]) -> None:
    assert check_blocks([block], "message") == []
    assert ("/view/blocks/0/type", f"unsupported type: {block['type']}") in check_view(modal(blocks=[block]))


def test_file_inputs_exist_in_modals_only() -> None:
    block = input_block({"type": "file_input", "action_id": "f"})
    assert check_blocks([block], "modal") == []
    assert check_blocks([block], "message")
    assert check_blocks([block], "home")


def test_a_modal_with_inputs_needs_a_submit() -> None:
    assert check_view(modal(blocks=[input_block()])) == [("/view", "missing required field: submit")]
    assert check_view(modal(blocks=[input_block()], submit=plain())) == []


def test_a_home_tab_has_no_title() -> None:
    assert check_view({"type": "home", "blocks": [section()]}) == []
    assert check_view({"type": "home", "blocks": [section()], "title": plain()})


def test_a_view_above_250_kb_is_too_large() -> None:
    long = [section(text=mrkdwn("x" * 2900)) for _ in range(90)]
    assert check_view(modal(blocks=long)) == []
    assert too_large(modal(blocks=long))
    assert not too_large(modal())


def test_blocks_in_attachments_are_checked_too() -> None:
    assert check_attachments([{"blocks": [section(text=mrkdwn(""))]}])[0][0].startswith(
        "/attachments/0/blocks/0"
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
kinds = st.sampled_from(
    [
        "section",
        "actions",
        "input",
        "context",
        "table",
        "data_table",
        "data_visualization",
        "rich_text",
        "card",
    ]
)


@given(
    st.lists(
        st.builds(
            lambda kind, rest: {**rest, "type": kind},
            kinds,
            st.dictionaries(
                st.sampled_from(
                    [
                        "text",
                        "elements",
                        "element",
                        "rows",
                        "chart",
                        "fields",
                        "accessory",
                        "title",
                        "block_id",
                    ]
                ),
                json_values,
            ),
        ),
        max_size=3,
    ),
    st.sampled_from(["message", "modal", "home"]),
)
def test_any_json_is_judged_without_an_exception(blocks: list[Any], surface: Surface) -> None:
    for pointer, message in check_blocks(blocks, surface):
        assert pointer.startswith("/blocks")
        assert message
