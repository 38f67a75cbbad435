"""Each call of Slack's Web API is counted by its method and by what became of it."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.errors import ChatError
from handlers.slack.web import ask, web_client
from tests.world import world


@dataclass
class Told:
    seen: list[tuple[str, str]] = field(default_factory=list)

    def called(self, method: str, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.seen.append((method, outcome))


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (None, "ok"),
        ({"kind": "status", "status": 503}, "error"),
        ({"kind": "status", "status": 429}, "throttled"),
        ({"kind": "cut"}, "no_answer"),
    ],
)
async def test_a_call_is_counted_by_its_end(
    tmp_path: Path, fault: dict[str, object] | None, outcome: str
) -> None:
    async with world(tmp_path, start=False) as made:
        if fault is not None:
            made.sandbox.faults.add("slack", {"match": {"path": "auth.test"}, "times": 1, **fault})
        told = Told()
        client = web_client(made.settings, told)
        try:
            await ask(client.auth_test())
        except ChatError:
            assert outcome != "ok"
        assert told.seen == [("auth.test", outcome)]


async def test_what_slack_refuses_is_counted_as_that(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        told = Told()
        with pytest.raises(ChatError):
            await ask(web_client(made.settings, told).chat_postMessage(channel="C0NOWHERE1", text="hello"))
        assert told.seen == [("chat.postMessage", "refused")]


async def test_a_slack_that_is_not_there_was_unreachable(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        told = Told()
        client = web_client(made.settings, told)
        await made.sandbox.stop()
        with pytest.raises(ChatError):
            await ask(client.auth_test())
        assert told.seen == [("auth.test", "unreachable")]
