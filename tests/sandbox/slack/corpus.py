"""A payload for each of the invalid cases of the Block Kit corpus (specs/slack/block-kit), by the case's id."""

from typing import Any, Final

from sandbox.slack.blocks import check_blocks, check_view
from sandbox.slack.blocks.rules import Refusal

Json = dict[str, Any]


def plain(text: str = "text") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "text") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(**changes: Any) -> Json:
    return {"text": plain("A"), "value": "a", **changes}


def options(count: int) -> list[Json]:
    return [option(value=str(number)) for number in range(count)]


def button(**changes: Any) -> Json:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **changes}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(**changes: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **changes}


def confirm(**changes: Any) -> Json:
    dialogue = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain(), **changes}
    return actions(button(confirm=dialogue))


def select(**changes: Any) -> Json:
    element = {"type": "static_select", "action_id": "s", "options": options(2), **changes}
    return actions({name: value for name, value in element.items() if value is not None})


def group(**changes: Any) -> Json:
    return {"label": plain(), "options": options(1), **changes}


def choices(kind: str, count: int) -> Json:
    return actions({"type": kind, "action_id": "c", "options": options(count)})


def input_block(element: Json | None = None, **changes: Any) -> Json:
    given = element or {"type": "plain_text_input", "action_id": "t"}
    return {"type": "input", "label": plain(), "element": given, **changes}


def table(rows: list[list[Json]], **changes: Any) -> Json:
    return {"type": "table", "rows": rows, **changes}


def cell(text: str = "x") -> Json:
    return {"type": "raw_text", "text": text}


def data_table(rows: list[list[Json]] | None = None, **changes: Any) -> Json:
    return {"type": "data_table", "caption": "c", "rows": rows or [[cell()], [cell()]], **changes}


def pie(*segments: Json, **changes: Any) -> Json:
    chart = {"type": "pie", "segments": list(segments)}
    return {"type": "data_visualization", "title": "t", "chart": chart, **changes}


def line(series: list[Json] | None = None, **axes: Any) -> Json:
    given = [{"name": "s", "data": [{"label": "a", "value": 1}]}] if series is None else series
    chart = {"type": "line", "series": given, "axis_config": {"categories": ["a"], **axes}}
    return {"type": "data_visualization", "title": "t", "chart": chart}


def series(name: str, count: int) -> Json:
    return {"name": name, "data": [{"label": f"p{number}", "value": number} for number in range(count)]}


def card(**changes: Any) -> Json:
    return {"type": "card", "title": mrkdwn(), **changes}


def container(**changes: Any) -> Json:
    return {"type": "container", "title": plain(), "child_blocks": [section()], **changes}


def video(**changes: Any) -> Json:
    address = "https://example.com/x"
    return {
        "type": "video",
        "alt_text": "a",
        "title": plain(),
        "thumbnail_url": address,
        "video_url": address,
        **changes,
    }


def feedback(**changes: Any) -> Json:
    good = {"text": plain("Good"), "value": "good"}
    bad = {"text": plain("Bad"), "value": "bad", **changes}
    element = {"type": "feedback_buttons", "positive_button": good, "negative_button": bad}
    return {"type": "context_actions", "elements": [element]}


def icon(**changes: Any) -> Json:
    element = {"type": "icon_button", "icon": "trash", "text": plain(), "action_id": "i", **changes}
    return {"type": "context_actions", "elements": [element]}


def modal(**changes: Any) -> Json:
    return {"type": "modal", "title": plain(), "blocks": [section()], **changes}


def task(source: Json) -> Json:
    return {"type": "task_card", "task_id": "t", "title": "t", "status": "complete", "sources": [source]}


def image(**changes: Any) -> Json:
    return {"type": "image", "image_url": "https://example.com/i.png", "alt_text": "a", **changes}


def source(url: str) -> Json:
    return {"type": "url", "url": url, "text": "x"}


SEGMENT: Final = {"label": "a", "value": 1}
EMOJI: Final = "\N{GRINNING FACE}"

