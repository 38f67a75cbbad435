"""The layout blocks and where each may stand (contract section 3.1, "Surfaces")."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sandbox.slack.blocks import elements
from sandbox.slack.blocks.objects import IDENTIFIER, SLACK_FILE, URL, URL_SOURCE, TextObject, plain
from sandbox.slack.blocks.rich_text import RICH_TEXT, RICH_TEXT_OBJECT
from sandbox.slack.blocks.rules import (
    ByType,
    Flag,
    Form,
    Many,
    Refusal,
    Rule,
    Text,
    at_least_one,
    by_type,
    choice,
    exactly_one,
)
from sandbox.slack.blocks.tables import DATA_TABLE, DATA_VISUALIZATION, TABLE

BLOCK_ID: Final[Mapping[str, Rule]] = {"block_id": IDENTIFIER}


def unique_actions(field: str) -> Any:
    """Elements of one block carry different action ids."""

    def extra(value: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
        seen: set[str] = set()
        items = value.get(field)
        for number, element in enumerate(items if isinstance(items, list) else []):
            action_id = element.get("action_id") if isinstance(element, dict) else None
            if not isinstance(action_id, str):
                continue
            if action_id in seen:
                where = f"{pointer}/{field}/{number}/action_id"
                yield where, f"`action_id` {action_id} already exists in this block"
            seen.add(action_id)

    return extra


_MARKUP_TEXT: Final = TextObject(3000)
_CONTEXT_IMAGE: Final = elements.IMAGE
_ICON: Final = by_type({"icon": Form({"name": Text(min=1)})})
_CARD_IMAGE: Final = by_type({"image": elements.IMAGE})
_CARD: Final = Form(
    {},
    {
        **BLOCK_ID,
        "hero_image": _CARD_IMAGE,
        "icon": _CARD_IMAGE,
        "slack_icon": _ICON,
        "title": TextObject(150),
        "subtitle": TextObject(150),
        "body": TextObject(200),
        "subtext": TextObject(200),
        "actions": Many(by_type({"button": elements.BUTTON}), 0, 3),
    },
    (at_least_one("hero_image", "title", "actions", "body"), unique_actions("actions")),
)
_STATUS: Final = choice("pending", "in_progress", "complete", "error")
_TASK_FIELDS: Final[Mapping[str, Rule]] = {
    "details": RICH_TEXT_OBJECT,
    "output": RICH_TEXT_OBJECT,
    "sources": Many(by_type({"url": URL_SOURCE})),
}
_TASK: Final = Form(
    {"task_id": Text(min=1), "title": Text(min=1), "status": _STATUS}, {**BLOCK_ID, **_TASK_FIELDS}
)


class _ContextElement:
    """Texts and pictures, and nothing else."""

    def check(self, value: Any, pointer: str) -> Iterator[Refusal]:
        """Yield what is wrong with the element."""
        if isinstance(value, dict) and value.get("type") == "image":
            yield from _CONTEXT_IMAGE.check(value, pointer)
        else:
            yield from _MARKUP_TEXT.check(value, pointer)


def _children() -> Mapping[str, Rule]:
    return {name: form for name, form in BLOCKS.items() if name not in {"container", "carousel"}}


BLOCKS: Final[Mapping[str, Rule]] = {
    "section": Form(
        {},
        {
            **BLOCK_ID,
            "text": TextObject(3000),
            "fields": Many(TextObject(2000), 1, 10),
            "accessory": by_type(elements.IN_SECTION),
            "expand": Flag(),
        },
        (at_least_one("text", "fields"),),
    ),
    "divider": Form({}, BLOCK_ID),
    "header": Form({"text": plain(150)}, BLOCK_ID),
    "context": Form({"elements": Many(_ContextElement(), 1, 10)}, BLOCK_ID),
    "actions": Form(
        {"elements": Many(by_type(elements.IN_ACTIONS), 1, 25)}, BLOCK_ID, (unique_actions("elements"),)
    ),
    "context_actions": Form(
        {"elements": Many(by_type(elements.CONTEXT_ACTIONS), 1, 5)},
        BLOCK_ID,
        (unique_actions("elements"),),
    ),
    "input": Form(
        {"label": plain(2000), "element": by_type(elements.IN_INPUT)},
        {**BLOCK_ID, "hint": plain(2000), "optional": Flag(), "dispatch_action": Flag()},
    ),
    "image": Form(
        {"alt_text": Text(min=1, max=2000)},
        {**BLOCK_ID, "image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)},
        (exactly_one("image_url", "slack_file"),),
    ),
    "file": Form({"external_id": Text(min=1), "source": choice("remote")}, BLOCK_ID),
    "video": Form(
        {
            "alt_text": Text(min=1, max=200),
            "title": plain(200),
            "thumbnail_url": URL,
            "video_url": URL,
        },
        {
            **BLOCK_ID,
            "author_name": Text(max=50),
            "description": plain(200),
            "provider_name": Text(max=50),
            "provider_icon_url": Text(max=2000),
            "title_url": Text(max=2000),
        },
    ),
    "rich_text": RICH_TEXT,
    "markdown": Form({"text": Text(min=1, max=12_000)}, BLOCK_ID),
    "table": TABLE,
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
    "alert": Form(
        {"text": TextObject(200)},
        {**BLOCK_ID, "level": choice("default", "info", "warning", "error", "success")},
    ),
    "card": _CARD,
    "carousel": Form({"elements": Many(by_type({"card": _CARD}), 1, 10)}, BLOCK_ID),
    "container": Form(
        {"title": plain(150), "child_blocks": Many(ByType(_children), 1, 10)},
        {
            **BLOCK_ID,
            "subtitle": TextObject(150),
            "icon": _CARD_IMAGE,
            "slack_icon": _ICON,
            "width": choice("narrow", "standard", "wide", "full"),
            "is_collapsible": Flag(),
            "default_collapsed": Flag(),
            "has_header_divider": Flag(),
        },
    ),
    "task_card": _TASK,
    "plan": Form({"title": Text(min=1)}, {**BLOCK_ID, "tasks": Many(_TASK, 0, 50)}),
}

IN_MODAL: Final = frozenset(
    {
        "actions", "alert", "card", "context", "divider", "header", "image", "input", "rich_text",
        "section", "video",
    }
)  # fmt: skip
IN_HOME: Final = (IN_MODAL - {"alert"}) | {
    "carousel", "container", "data_table", "data_visualization", "table",
}  # fmt: skip
IN_MESSAGE: Final = frozenset(BLOCKS) - {"alert"}
