"""System prompts, languages, few examples, and sets that know one thing only."""

import pytest

from bot.datasets.file_facts import FileFacts
from bot.datasets.gathered import KEPT_SYSTEMS, Gathered
from bot.datasets.options import Form
from bot.datasets.sets.judge import judge_set
from bot.datasets.sets.languages import LANGUAGES, judge_languages
from bot.datasets.sets.scenario import Sample
from handlers.wording.finding_tables.languages import language
from handlers.wording.findings import finding_text
from tests.datasets.told import Told

WORDS = [
    "amber", "birch", "cloud", "delta", "ember", "flint", "grove", "heron",
    "inlet", "jetty", "knoll", "ledge", "marsh", "north", "ocean", "pearl",
]  # fmt: skip


def systems(counts: dict[int, int], lines: dict[int, int] | None = None) -> Told:
    told = Told()
    judge_set(Gathered(systems=counts, system_lines=lines or {}), FileFacts(), told.at)
    return told


def test_one_system_prompt_for_all_or_none_at_all_is_sound() -> None:
    assert systems({7: 500}).all == []
    assert systems({0: 500}).all == []


def test_examples_without_the_system_prompt_of_the_others_are_counted() -> None:
    assert systems({7: 90, 0: 12}, {7: 1, 0: 33}).all == [
        ("system_prompt_missing", None, {"examples": 12, "first": 33})
    ]
    assert systems({7: 90, 0: 12}).all == [("system_prompt_missing", None, {"examples": 12, "first": 0})]


def test_examples_that_deviate_from_the_usual_prompt_are_counted() -> None:
    assert systems({7: 90, 8: 4, -9: 2}, {7: 1, 8: 50, -9: 20}).all == [
        ("system_prompt_varies", None, {"examples": 6, "others": 2, "first": 20})
    ]


def test_prompts_of_which_none_is_usual_are_left_in_peace() -> None:
    assert systems(dict.fromkeys(range(1, 200), 1)).all == []
    assert systems({1: 70, 2: 30}).all == []
    # where the table was full nobody knows what is usual
    assert systems({**dict.fromkeys(range(1, KEPT_SYSTEMS + 1), 1), -1: 99_999}).all == []


@pytest.mark.parametrize(("examples", "told"), [(9, 0), (10, 1), (49, 1), (50, 0), (5000, 0)])
def test_few_examples_are_told_between_what_the_service_asks_and_what_helps(examples: int, told: int) -> None:
    found = Told()
    judge_set(Gathered(), FileFacts(examples=examples), found.at)
    assert found.lines("few_examples") == [None] * told


def varied(many: int) -> list[tuple[str, str]]:
    """Questions and answers of which no two begin alike."""
    return [
        (
            f"{WORDS[index % 16]} {WORDS[index // 16]} stands where, and why not elsewhere?",
            f"It stands at number {index}, behind the {WORDS[index % 16]} house.",
        )
        for index in range(many)
    ]


def sides(pairs: list[tuple[str, str]], form: Form = "chat") -> Told:
    told = Told()
    sample: list[tuple[int, tuple[str, ...]]] = [
        (line, ("Be kind.", *pair)) for line, pair in enumerate(pairs, 1)
    ]
    judge_set(Gathered(sample=sample), FileFacts(form=form), told.at)
    return told


def test_a_mixed_set_is_sound() -> None:
    assert sides(varied(100)).all == []


def test_questions_that_mostly_begin_alike_are_told() -> None:
    alike = [
        (f"Please WRITE a short poem about {what}.", answer)
        for what, (_, answer) in zip(WORDS * 4, varied(64), strict=True)
    ]
    told = sides(varied(60) + alike)
    assert told.all == [("one_scenario", None, {"share": 51, "first": 61})]
    assert sides(varied(70) + alike).all == []
    assert sides(varied(60) + alike, "preference").all == []
    assert sides(alike[:39]).all == []


def test_japanese_questions_that_begin_alike_are_told() -> None:
    alike = [
        (f"次の文章を英語に翻訳してください{index}{index}", answer)
        for index, (_, answer) in enumerate(varied(40))
    ]
    assert sides(alike).rules == ["one_scenario"]


def test_outputs_of_tools_may_begin_alike() -> None:
    outputs = [
        (f'{{ "state": "in the depot", "day": {index}}}', answer)
        for index, (_, answer) in enumerate(varied(60))
    ]
    assert sides(outputs).all == []


def test_one_answer_for_many_questions_is_told_but_not_a_label() -> None:
    questions = [question for question, _ in varied(60)]
    sorry = "I am sorry, but I cannot help you with this question."
    told = sides([(question, sorry) for question in questions[:20]] + varied(60)[20:])
    assert told.all == [("one_answer", None, {"share": 33, "first": 1})]
    for label in ("positive", "customer_complaint", '{"label": "positive", "reason": "none given"}'):
        assert sides([(question, label) for question in questions]).all == []


ENGLISH = "Where is my parcel number {}, please tell me? It left the depot and arrives by noon."
GERMAN = "Wo ist mein Paket Nummer {}, bitte? Es hat das Lager heute morgen verlassen."
JAPANESE = "私の荷物{}はどこですか。今朝倉庫を出て夕方には届く予定です。"
SHORT = "ok {}"


def speaking(*texts: tuple[str, int]) -> Sample:
    said = [text.format(number) for text, many in texts for number in range(many)]
    return [(line, ("You are a friendly assistant of a shop.", text)) for line, text in enumerate(said, 1)]


def test_shares_of_languages_are_told_and_the_system_prompt_does_not_count() -> None:
    told = Told()
    assert judge_languages(speaking((JAPANESE, 60), (GERMAN, 30), (ENGLISH, 10)), told.at) == {
        "ja": 60,
        "de": 30,
        "en": 10,
    }
    assert told.all == [("languages_mixed", None, {"main": "ja", "second": "de", "share": 30})]


def test_one_language_and_a_few_lines_of_another_are_sound() -> None:
    told = Told()
    assert judge_languages(speaking((ENGLISH, 97), (GERMAN, 3)), told.at) == {"en": 97, "de": 3}
    assert told.all == []


def test_texts_that_are_too_short_are_not_judged() -> None:
    told = Told()
    assert judge_languages([(line, (SHORT.format(line),)) for line in range(50)], told.at) == {}
    assert judge_languages([], told.at) == {}
    assert told.all == []


def test_every_language_that_is_told_has_a_name() -> None:
    assert all(language(code) != code for code in LANGUAGES)
    assert language("xx") == "xx"


def test_one_is_not_put_in_the_plural() -> None:
    one = {"examples": 1, "others": 1, "first": 1234}
    assert finding_text("system_prompt_missing", one).message == (
        "the file has 1 example without a system prompt, the first on line 1,234, and others with one"
    )
    assert finding_text("system_prompt_varies", {**one, "first": 0}).message == (
        "the file has one usual system prompt, but 1 example with 1 other prompt"
    )
    mixed = finding_text("languages_mixed", {"main": "ja", "second": "de", "share": 30}).message
    assert mixed == "the file is mostly Japanese, but German in about 30 % of a sample"
