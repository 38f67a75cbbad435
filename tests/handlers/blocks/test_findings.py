"""Findings as the person reads them: errors first, in the order of the file, in whole sentences."""

from typing import Any, Literal

import pytest

from bot.facts.datasets import DatasetFacts, FindingLine
from handlers.blocks import findings
from tests.handlers.samples import FAULTY

Severity = Literal["error", "warning", "hint"]


def one(
    rule: str, line: int | None = None, path: str = "", severity: Severity = "error", **params: Any
) -> FindingLine:
    return FindingLine(rule=rule, severity=severity, line=line, path=path, params=params)


def shown(*found: FindingLine, totals: dict[str, int] | None = None) -> list[str]:
    data: DatasetFacts = FAULTY.model_copy(update={"findings": found, "totals": totals or {}})
    return findings.lines(data, "en")


def test_errors_come_first_and_then_the_order_is_that_of_the_file() -> None:
    told = shown(
        one("too_few_examples", examples=9, minimum=10),
        one("json_truncated", 26, column=90),
        one("content_empty", 4, "messages[1].content"),
        one("line_blank", 7, severity="warning"),
        one("json_truncated", 2, column=80),
        *(one("messages_empty", at, "messages") for at in (5, 9, 11)),
    )
    assert [text.split("*")[1] for text in told] == [
        "The file",
        "Line 2",
        "Line 4",
        "3 lines",
        "Line 26",
        "Line 7",
    ]
    assert [text[0] for text in told].index("⚠") == 5


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (one("line_blank"), "*17 lines* (1, 2, 3, …) are blank: leave no blank lines"),
        (
            one("encoding_invalid", byte="0xE9", offset=17, column=18, kind="single_byte"),
            (
                "*17 lines* (1, 2, 3, …) are not UTF-8, the first at column 18: probably Windows-1252 or Latin-1: "
                "save the file as UTF-8"
            ),
        ),
        (
            one("assistant_not_last", role="user"),
            "*17 lines* (1, 2, 3, …) end with a user message: nothing is learned from it: end with the answer",
        ),
        (
            one("content_null"),
            "*17 lines* (1, 2, 3, …): `content` is null without a tool call: write the text or drop the example",
        ),
    ],
)
def test_several_lines_are_spoken_of_in_the_plural(found: FindingLine, sentence: str) -> None:
    group = [found.model_copy(update={"line": line}) for line in range(1, 6)]
    assert shown(*group, totals={found.rule: 17}) == [sentence]


def test_what_only_the_first_line_has_is_said_to_be_the_firsts() -> None:
    group = [
        one("example_unknown_key", line, key=key, path=key) for line, key in ((1, "id"), (2, "b"), (3, "c"))
    ]
    assert shown(*group) == ["*3 lines* (1, 2, 3): `id` is not a key of an example (in the first): remove it"]


def test_several_places_in_one_line_are_not_several_lines() -> None:
    places = [one("content_empty", 5, f"messages[{at}].content") for at in range(3)]
    assert shown(*places)[0].startswith("*Line 5*, 3 places: `content` is empty")
    spread = [*places, one("content_empty", 8, "messages[1].content")]
    assert shown(*spread)[0].startswith("*2 lines* (5, 8): `content` is empty")
    assert shown(*spread, totals={"content_empty": 40})[0].startswith(
        "*40 places* (5, 8, …): `content` is empty"
    )


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (one("file_empty"), "*The file* is empty: export it again"),
        (
            one("format_mixed", examples=1, others=1, format="text", form="chat"),
            (
                "*The file* mixes forms: 1 chat example, and in 1 line plain text (`text`): write every line as a "
                "chat example, or make two files"
            ),
        ),
        (one("rule_of_another_version"), "*Whole file* rule of another version"),
    ],
)
def test_what_concerns_the_whole_file(found: FindingLine, sentence: str) -> None:
    assert shown(found) == [sentence]


def test_when_there_are_too_many_rules_the_most_serious_are_shown() -> None:
    warnings = [one(f"w_{at}", at + 1, severity="warning") for at in range(14)]
    told = shown(*warnings, *(one(f"e_{at}", 100 + at) for at in range(3)))
    assert [text for text in told if "*Line 10" in text and "⚠" not in text] == told[:3]
    assert told[-1] == "2 warnings more of other kinds: the full report has them."


def test_what_can_be_repaired_says_how_instead_of_what_to_do() -> None:
    cut = one("answer_not_last", 5, severity="error", role="user").model_copy(
        update={"repair": "trailing_turns"}
    )
    group = [cut.model_copy(update={"line": line}) for line in (5, 31, 77, 90)]
    [told] = shown(*group, totals={"answer_not_last": 12})
    assert told.startswith("*12 lines* (5, 31, 77, …) end with a user message")
    assert told.endswith(": _can be repaired, what follows the last answer is cut_")


def hinted(*found: FindingLine, totals: dict[str, int] | None = None) -> list[str]:
    data: DatasetFacts = FAULTY.model_copy(update={"findings": found, "totals": totals or {}})
    return findings.hints(data, "en")


def test_each_kind_of_risk_is_one_line_and_nothing_of_the_text_is_in_it() -> None:
    def hint(rule: str, line: int, **params: Any) -> FindingLine:
        return one(rule, line, "messages[1].content", "hint", **params)

    found = (
        hint("secret_token", 9, kind="github", head="ghp_", length=40),
        hint("secret_cloud_key", 4, kind="aws", head="AKIA", length=20),
        hint("secret_token", 31, kind="slack", head="xoxb", length=50),
        hint("personal_mail", 7, at=3),
        *(hint("topic_violence", line, at=1) for line in (1, 2, 3, 4)),
    )
    assert hinted(*found) == [
        "3 texts look like secrets (lines 4, 9, 31): take them out, and revoke what was ever real",
        "1 text names data of a person (line 7): replace it with invented data",
        "4 texts speak of what safety checks often refuse (lines 1, 2, 3, …): look whether the model should learn them",
    ]
    assert "ghp_" not in str(hinted(*found))
    assert hinted(*found, totals={"secret_token": 400})[0].startswith(
        "401 texts look like secrets (lines 4, 9, 31, …)"
    )
    assert shown(*found) == []


def test_validation_data_is_not_called_too_small_to_learn_from() -> None:
    few = one("few_examples", None, severity="hint", examples=30, advised=50)
    assert "rarely enough to learn from" in hinted(few)[0]
    picture = FAULTY.model_copy(update={"findings": (few,), "role": "validation"})
    assert findings.hints(picture, "en") == []


def test_hints_about_the_examples_are_few() -> None:
    found = [one(f"hint_{at}", at + 1, severity="hint") for at in range(9)]
    told = hinted(*found, totals={"hint_8": 40})
    assert len(told) == 5
    assert told[-1] == "44 hints more of other kinds: the full report has them."
