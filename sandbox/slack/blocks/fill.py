"""What Slack adds to blocks that it takes: the ids that the app left out."""

import copy
from collections.abc import Iterator
from typing import Any, Final

from sandbox.slack.blocks import elements
from sandbox.slack.ids import Ids

INTERACTIVE: Final = frozenset({*elements.IN_SECTION, *elements.IN_INPUT, *elements.CONTEXT_ACTIONS}) - {
    "image"
}


def interactive(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The elements of one block that a person can use, those of cards and containers included."""
    children = [block.get("element"), block.get("accessory")]
    children += block.get("elements") or []
    children += block.get("actions") or []
    for child in children:
        if isinstance(child, dict) and child.get("type") in INTERACTIVE:
            yield child


def walk(blocks: list[Any]) -> Iterator[dict[str, Any]]:
    """All blocks with those inside containers and carousels."""
    for block in blocks:
        yield block
        yield from walk(block.get("child_blocks") or [])
        if block.get("type") == "carousel":
            yield from walk(block.get("elements") or [])


def fill_ids(blocks: list[Any], made_ids: Ids) -> list[Any]:
    """A copy of the blocks in which every block and every usable element has an id."""
    filled = copy.deepcopy(blocks)
    for block in walk(filled):
        if not block.get("block_id"):
            block["block_id"] = made_ids.next("b")
        for element in interactive(block):
            if not element.get("action_id"):
                element["action_id"] = made_ids.next("a")
    return filled


def find_element(blocks: list[Any], block_id: str, action_id: str) -> dict[str, Any] | None:
    """The element with these ids."""
    for block in walk(blocks):
        if block.get("block_id") == block_id:
            for element in interactive(block):
                if element.get("action_id") == action_id:
                    return element
    return None
