"""Choosing the language of a sentence.

Every table of sentences is keyed by locale first, so that a second language is one more entry and no new code.
"""

from collections.abc import Mapping
from typing import TypeVar

DEFAULT = "en"

T = TypeVar("T")


def pick(tables: Mapping[str, T], locale: str) -> T:
    """The table for a locale such as `en-US`: exact, then its language, then English."""
    for name in (locale, locale.replace("_", "-").partition("-")[0].lower()):
        if name in tables:
            return tables[name]
    return tables[DEFAULT]
