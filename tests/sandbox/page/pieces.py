"""Blocks and places that the page's tests use."""

from typing import Any

from playwright.async_api import Locator, Page

CHANNEL = "C0FINETUNE"
JSONL = b'{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}\n'


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(text: str, action_id: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": "J142", **more}


UPLOAD_VIEW: dict[str, Any] = {
    "type": "modal",
    "callback_id": "upload",
    "title": plain("Upload data"),
    "submit": plain("Check"),
    "close": plain("Cancel"),
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": plain("Name"),
            "element": {"type": "plain_text_input", "action_id": "name", "max_length": 18},
        },
        {
            "type": "input",
            "block_id": "data",
            "label": plain("Training data"),
            "element": {"type": "file_input", "action_id": "file", "filetypes": ["jsonl"], "max_files": 1},
        },
        {
            "type": "input",
            "block_id": "model",
            "label": plain("Model"),
            "element": {
                "type": "external_select",
                "action_id": "model",
                "min_query_length": 3,
                "placeholder": plain("Search models"),
            },
        },
    ],
}


def qa(page: Page | Locator, name: str) -> Locator:
    return page.locator(f'[data-qa="{name}"]')


def messages(page: Page) -> Locator:
    return qa(qa(page, "messages"), "message")
