"""Finds numbers that states give to persons, where their form and check digits make them unmistakable.

Forms that look like order numbers (plain digits) are looked for only near the word for them. The check digits are
those of python-stdnum, whose pages name the law behind each.
"""

import functools
import importlib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.datasets.risk.hit import MOST_OF_A_KIND, Hit
from bot.datasets.risk.letters import lowered
from bot.datasets.risk.number_forms import outline_of, starts_of
from bot.datasets.risk.pattern import Pattern, escaped, literal

_NEAR = 30


class _Number(NamedTuple):
    """One country's number.

    Attributes:
        kind: for words. `module`: of stdnum, with `is_valid`; empty when the form alone decides.
        form: an expression for the number in a text.
        mark: an expression for raw lines that comes after one of `words`. The forms that are known by themselves have
            theirs in `bot.datasets.risk.marks`, which needs few for all.
        words: one of them stands at most `_NEAR` characters before it; empty = it is known by itself.
        exact: the words are acronyms, looked for in capitals.
        known: place of its form in `bot.datasets.risk.number_forms.FORMS` when it is known by itself, else -1.
    """

    kind: str
    module: str
    form: str
    mark: str = ""
    words: tuple[str, ...] = ()
    exact: bool = False
    known: int = -1


_DATE = "[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"

