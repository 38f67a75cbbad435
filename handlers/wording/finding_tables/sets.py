"""The examples as a set."""

from collections.abc import Mapping

from handlers.wording.finding_tables.words import Words

WORDS: Mapping[str, Words] = {}
