"""A modal with one input, and what a person typed into it."""

from typing import Any

from tests.sandbox.slack.corpus import input_block, modal, plain
from tests.sandbox.slack.people import Json


def form(*blocks: Json, **changes: Any) -> Json:
    return modal(
        callback_id="form", submit=plain("Go"), blocks=list(blocks) or [input_block(block_id="n")], **changes
    )


def typed(value: Any, block_id: str = "n", action_id: str = "t") -> Json:
    return {block_id: {action_id: {"type": "plain_text_input", "value": value}}}
