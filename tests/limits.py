"""What holds for every message and view, whatever the facts: Slack takes it, and shows no markup that others wrote.

`message_problems` and `view_problems` are ours; the sandbox's checker was written apart from them.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from hypothesis import HealthCheck, settings

from bot.chat import Rendered
from sandbox.slack.blocks import check_blocks
from tests.blockkit import message_problems

EN: Final = "en"
thorough: Final = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def fine(rendered: Rendered) -> None:
    """A message that Slack takes, with a first line to read."""
    blocks: list[Mapping[str, Any]] = [dict(block) for block in rendered.blocks]
    assert message_problems(rendered.text, blocks) == []
    assert check_blocks(json.loads(json.dumps(blocks)), "message") == []
    assert rendered.text.splitlines()[0].strip()