# What the corpus says must be refused. Values are blocks of a message unless the id begins with "view-" (views)
# or is in IN_MODAL (blocks of a modal).
INVALID: Final[dict[str, Any]] = {
    "text-empty": section(text=mrkdwn("")),
    "text-too-long": {"type": "context", "elements": [mrkdwn("x" * 3001)]},
    "button-action-id-too-long": actions(button(action_id="x" * 256)),
    "button-text-too-long": actions(button(text=plain("x" * 76))),
    "button-url-too-long": actions(button(url="https://e.com/" + "x" * 3000)),
    "button-value-too-long": actions(button(value="x" * 2001)),
    "confirmation-title-too-long": confirm(title=plain("x" * 101)),
    "confirmation-text-too-long": confirm(text=plain("x" * 301)),
    "confirmation-confirm-too-long": confirm(confirm=plain("x" * 31)),
    "confirmation-deny-too-long": confirm(deny=plain("x" * 31)),
    "option-text-too-long": select(options=[option(text=plain("x" * 76))]),
    "option-value-too-long": select(options=[option(value="x" * 151)]),
    "option-url-too-long": actions(
        {"type": "overflow", "action_id": "o", "options": [option(url="https://e.com/" + EMOJI * 2990)]}
    ),
    "option-description-too-long": select(options=[option(description=plain("x" * 76))]),
    "option-group-label-too-long": select(options=None, option_groups=[group(label=plain("x" * 76))]),
    "option-group-empty": select(options=None, option_groups=[group(options=[])]),
    "option-group-too-many-options": select(options=None, option_groups=[group(options=options(101))]),
    "select-placeholder-too-long": select(placeholder=plain("x" * 151)),
    "select-too-many-options": select(options=options(101)),
    "select-too-many-option-groups": select(options=None, option_groups=[group()] * 101),
    "overflow-empty": choices("overflow", 0),
    "overflow-too-many-options": choices("overflow", 6),
    "checkboxes-empty": choices("checkboxes", 0),
    "checkboxes-too-many-options": choices("checkboxes", 11),
    "radio-buttons-empty": choices("radio_buttons", 0),
    "radio-buttons-too-many-options": choices("radio_buttons", 11),
    "url-source-url-empty": task(source("")),
    "url-source-url-too-long": task(source("https://e.com/" + "x" * 3000)),
    "table-too-many-rows": table([[cell()]] * 101),
    "table-ragged-rows": table([[cell(), cell()], [cell()]]),
    "table-column-settings-mismatch": table([[cell(), cell()]], column_settings=[{"align": "left"}]),
    "file-input-max-files-too-small": input_block({"type": "file_input", "action_id": "f", "max_files": 0}),
    "file-input-max-files-too-large": input_block({"type": "file_input", "action_id": "f", "max_files": 11}),
    "plain-text-input-max-length-too-large": input_block(
        {"type": "plain_text_input", "action_id": "t", "max_length": 3001}
    ),
    "actions-too-many-elements": actions(*[button(action_id=str(number)) for number in range(26)]),
    "context-too-many-elements": {"type": "context", "elements": [mrkdwn()] * 11},
    "header-text-too-long": {"type": "header", "text": plain("x" * 151)},
    "image-url-too-long": image(image_url="https://e.com/" + "x" * 3000),
    "image-alt-text-too-long": image(alt_text="x" * 2001),
    "input-label-too-long": input_block(label=plain("x" * 2001)),
    "input-hint-too-long": input_block(hint=plain("x" * 2001)),
    "markdown-empty": {"type": "markdown", "text": ""},
    "markdown-too-long": {"type": "markdown", "text": "x" * 12_001},
    "section-text-too-long": section(text=mrkdwn("x" * 3001)),
    "section-too-many-fields": section(fields=[mrkdwn()] * 11),
    "section-field-too-long": section(fields=[mrkdwn("x" * 2001)]),
    "video-alt-text-empty": video(alt_text=""),
    "video-alt-text-too-long": video(alt_text="x" * 201),
    "video-title-too-long": video(title=plain("x" * 201)),
    "video-author-name-too-long": video(author_name="x" * 51),
    "video-description-too-long": video(description=plain("x" * 201)),
    "video-provider-name-too-long": video(provider_name="x" * 51),
    "view-missing-blocks": modal(blocks=[]),
    "view-too-many-blocks": modal(blocks=[section()] * 101),
    "view-private-metadata-too-long": modal(private_metadata="x" * 3001),
    "view-callback-id-too-long": modal(callback_id="x" * 256),
    "view-title-too-long": modal(title=plain("x" * 25)),
    "view-close-too-long": modal(close=plain("x" * 25)),
    "view-submit-too-long": modal(submit=plain("x" * 25)),
    "section-missing-content": {"type": "section"},
    "static-select-options-and-groups": select(option_groups=[group()]),
    "image-url-and-slack-file": section(accessory=image(slack_file={"id": "F00000001"})),
    "number-input-inverted-range": input_block(
        {
            "type": "number_input",
            "action_id": "n",
            "is_decimal_allowed": False,
            "min_value": "5",
            "max_value": "1",
        }
    ),
    "context-invalid-element": {"type": "context", "elements": [button()]},
    "input-invalid-element": input_block(button()),
    "block-id-too-long": section(block_id="x" * 256),
    "button-accessibility-label-too-long": actions(button(accessibility_label="x" * 76)),
    "alert-text-too-long": {"type": "alert", "text": mrkdwn("x" * 201), "level": "info"},
    "card-title-too-long": card(title=mrkdwn("x" * 151)),
    "card-subtitle-too-long": card(subtitle=mrkdwn("x" * 151)),
    "card-body-too-long": card(body=mrkdwn("x" * 201)),
    "card-too-many-actions": card(actions=[button(action_id=str(number)) for number in range(4)]),
    "card-subtext-too-long": card(subtext=mrkdwn("x" * 201)),
    "carousel-empty": {"type": "carousel", "elements": []},
    "carousel-too-many-cards": {"type": "carousel", "elements": [card()] * 11},
    "container-title-too-long": container(title=plain("x" * 151)),
    "container-subtitle-too-long": container(subtitle=mrkdwn("x" * 151)),
    "container-too-many-child-blocks": container(child_blocks=[section()] * 11),
    "context-actions-too-many-elements": {
        "type": "context_actions",
        "elements": [icon(action_id=str(number))["elements"][0] for number in range(6)],
    },
    "feedback-button-text-too-long": feedback(text=plain("x" * 76)),
    "feedback-button-value-too-long": feedback(value="x" * 2001),
    "feedback-button-accessibility-label-too-long": feedback(accessibility_label="x" * 76),
    "icon-button-too-many-visible-users": icon(visible_to_user_ids=["U1"] * 11),
    "data-table-too-few-rows": data_table([[cell()]]),
    "data-table-too-many-rows": data_table([[cell()]] * 202),
    "data-table-too-few-columns": data_table([[], []]),
    "data-table-too-many-columns": data_table([[cell()] * 21] * 2),
    "data-table-page-size-too-small": data_table(page_size=0),
    "data-table-page-size-too-large": data_table(page_size=101),
    "data-table-cell-text-empty": data_table([[cell("")], [cell()]]),
    "data-table-content-too-long": data_table([[cell("x" * 10_001)], [cell("x" * 10_000)]]),
    "data-visualization-title-too-long": pie(SEGMENT, title="x" * 51),
    "pie-chart-empty": pie(),
    "pie-chart-too-many-segments": pie(*[SEGMENT] * 13),
    "chart-segment-label-too-long": pie({"label": "x" * 21, "value": 1}),
    "chart-segment-value-not-positive": pie({"label": "a", "value": 0}),
    "chart-series-empty": line([]),
    "chart-too-many-series": line(
        [{"name": str(number), "data": [{"label": "a", "value": 1}]} for number in range(13)]
    ),
    "data-series-name-too-long": line([{"name": "x" * 21, "data": [{"label": "a", "value": 1}]}]),
    "data-series-empty": line([series("s", 0)], categories=["a"]),
    "data-series-too-many-points": line([series("s", 21)], categories=[f"p{number}" for number in range(20)]),
    "data-point-label-too-long": line([{"name": "s", "data": [{"label": "x" * 21, "value": 1}]}]),
    "axis-categories-empty": line(categories=[]),
    "axis-too-many-categories": line(categories=[f"p{number}" for number in range(21)]),
    "axis-category-label-too-long": line(categories=["x" * 21]),
    "axis-label-too-long": line(x_label="x" * 51),
}

# Cases of the corpus that are not about JSON that reaches Slack: none at present.
NOT_APPLICABLE: Final[dict[str, str]] = {}

IN_MODAL: Final = {
    "alert-text-too-long",
    "file-input-max-files-too-small",
    "file-input-max-files-too-large",
}


def refusals(case: str) -> list[Refusal]:
    """What the validator says about the payload of a case."""
    payload = INVALID[case]
    if case.startswith("view-"):
        return check_view(payload)
    return check_blocks([payload], "modal" if case in IN_MODAL else "message")
