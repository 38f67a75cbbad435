"""Near duplicates within a file: what is found, and what is not taken for one."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.datasets.near.duplicates import near_duplicates
from tests.datasets.near_texts import (
    CHANGES,
    SYSTEM,
    Example,
    kanji,
    near,
    seeded,
    sketched,
    talk,
    word,
    words,
)
from tests.datasets.told import Told

MANY = 200
Text = Callable[[Random, int], str]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [(words, 8, 12), (words, 15, 40), (words, 120, 8), (kanji, 20, 40), (kanji, 60, 200)],
    ids=["short", "usual", "long question", "short kanji", "kanji"],
)
def test_planted_near_duplicates_are_found(
    text: Text, question: int, answer: int, change: Callable[[str, Random], str]
) -> None:
    random = seeded(3)
    plain = [(text(random, question), text(random, answer)) for _ in range(MANY)]
    changed = [
        (change(asked, random), answered) if random.random() < 0.5 else (asked, change(answered, random))
        for asked, answered in plain
    ]
    if change.__name__ == "word" and answer < 12:
        changed = [(word(asked, random), answered) for asked, answered in plain]
    told = near([talk(*pair) for pair in plain + changed])
    found = {(line, params["first"]) for line, params in told.of("near_duplicate")}
    planted = {(MANY + index, index) for index in range(1, MANY + 1)}
    assert len(found & planted) >= 0.95 * MANY
    assert found <= planted


@pytest.mark.parametrize("with_shared", [True, False])
def test_what_differs_only_in_case_and_blanks_is_always_found(with_shared: bool) -> None:
    random = seeded(4)
    plain = [(words(random, size % 9 + 1), words(random, size % 4 + 1)) for size in range(300)]
    other = [(asked.upper(), answered.replace(" ", "\n") + " ") for asked, answered in plain]
    told = near([talk(*pair) for pair in plain + other], with_shared=with_shared)
    assert told.of("near_duplicate") == [
        (300 + line, {"first": line, "likeness": 100}) for line in range(1, 301)
    ]


def test_wide_latin_letters_and_narrow_kana_are_the_same() -> None:
    told = near(
        [talk("ＡＢＣ ガラス はどこ", "そこです"), talk("abc ｶﾞﾗｽ はどこ".replace("ｶﾞ", "ガ"), "そこです")]
    )
    assert told.lines("near_duplicate") == [2]


def test_copies_to_the_letter_are_left_to_the_first_pass() -> None:
    one = talk(words(seeded(1), 20), words(seeded(2), 20))
    assert near([one] * 5).all == []


def test_the_same_talk_under_another_system_message_is_told() -> None:
    random = seeded(5)
    asked, answered = words(random, 9), words(random, 9)
    told = near([talk(asked, answered), talk(asked, answered, "Be terse.")])
    assert told.of("near_duplicate") == [(2, {"first": 1, "likeness": 100})]


def test_a_shared_system_message_makes_nothing_alike() -> None:
    random = seeded(6)
    assert near([talk(words(random, 4), words(random, 6), SYSTEM * 20) for _ in range(300)]).all == []


def test_one_question_with_two_answers_is_no_near_duplicate() -> None:
    random = seeded(7)
    questions = [words(random, 40) for _ in range(100)]
    told = near([talk(asked, words(random, 15)) for asked in questions * 2])
    assert told.all == []
    answers = ["yes", "no", "42", "43"]
    assert near([talk(questions[0], answer) for answer in answers]).all == []


def test_questions_of_one_template_with_answers_of_their_own_are_none() -> None:
    random = seeded(8)
    told = near(
        [talk(f"Where is my order {random.randrange(10**6)}?", words(random, 20)) for _ in range(500)]
    )
    assert told.all == []


def test_template_and_answer_alike_but_for_a_number_are_near_duplicates() -> None:
    told = near(
        [
            talk(
                f"Where is my order {number}?",
                f"Your order {number} left the depot and will be with you soon.",
            )
            for number in range(100, 300)
        ]
    )
    assert len(told.of("near_duplicate")) > 180


@pytest.mark.parametrize("payload", [6, 9])
@pytest.mark.parametrize(
    "answer",
    [lambda random: random.choice(["good", "bad"]), lambda _: "The review is good."],
    ids=["label", "same"],
)
def test_a_long_instruction_in_every_prompt_makes_nothing_alike(
    answer: Callable[[Random], str], payload: int
) -> None:
    random = seeded(9)
    instruction = words(seeded(10), 100)
    examples = [talk(f"{instruction}: {words(random, payload)}", answer(random)) for _ in range(400)]
    assert len(near(examples).all) <= 8
    # nobody can tell an instruction from a text in a few examples
    assert near(examples[:40]).all


def test_the_earliest_line_is_named() -> None:
    random = seeded(11)
    base = words(random, 40)
    variants = [talk(word(base, random), "This is the answer to all of them.") for _ in range(6)]
    others = [talk(words(random, 40), words(random, 20)) for _ in range(5)]
    told = near([*others, talk(base, "This is the answer to all of them."), *variants])
    assert {params["first"] for _, params in told.of("near_duplicate")} == {6}
    assert told.lines("near_duplicate") == [7, 8, 9, 10, 11, 12]
    assert all(75 <= int(params["likeness"]) <= 99 for _, params in told.of("near_duplicate"))


def test_beyond_the_bound_only_the_same_is_found_and_that_is_told() -> None:
    random = seeded(12)
    plain = [(words(random, 30), words(random, 30)) for _ in range(10)]
    told = Told()
    examples = [talk(*pair) for pair in plain]
    examples += [talk(plain[0][0] + " more", plain[0][1]), talk(plain[1][0].upper(), plain[1][1])]
    near_duplicates(sketched(examples, sketched=10), told.at)
    assert told.all == [
        ("near_duplicate", 12, {"first": 2, "likeness": 100}),
        ("near_not_looked", 11, {"compared": 10}),
    ]


def test_the_result_does_not_depend_on_what_came_before_in_the_batch() -> None:
    random = seeded(13)
    # 700 examples of several hundred letters fill more than one batch
    plain = [(words(random, 30), words(random, 60)) for _ in range(700)]
    told = near([talk(*pair) for pair in plain + [(asked, f"{told}.") for asked, told in plain]])
    assert told.lines("near_duplicate") == list(range(701, 1401))


TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="ab \n\u3000", max_size=12),
    st.sampled_from(["", " ", "\uffff\uffff\uffff", "\x00", "\ud83d", "𝒳𐍈", "a" * 5000, "\x1f"]),
)
ROLES = st.sampled_from(["system", "user", "assistant", "tool", "tools", "text", ""])
EXAMPLES = st.lists(st.lists(st.tuples(ROLES, TEXTS), max_size=4).map(tuple), max_size=12)


@given(EXAMPLES)
@settings(max_examples=40)
def test_no_text_is_too_odd(examples: list[Example]) -> None:
    told = near(examples, with_shared=False)
    lines = [line for line, _ in told.of("near_duplicate") if line is not None]
    assert lines == sorted(set(lines))
    for line, params in told.of("near_duplicate"):
        assert isinstance(line, int)
        assert int(params["first"]) < line
        # copies are not told again
        assert examples[line - 1] != examples[int(params["first"]) - 1]


@given(
    st.lists(
        st.text(min_size=1, max_size=40), min_size=1, max_size=8, unique_by=lambda text: tuple(text.split())
    ),
    st.randoms(),
)
@settings(max_examples=40)
def test_another_spacing_is_found_wherever_it_stands(texts: list[str], random: Random) -> None:
    if not any(not letter.isspace() and letter != "\x00" for letter in texts[0]):
        return
    examples = [talk("q", text) for text in texts] + [talk(" q ", f"\n{texts[0]} ")]
    random.shuffle(examples)
    assert "near_duplicate" in near(examples, with_shared=False).rules


def test_huge_texts_are_looked_at_from_their_beginning() -> None:
    huge = words(seeded(14), 60_000)
    told = near([talk("a", huge), talk("a", huge + " and the end"), talk("a", huge[:50] + huge)])
    assert told.lines("near_duplicate") == [2, 3]


def test_the_likeness_is_the_share_of_common_pieces() -> None:
    random = seeded(15)
    for _ in range(60):
        asked, answered = words(random, 60), words(random, 80)
        other = word(word(word(asked, random), random), random)
        told = near([talk(asked, answered), talk(other, answered)], with_shared=False)
        ((_, params),) = told.of("near_duplicate")
        exact = 100 * common(asked + "|" + answered, other + "|" + answered)
        assert abs(int(params["likeness"]) - exact) < 12


def common(left: str, right: str) -> float:
    """Share of common runs of four letters, blanks left out."""
    ours, theirs = (
        {text[at : at + 4] for at in range(len(text))}
        for text in (left.replace(" ", ""), right.replace(" ", ""))
    )
    return len(ours & theirs) / len(ours | theirs)
