"""The validator against an independent corpus: 96 payloads that are valid, 106 that are not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.slack.blocks import check_attachments, check_blocks, check_view
from sandbox.slack.blocks.objects import (
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH,
    INPUT_PARAMETER,
    OPTION_GROUP,
    RICH_OPTION,
    TRIGGER,
    WORKFLOW,
    TextObject,
)
from sandbox.slack.blocks.rules import Refusal, Rule
from sandbox.slack.blocks.surfaces import Surface
from tests.sandbox.slack import corpus
from tests.specs import SPECS, specs_root

FIXTURES = SPECS / "slack" / "block-kit" / "fixtures"
pytestmark = pytest.mark.specs

# Two fixtures of webhook messages use one placeholder as the id of two blocks, which Slack refuses in a message.
PLACEHOLDER_IDS = {"webhook_message_basic", "webhook_message_delete"}

OBJECTS: dict[str, Rule] = {
    "confirmation": CONFIRM,
    "conversation": CONVERSATION_FILTER,
    "dispatch": DISPATCH,
    "input": INPUT_PARAMETER,
    "option": RICH_OPTION,
    "option_group": OPTION_GROUP,
    "text": TextObject(),
    "trigger": TRIGGER,
    "workflow": WORKFLOW,
}


def fixtures(folder: str) -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in sorted((FIXTURES / "valid" / folder).glob("*.json"))]


def load(path: Path) -> Any:
    specs_root()
    return json.loads(path.read_text())


def as_blocks(element: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Surface]]:
    """Blocks in which this element may stand."""
    kind = element["type"]
    if kind == "url":
        yield corpus.task(element), "message"
    elif kind == "image":
        yield {"type": "context", "elements": [element]}, "message"
    elif kind.endswith("_input") or kind == "file_input":
        yield corpus.input_block(element), "modal"
    else:
        yield corpus.section(accessory=element), "message"
        if kind not in {"button", "overflow", "workflow_button"}:
            yield corpus.input_block(element), "modal"


def as_rich_text(part: dict[str, Any]) -> list[Refusal]:
    if not part["type"].startswith("rich_text"):
        part = {"type": "rich_text_section", "elements": [part]}
    return check_blocks([{"type": "rich_text", "elements": [part]}], "message")


def test_the_corpus_is_there() -> None:
    specs_root()
    assert len(list((FIXTURES / "valid").glob("*/*.json"))) >= 96


@pytest.mark.parametrize("path", fixtures("blocks"))
def test_valid_blocks(path: Path) -> None:
    block = load(path)
    surface: Surface = "modal" if block["type"] == "alert" else "message"
    assert check_blocks([block], surface) == []


@pytest.mark.parametrize("path", fixtures("elements"))
def test_valid_elements(path: Path) -> None:
    element = load(path)
    if element["type"] == "rich_text_input":
        element.pop("focus_on_load")
    for block, surface in as_blocks(element):
        assert check_blocks([block], surface) == []


@pytest.mark.parametrize("path", fixtures("objects"))
def test_valid_objects(path: Path) -> None:
    name = "option_group" if path.stem.startswith("option_group") else path.stem.split("_")[0]
    assert list(OBJECTS[name].check(load(path), "")) == []


@pytest.mark.parametrize("path", fixtures("rich_text"))
def test_valid_rich_text(path: Path) -> None:
    assert as_rich_text(load(path)) == []


@pytest.mark.parametrize("path", fixtures("views"))
def test_valid_views(path: Path) -> None:
    assert check_view(load(path)) == []


@pytest.mark.parametrize("path", fixtures("attachments"))
def test_valid_attachments(path: Path) -> None:
    assert check_attachments([load(path)]) == []


@pytest.mark.parametrize("path", fixtures("messages"))
def test_valid_messages(path: Path) -> None:
    message = load(path)
    refused = check_blocks(message.get("blocks", []), "message")
    refused += check_attachments(message.get("attachments", []))
    if path.stem in PLACEHOLDER_IDS:
        assert refused
        assert {pointer for pointer, _ in refused} == {"/blocks/1/block_id"}
    else:
        assert refused == []


def manifest() -> list[dict[str, str]]:
    specs_root()
    cases: list[dict[str, str]] = json.loads((FIXTURES / "invalid" / "manifest.json").read_text())["cases"]
    return cases


def test_every_invalid_case_has_a_payload() -> None:
    cases = {case["id"] for case in manifest()}
    assert len(cases) == 106
    assert set(corpus.INVALID) | set(corpus.NOT_APPLICABLE) == cases


@pytest.mark.parametrize("case", sorted(corpus.INVALID))
def test_invalid_cases_are_refused(case: str) -> None:
    assert corpus.refusals(case)


LIMITS: dict[str, Callable[[], list[Refusal]]] = {
    "section text": lambda: check_blocks([corpus.section(text=corpus.mrkdwn("x" * 3000))], "message"),
    "50 blocks": lambda: check_blocks([corpus.section()] * 50, "message"),
    "100 blocks in a modal": lambda: check_view(corpus.modal(blocks=[corpus.section()] * 100)),
    "25 buttons": lambda: check_blocks(
        [corpus.actions(*[corpus.button(action_id=str(number)) for number in range(25)])], "message"
    ),
    "100 options": lambda: check_blocks([corpus.select(options=corpus.options(100))], "message"),
    "chart of 20 points": lambda: check_blocks(
        [corpus.line([corpus.series("s", 20)], categories=[f"p{number}" for number in range(20)])],
        "message",
    ),
    "pie of 12": lambda: check_blocks([corpus.pie(*[corpus.SEGMENT] * 12)], "message"),
    "201 rows": lambda: check_blocks([corpus.data_table([[corpus.cell()]] * 201)], "message"),
    "confirmation": lambda: check_blocks([corpus.confirm()], "message"),
    "groups": lambda: check_blocks(
        [corpus.select(options=None, option_groups=[corpus.group()] * 100)], "message"
    ),
    "feedback": lambda: check_blocks([corpus.feedback(), corpus.icon()], "message"),
    "task": lambda: check_blocks([corpus.task(corpus.source("https://e.com"))], "message"),
    "card and container": lambda: check_blocks([corpus.card(), corpus.container()], "message"),
    "video and image": lambda: check_blocks([corpus.video(), corpus.image()], "message"),
    "table": lambda: check_blocks([corpus.table([[corpus.cell()]] * 100)], "message"),
}


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_what_stays_within_the_limits_is_taken(name: str) -> None:
    """The builders of the invalid cases are valid without their one mistake."""
    assert LIMITS[name]() == []
