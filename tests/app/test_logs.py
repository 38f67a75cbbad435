"""What is logged: a line for a person, never a secret, never a framework's chatter."""

import json
import logging
from collections.abc import Iterator

import pytest

from bot.logs import Redacting, configure

SECRET = "a-secret-nobody-may-read"


@pytest.fixture
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def line(text: str, *, json_lines: bool) -> str:
    record = logging.LogRecord("tunesmith", logging.INFO, __file__, 1, text, (), None)
    return Redacting([SECRET], json_lines=json_lines).format(record)


@pytest.mark.parametrize("json_lines", [False, True])
def test_a_secret_is_never_in_a_line(json_lines: bool) -> None:
    said = line(f"key {SECRET} and xoxb-1234-abcdef and Bearer eyJhbGciOi.abc.def", json_lines=json_lines)
    assert SECRET not in said
    assert "xoxb-1234" not in said
    assert "eyJhbGciOi" not in said


def test_json_lines_are_json_with_time_and_level() -> None:
    read = json.loads(line("hello", json_lines=True))
    assert (read["level"], read["message"]) == ("info", "hello")
    assert read["at"].endswith("Z")


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize(
    "name", ["alembic.runtime.migration", "slack_bolt", "slack_sdk.web", "httpx", "azure.identity"]
)
def test_frameworks_speak_up_only_with_warnings(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure("debug", json_lines=False, secrets=())
    logging.getLogger(name).info("chatter with a payload")
    logging.getLogger("tunesmith").info("for the person")
    said = capsys.readouterr().err
    assert "chatter" not in said
    assert "for the person" in said
