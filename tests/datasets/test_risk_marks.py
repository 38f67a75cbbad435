"""One scan marks every raw line in which the rule would find something."""

import itertools
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.datasets.line_marks import FAMILIES_AT
from bot.datasets.risk import patterns
from bot.datasets.risk.topic_words import TOPICS
from bot.datasets.risk.topics import entries
from bot.datasets.scan import Scanner
from tests.datasets.risk_samples import PERSONS, SECRETS
from tests.datasets.risk_tools import in_text, marks, noted, raw

SAMPLES = [sample.text for sample in (*SECRETS, *PERSONS)]
PHRASES = [
    " ".join(word.rstrip("*") for word in words)
    for topic in TOPICS
    for entry in entries(topic)
    for words in itertools.product(*(slot.split("|") for slot in entry.split(" ")))
]
CASES = (str.lower, str.upper, str.capitalize, str.title)
AROUND = st.text(max_size=4) | st.sampled_from(
    [
        "",
        " ",
        "\n",
        "\t",
        "\\n",
        '"',
        "/",
        "—",
        "é",
        "は",
        "«",
        ". ",
        "l'",
        "ا",
        "0",
        "_",
        "-",
        "(",
        "\x1b",
        "🙂",
    ]
)
PLANTED = st.sampled_from(SAMPLES) | st.builds(
    lambda phrase, case, between: case(phrase).replace(" ", between),
    st.sampled_from(PHRASES),
    st.sampled_from(CASES),
    st.sampled_from([" ", "\n", ", ", "-", "_", "\t", "  "]),
)
TEXTS = st.lists(st.tuples(AROUND, PLANTED, AROUND), min_size=1, max_size=2).map(
    lambda parts: "".join(part for triple in parts for part in triple)
)


def _is_marked(line: bytes) -> bool:
    return bool(marks().ends(line))


@given(TEXTS, st.booleans(), st.booleans())
@example("Ein Mann wurde ERSCHIEẞEN genannt", False, False)
@example("DNI n.º número 54362315K", True, False)
def test_what_is_found_is_marked(text: str, ascii_only: bool, slashes: bool) -> None:
    if in_text(text):
        assert _is_marked(raw(text, ascii_only=ascii_only, slashes=slashes))


@given(TEXTS, st.booleans())
def test_the_families_of_the_marks_are_enough_to_find_all(text: str, ascii_only: bool) -> None:
    data = raw(text, ascii_only=ascii_only)
    found = Scanner().marks(data, [0])
    assert found is not None
    value = json.loads(data)
    assert noted(value, found.get(0, 0) >> FAMILIES_AT) == noted(value)


@given(TEXTS, st.booleans())
def test_what_is_found_as_a_key_is_marked(key: str, ascii_only: bool) -> None:
    line: dict[str, object] = {"messages": [{"role": "user", "content": "x", key: 1}]}
    if noted(line):
        assert _is_marked(json.dumps(line, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))


@given(st.text(alphabet="0123456789 -.+()AKXZ@aey/:=_", max_size=60))
def test_what_chance_makes_is_marked_too(text: str) -> None:
    if in_text(text):
        assert _is_marked(raw(text, ascii_only=True))


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("text", [*SAMPLES, *PHRASES])
def test_each_of_our_samples_is_marked(text: str, ascii_only: bool) -> None:
    assert in_text(text)
    assert _is_marked(raw(text, ascii_only=ascii_only))
    for case in CASES:
        if in_text(case(text)):
            assert _is_marked(raw(f"({case(text)})", ascii_only=ascii_only))


@given(st.sampled_from(SAMPLES))
def test_ascii_written_as_escapes_is_marked(text: str) -> None:
    hidden = "".join(f"\\u{ord(letter):04x}" if letter.isascii() else letter for letter in text)
    line = raw("x", ascii_only=False).replace(b"x", hidden.encode())
    assert _is_marked(line)


@pytest.mark.parametrize(
    "text",
    [
        "Your order 4711 left on 2026-05-01 at 10:20 and costs 1,234.50 EUR.",
        "Use `git@2.40` <b>now</b> & 'then'",
        "配送状況は追跡番号から確認できます",
        "Пожалуйста, сохраните квитанцию до конца дней.",
        "grapes and therapy",
    ],
)
def test_common_texts_are_not_marked(text: str) -> None:
    for ascii_only in (False, True):
        assert not _is_marked(raw(text, ascii_only=ascii_only))


def test_no_expression_runs_over_a_line_end() -> None:
    halves = [sample[: len(sample) // 2] + "\n" + sample[len(sample) // 2 :] for sample in SAMPLES]
    for text in halves:
        data = text.encode()
        for end in marks().ends(data):
            part = data[: end - 1].rsplit(b"\n", 1)[-1] + data[end - 1 : end]
            assert marks().ends(part) or marks().ends(b" " + part)


def test_patterns_are_all_different_and_plain_ascii() -> None:
    found = patterns()
    assert len(set(found)) == len(found)
    assert all(one.expression.isascii() and b"\n" not in one.expression for one in found)
