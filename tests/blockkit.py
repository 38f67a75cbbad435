"""A checker of messages and views against Slack's limits, written apart from the sandbox's.

It is driven by the flat list of limits under ../shared/specs and knows the blocks and elements that this bot builds;
anything else is a problem, so that a new kind of block cannot slip in unchecked. Lengths are counted in code points,
as the published corpus counts them.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.blockkit_parts import (
    Check,
    Found,
    Problem,
    count_problems,
    element_problems,
    image_problems,
    length_problems,
    limits,
    markup_problems,
    text_problems,
)

__all__ = ["block_problems", "element_problems", "limits", "message_problems", "view_problems"]

_BLOCK = frozenset({"type", "block_id"})

_MODAL_BLOCKS = frozenset({"actions", "context", "divider", "header", "image", "input", "section"})

_SURFACES = {
    "message": frozenset({"actions", "context", "divider", "header", "image", "section", "table"}),
    "modal": _MODAL_BLOCKS,
    "home": (_MODAL_BLOCKS - {"input"}) | {"table", "input"},
}

_SECTION_ACCESSORIES = frozenset({"button", "overflow", "static_select", "external_select", "image"})

_ACTION_ELEMENTS = frozenset({"button", "overflow", "static_select", "external_select"})

_INPUT_ELEMENTS = frozenset(
    {
        "plain_text_input",
        "number_input",
        "static_select",
        "multi_static_select",
        "external_select",
        "file_input",
        "datepicker",
    }
)


def message_problems(text: str, blocks: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """What Slack would refuse in a message, or would show otherwise than meant."""
    found = [*_blocks(blocks, "message", "message.blocks.max_items")]
    if not text.strip():
        found.append("text: a message needs plain fallback text")
    if len(text) > 4000:
        found.append("text: longer than 4000")
    found += markup_problems(text, "text")
    if sum(1 for block in blocks if block.get("type") == "table") > 1:
        found.append("blocks: only one table in a message")
    return found


def view_problems(view: Mapping[str, Any]) -> list[Problem]:
    """What Slack would refuse in a modal or Home tab."""
    surface = str(view.get("type"))
    if surface not in {"modal", "home"}:
        return [f"type: {surface}"]
    found = [*_blocks(view.get("blocks", []), surface, "view.blocks.max_items")]
    found += length_problems(view.get("private_metadata", ""), "view.private_metadata", "private_metadata")
    for name in ("callback_id", "external_id"):
        found += length_problems(view.get(name, ""), f"view.{name}", name)
    if surface == "modal":
        for name in ("title", "close", "submit"):
            if name in view:
                found += text_problems(view[name], name, f"view.{name}", kinds=("plain_text",))
        if "title" not in view:
            found.append("title: a modal has one")
        if any(block.get("type") == "input" for block in view["blocks"]) and "submit" not in view:
            found.append("submit: a modal with inputs has one")
    allowed = {"type", "blocks", "private_metadata", "callback_id", "external_id", "title", "close", "submit"}
    found += [f"view: unknown key {key}" for key in view if key not in allowed]
    if len(json.dumps(view, ensure_ascii=False).encode()) > 250_000:
        found.append("view: larger than 250 kB")
    return found


def _blocks(blocks: Any, surface: str, limit: str) -> Found:
    if not isinstance(blocks, Sequence) or isinstance(blocks, str):
        yield "blocks: not a list"
        return
    if not blocks:
        yield "blocks: empty"
    if len(blocks) > limits()[limit]:
        yield f"blocks: more than {limits()[limit]}"
    seen: set[str] = set()
    for at, block in enumerate(blocks):
        where = f"blocks[{at}]"
        kind = block.get("type")
        if kind not in _SURFACES[surface]:
            yield f"{where}: {kind} is not allowed in a {surface}"
            continue
        block_id = block.get("block_id")
        if block_id is not None:
            if block_id in seen:
                yield f"{where}: block_id {block_id} twice"
            seen.add(block_id)
            yield from length_problems(block_id, "block_id", f"{where}.block_id", least=1)
        yield from block_problems(block, where)


def block_problems(block: Mapping[str, Any], where: str = "block") -> Found:
    """What is wrong with one block."""
    kind = str(block.get("type"))
    if kind not in _BLOCKS:
        yield f"{where}: unknown block {kind}"
        return
    allowed, check = _BLOCKS[kind]
    yield from (f"{where}: unknown key {key}" for key in block if key not in allowed | _BLOCK)
    yield from check(block, where)


def _section(block: Mapping[str, Any], where: str) -> Found:
    if "text" not in block and "fields" not in block:
        yield f"{where}: neither text nor fields"
    if "text" in block:
        yield from text_problems(block["text"], f"{where}.text", "section.text")
    shown = block.get("fields", [])
    if "fields" in block and not shown:
        yield f"{where}.fields: empty"
    yield from count_problems(shown, "section.fields", f"{where}.fields")
    for at, one in enumerate(shown):
        yield from text_problems(one, f"{where}.fields[{at}]", "section.fields.item")
    if "accessory" in block:
        yield from element_problems(block["accessory"], f"{where}.accessory", _SECTION_ACCESSORIES)


def _context(block: Mapping[str, Any], where: str) -> Found:
    elements = block.get("elements", [])
    if not elements:
        yield f"{where}: empty"
    yield from count_problems(elements, "context.elements", f"{where}.elements")
    for at, one in enumerate(elements):
        if one.get("type") == "image":
            yield from element_problems(one, f"{where}.elements[{at}]")
        else:
            yield from text_problems(one, f"{where}.elements[{at}]", "section.fields.item")


def _actions(block: Mapping[str, Any], where: str) -> Found:
    elements = block.get("elements", [])
    if not elements:
        yield f"{where}: empty"
    yield from count_problems(elements, "actions.elements", f"{where}.elements")
    for at, one in enumerate(elements):
        yield from element_problems(one, f"{where}.elements[{at}]", _ACTION_ELEMENTS)
    ids = [one.get("action_id") for one in elements]
    if len(set(ids)) != len(ids):
        yield f"{where}: an action_id twice in one block"


def _header(block: Mapping[str, Any], where: str) -> Found:
    yield from text_problems(block.get("text"), f"{where}.text", "header.text", ("plain_text",))


def _divider(block: Mapping[str, Any], where: str) -> Found:
    yield from ()


def _input(block: Mapping[str, Any], where: str) -> Found:
    yield from text_problems(block.get("label"), f"{where}.label", "input.label", ("plain_text",))
    if "hint" in block:
        yield from text_problems(block["hint"], f"{where}.hint", "input.hint", ("plain_text",))
    yield from element_problems(block.get("element"), f"{where}.element", _INPUT_ELEMENTS)


def _table(block: Mapping[str, Any], where: str) -> Found:
    rows = block.get("rows", [])
    if not rows:
        yield f"{where}.rows: empty"
    yield from count_problems(rows, "table.rows", f"{where}.rows")
    if len({len(row) for row in rows}) > 1:
        yield f"{where}.rows: of differing lengths"
    columns = max((len(row) for row in rows), default=0)
    if columns > limits()["table.columns.max_items"]:
        yield f"{where}.rows: more than {limits()['table.columns.max_items']} columns"
    if "column_settings" in block and len(block["column_settings"]) != columns:
        yield f"{where}.column_settings: not one for each column"
    for row in rows:
        for cell in row:
            if cell.get("type") == "raw_text" and not cell.get("text"):
                yield f"{where}: an empty cell"
            elif cell.get("type") not in {"raw_text", "rich_text"}:
                yield f"{where}: a cell of type {cell.get('type')}"


_BLOCKS: Mapping[str, tuple[frozenset[str], Check]] = {
    "section": (frozenset({"text", "fields", "accessory", "expand"}), _section),
    "context": (frozenset({"elements"}), _context),
    "actions": (frozenset({"elements"}), _actions),
    "header": (frozenset({"text"}), _header),
    "divider": (frozenset(), _divider),
    "input": (frozenset({"label", "element", "hint", "optional", "dispatch_action"}), _input),
    "image": (frozenset({"image_url", "slack_file", "alt_text", "title"}), image_problems),
    "table": (frozenset({"rows", "column_settings"}), _table),
}