_NUMBERS = (
    _Number("us_ssn", "us.ssn", "[0-9]{3}-[0-9]{2}-[0-9]{4}", known=3),
    _Number("br_cpf", "br.cpf", r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", known=4),
    _Number(
        "it_fiscal",
        "it.codicefiscale",
        "[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]",
        known=5,
    ),
    _Number("fr_nir", "fr.nir", "[12][0-9]{14}", known=0),
    _Number(
        "fr_nir",
        "fr.nir",
        "[12] [0-9]{2} [0-9]{2} (?:[0-9]{2}|2[AB]) [0-9]{3} [0-9]{3} [0-9]{2}",
        "[12] [0-9]{2} [0-9]{2} ",
        ("sociale", "insee", "carte vitale"),
    ),
    _Number("se_personnummer", "se.personnummer", f"(?:19|20)?{_DATE}[-+][0-9]{{4}}", known=2),
    _Number(
        "fi_hetu",
        "fi.hetu",
        "(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2}[-+A-FU-Y][0-9]{3}[0-9A-Y]",
        known=2,
    ),
    _Number("cn_resident", "cn.ric", "[1-9][0-9]{16}[0-9X]", known=0),
    _Number("kr_rrn", "kr.rrn", f"{_DATE}-[1-8][0-9]{{6}}", known=2),
    _Number("in_aadhaar", "in_.aadhaar", "[2-9][0-9]{3} [0-9]{4} [0-9]{4}", known=1),
    _Number(
        "gb_nino",
        "",
        "(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]",
        "[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2}",
        ("national insurance", "nino"),
    ),
    _Number("es_dni", "es.dni", "[0-9]{8}-?[A-Z]", "[0-9]{8}", ("DNI", "NIF"), True),
    _Number("es_nie", "es.nie", "[XYZ]-?[0-9]{7}-?[A-Z]", "[0-9]{7}", ("NIE", "NIF"), True),
    _Number(
        "de_idnr",
        "de.idnr",
        "[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}",
        "[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}",
        ("steuer-id", "steueridentifikation", "steuerliche identifikation", "idnr", "steuer id"),
    ),
    _Number("pl_pesel", "pl.pesel", "[0-9]{11}", "[0-9]{11}", ("pesel",)),
    _Number("nl_bsn", "nl.bsn", "[0-9]{9}", "[0-9]{9}", ("bsn", "burgerservicenummer")),
    _Number(
        "jp_my_number",
        "",
        "[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}",
        "[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}",
        ("my number", "マイナンバー", "個人番号"),
    ),
)

_WORDS = tuple(
    (word, place) for place, number in enumerate(_NUMBERS) if not number.exact for word in number.words
)
_ACRONYMS = tuple(
    (word, place) for place, number in enumerate(_NUMBERS) if number.exact for word in number.words
)

KINDS = tuple(dict.fromkeys(number.kind for number in _NUMBERS))
"""Values of the parameter `kind`."""

_PUBLISHED = frozenset(
    {"078-05-1120", "219-09-9999", "123-45-6789", "111.444.777-35", "123.456.789-09", "RSSMRA85T10A562S"}
)
"""Numbers from advertisements and documentations, which are nobody's."""


def called_in(text: str, small: str, forms: frozenset[int]) -> tuple[int, ...]:
    """Which numbers may be in one or several texts: those with a word for them, and those with a form in it.

    Args:
        text: as it is written.
        small: the same in lower case.
        forms: as `bot.datasets.risk.number_forms.forms_in` says.
    """
    called = [place for place, number in enumerate(_NUMBERS) if number.known in forms]
    # A number beside a word has at least six digits, parted by at most one character.
    if _digits().search(text):
        called += [place for word, place in _WORDS if word in small]
        called += [place for word, place in _ACRONYMS if word in text]
    return tuple(sorted(set(called)))


def ids_in(text: str, called: Iterable[int]) -> Iterator[Hit]:
    """The first numbers of each kind; of one place only the first kind that fits.

    Args:
        text: one text.
        called: those to look for, as `called_in` says.
    """
    taken: list[tuple[int, int]] = []
    small = ""
    outline = b""
    for place in called:
        number, told = _NUMBERS[place], 0
        if number.words and not number.exact:
            small = small or lowered(text)
        if not number.words:
            outline = outline or outline_of(text)
        for match in _matches(number, text, outline):
            start, end = match.span()
            before = (text if number.exact else small)[max(0, start - _NEAR) : start]
            if number.words and not any(word in before for word in number.words):
                continue
            if any(one < end and start < two for one, two in taken) or not _is_valid(number, match[0]):
                continue
            taken.append((start, end))
            yield Hit("personal_id", number.kind, start, end)
            told += 1
            if told == MOST_OF_A_KIND:
                break


def _matches(number: _Number, text: str, outline: bytes) -> Iterator["re.Match[str]"]:
    expression = _expression(number)
    if number.words:
        yield from expression.finditer(text)
        return
    for start in starts_of(outline, (number.known,)):
        match = expression.match(text, start)
        if match is not None:
            yield match


def _is_valid(number: _Number, written: str) -> bool:
    if written in _PUBLISHED:
        return False
    if number.kind == "jp_my_number":
        return _is_my_number("".join(filter(str.isdigit, written)))
    if not number.module:
        return True
    return bool(importlib.import_module(f"stdnum.{number.module}").is_valid(written))


def _is_my_number(digits: str) -> bool:
    """The check digit that the ordinance on Japan's individual numbers (2014, no. 85, article 5) sets out."""
    total = sum(
        int(digit) * (place + 1 if place <= 6 else place - 5)
        for place, digit in enumerate(reversed(digits[:-1]), 1)
    )
    rest = total % 11
    return int(digits[-1]) == (0 if rest <= 1 else 11 - rest)


@functools.cache
def _digits() -> "re.Pattern[str]":
    return re.compile("[0-9](?:[ -]?[0-9]){5}")


@functools.cache
def _expression(number: _Number) -> "re.Pattern[str]":
    around = r"(?<![A-Za-z0-9_.,/+-])(?<![0-9][ ])(?:{form})(?![A-Za-z0-9_/-]|[.,][0-9]| [0-9])"
    return re.compile(around.replace("{form}", number.form))


def patterns() -> Iterator[Pattern]:
    """Expressions that mark every raw line with a number near a word for it."""
    for number in _NUMBERS:
        for word in number.words:
            yield from _worded(word, number)


def _worded(word: str, number: _Number) -> Iterator[Pattern]:
    gap = ".*"
    yield Pattern(f"{literal(word)}{gap}{number.mark}".encode(), not number.exact)
    if not word.isascii():
        yield Pattern(f"{escaped(word)}{gap}{number.mark}".encode(), True)
