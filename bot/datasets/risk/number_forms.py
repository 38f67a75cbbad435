"""Forms of numbers that are known by themselves, without a word beside them.

They are in the common part of `re` and hyperscan, and looser than what the finders ask for: a text or a raw line in
which a finder finds a card, an account or such a number of a state has one of them.
"""

import functools
import re

FORMS = (
    "[0-9][0-9]{13}",  # what is written without groups: cards, France, China
    "[0-9][0-9]{3}[ -][0-9]{4}[ 0-9-][0-9]",  # cards, India
    "[0-9][0-9]{5}[-+A-FU-Y][0-9]{3}",  # Sweden, Finland, Korea
    "[0-9][0-9]{2}-[0-9]{2}-[0-9]{4}",  # United States
    r"[0-9]\.[0-9]{3}-[0-9]{2}",  # Brazil
    "[0-9][0-9][A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]",  # Italy
)
OF_CARDS = frozenset({0, 1})
"""Places of those that cards have."""
ACCOUNT = "[A-Z][A-Z][0-9]{2} ?[A-Z0-9]{4} ?[A-Z0-9]{4}"


def forms_in(text: str) -> frozenset[int]:
    """Which of `FORMS` are in `text`, by their places."""
    if _forms().search(text) is None:
        return frozenset()
    return frozenset(place for place, form in enumerate(FORMS) if re.search(form, text))


def has_account(text: str) -> bool:
    """Whether `ACCOUNT` is in `text`."""
    return _account().search(text) is not None


@functools.cache
def _forms() -> "re.Pattern[str]":
    # Led by a class, not by a choice: so `re` passes over all that is no digit.
    return re.compile(f"[0-9](?:{'|'.join(form.removeprefix('[0-9]') for form in FORMS)})")


@functools.cache
def _account() -> "re.Pattern[str]":
    return re.compile(ACCOUNT)
