"""Topics by their words: in nine languages, without what only sounds like them."""

import codecs
from pathlib import Path

import pytest

from bot.datasets.risk import topic_words
from bot.datasets.risk.letters import lowered
from bot.datasets.risk.topics import called_in, entries, topics_in
from sandbox.azure_openai import rai, safety
from tests.datasets.risk_tools import in_text


def topics(text: str) -> set[str]:
    return {hit.rule.removeprefix("topic_") for hit in topics_in(text, called_in(lowered(text)))}


def _ours(category: str) -> str:
    return topic_words.SERVICE_NAMES[category]


@pytest.mark.parametrize(
    ("category", "phrase"), [(category, one) for category, phrases in rai.PHRASES.items() for one in phrases]
)
def test_the_phrases_of_the_stand_ins_data_check_are_covered(category: str, phrase: str) -> None:
    assert _ours(category) in topics(f"Well, {phrase}, they said.")
    assert _ours(category) in topics(phrase.upper())


@pytest.mark.parametrize(
    ("category", "answer"),
    [(category, answer) for category, pairs in safety.PROBES.items() for _, answer in pairs],
)
def test_the_sentences_of_the_stand_ins_model_check_are_covered(category: str, answer: str) -> None:
    assert _ours(category) in topics(answer)


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("violence", "I will KILL HIM tomorrow"),
        ("violence", "kill\nhim"),
        ("violence", "Te voy a matar"),
        ("violence", "Er wurde erschossen? Nein, ERSCHIEßUNG"),
        ("violence", "あいつを殺してやる"),
        ("violence", "Он хочет убить его"),
        ("violence", "УБИТЬ ЕГО"),
        ("violence", "كانت مذبحة كبيرة"),
        ("violence", "والمذبحة"),
        ("violence", "我要杀了他"),
        ("self_harm", "thoughts of suicide"),
        ("self_harm", "self-harm"),
        ("self_harm", "quero morrer"),
        ("self_harm", "Selbstmordgedanken"),
        ("self_harm", "envie de mourir"),
        ("self_harm", "Самоубийство"),
        ("sexual", "Pornographie"),
        ("sexual", "vergewaltigt"),
        ("sexual", "relaciones sexuales"),
        ("sexual", "изнасилование"),
        ("sexual", "性行為"),
        ("hate", "they are SUBHUMANS"),
        ("hate", "Ausländer raus"),
        ("hate", "AUSLÄNDER RAUS"),
        ("hate", "劣等民族"),
        ("hate", "sale race"),
    ],
)
def test_topics_of_nine_languages(topic: str, text: str) -> None:
    assert topic in topics(text)


@pytest.mark.parametrize(
    "text",
    [
        "kill the process with SIGKILL and kill -9",
        "a skilled analyst from Essex and Scunthorpe",
        "grapes, drapes and therapeutic rapeseed oil",
        "the sextant and the sexton",
        "un goulot d'étranglement",
        "el mate y la violeta; la violoncelista",
        "Totschlagargument und Fickmühle",
        "зарезервировать номер для избирателей",
        "фрагмент пытается загрузиться",
        "フェラーリを買いました",
        "cut the rope, hang the picture, burn the disc",
        "shoot a photo and hit the button",
        "the master branch, inferior products",
        "explicit type conversion",
        "all those people are welcome",
        "end your sentence here; take your own time in life",
        "beat the eggs; whip the cream; smash the potatoes",
        "chink in the armour, spice, kiki",
    ],
)
def test_harmless_texts(text: str) -> None:
    assert in_text(text) == []


def test_letters_beyond_ascii_count_as_people_write_them() -> None:
    for written in ("убить человека", "Убить Человека", "УБИТЬ ЧЕЛОВЕКА"):
        assert topics(written) == {"violence"}
    assert topics("уБиТь человека") == set()


def test_the_first_place_is_told_in_the_original_text() -> None:
    text = "İ\N{KELVIN SIGN} … they KILL them and stab him"
    (hit,) = topics_in(text, called_in(lowered(text)))
    assert text[hit.start : hit.end] == "KILL them"


def test_lower_case_keeps_every_place() -> None:
    every = "".join(map(chr, range(0xD800))) + "".join(map(chr, range(0xE000, 0x20000)))
    assert len(lowered(every)) == len(every)


def test_no_letter_becomes_one_of_the_words_unless_it_is_its_capital() -> None:
    used = {letter for topic in topic_words.TOPICS for entry in entries(topic) for letter in entry}
    for number in range(0x20000):
        letter = chr(number)
        if lowered(letter) in used and lowered(letter) != letter:
            assert letter == lowered(letter).upper(), hex(number)


def test_slurs_cannot_be_read_in_the_source_and_are_found() -> None:
    source = Path(topic_words.__file__).read_text(encoding="utf-8").lower()
    for hidden in topic_words.SLURS:
        word = codecs.decode(hidden, "rot13").split("|")[0].rstrip("*")
        assert word not in source
        assert "hate" in topics(f"you {word}, go")


def test_entries_are_well_formed() -> None:
    for topic in topic_words.TOPICS:
        found = entries(topic)
        assert len(set(found)) == len(found)
        for entry in found:
            assert entry == lowered(entry).strip()
            assert "  " not in entry
            for word in (word for slot in entry.split(" ") for word in slot.split("|")):
                assert word.rstrip("*"), entry
                assert "*" not in word[:-1], entry
                if word.endswith("*") and word.isascii():
                    assert len(word) > 3, entry
