"""Texts made to be slow: 1 MB of each is read through (an expression that goes back and forth would not end)."""

import pytest

from tests.datasets.risk_samples import PERSONS, SECRETS, Sample, letters
from tests.datasets.risk_tools import in_text, marks, raw

MEGABYTE = 1_000_000
_AT_THE_END = "ghp_" + letters(36)
WORST = [
    "@",
    "a@",
    "a@b.",
    "a.b@c.d@",
    "0",
    "1 ",
    "1-",
    "4111 ",
    "4539 1488 ",
    "12345678901234 ",
    "+1",
    "+1 (",
    "+49 30 ",
    "(415) ",
    "DE44 ",
    "AB12",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "eyJ",
    "eyJhbGciOi.eyJ",
    ".eyJ",
    "sk-",
    "sk-a",
    "AKIA",
    "xoxb-",
    ".xoxb-",
    "Q~",
    "aaa8Q~",
    "://",
    "a://b:",
    "a://b:c",
    ";password=",
    "api-key=",
    "api-key" + '"' * 8,
    "-us1",
    "0123456789abcdef",
    "JQQJ99",
    ":AA",
    "DNI ",
    "my number 1234 ",
    "kill ",
    "kill him",
    "people like ",
    "殺",
    "убить ",
    "اقتل",
    "pornpornporn",
    "_",
    "\n",
    "é",
]


@pytest.mark.parametrize("part", WORST)
def test_one_megabyte_of_it_is_read(part: str) -> None:
    text = (part * (MEGABYTE // len(part.encode())))[:MEGABYTE]
    assert ("secret_token", "github") in in_text(f"{text} {_AT_THE_END}")
    marks().ends(raw(text, ascii_only=False))


@pytest.mark.parametrize("sample", [*SECRETS, *PERSONS], ids=lambda sample: sample.kind or sample.rule)
def test_one_megabyte_of_real_ones_is_told_once(sample: Sample) -> None:
    part = f"{sample.text} \n"
    found = in_text(part * (MEGABYTE // len(part.encode())))
    assert found.count((sample.rule, sample.kind)) == 1
    assert set(found) == {(sample.rule, sample.kind)}
