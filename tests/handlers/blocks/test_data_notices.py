"""Messages about files that were made for a person, and about the guess after a refusal."""

from typing import Any

import pytest
from hypothesis import given

from bot.facts import notices
from bot.facts.jobs import DataRef
from bot.facts.notice import Notice
from handlers.blocks import data_notices
from handlers.renderer import Renderer
from tests import strategies_data
from tests.handlers.blocks.test_buttons import routes
from tests.handlers.samples import REFUSED_BY_RAI
from tests.limits import fine, thorough

EN = "en"
DATA = DataRef(id="D61", name="train_w47.jsonl", examples=2140)


@thorough
@given(strategies_data.notice)
def test_whatever_they_hold_slack_takes_them(notice: Notice) -> None:
    fine(Renderer().message(notice, EN))


def suspects(**changes: Any) -> notices.DataSuspects:
    given = notices.DataSuspects(
        job=REFUSED_BY_RAI,
        data=DATA,
        own=True,
        lines=(12, 88, 1_204),
        count=23,
        categories={"violence": 20, "self_harm": 3},
    )
    return given.model_copy(update=changes)


def test_the_guess() -> None:
    built = data_notices.suspects(suspects(), EN)
    assert built.text == (
        "J142 support-v12: our guess which lines Azure OpenAI means, 23 of 2,140 examples\n"
        "Lines 12, 88, 1,204, … of train_w47.jsonl · D61 hold words of violence and self-harm.\n"
        "Azure OpenAI does not say which; check them. Texts that only speak of a topic are often sound."
    )
    assert routes(built) == [("guess_without", "J142"), ("data_open", "D61")]
    assert "only you see this" in str(built.blocks)


def test_one_line() -> None:
    text = data_notices.suspects(
        suspects(lines=(7,), count=1, categories={"violence": 1, "sexual": 0}), EN
    ).text
    assert text.startswith(
        "J142 support-v12: our guess which lines Azure OpenAI means, 1 of 2,140 examples\n"
    )
    assert "Line 7 of train_w47.jsonl · D61 holds words of violence.\n" in text


def test_a_guess_that_ended_early_says_at_least() -> None:
    first = data_notices.suspects(suspects(cut=True), EN).text.splitlines()[0]
    assert first.endswith("means, at least 23 of 2,140 examples")


def test_no_line_offers_nothing_to_leave_out() -> None:
    built = data_notices.suspects(
        suspects(lines=(), count=0, categories={"sexual": 0}, unknown=("protected",)), EN
    )
    assert built.text.startswith("J142 support-v12: we cannot guess which lines Azure OpenAI means\n")
    assert "No line of train_w47.jsonl · D61 holds words that we know of sexual content." in built.text
    assert "For protected we have no words." in built.text
    assert routes(built) == [("data_open", "D61")]


@pytest.mark.parametrize("changes", [{"cut": True}, {"own": False}, {"count": 2140}])
def test_data_cannot_always_be_trained_with_without_them(changes: dict[str, Any]) -> None:
    assert "guess_without" not in dict(routes(data_notices.suspects(suspects(**changes), EN)))


def test_what_was_repaired() -> None:
    notice = notices.DataRepaired(
        dataset="D57",
        name="train_w47-repaired.jsonl",
        counts={"trailing_turns": 12, "blank_lines": 1},
        lines={"trailing_turns": (5, 31, 77), "blank_lines": (9,)},
        left=2,
    )
    built = data_notices.repaired(notice, EN)
    assert built.text == (
        "train_w47-repaired.jsonl · repaired from D57, 2 findings left for you\n"
        "• blank line left out: 1 line (9)\n"
        "• turns behind the last answer cut: 12 lines (5, 31, 77, …)\n"
        "The full report names what is left. Nothing else in the file was changed."
    )
    whole = data_notices.repaired(notice.model_copy(update={"left": 0}), EN)
    assert whole.text.startswith("train_w47-repaired.jsonl · repaired from D57\n")
    assert routes(built) == [("data_use_repaired", "D57")]
    nothing = data_notices.repaired(notice.model_copy(update={"counts": {}, "left": 0}), EN)
    assert "There was nothing to repair" in nothing.text
    assert routes(nothing) == []


@pytest.mark.parametrize("what", ["report", "repaired", "suspects"])
def test_what_could_not_be_made_says_why(what: str) -> None:
    notice = notices.DataFileFailed(
        dataset="D57",
        name="a.jsonl",
        what=what,
        code="too_large_to_give",
        params={"bytes": 30_000_000, "limit": 20_000_000},
    )
    text = data_notices.file_failed(notice, EN).text
    assert text.startswith("⚠ a.jsonl · D57: ")
    assert "It has 30 MB, and the bot sends 20 MB at most." in text
