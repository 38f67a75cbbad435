"""Names of files, safe to print: a name may hold anything, also what steers a terminal."""

import os
import shlex
from pathlib import Path


def shown(name: str | Path) -> str:
    """The name with a replacement character in the place of each one that cannot be printed."""
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in str(name))


def quoted(word: str) -> str:
    """The word as a shell reads it; with what cannot be printed as `$'\\x1b'`, which bash and zsh understand."""
    if word.isprintable():
        return shlex.quote(word)
    return "$'" + "".join(map(_escaped, word)) + "'"


def _escaped(mark: str) -> str:
    if mark in "\\'":
        return f"\\{mark}"
    return mark if mark.isprintable() else "".join(f"\\x{byte:02x}" for byte in os.fsencode(mark))
