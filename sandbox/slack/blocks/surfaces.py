"""Whole surfaces: the blocks of a message, a modal, a Home tab (contract section 3.1)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from sandbox.slack.blocks.layout import BLOCKS, IN_HOME, IN_MESSAGE, IN_MODAL
from sandbox.slack.blocks.objects import plain
from sandbox.slack.blocks.rules import ByType, Flag, Form, Many, Refusal, Text
from sandbox.slack.blocks.tables import CONTENT_MAX, content_length

Surface = Literal["message", "modal", "home"]

MARKDOWN_MAX: Final = 12_000
VIEW_MAX_BYTES: Final = 250_000
_ALLOWED: Final[Mapping[str, frozenset[str]]] = {"message": IN_MESSAGE, "modal": IN_MODAL, "home": IN_HOME}
_MAXIMUM: Final[Mapping[str, int]] = {"message": 50, "modal": 100, "home": 100}


def check_blocks(blocks: Any, surface: Surface, pointer: str = "/blocks") -> list[Refusal]:
    """What Slack refuses about the blocks of one surface, as (json pointer, message)."""
    rule = Many(ByType(lambda: BLOCKS), 0, _MAXIMUM[surface])
    found = list(rule.check(blocks, pointer))
    if isinstance(blocks, list):
        found += _misplaced(blocks, surface, pointer)
        found += _repeated_ids(blocks, pointer)
        found += _totals(blocks, pointer)
    return found


def check_attachments(attachments: Any, pointer: str = "/attachments") -> list[Refusal]:
    """What Slack refuses about the blocks inside secondary attachments."""
    found = list(Many(Form(optional=_EVERYTHING), 0, 100).check(attachments, pointer))
    if isinstance(attachments, list):
        for number, attachment in enumerate(attachments):
            if isinstance(attachment, dict) and attachment.get("blocks") is not None:
                found += check_blocks(attachment["blocks"], "message", f"{pointer}/{number}/blocks")
    return found


def check_view(view: Any, pointer: str = "/view") -> list[Refusal]:
    """What Slack refuses about a modal or a Home tab."""
    if not isinstance(view, dict):
        return [(pointer, "must be an object")]
    kind = view.get("type")
    if kind not in {"modal", "home"}:
        return [(f"{pointer}/type", f"unsupported type: {kind}")]
    found = list((_MODAL if kind == "modal" else _HOME).check(view, pointer))
    blocks = view.get("blocks")
    if isinstance(blocks, list):
        found += check_blocks(blocks, kind, f"{pointer}/blocks")
        if kind == "modal" and view.get("submit") is None and any(map(_needs_submit, blocks)):
            found.append((pointer, "missing required field: submit"))
    return found


def too_large(view: Mapping[str, Any]) -> bool:
    """Whether a view passes the 250 kB that Slack takes (`view_too_large`)."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_MAX_BYTES


class _Anything:
    def check(self, value: Any, pointer: str) -> Iterator[Refusal]:  # noqa: ARG002 - the protocol's signature
        """Yield nothing."""
        yield from ()


_EVERYTHING: Final = dict.fromkeys(
    (
        "actions", "attachment_type", "author_icon", "author_link", "author_name", "blocks", "callback_id",
        "color", "fallback", "fields", "footer", "footer_icon", "id", "image_url", "mrkdwn_in", "pretext",
        "text", "thumb_url", "title", "title_link", "ts",
    ),
    _Anything(),
)  # fmt: skip

_VIEW_FIELDS: Final = {
    "private_metadata": Text(max=3000),
    "callback_id": Text(max=255),
    "external_id": Text(max=255),
}
_MODAL: Final = Form(
    {"title": plain(24), "blocks": Many(_Anything(), 1)},
    {
        **_VIEW_FIELDS,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": Flag(),
        "notify_on_close": Flag(),
        "submit_disabled": Flag(),
    },
)
_HOME: Final = Form({"blocks": Many(_Anything(), 1)}, _VIEW_FIELDS)


def _needs_submit(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "input"


def _misplaced(blocks: list[Any], surface: Surface, pointer: str) -> Iterator[Refusal]:
    for number, block in enumerate(blocks):
        if not isinstance(block, dict):
            continue
        kind, where = block.get("type"), f"{pointer}/{number}"
        if kind in BLOCKS and kind not in _ALLOWED[surface]:
            yield f"{where}/type", f"unsupported type: {kind}"
        element = block.get("element") if kind == "input" and surface != "modal" else None
        if isinstance(element, dict) and element.get("type") == "file_input":
            yield f"{where}/element/type", "unsupported type: file_input"


def _repeated_ids(blocks: list[Any], pointer: str) -> Iterator[Refusal]:
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if not isinstance(block_id, str) or not block_id:
            continue
        if block_id in seen:
            yield f"{pointer}/{number}/block_id", f"`block_id` {block_id} already exists in this payload"
        seen.add(block_id)


def _totals(blocks: list[Any], pointer: str) -> Iterator[Refusal]:
    kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
    if kinds.count("table") > 1:
        yield pointer, "only_one_table_allowed"
    if kinds.count("data_visualization") > 2:
        yield pointer, "no more than 2 data_visualization blocks allowed"
    typed = [block for block in blocks if isinstance(block, dict)]
    texts = [block.get("text") for block in typed if block.get("type") == "markdown"]
    if sum(len(text) for text in texts if isinstance(text, str)) > MARKDOWN_MAX:
        yield pointer, f"markdown must be less than {MARKDOWN_MAX + 1} characters in total"
    if sum(content_length(block) for block in typed if block.get("type") == "data_table") > CONTENT_MAX:
        yield pointer, f"data tables must be less than {CONTENT_MAX + 1} characters in total"
