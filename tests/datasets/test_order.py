"""The order of a conversation, for services that mind it and for those that do not."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.traits import Traits
from tests.datasets.ruling import places, rules_of

FIRST = Traits(system="first")
NEVER = Traits(system="never")
TURNS = Traits(alternate=True)
WORDS = {"s": "system", "d": "developer", "u": "user", "a": "assistant"}
ORDER_RULES = {
    "system_late",
    "system_repeated",
    "system_not_first",
    "system_refused",
    "role_repeated",
    "roles_alternate",
}


def talk(letters: str) -> dict[str, object]:
    """A conversation, one letter for each message."""
    return {"messages": [{"role": WORDS[letter], "content": "Hello."} for letter in letters]}


def order(letters: str, traits: Traits) -> list[tuple[str, str]]:
    return [(rule, path) for rule, path in places(talk(letters), traits) if rule in ORDER_RULES]


@pytest.mark.parametrize("letters", ["ua", "sua", "dua", "suaua", "aua"])
def test_an_ordinary_conversation_is_in_order_everywhere(letters: str) -> None:
    assert order(letters, Traits()) == order(letters, FIRST) == order(letters, TURNS) == []


@pytest.mark.parametrize(
    ("letters", "traits", "found"),
    [
        ("usa", Traits(), [("system_late", "messages[1].role")]),
        ("ssua", Traits(), [("system_repeated", "messages[1].role")]),
        ("sdua", Traits(), [("system_repeated", "messages[1].role")]),
        ("suasua", Traits(), [("system_late", "messages[3].role")]),
        ("usa", FIRST, [("system_not_first", "messages[1].role")]),
        ("ssua", FIRST, [("system_not_first", "messages[1].role")]),
        ("sua", NEVER, [("system_refused", "messages[0].role")]),
        ("uuaa", Traits(), [("role_repeated", "messages[1].role"), ("role_repeated", "messages[3].role")]),
        ("uuaa", TURNS, [("roles_alternate", "messages[1].role"), ("roles_alternate", "messages[3].role")]),
    ],
)
def test_what_is_out_of_order_is_told_where_it_stands(
    letters: str, traits: Traits, found: list[tuple[str, str]]
) -> None:
    assert order(letters, traits) == found


def test_text_and_image_as_two_messages_are_as_published() -> None:
    picture = {"type": "image_url", "image_url": {"url": "https://images.example.com/lamp.png"}}
    messages = [
        {"role": "user", "content": "What is this?"},
        {"role": "user", "content": [picture]},
        {"role": "assistant", "content": "A lamp."},
    ]
    assert rules_of({"messages": messages}) == []
    assert "roles_alternate" in rules_of({"messages": messages}, TURNS)


@pytest.mark.parametrize(
    ("letters", "rule"),
    [
        ("u", "assistant_missing"),
        ("s", "assistant_missing"),
        ("uau", "assistant_not_last"),
        ("a", "user_missing"),
    ],
)
def test_a_question_is_asked_and_answered(letters: str, rule: str) -> None:
    assert rules_of(talk(letters)) == [rule]


def test_a_service_may_want_the_answer_last_and_enough_messages() -> None:
    strict = Traits(answer_last=True, min_messages=2)
    assert rules_of(talk("uau"), strict) == ["answer_not_last"]
    assert rules_of(talk("a"), strict) == ["too_few_messages"]
    assert rules_of(talk("ua"), strict) == []


@given(st.text("sua", max_size=9))
def test_turns_that_alternate_are_never_told_and_others_always(letters: str) -> None:
    repeated = sum(one == other and one != "s" for one, other in pairwise(letters))
    for traits, rule in ((Traits(), "role_repeated"), (TURNS, "roles_alternate")):
        assert [found for found, _ in order(letters, traits)].count(rule) == repeated


@given(st.text("sdua", max_size=9))
def test_system_messages_are_told_as_the_service_minds_them(letters: str) -> None:
    behind = sum(letter in "sd" for letter in letters[1:])
    anywhere = sum(letter in "sd" for letter in letters)
    for traits, rules, wanted in (
        (Traits(), {"system_late", "system_repeated"}, behind),
        (FIRST, {"system_not_first"}, behind),
        (NEVER, {"system_refused"}, anywhere),
    ):
        assert sum(rule in rules for rule, _ in order(letters, traits)) == wanted
