"""The rule of hints: secrets, personal data, topics."""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.datasets.report import Param
from bot.datasets.risk import national, number_forms, secret_finder, topics
from bot.datasets.risk.contacts import mails_in, phones_in
from bot.datasets.risk.hit import Hit
from bot.datasets.risk.letters import lowered
from bot.datasets.risk.numbers import accounts_in, cards_in
from bot.datasets.risk.pattern import CONTACTS, EVERY, NUMBERS, SECRETS, TOPICS
from bot.datasets.risk.specs import SPECS
from bot.datasets.risk.texts import path_of, texts_of
from bot.datasets.rules.base import Example, Note, Rule, RuleSpec

_HEAD = 4
_MASKED = ("secret_cloud_key", "secret_token")


class _Called(NamedTuple):
    """What may be in some texts, after tests that cost little.

    Attributes:
        secrets, ids: as `secret_finder.called_in` and `national.called_in` say. `topics`: entries by topic.
        mails, phones, cards, accounts: whether there may be some.
    """

    secrets: tuple[int, ...]
    mails: bool
    phones: bool
    cards: bool
    accounts: bool
    ids: tuple[int, ...]
    topics: Mapping[str, tuple[str, ...]]


def _called_in(text: str, families: int) -> _Called | None:
    """What of these families may be in `text`, which is all texts of a line; None for nothing."""
    small = lowered(text)
    phones = cards = accounts = False
    ids: tuple[int, ...] = ()
    # All numbers have six digits with at most two other characters in between.
    if families & (CONTACTS | NUMBERS) and _digits().search(text):
        phones = bool(families & CONTACTS) and ("+" in text or "(" in text)
        if families & NUMBERS:
            outline = number_forms.outline_of(text)
            forms = number_forms.forms_in(outline)
            cards = not forms.isdisjoint(number_forms.OF_CARDS)
            accounts = number_forms.has_account(text, outline)
            ids = national.called_in(text, small, forms)
    called = _Called(
        secret_finder.called_in(text, small) if families & SECRETS else (),
        bool(families & CONTACTS) and "@" in text,
        phones,
        cards,
        accounts,
        ids,
        topics.called_in(small) if families & TOPICS else {},
    )
    return called if any(called) else None


def _hits_in(text: str, called: _Called) -> Iterator[Hit]:
    """The first place of each kind in one text; contacts and numbers inside a secret are part of the secret."""
    secrets = list(secret_finder.secrets_in(text, called.secrets)) if called.secrets else []
    firsts: dict[tuple[str, str], Hit] = {}
    for hit in secrets:
        firsts.setdefault((hit.rule, hit.kind), hit)
    yield from firsts.values()
    for found in _personal(text, called):
        outside = (hit for hit in found if not _is_inside(hit, secrets)) if secrets else found
        # No more than the first is asked for: finding the others would be what takes longest.
        if (first := next(outside, None)) is not None:
            yield first
    if called.ids:
        kinds: set[str] = set()
        for hit in national.ids_in(text, called.ids):
            if hit.kind not in kinds and not _is_inside(hit, secrets):
                kinds.add(hit.kind)
                yield hit
    if called.topics:
        yield from topics.topics_in(text, called.topics)


def _is_inside(hit: Hit, secrets: Sequence[Hit]) -> bool:
    return any(hit.start < secret.end and secret.start <= hit.end for secret in secrets)


def _personal(text: str, called: _Called) -> Iterator[Iterator[Hit]]:
    """For each kind that may be there, its places one by one."""
    if called.mails:
        yield mails_in(text)
    if called.phones:
        yield phones_in(text)
    if called.cards:
        yield cards_in(text)
    if called.accounts:
        yield accounts_in(text)


@functools.cache
def _digits() -> "re.Pattern[str]":
    return re.compile(r"[0-9](?:[^0-9]{0,2}[0-9]){5}")


def note_risks(example: Example, note: Note, families: int = EVERY) -> None:
    """Note what `RISK` finds of these families (`bot.datasets.risk.pattern`).

    It finds the same as with all of them where no pattern of the others is in the line: a secret, of which a number or
    an address is only a part, has a pattern of its own there.
    """
    found = list(texts_of(example.value))
    called = _called_in("\n".join([text for _, text in found]), families)
    if called is None:
        return
    # The keys of an object share a path.
    told: set[tuple[str, str, str]] = set()
    for place, text in found:
        for hit in _hits_in(text, called):
            path = path_of(place)
            if (path, hit.rule, hit.kind) not in told:
                told.add((path, hit.rule, hit.kind))
                note(_SPEC[hit.rule], path, **_params(hit, text))


def _params(hit: Hit, text: str) -> dict[str, Param]:
    if hit.rule in _MASKED:
        return {"kind": hit.kind, "head": text[hit.start : hit.start + _HEAD], "length": hit.end - hit.start}
    if hit.rule.startswith("secret_"):
        return {"kind": hit.kind}
    at: dict[str, Param] = {"at": hit.start + 1}
    return {"kind": hit.kind, **at} if hit.kind else at


_SPEC: Mapping[str, RuleSpec] = {spec.id: spec for spec in SPECS}

RISK = Rule(SPECS, note_risks)
"""Hints of what should not be taught. Of each text it names each kind of thing once, at its first place.

Unusual keys are texts too, with the path of their object; `at` is then counted within the key.
"""
