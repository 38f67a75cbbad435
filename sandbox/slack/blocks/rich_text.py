"""Rich text: sections, lists, quotes, preformatted text, and the elements inside them."""

from collections.abc import Mapping
from typing import Final

from sandbox.slack.blocks.objects import NOT_NEGATIVE
from sandbox.slack.blocks.rules import Anything, Flag, Form, Many, Number, Rule, Text, by_type, choice

_STYLE: Final = Form(
    {},
    {
        name: Flag()
        for name in (
            "bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink",
        )
    },
)  # fmt: skip


def _inline(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Form:
    return Form(required, {"style": _STYLE, **(optional or {})})


INLINE: Final[Mapping[str, Rule]] = {
    "text": _inline({"text": Text(min=1)}),
    "link": _inline({"url": Text(min=1)}, {"text": Text(), "unsafe": Flag()}),
    "emoji": _inline({"name": Text(min=1)}, {"unicode": Text(), "skin_tone": Number(), "url": Text()}),
    "user": _inline({"user_id": Text(min=1)}),
    "usergroup": _inline({"usergroup_id": Text(min=1)}),
    "channel": _inline({"channel_id": Text(min=1)}),
    "team": _inline({"team_id": Text(min=1)}),
    "broadcast": _inline({"range": choice("here", "channel", "everyone")}),
    "date": _inline({"timestamp": Number(), "format": Text(min=1)}, {"url": Text(), "fallback": Text()}),
    "color": _inline({"value": Text(min=1)}),
}

_INLINES: Final = Many(by_type(INLINE))
SECTION: Final = Form({"elements": _INLINES})

PARTS: Final[Mapping[str, Rule]] = {
    "rich_text_section": SECTION,
    "rich_text_list": Form(
        {"elements": Many(by_type({"rich_text_section": SECTION})), "style": choice("bullet", "ordered")},
        {"indent": Number(min=0, max=8), "offset": NOT_NEGATIVE, "border": NOT_NEGATIVE},
    ),
    "rich_text_quote": Form({"elements": _INLINES}, {"border": NOT_NEGATIVE}),
    "rich_text_preformatted": Form(
        {"elements": Many(by_type({name: INLINE[name] for name in ("text", "link")}))},
        {"border": NOT_NEGATIVE, "language": Anything()},
    ),
}

RICH_TEXT: Final = Form({"elements": Many(by_type(PARTS), 1)}, {"block_id": Text(max=255)})
RICH_TEXT_OBJECT: Final = by_type({"rich_text": RICH_TEXT})
