"""The program `tunesmith`.

Exit codes: 0 done and nothing wrong; 1 done, and something is wrong with what was looked at (`validate`: errors in
the file, `check`: a check failed); 2 could not be done (wrong usage, configuration, a file that cannot be read);
130 stopped with Ctrl-C. Errors go to standard error as where, what, remedy; answers to standard output.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Final

from bot.commands.base import Command, CommandError

COMMANDS: Final[dict[str, str]] = {
    "sandbox": "try everything on this machine: a workspace in the browser, simulated services, the real bot",
    "run": "run the bot",
    "check": "look at configuration, Slack, store and connections, and tell what to mend",
    "validate": "check a training file",
    "upload": "hand a training file of this machine to the bot, without Slack",
    "chart": "draw the curves of a results.csv",
    "jobs": "list training jobs",
    "deployments": "list deployments",
    "approvals": "list approval requests",
    "audit": "list who did what",
    "manifest": "print the Slack app manifest",
    "db": "look after the database",
}
"""Every command with its line of help; `bot.commands.<name>` has the rest."""


def load_command(name: str) -> Command:
    """The module of one command; the others stay unread, since `tunesmith --help` must be quick."""
    module: Command = importlib.import_module(f"bot.commands.{name}").COMMAND
    return module


def build_parser(chosen: str | None) -> argparse.ArgumentParser:
    """The parser with all commands, and the arguments of the `chosen` one."""
    parser = argparse.ArgumentParser(
        prog="tunesmith",
        description="A Slack bot that runs the whole life of a fine-tuned model.",
        epilog="exit codes: 0 fine, 1 something is wrong with what was looked at, 2 could not be done",
    )
    parser.add_argument("--version", action="store_true", help="print the version and end")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, line in COMMANDS.items():
        one = commands.add_parser(name, help=line, description=line[0].upper() + line[1:] + ".")
        if name == chosen:
            load_command(name).arguments(one)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command; its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in given if not word.startswith("-")), None)
    parser = build_parser(chosen)
    options = parser.parse_args(given)
    if options.version:
        from importlib.metadata import version

        sys.stdout.write(f"tunesmith {version('tunesmith')}\n")
        return 0
    if options.command is None:
        parser.print_help()
        return 2
    try:
        return load_command(options.command).run(options)
    except CommandError as error:
        sys.stderr.write(error.text())
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # the reader of our output has gone (`tunesmith jobs | head`): no error, and nothing more to flush
        sys.stderr.close()
        return 0


if __name__ == "__main__":
    sys.exit(main())
