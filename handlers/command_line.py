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
        "data": frozenset({"all", "for"}),
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
        "costs": frozenset(),
        "settings": frozenset(),
    }
)
"""Every word with its own options: words that are never taken for an id."""

POLITE: Final = frozenset({"please", "now", "the", "job", "it", "this", "that"})
"""Words that people say along with others and that name nothing."""

TAKES_JOB: Final = frozenset({"job", "log", "pause", "resume", "cancel", "results", "train", "deploy"})
"""Words whose argument is a job, so that `job 1` is J1."""

_TAKES_ID: Final = TAKES_JOB | {"data"}

HERE: Final = frozenset(
    {
        "launcher",
        "help",
        "approvals",
        "settings",
        "deployments",
        "keep",
        "undeploy",
        "audit",
        "costs",
        "clean",
    }
)
"""Words for everybody of the home team: an approver need not be one who may train."""

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
        "cost": "costs",
        "deployment": "deployments",
        "?": "help",
    }
)

_SURELY: Final = 0.75
"""Likeness from which an unknown word is a misspelt one, whatever else the text holds."""
_NUMBER = re.compile(r"\d{1,9}")
_ID = re.compile(r"[JDAP]\d{1,9}", re.IGNORECASE)
_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"J": "job", "D": "data", "A": "approvals", "P": "deployments"}
)
_REMOTE = re.compile(r"ftjob-[A-Za-z0-9_-]+", re.IGNORECASE)
_PERMALINK = re.compile(r"/archives/([CDG][A-Z0-9]{2,})/p(\d{10})(\d{6})$")
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")
_PERSON = re.compile(r"<?@?([UW][A-Z0-9]{5,20})(?:\|[^>]*)?>?")
_LINK = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>")
_QUOTES = "\"'`\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2032\u2033"
_TOKEN = re.compile(r'"([^"]*)"|[^\s"]+|"')
_EDGES = f"{_QUOTES},;:.!?()[]{{}}*~"
_LONGEST = 4000
_LONGEST_ADDRESS = 2048


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody wants.

    Attributes:
        word: a key of `WORDS`.
        target: `J142`, `D57`, a service's id, a suffix, a deployment's name, or the address of a message. Where a job
            or data is expected, a word that has none of these forms counts only when it is the only one left.
        rest: everything else in its order, options among it (`like`, `all`, `until`); polite words are dropped.
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
    """The command in a text; mentions at its start and mentions of the bot anywhere are left out.

    A sentence that begins with no word of ours and names exactly one job or dataset asks about that.
    """
    tokens = _tokens(_without_mentions(text[:_LONGEST], bot_user))
    if not tokens:
        return Command(LAUNCHER)
    first, *others = _from_first_word(tokens)
    word = _word(first)
    if word is not None:
        return _command(word, others)
    target = _target(first)
    kind = _kind(target) if target is not None else None
    if kind is not None:
        return Command(kind, target, tuple(_plain(others)))
    given = first.strip(_EDGES) or first
    named = {one for one in map(_target, tokens) if one is not None and _names_one(one)}
    if len(named) == 1 and nearest(given, _SURELY) is None:
        [one] = named
        return Command("data" if one[0] == "D" and _ID.fullmatch(one) else "job", one)
    return Unknown(given[:80], nearest(given))


def _from_first_word(tokens: Sequence[str]) -> Sequence[str]:
    """Without the polite words at the start; all of them when there is nothing else."""
    for at, token in enumerate(tokens):
        if _word(token) is not None or _fold(token) not in POLITE:
            return tokens[at:]
    return tokens


def nearest(given: str, cutoff: float = 0.6) -> str | None:
    """The word that was probably meant."""
    words = [word for word in WORDS if word != LAUNCHER]
    folded = _fold(given)
    found = get_close_matches(folded, [*words, *ALIASES], n=1, cutoff=cutoff)
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


def mentioned(token: str) -> str | None:
    """The person in a mention (`<@U0REQUEST1|rin>`) or an id; None for anything else."""
    found = _PERSON.fullmatch(token.strip())
    return found[1] if found else None


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
    rest: list[str] = []
    left: list[str] = []
    for token in others:
        folded = _fold(token)
        if folded in options:
            rest.append(folded)
        elif folded not in POLITE and (cleaned := _target(token)) is not None:
            rest.append(cleaned)
            if not _MENTION.fullmatch(cleaned):
                left.append(cleaned)
    target = _which(word, left)
    if target is not None:
        rest.remove(target)
    if target is not None and _NUMBER.fullmatch(target) and (letter := _letter(word, rest)):
        target = f"{letter}{int(target)}"
    return Command(word, target, tuple(rest))


def _which(word: str, left: Sequence[str]) -> str | None:
    """The word of the command that names something."""
    if word not in _TAKES_ID:
        return left[0] if left else None
    named = next((one for one in left if _names_one(one)), None)
    if named is not None:
        return named
    return left[0] if len(left) == 1 else None


def _letter(word: str, rest: Sequence[str]) -> str:
    """The kind of thing that a bare number is the number of; empty where it could be either."""
    if word == "train":
        return "J" if "like" in rest else ""
    if word == "approvals":
        return "A"
    if word in ("deployments", "keep", "undeploy"):
        return "P"
    return "J" if word in TAKES_JOB else "D" if word == "data" else ""


def _names_one(target: str) -> bool:
    """Whether this is the form of one job or dataset: an id, the service's id, the address of a message."""
    return bool(
        (_ID.fullmatch(target) and target[0] in "JD") or _REMOTE.fullmatch(target) or permalink(target)
    )


def _target(token: str) -> str | None:
    cleaned = token if token.startswith(("http://", "https://")) else token.strip(_EDGES)
    if not cleaned:
        return None
    folded = unicodedata.normalize("NFKC", cleaned)
    if _ID.fullmatch(folded):
        return folded[0].upper() + (folded[1:].lstrip("0") or "0")
    if _REMOTE.fullmatch(folded):
        return f"ftjob-{folded[6:]}"
    return cleaned[: _LONGEST_ADDRESS if cleaned.startswith(("http://", "https://")) else 300]


def _plain(tokens: Sequence[str]) -> list[str]:
    return [cleaned for token in tokens if (cleaned := _target(token)) is not None]


def _kind(target: str) -> str | None:
    """The word that an id alone stands for."""
    if permalink(target) is not None or _REMOTE.fullmatch(target):
        return "job"
    return _KINDS[target[0]] if _ID.fullmatch(target) else None
