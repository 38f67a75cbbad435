"""What is written as a key or as a role is found like any text, and no path says it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.risk.number_forms import outline_of
from tests.datasets.risk_samples import PERSONS, SECRETS, Sample, letters
from tests.datasets.risk_tools import in_text, marks, noted

MAIL = "ada.lovelace@gmail.com"
ALL = [*SECRETS, *PERSONS]


def _user(**more: object) -> dict[str, object]:
    return {"role": "user", "content": "Hello", **more}


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.kind or sample.rule)
def test_each_kind_is_found_as_a_key_and_its_line_is_marked(sample: Sample) -> None:
    lines: list[tuple[dict[str, object], str]] = [
        ({"messages": [_user(**{sample.text: 1})]}, "messages[0]"),
        ({"messages": [_user()], sample.text: None}, ""),
        ({"messages": [_user(name={"deep": [{sample.text: ""}]})]}, "messages[0].name.deep[0]"),
        ({"messages": [{"role": sample.text, "content": "Hello"}]}, "messages[0].role"),
    ]
    for line, path in lines:
        ((rule, where, params),) = noted(line)
        assert (rule, where, params.get("kind", "")) == (sample.rule, path, sample.kind)
        assert marks().ends(json.dumps(line).encode())
        assert marks().ends(json.dumps(line, ensure_ascii=False).encode())


def test_several_keys_of_one_object_are_told_once_for_each_kind() -> None:
    line: dict[str, object] = {
        "messages": [_user(**{MAIL: 1, "b.lovelace@gmail.com": 2, f"glpat-{letters(20)}": 3})]
    }
    assert [(rule, path) for rule, path, _ in noted(line)] == [
        ("personal_mail", "messages[0]"),
        ("secret_token", "messages[0]"),
    ]


def test_a_key_and_what_stands_under_it_are_both_told() -> None:
    found = noted({"messages": [_user()], MAIL: MAIL})
    assert [rule for rule, _, _ in found] == ["personal_mail", "personal_mail"]
    assert found[0][1] == ""
    assert all("lovelace" not in path for _, path, _ in found)


@pytest.mark.parametrize("role", ["system", "developer", "user", "assistant", "tool", "function"])
def test_usual_keys_and_roles_tell_nothing(role: str) -> None:
    message = {"role": role, "content": "x", "name": "n", "tool_call_id": "c", "weight": 1}
    assert noted({"messages": [message], "tools": [], "unknown": {"key": "value"}}) == []


def test_a_mail_behind_many_that_are_nobodys() -> None:
    assert in_text("info@firm.de " * 49 + MAIL) == [("personal_mail", "")]
    # The bound keeps lists of role addresses cheap.
    assert in_text("info@firm.de " * 50 + MAIL) == []
    assert in_text("@user @ " * 500 + MAIL) == [("personal_mail", "")]


def test_a_contact_inside_a_secret_does_not_hide_the_next_one() -> None:
    text = f"postgres://{letters(9)}:n0tSo@db.shop.de/x "
    assert in_text(text) == [("secret_password", "url")]
    assert in_text(text * 60 + f"or {MAIL}")[0] == ("secret_password", "url")
    assert ("personal_mail", "") in in_text(text + MAIL)


def test_numbers_behind_many_decimals_are_found_at_their_place() -> None:
    text = "0.4539148803436467 " * 300 + "and 4539 1488 0343 6467"
    ((rule, _, params),) = noted({"text": text})
    assert (rule, params["at"]) == ("personal_card", text.index("4539 1") + 1)


@given(st.text())
def test_an_outline_keeps_every_place(text: str) -> None:
    drawn = outline_of(text)
    assert len(drawn) == len(text) + 1
    for at, letter in enumerate(text, 1):
        assert (drawn[at : at + 1] == b"0") == (letter in "0123456789")
