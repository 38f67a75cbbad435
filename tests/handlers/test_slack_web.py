"""How long Slack asks to wait, whatever it writes there."""

from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.errors import ChatThrottled
from handlers.slack import web

REFUSED: Any = SlackApiError
"""The SDK gives it no types."""


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("1", 1.0),
        ("30", 30.0),
        ("0", 1.0),
        ("0.2", 1.0),
        ("soon", 30.0),
        ("nan", 30.0),
        ("inf", 30.0),
        ("1e9", 3600.0),
    ],
)
async def test_retry_after_is_a_sensible_number(written: str, seconds: float) -> None:
    response: Any = SimpleNamespace(
        status_code=429, headers={"Retry-After": written}, data={"ok": False, "error": "ratelimited"}
    )

    async def call() -> Any:
        raise REFUSED("ratelimited", response)

    with pytest.raises(ChatThrottled) as refused:
        await web.ask(call())
    assert refused.value.retry_after == seconds
