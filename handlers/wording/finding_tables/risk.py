"""Hints of secrets, personal data and topics that often fail the safety check."""

from collections.abc import Mapping

from handlers.wording.finding_tables.words import Words

WORDS: Mapping[str, Words] = {}
