"""What people type about requests."""

import pytest

from handlers.command_line import HERE, WORDS, Command, parse
from handlers.request_words import WORDS as REQUEST_WORDS


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("deploy", Command("deploy")),
        ("deploy j142", Command("deploy", "J142")),
        ("deploy 142", Command("deploy", "J142")),
        ("deploy J142:642", Command("deploy", "J142:642")),
        ("deploy gpt-4.1-mini.ft-0a1b", Command("deploy", "gpt-4.1-mini.ft-0a1b")),
        ("deploy A31", Command("deploy", "A31")),
        ("approvals", Command("approvals")),
        ("approvals all", Command("approvals", None, ("all",))),
        ("approvals 31", Command("approvals", "A31")),
        ("a31", Command("approvals", "A31")),
        ("settings", Command("settings")),
    ],
)
def test_what_is_typed(typed: str, command: Command) -> None:
    assert parse(typed) == command


def test_the_words_exist_and_are_for_now() -> None:
    assert set(REQUEST_WORDS) == {"deploy", "approvals", "settings"}
    assert set(REQUEST_WORDS) <= set(WORDS)


def test_an_approver_need_not_be_one_who_may_train() -> None:
    assert {"approvals", "settings", "help"} <= HERE
    assert "deploy" not in HERE
