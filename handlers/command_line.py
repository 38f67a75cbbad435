"""One parser for what people type: the slash command's text and mentions in threads.

It never refuses: a word that is not known comes back with the nearest one, a missing argument is None (the
listener shows a picker). People's clients send smart quotes, no-break spaces and full-width letters
(contracts/slack.md section 1.1).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qs, urlsplit

LAUNCHER: Final = "launcher"
"""The word of a bare command."""

WORDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        LAUNCHER: frozenset(),
        "upload": frozenset(),
        "data": frozenset({"all"}),
        "train": frozenset({"like"}),
        "jobs": frozenset({"all", "mine"}),
        "job": frozenset(),
        "log": frozenset(),
        "pause": frozenset(),
        "resume": frozenset(),
        "cancel": frozenset(),
        "results": frozenset(),
        "connections": frozenset(),
        "help": frozenset(),
        "deploy": frozenset(),
        "approvals": frozenset({"all", "mine"}),
        "deployments": frozenset({"all", "mine"}),
        "keep": frozenset({"until"}),
        "undeploy": frozenset(),
        "clean": frozenset(),
        "audit": frozenset(),
        "settings": frozenset(),
    }
)
"""Every word with its own options: words that are never taken for an id."""

LATER: Final = frozenset(
    {"deploy", "approvals", "deployments", "keep", "undeploy", "clean", "audit", "settings"}
)
"""Words that come with the next part: known, and answered so."""

ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "start": "train",
        "status": "job",
        "events": "log",
        "logs": "log",
        "result": "results",
        "stop": "cancel",
        "datasets": "data",
        "connection": "connections",
        "approval": "approvals",
        "deployment": "deployments",
        "?": "help",
    }
)

_ID = re.compile(r"[JDAP]\d{1,9}", re.IGNORECASE)
_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"J": "job", "D": "data", "A": "approvals", "P": "deployments"}
)
_REMOTE = re.compile(r"ftjob-[A-Za-z0-9_-]+", re.IGNORECASE)
_PERMALINK = re.compile(r"/archives/([CDG][A-Z0-9]{2,})/p(\d{10})(\d{6})$")
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")
_LINK = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>")
_QUOTES = "\"'`\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2032\u2033"
_TOKEN = re.compile(r'"([^"]*)"|[^\s"]+|"')
_EDGES = f"{_QUOTES},;:.!?()[]{{}}*~"
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody wants.

    Attributes:
        word: a key of `WORDS`.
        target: `J142`, `D57`, a service's id, a suffix, a deployment's name, or the address of a message.
        rest: everything else in its order, options among it (`like`, `all`, `until`).
    """

    word: str
    target: str | None = None
    rest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word that does not exist, with the nearest that does; None when nothing is near."""

    given: str
    nearest: str | None


@dataclass(frozen=True, slots=True)
class Permalink:
    """The address of a message: channel, timestamp, and its thread's when it is a reply."""

    channel: str
    ts: str
    thread_ts: str | None


def parse(text: str, bot_user: str | None = None) -> Command | Unknown:
    """The command in a text; mentions at its start and mentions of the bot anywhere are left out."""
    tokens = _tokens(_without_mentions(text[:_LONGEST], bot_user))
    if not tokens:
        return Command(LAUNCHER)
    first, *others = tokens
    word = _word(first)
    if word is not None:
        return _command(word, others)
    target = _target(first)
    kind = _kind(target) if target is not None else None
    if kind is not None:
        return Command(kind, target, tuple(_plain(others)))
    given = first.strip(_EDGES) or first
    return Unknown(given[:80], nearest(given))


def nearest(given: str) -> str | None:
    """The word that was probably meant."""
    words = [word for word in WORDS if word != LAUNCHER]
    folded = _fold(given)
    found = get_close_matches(folded, [*words, *ALIASES], n=1, cutoff=0.6)
    if not found and len(folded) >= 2:
        found = [word for word in words if word.startswith(folded)][:1]
    return ALIASES.get(found[0], found[0]) if found else None


def permalink(target: str) -> Permalink | None:
    """Channel and timestamp of a message's address; None for anything else."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    found = _PERMALINK.search(parts.path)
    if parts.scheme not in {"http", "https"} or found is None:
        return None
    channel, seconds, micros = found.groups()
    thread = parse_qs(parts.query).get("thread_ts", [""])[0]
    return Permalink(
        channel, f"{seconds}.{micros}", thread if re.fullmatch(r"\d{10}\.\d{6}", thread) else None
    )


def _without_mentions(text: str, bot_user: str | None) -> str:
    text = _LINK.sub(r"\1", text).strip()
    while found := _MENTION.match(text):
        text = text[found.end() :].lstrip(" \t\n\r\u00a0,:")
    if bot_user:
        text = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", " ", text)
    return text


def _tokens(text: str) -> list[str]:
    """Words; what stands in straight or smart double quotes is one. A lone quote is nothing."""
    for quote in "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033":
        text = text.replace(quote, '"')
    found = []
    for match in _TOKEN.finditer(text):
        token = (match.group(1) if match.group(1) is not None else match.group()).strip()
        # invisible characters come along when people copy ids out of documents
        token = "".join(mark for mark in token if unicodedata.category(mark) not in {"Cc", "Cf", "Cs"})
        if token.strip(_QUOTES):
            found.append(token)
    return found


def _fold(token: str) -> str:
    return unicodedata.normalize("NFKC", token).strip(_EDGES).casefold()


def _word(token: str) -> str | None:
    folded = _fold(token) or token
    # "?" alone is a question, "jobs?" is a word with a mark
    word = ALIASES.get(token) or ALIASES.get(folded, folded)
    return word if word in WORDS else None


def _command(word: str, others: Sequence[str]) -> Command:
    options = WORDS[word]
    target: str | None = None
    rest: list[str] = []
    for token in others:
        folded = _fold(token)
        if folded in options:
            rest.append(folded)
        elif target is None and (cleaned := _target(token)) is not None:
            target = cleaned
        else:
            rest.extend(_plain([token]))
    return Command(word, target, tuple(rest))


def _target(token: str) -> str | None:
    cleaned = token if token.startswith(("http://", "https://")) else token.strip(_EDGES)
    if not cleaned:
        return None
    folded = unicodedata.normalize("NFKC", cleaned)
    if _ID.fullmatch(folded):
        return folded[0].upper() + (folded[1:].lstrip("0") or "0")
    if _REMOTE.fullmatch(folded):
        return f"ftjob-{folded[6:]}"
    return cleaned[:300]


def _plain(tokens: Sequence[str]) -> list[str]:
    return [cleaned for token in tokens if (cleaned := _target(token)) is not None]


def _kind(target: str) -> str | None:
    """The word that an id alone stands for."""
    if permalink(target) is not None or _REMOTE.fullmatch(target):
        return "job"
    return _KINDS[target[0]] if _ID.fullmatch(target) else None
