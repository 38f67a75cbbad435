"""Duplicates and conflicting answers: told at the later line, with the line of the first."""

import json
from array import array
from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.file_facts import FileFacts
from bot.datasets.gathered import Gathered
from bot.datasets.options import Form
from bot.datasets.sets.judge import SetFacts, judge_set
from tests.datasets.told import Told

PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=60)


def gathered(pairs: Sequence[tuple[object, object]], start: int = 1) -> Gathered:
    """What a pass keeps of examples of question and answer on every second line from `start`."""
    return Gathered(
        array("I", range(start, start + 2 * len(pairs), 2)),
        array("q", [hash(pair) for pair in pairs]),
        array("q", [hash(("asked", question)) for question, _ in pairs]),
    )


def judged(
    kept: Gathered, form: Form = "chat", examples: int | None = None, texts: Mapping[int, bytes] | None = None
) -> tuple[Told, SetFacts]:
    told = Told()
    facts = FileFacts(form=form, examples=len(kept.lines) if examples is None else examples)
    reread = None if texts is None else lambda lines: {line: texts[line] for line in lines if line in texts}
    return told, judge_set(kept, facts, told.at, reread, minimum=1_000)


def test_a_copy_is_told_at_each_later_line() -> None:
    told, facts = judged(gathered([("a", 1), ("b", 1), ("a", 1), ("c", 1), ("a", 1)], start=10))
    assert told.all == [
        ("duplicate_example", 14, {"first": 10, "times": 3}),
        ("duplicate_example", 18, {"first": 10, "times": 3}),
    ]
    assert (facts.compared, facts.duplicates, facts.conflicts) == (5, 2, 0)


def test_another_answer_to_a_prompt_is_told_once_where_it_first_stands() -> None:
    told, facts = judged(gathered([("a", 1), ("a", 2), ("a", 2), ("b", 1), ("a", 3), ("a", 1)]))
    assert told.of("conflicting_answers") == [
        (3, {"first": 1, "answers": 3}),
        (9, {"first": 1, "answers": 3}),
    ]
    assert told.lines("duplicate_example") == [5, 11]
    assert (facts.duplicates, facts.conflicts) == (2, 2)


@pytest.mark.parametrize("form", ["preference", "reinforcement", "text"])
def test_several_answers_are_no_conflict_where_a_prompt_may_have_them(form: Form) -> None:
    assert judged(gathered([("a", 1), ("a", 2)]), form)[0].all == []


def test_examples_without_a_prompt_do_not_conflict() -> None:
    kept = gathered([("a", 1), ("b", 2)])
    kept.prompts = array("q", [0, 0])
    assert judged(kept)[0].all == []


def test_nothing_is_told_of_no_examples() -> None:
    told, facts = judged(Gathered())
    assert told.all == []
    assert facts == SetFacts(0, 0, 0, 0, 0, {}, {})


@given(PAIRS)
def test_it_finds_what_comparing_each_with_each_finds(pairs: list[tuple[int, int]]) -> None:
    told, facts = judged(gathered(pairs))
    copies = [index for index, pair in enumerate(pairs) if pair in pairs[:index]]
    assert told.of("duplicate_example") == [
        (1 + 2 * index, {"first": 1 + 2 * pairs.index(pairs[index]), "times": pairs.count(pairs[index])})
        for index in copies
    ]
    others = [
        index
        for index, (question, _) in enumerate(pairs)
        if index not in copies and any(question == asked for asked, _ in pairs[:index])
    ]
    assert told.lines("conflicting_answers") == [1 + 2 * index for index in others]
    assert (facts.duplicates, facts.conflicts) == (len(copies), len(others))


@given(PAIRS, st.randoms())
def test_the_order_of_the_lines_does_not_change_how_many_there_are(
    pairs: list[tuple[int, int]], random: Random
) -> None:
    before = judged(gathered(pairs))[1]
    random.shuffle(pairs)
    assert judged(gathered(pairs))[1] == before


def said(question: str, answer: str, **more: object) -> bytes:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer, **more}]
    return json.dumps({"messages": messages}).encode()


def test_equal_hashes_of_different_texts_are_no_copies() -> None:
    kept = gathered([("a", 1), ("a", 1)])
    told, facts = judged(kept, texts={1: said("a", "1"), 3: said("a", "other")})
    assert told.all == []
    assert facts.duplicates == 0


@pytest.mark.parametrize(
    "second",
    [
        said("é", "1"),
        said("é", "1").replace(b": ", b":"),
        json.dumps(json.loads(said("é", "1")), ensure_ascii=False).encode(),
        said("é", "1", weight=1),
        said("é", "1").replace(b"}]}", b"}], }"),
    ],
    ids=["same", "spaces", "escapes", "weight", "broken"],
)
def test_copies_are_told_however_they_are_written(second: bytes) -> None:
    told, _ = judged(gathered([("a", 1), ("a", 1)]), texts={1: said("é", "1"), 3: second})
    assert told.lines("duplicate_example") == [3]


def test_lines_that_cannot_be_read_again_are_believed() -> None:
    told, _ = judged(gathered([("a", 1), ("a", 1), ("a", 2)]), texts={})
    assert told.rules == ["duplicate_example", "conflicting_answers"]


def test_answers_that_only_differ_in_other_keys_do_not_conflict() -> None:
    kept = gathered([("a", 1), ("a", 2)])
    assert judged(kept, texts={1: said("a", "b"), 3: said("a", "b", weight=0)})[0].all == []
    told, _ = judged(kept, texts={1: said("a", "b"), 3: said("a", "c")})
    assert told.rules == ["conflicting_answers"]


def test_answers_that_call_different_tools_conflict() -> None:
    def calling(name: str) -> bytes:
        call = {"id": "1", "type": "function", "function": {"name": name, "arguments": "{}"}}
        return json.dumps(
            {
                "messages": [
                    {"role": "user", "content": "a"},
                    {"role": "assistant", "content": None, "tool_calls": [call]},
                ]
            }
        ).encode()

    told, _ = judged(gathered([("a", 1), ("a", 2)]), texts={1: calling("find"), 3: calling("drop")})
    assert told.rules == ["conflicting_answers"]


def test_few_lines_are_read_again_whatever_the_number_of_copies() -> None:
    asked: list[int] = []

    def reread(lines: Sequence[int]) -> Mapping[int, bytes]:
        asked.extend(lines)
        return {}

    told = Told()
    judge_set(gathered([("a", 1)] * 5000), FileFacts(examples=5000), told.at, reread)
    assert len(told.lines("duplicate_example")) == 4999
    assert asked == [1, *range(3, 43, 2)]


def test_what_was_not_compared_is_told() -> None:
    told, facts = judged(gathered([("a", 1), ("b", 2)]), examples=3)
    assert told.all == [("set_not_compared", None, {"compared": 2})]
    assert facts.compared == 2
