"""Finds topics in a text by the words of `bot.datasets.risk.topic_words`."""

import codecs
import functools
import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import NamedTuple

from bot.datasets.risk.hit import Hit
from bot.datasets.risk.letters import lowered
from bot.datasets.risk.pattern import Pattern, either_way, escaped, literal
from bot.datasets.risk.topic_words import SLURS, TOPICS

_BETWEEN = "(?:[ _-]|, ?|\r?\n)"
_RAW_BETWEEN = r"(?:[ _-]|, ?|(?:\\r)?\\n)"
_EACH_RAW_BETWEEN = (" ", "-", "_", ",", ", ", r"\\n", r"\\r\\n")
# The byte before a word in JSON: no letter, or the last one of an escape (`\n`, `\u2014`).
_RAW_BEFORE = "[^g-mo-qsu-zG-MO-QSU-Z_]"
_PAIR = 2
_ENDING = r"\w{0,12}"
_LONG = 4
_BEGIN = 4
_CUT = itemgetter(slice(_BEGIN))
# ASCII letters and digits stay, all else parts words: an entry may be parted by underscores.
_LETTERS = bytes(byte if chr(byte).isalnum() and byte < 0x80 else 0x20 for byte in range(256))
_RAW_ENDING = r"[^ \n]{0,72}"
_ARTICLE = "(?:[وفبلك]?ال|لل|[وفبلكس])?"


def topics_in(text: str, called: Mapping[str, tuple[str, ...]]) -> Iterator[Hit]:
    """The first place of each topic in `text`. Linear in the length of the text.

    Args:
        text: one text.
        called: topics and their entries to look for, as `called_in` says.
    """
    small = lowered(text) if called else ""
    for topic, found in called.items():
        places = [place for entry in found if (place := _first(entry, text, small)) is not None]
        if places:
            yield Hit(f"topic_{topic}", "", *min(places))


def _first(entry: str, text: str, small: str) -> tuple[int, int] | None:
    expression, begin = _expression(entry), 0
    while (match := expression.search(small, begin)) is not None:
        start, end = match.span()
        # A look back at its beginning would make the expression ten times slower.
        if (_script(entry) == "HAN" or not _in_word(small, start)) and _usual_case(text[start:end]):
            return start, end
        begin = start + 1
    return None


def _in_word(text: str, place: int) -> bool:
    return place > 0 and (text[place - 1].isalnum() or text[place - 1] == "_")


def called_in(small: str) -> Mapping[str, tuple[str, ...]]:
    """Topics that may be in a text in lower case, and their entries of which the most telling word is in it."""
    index, data = _index(), small.encode("utf-8", "surrogatepass")
    words = data.translate(_LETTERS).split()
    called: set[_Entry] = set()
    for word in index.words.keys() & words:
        called.update(index.words[word])
    begins = index.begins.keys() & set(map(_CUT, words))
    stems = [one for begin in begins for one in index.begins[begin]]
    if not data.isascii():
        if b"\xc3" in data:
            stems += index.accented
        if b"\xd0" in data:
            cut = set(map(_CUT, _cyrillic().findall(small)))
            stems += [one for begin in index.cyrillic.keys() & cut for one in index.cyrillic[begin]]
        if _unspaced().search(small):
            stems += [one for sign in index.signs.keys() & set(small) for one in index.signs[sign]]
    called.update([entry for stem, entry in stems if stem in data])
    found: dict[str, tuple[str, ...]] = {}
    if called:
        every = frozenset(words)
        called = {entry for entry in called if not any(map(every.isdisjoint, index.slots[entry.text]))}
    for _, topic, entry in sorted(called):
        found[topic] = (*found.get(topic, ()), entry)
    return found


def entries(topic: str) -> tuple[str, ...]:
    """All entries of a topic."""
    return (
        TOPICS[topic]
        if topic != "hate"
        else (*TOPICS[topic], *(codecs.decode(one, "rot13") for one in SLURS))
    )


@functools.cache
def _script(entry: str) -> str:
    letter = next(one for one in entry if one.isalpha())
    name = unicodedata.name(letter).split()[0]
    return name if name in ("LATIN", "CYRILLIC", "ARABIC") else "HAN"


class _Entry(NamedTuple):
    place: int
    topic: str
    text: str


_Stems = list[tuple[bytes, _Entry]]


class _Index:
    """The words without which no entry is in a text.

    Attributes:
        words: whole words in ASCII, and the entries of which each is the most telling one.
        begins, cyrillic: words and stems in UTF-8, by their first letters. `signs`: those of scripts without blanks, by
            one of their letters. `accented`: Latin ones with another letter among the first.
        slots: of each entry those words of which one must be there, where all of them are plain.
    """

    def __init__(self) -> None:
        self.words: dict[bytes, list[_Entry]] = {}
        self.begins: dict[bytes, _Stems] = {}
        self.cyrillic: dict[str, _Stems] = {}
        self.signs: dict[str, _Stems] = {}
        self.accented: _Stems = []
        self.slots: dict[str, list[frozenset[bytes]]] = {}
        every = [(topic, entry) for topic in TOPICS for entry in entries(topic)]
        for place, (topic, text) in enumerate(every):
            slots = [slot.split("|") for slot in text.split(" ")]
            self.slots[text] = [
                frozenset(map(str.encode, slot))
                for slot in slots
                if all(word.isascii() and word.isalpha() for word in slot)
            ]
            for word in _telling(text):
                self._add(word, _Entry(place, topic, text))

    def _add(self, word: str, entry: _Entry) -> None:
        stem = word.rstrip("*")
        known = (stem.encode(), entry)
        match _script(entry.text):
            case "CYRILLIC":
                self.cyrillic.setdefault(_CUT(stem), []).append(known)
            case "HAN" | "ARABIC":
                self.signs.setdefault(max(stem), []).append(known)
            case _ if stem == word and word.isascii():
                self.words.setdefault(known[0], []).append(entry)
            case _ if _CUT(stem).isascii() and len(stem) >= _BEGIN:
                self.begins.setdefault(_CUT(known[0]), []).append(known)
            case _:
                self.accented.append(known)


