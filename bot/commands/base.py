"""What a command is, and how it fails."""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # pydantic is not read for commands that need no configuration
    from bot.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `arguments` adds its options to a parser, `run` carries it out and gives the exit code."""

    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing for a person to read: where, what, and what to do about it."""

    where: str
    what: str
    remedy: str = ""

    def text(self) -> str:
        """Up to three lines, the later ones indented."""
        lines = (f"{self.where}: {self.what}" if self.where else self.what, self.remedy)
        return "\n    ".join(line for line in lines if line) + "\n"


class CommandError(Exception):
    """The command cannot be carried out."""

    def __init__(self, troubles: Iterable[Trouble]) -> None:
        self.troubles = tuple(troubles)
        super().__init__("; ".join(one.what for one in self.troubles))

    def text(self) -> str:
        """What goes to standard error."""
        return "".join(one.text() for one in self.troubles)


def config_argument(parser: argparse.ArgumentParser) -> None:
    """The option that names the configuration file."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="configuration file (else the variable TUNESMITH_CONFIG, else ./tunesmith.toml)",
    )


def settings_of(options: argparse.Namespace) -> "Settings":
    """The settings, or `CommandError` with every mistake in words."""
    import os

    from bot.commands.config_text import trouble
    from bot.config.load import load, locate
    from bot.config.problems import ConfigError

    try:
        return load(locate(options.config, os.environ), os.environ)
    except ConfigError as error:
        raise CommandError(trouble(one) for one in error.problems) from None


def cannot_read(path: Path, error: OSError) -> CommandError:
    """A file of the person's that cannot be read."""
    return CommandError([Trouble(str(path), f"cannot be read: {error.strerror or error}", "")])


def columns(rows: Sequence[Sequence[str]], *, more: int = 0) -> str:
    """Rows as text, each column as wide as its widest value; `more` older ones are only counted."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    if more > 0:
        lines.append(f"… and {more} older (--limit)")
    return "\n".join(lines) + "\n"
