"""All expressions that mark raw lines for `bot.datasets.risk.rule.RISK`."""

from collections.abc import Iterable, Iterator

from bot.datasets.risk import contacts, national, number_forms, secret_finder, topics
from bot.datasets.risk.pattern import CONTACTS, EVERY, NUMBERS, SECRETS, TOPICS, Pattern
from bot.datasets.risk.topic_words import TOPICS as WORDS

ESCAPED_ASCII = Pattern(
    rb"\\u00(?:0[9adAD]|2[013-589a-fA-F]|3[0-9abdfABDF]|[456][1-9a-fA-F]|[45]0|7[0-9a-eA-E])"
)
"""An ASCII character that is written as `\\u00XX`. Only those are left out which programs write so by habit
(quotes, angle brackets, ampersand) and which none of the other expressions needs."""

_FORMS = tuple(Pattern(form.encode()) for form in (*number_forms.FORMS, number_forms.ACCOUNT))
"""Those that begin with digits share their states: one more form with several blanks halves the speed of the scan, so
such forms are looked for near a word."""


def patterns() -> tuple[Pattern, ...]:
    """Expressions for one scan: a raw line in which `RISK` finds something has a match that ends in it.

    More lines match than `RISK` finds something in, and what is found is of the families of the patterns that match.
    The promise holds for lines in which each word is written one way:
    wholly with `\\uXXXX`, or not at all, as every JSON writer does.
    """
    found: dict[Pattern, int] = {}
    for family, members in _families():
        for member in members:
            found[member] = found.get(member, 0) | family
    return tuple(pattern._replace(family=family) for pattern, family in found.items())


def _families() -> Iterator[tuple[int, Iterable[Pattern]]]:
    yield EVERY, (ESCAPED_ASCII,)
    yield SECRETS, secret_finder.patterns()
    yield CONTACTS, contacts.patterns()
    yield NUMBERS, (*_FORMS, *national.patterns())
    for topic in WORDS:
        yield TOPICS, topics.patterns(topic)