@functools.cache
def _unspaced() -> "re.Pattern[str]":
    return re.compile("[\u0600-\u06ff\u3040-\u30ff\u4e00-\u9fff]")


@functools.cache
def _cyrillic() -> "re.Pattern[str]":
    return re.compile("[\u0400-\u04ff]+")


@functools.cache
def _index() -> _Index:
    return _Index()


@functools.cache
def _expression(entry: str) -> "re.Pattern[str]":
    match _script(entry):
        case "HAN":
            return re.compile(re.escape(entry))
        case "ARABIC":
            return re.compile(rf"{_ARTICLE}(?:{_alternative(entry)})\w{{0,4}}(?!\w)")
        case _:
            return re.compile(rf"{_alternative(entry)}(?!\w)")


def _telling(entry: str) -> list[str]:
    """The alternatives at that place of an entry where the shortest is longest: such words are rare."""
    slots = [slot.split("|") for slot in entry.split(" ")]
    return max(reversed(slots), key=lambda words: min(len(word.rstrip("*")) for word in words))


def _alternative(entry: str) -> str:
    return _BETWEEN.join(map(_slot, entry.split(" ")))


def _slot(slot: str) -> str:
    words = [
        re.escape(word.rstrip("*")) + (_ENDING if word.endswith("*") else "") for word in slot.split("|")
    ]
    return words[0] if len(words) == 1 else f"(?:{'|'.join(words)})"


def _usual_case(found: str) -> bool:
    """Whether Russian words are in lower case, capitalised or in capitals, as people write them.

    Only those three are in the expressions for raw lines, where bytes have no case beyond ASCII.
    """
    return found.isascii() or all(
        word in (word.lower(), word.upper(), word[:1].upper() + word[1:].lower())
        for word in re.split(_BETWEEN, found)
        if "\u0400" <= word[:1] <= "\u04ff"
    )


def patterns(topic: str) -> Iterator[Pattern]:
    """Expressions that mark every raw line with this topic, if each word in it is written in one way."""
    for entry in dict.fromkeys(entries(topic)):
        slots = entry.split(" ")
        match _script(entry):
            case "LATIN" if len(slots) == _PAIR and not slots[0].endswith("*"):
                # Whole phrases without a choice in them are what a scan is fastest at, be it thousands.
                for phrase in itertools.product(*(slot.split("|") for slot in slots)):
                    pair = [_raw_word(word.rstrip("*") + "*", True) for word in phrase]
                    for between in _EACH_RAW_BETWEEN:
                        yield Pattern(between.join(pair).encode(), True)
            case "LATIN":
                words = _RAW_BETWEEN.join(_raw_slot(slot, slot is slots[-1]) for slot in slots)
                yield Pattern(f"{_RAW_BEFORE}{words}".encode(), True)
            case "CYRILLIC":
                yield Pattern(
                    _RAW_BETWEEN.join(_raw_cases(slots, place) for place in range(len(slots))).encode(), True
                )
            case _:
                plain = _RAW_BETWEEN.join(map(literal, slots))
                yield Pattern(plain.encode())
                yield Pattern(_RAW_BETWEEN.join(map(escaped, slots)).encode(), True)


def _raw_slot(slot: str, last: bool) -> str:
    words = [_raw_word(word, last) for word in slot.split("|")]
    return words[0] if len(words) == 1 else f"(?:{'|'.join(words)})"


def _raw_word(word: str, last: bool) -> str:
    stem = word.rstrip("*")
    raw = "".join(literal(letter) if letter.isascii() else either_way(letter) for letter in stem)
    if word.endswith("*"):
        return raw if last else raw + _RAW_ENDING
    # A word boundary of hyperscan is one of ASCII.
    return raw + r"\b" if last and stem[-1].isascii() else raw


def _raw_cases(slots: list[str], place: int) -> str:
    forms: list[str] = []
    first, last = place == 0, place == len(slots) - 1
    for word in slots[place].split("|"):
        stem = word.rstrip("*")
        # A long word is recognised without its first letter, which has a case, where nothing must stand before it.
        small = (stem[1:],) if first and len(stem) > _LONG else (stem, stem.capitalize())
        cases = dict.fromkeys((*small, stem.upper()))
        ending = _RAW_ENDING if word.endswith("*") and not last else ""
        forms += [write(case) + ending for case in cases for write in (literal, escaped)]
    return f"(?:{'|'.join(forms)})"
