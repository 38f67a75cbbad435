"""One look over the bytes of many lines: which of them must be read closely whatever else is true of them."""

import hashlib
import os
import platform
import tempfile
from bisect import bisect_left
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import hyperscan

from bot.datasets.line_marks import CALLS, CLOSE, FAMILIES_AT, NAMES
from bot.datasets.risk import Pattern, patterns

_FIRST_KEY = (
    "{",
    *(
        f'"role":{space}"{role}",{space}'
        for role in ("system", "developer", "user", "assistant", "tool")
        for space in (" ", "")
    ),
)
"""What may stand before a content that is no second one: the beginning of its message, or a role that is all of it."""


def _not_behind(allowed: Sequence[str], text: str) -> bytes:
    """An expression for `text` behind anything but these, none of which is the end of another."""
    before: list[str] = []
    endings = [""]
    for ending in endings:
        longer = sorted({one[-len(ending) - 1] for one in allowed if one.endswith(ending) and one != ending})
        if longer:
            before.append(f"[^{''.join(longer)}]{ending}")
            endings += [letter + ending for letter in longer]
    return f"(?:{'|'.join(before)}){text}".replace("{", r"\{").encode()


_OWN = (
    # A content that is not the first key of its message, and not the second one behind a role: perhaps the second of
    # that name.
    (Pattern(_not_behind(_FIRST_KEY, '"content"')), NAMES),
    # A weight that is not the last key of its message, so that another may follow.
    (Pattern(rb'"weight":[^"{}\n]*,'), NAMES),
    # A call beside content looks like a plain message to the fast path.
    (Pattern(rb'"tool_calls"'), CALLS),
    # A letter that needs no escape: the name of a key could be written with it, unseen by whoever counts names.
    (Pattern(rb"\\u00[4-7]"), CLOSE),
    # `messages` that is not the first key, so perhaps the second one of that name.
    (Pattern(rb'[^{\s]\s?"messages"'), CLOSE),
    (Pattern(rb'\s\s"messages"'), CLOSE),
    # A role that is not the first key of its message: perhaps the second one of that name.
    (Pattern(rb',\s*"role"'), NAMES),
    # Keys are counted by their quote and colon: white space between them, or a backslash before, would hide one.
    (Pattern(rb'"[ \t\r]:'), CLOSE),
    (Pattern(rb"[ \t\r][ \t\r]:"), CLOSE),
    (Pattern(rb'[^\\](?:\\\\)+":'), CLOSE),
)
"""Patterns of the fast path, and what a match means."""

_MOST = 16_384
"""Marks that are taken down for one block. A block with more is read closely from end to end."""
_DIGEST_BYTES = 32


class Scanner:
    """One pass of hyperscan over blocks."""

    def __init__(self) -> None:
        risks = patterns()
        self._meanings = [*(mark for _, mark in _OWN), *(one.family << FAMILIES_AT for one in risks)]
        self._database = _compiled([*(pattern for pattern, _ in _OWN), *risks])
        self._scratch = hyperscan.Scratch(self._database)

    def marks(self, data: bytes, starts: Sequence[int]) -> dict[int, int] | None:
        """The marked lines of a block and their marks; None when there are too many matches to say.

        Args:
            data: lines with their line feeds.
            starts: where each line begins, in bytes from wherever the first one's start counts from.
        """
        found: list[tuple[int, int]] = []

        def match(pattern: int, _start: int, end: int, _flags: int, _context: object) -> bool | None:
            found.append((pattern, end))
            return len(found) > _MOST or None

        try:
            self._database.scan(data, match_event_handler=match, scratch=self._scratch)
        except hyperscan.ScanTerminated:
            return None
        marks: dict[int, int] = {}
        meanings = self._meanings
        for pattern, end in found:
            # An expression may take the line feed as its last byte: the line is that of the byte before.
            line = bisect_left(starts, end + starts[0]) - 1
            marks[line] = marks.get(line, 0) | meanings[pattern]
        return marks


def _compiled(wanted: Sequence[Pattern]) -> hyperscan.Database:
    """The patterns. Compiling takes about half a second, so the outcome is stored for the next process."""
    path = _cache_path(wanted)
    stored = _stored(path)
    if stored is not None:
        return stored
    database = hyperscan.Database()
    database.compile(
        expressions=[one.expression for one in wanted],
        ids=list(range(len(wanted))),
        elements=len(wanted),
        flags=[hyperscan.HS_FLAG_CASELESS if one.caseless else 0 for one in wanted],
    )
    _store(path, hyperscan.dumpb(database))
    return database


def _cache_path(wanted: Sequence[Pattern]) -> Path:
    """A file of the user's own, named by what is compiled."""
    name = hashlib.sha256(repr((version("hyperscan"), platform.machine(), wanted)).encode()).hexdigest()
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(home) / "tunesmith" / f"patterns-{name[:32]}"


def _stored(path: Path) -> hyperscan.Database | None:
    try:
        if path.stat().st_uid != os.getuid():
            return None
        data = path.read_bytes()
        digest, data = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
        if hashlib.sha256(data).digest() != digest:
            return None
        return hyperscan.loadb(data, hyperscan.HS_MODE_BLOCK)
    except (OSError, hyperscan.error):
        # nothing there, or made on another machine
        return None


def _store(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(hashlib.sha256(data).digest() + data)
        os.replace(file.name, path)  # noqa: PTH105 - both are names of files
    except OSError:
        # a home that cannot be written costs half a second the next time, and nothing else
        return
