"""The checker itself, held against the published corpus of valid and invalid payloads."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.blockkit import block_problems, element_problems, limits, message_problems, view_problems
from tests.specs import specs_root

pytestmark = pytest.mark.specs

# What this bot never sends: the checker refuses these kinds whole.
FOREIGN_BLOCKS = frozenset(
    {
        "alert",
        "card",
        "carousel",
        "container",
        "context_actions",
        "data_table",
        "data_visualization",
        "file",
        "markdown",
        "plan",
        "rich_text",
        "task_card",
        "video",
    }
)
KNOWN_ELEMENTS = frozenset(
    {
        "button",
        "datepicker",
        "overflow",
        "static_select",
        "external_select",
        "file_input",
        "plain_text_input",
        "number_input",
    }
)
LONG = "x"


@pytest.fixture(autouse=True)
def _specs() -> None:
    specs_root()


def corpus(folder: str) -> Iterator[tuple[str, Any]]:
    root = specs_root() / "slack" / "block-kit" / "fixtures" / "valid" / folder
    for path in sorted(root.glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


def test_valid_blocks_pass() -> None:
    checked = 0
    for name, block in corpus("blocks"):
        kind = block["type"]
        foreign = kind in FOREIGN_BLOCKS or any(
            one.get("type") in {"checkboxes", "datepicker"} for one in block.get("elements", [])
        )
        assert bool([*block_problems(block)]) is foreign, name
        checked += not foreign
    assert checked >= 12


def test_valid_elements_pass() -> None:
    checked = 0
    for name, element in corpus("elements"):
        if element.get("type") in KNOWN_ELEMENTS:
            assert [*element_problems(element)] == [], name
            checked += 1
    assert checked >= 8


def test_valid_views_pass() -> None:
    for name, view in corpus("views"):
        assert view_problems(view) == [], name


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(**changes: Any) -> dict[str, Any]:
    return {"text": plain("a"), "value": "a"} | changes


def button(**changes: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), "action_id": "go"} | changes


def dialog(**changes: str) -> dict[str, Any]:
    texts = {"title": "t", "text": "t", "confirm": "y", "deny": "n"} | changes
    return button(confirm={name: plain(text) for name, text in texts.items()})


def actions(element: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": [element]}


def select(**changes: Any) -> dict[str, Any]:
    return actions({"type": "static_select", "action_id": "s", "options": [option()]} | changes)


def numbered(count: int) -> list[dict[str, Any]]:
    return [option(value=f"v{number}") for number in range(count)]


def entry(element: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("l"), "element": element} | changes


def section(**changes: Any) -> dict[str, Any]:
    return {"type": "section", "text": plain("x")} | changes


def table(rows: Any, **changes: Any) -> dict[str, Any]:
    return {"type": "table", "rows": rows} | changes


def cells(count: int) -> list[dict[str, Any]]:
    return [{"type": "raw_text", "text": "c"}] * count


TEXT_INPUT = {"type": "plain_text_input", "action_id": "t"}
NUMBER_INPUT = {"type": "number_input", "action_id": "n", "is_decimal_allowed": False}
IMAGE = {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a"}

INVALID: Mapping[str, dict[str, Any]] = {
    "text-empty": section(text=plain("")),
    "text-too-long": section(text=plain(LONG * 3001)),
    "button-action-id-too-long": actions(button(action_id=LONG * 256)),
    "button-text-too-long": actions(button(text=plain(LONG * 76))),
    "button-url-too-long": actions(button(url="https://" + LONG * 3000)),
    "button-value-too-long": actions(button(value=LONG * 2001)),
    "button-accessibility-label-too-long": actions(button(accessibility_label=LONG * 76)),
    "confirmation-title-too-long": actions(dialog(title=LONG * 101)),
    "confirmation-text-too-long": actions(dialog(text=LONG * 301)),
    "confirmation-confirm-too-long": actions(dialog(confirm=LONG * 31)),
    "confirmation-deny-too-long": actions(dialog(deny=LONG * 31)),
    "option-text-too-long": select(options=[option(text=plain(LONG * 76))]),
    "option-value-too-long": select(options=[option(value=LONG * 151)]),
    "option-description-too-long": select(options=[option(description=plain(LONG * 76))]),
    "option-url-too-long": actions(
        {"type": "overflow", "action_id": "o", "options": [option(url="https://" + "\U0001f600" * 2993)]}
    ),
    "option-group-label-too-long": select(
        options=None, option_groups=[{"label": plain(LONG * 76), "options": [option()]}]
    ),
    "option-group-empty": select(options=None, option_groups=[{"label": plain("g"), "options": []}]),
    "option-group-too-many-options": select(
        options=None, option_groups=[{"label": plain("g"), "options": numbered(101)}]
    ),
    "select-placeholder-too-long": select(placeholder=plain(LONG * 151)),
    "select-too-many-options": select(options=numbered(101)),
    "select-too-many-option-groups": select(
        options=None, option_groups=[{"label": plain("g"), "options": [option()]}] * 101
    ),
    "static-select-options-and-groups": select(option_groups=[{"label": plain("g"), "options": [option()]}]),
    "overflow-empty": actions({"type": "overflow", "action_id": "o", "options": []}),
    "overflow-too-many-options": actions({"type": "overflow", "action_id": "o", "options": numbered(6)}),
    "table-too-many-rows": table([cells(1)] * 101),
    "table-ragged-rows": table([cells(1), cells(2)]),
    "table-column-settings-mismatch": table([cells(2)], column_settings=[{}]),
    "file-input-max-files-too-small": entry({"type": "file_input", "action_id": "f", "max_files": 0}),
    "file-input-max-files-too-large": entry({"type": "file_input", "action_id": "f", "max_files": 11}),
    "plain-text-input-max-length-too-large": entry(TEXT_INPUT | {"max_length": 3001}),
    "number-input-inverted-range": entry(NUMBER_INPUT | {"min_value": "5", "max_value": "1"}),
    "actions-too-many-elements": {
        "type": "actions",
        "elements": [button(action_id=f"a{number}") for number in range(26)],
    },
    "context-too-many-elements": {"type": "context", "elements": [plain("x")] * 11},
    "context-invalid-element": {"type": "context", "elements": [button()]},
    "header-text-too-long": {"type": "header", "text": plain(LONG * 151)},
    "image-url-too-long": IMAGE | {"image_url": "https://" + LONG * 3000},
    "image-alt-text-too-long": IMAGE | {"alt_text": LONG * 2001},
    "image-url-and-slack-file": IMAGE | {"slack_file": {"id": "F0AAAAAAA"}},
    "input-label-too-long": entry(TEXT_INPUT, label=plain(LONG * 2001)),
    "input-hint-too-long": entry(TEXT_INPUT, hint=plain(LONG * 2001)),
    "input-invalid-element": entry(button()),
    "section-text-too-long": section(text=plain(LONG * 3001)),
    "section-too-many-fields": section(fields=[plain("x")] * 11),
    "section-field-too-long": section(fields=[plain(LONG * 2001)]),
    "section-missing-content": {"type": "section"},
    "block-id-too-long": section(block_id=LONG * 256),
}
VIEW = {"type": "modal", "title": plain("t"), "submit": plain("s"), "blocks": [section()]}
INVALID_VIEWS: Mapping[str, dict[str, Any]] = {
    "view-missing-blocks": VIEW | {"blocks": []},
    "view-too-many-blocks": VIEW | {"blocks": [section()] * 101},
    "view-private-metadata-too-long": VIEW | {"private_metadata": LONG * 3001},
    "view-callback-id-too-long": VIEW | {"callback_id": LONG * 256},
    "view-title-too-long": VIEW | {"title": plain(LONG * 25)},
    "view-close-too-long": VIEW | {"close": plain(LONG * 25)},
    "view-submit-too-long": VIEW | {"submit": plain(LONG * 25)},
}
# Kinds that the bot does not send: refused whole, see `test_valid_blocks_pass`.
NOT_SENT = (
    "alert-",
    "axis-",
    "card-",
    "carousel-",
    "chart-",
    "checkboxes-",
    "container-",
    "context-actions-",
    "data-",
    "feedback-",
    "icon-button-",
    "markdown-",
    "pie-",
    "radio-buttons-",
    "url-source-",
    "video-",
)


def without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_none(one) for key, one in value.items() if one is not None}
    return [without_none(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", sorted(INVALID))
def test_invalid_blocks_are_found(name: str) -> None:
    surface = {"type": "modal", "title": plain("t"), "submit": plain("s")}
    block = without_none(INVALID[name])
    if block["type"] == "table":
        assert message_problems("x", [block])
    else:
        assert view_problems(surface | {"blocks": [block]})


@pytest.mark.parametrize("name", sorted(INVALID_VIEWS))
def test_invalid_views_are_found(name: str) -> None:
    assert view_problems(VIEW) == []
    assert view_problems(INVALID_VIEWS[name])


def test_every_invalid_case_of_the_corpus_is_covered_or_not_sent() -> None:
    path = specs_root() / "slack" / "block-kit" / "fixtures" / "invalid" / "manifest.json"
    cases = {case["id"] for case in json.loads(path.read_text(encoding="utf-8"))["cases"]}
    left = {name for name in cases - set(INVALID) - set(INVALID_VIEWS) if not name.startswith(NOT_SENT)}
    assert left == set()
    assert set(INVALID) | set(INVALID_VIEWS) <= cases


@pytest.mark.parametrize(
    "block",
    [
        section(text={"type": "mrkdwn", "text": "look <!channel>"}),
        section(text={"type": "mrkdwn", "text": "a < b"}),
        section(text={"type": "mrkdwn", "text": "a & b"}),
        section(text={"type": "mrkdwn", "text": "cut &am"}),
        section(text=plain(" ")),
        section(colour="red"),
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        {"type": "actions", "elements": [button(), button()]},
        actions(button(url="javascript:alert(1)")),
        select(initial_option=option(value="other")),
        entry(NUMBER_INPUT | {"initial_value": "3", "max_value": "2"}),
        entry(NUMBER_INPUT | {"initial_value": 3}),
        actions(option()),
    ],
)
def test_what_the_corpus_does_not_name_is_found_too(block: dict[str, Any]) -> None:
    assert [*block_problems(block)]


def test_block_ids_must_differ_and_text_must_be_there() -> None:
    assert message_problems("x", [section(block_id="a"), section(block_id="b")]) == []
    assert message_problems("x", [section(block_id="a"), section(block_id="a")])
    assert message_problems("", [section()])
    assert message_problems("x" * 4001, [section()])
    assert message_problems("x", [section()] * 51)
    assert message_problems("x", [table([cells(1)]), table([cells(1)])])
    assert message_problems("x", [entry(TEXT_INPUT)])


def test_a_modal_with_inputs_needs_a_submit() -> None:
    assert view_problems({"type": "modal", "title": plain("t"), "blocks": [entry(TEXT_INPUT)]})
    assert view_problems(VIEW | {"blocks": [table([cells(1)])]})


def test_the_limits_are_the_published_ones() -> None:
    assert len(limits()) >= 140
    assert limits()["message.blocks.max_items"] == 50
