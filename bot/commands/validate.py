"""`tunesmith validate FILE`: the same check that an upload in Slack goes through, without sending anything."""

import argparse
from pathlib import Path

from bot.commands.base import Command, config_argument

_EPILOG = """\
exit codes: 0 no errors, 1 errors in the file, 2 the file could not be read. With --fix they are about the repaired
file; with --valid about both files. --json prints one object about the file (with --fix: about the repaired file).

Findings come as they are found: first line by line, then from comparing examples and from the second pass (see
--quick), last about the file as a whole. --json sorts by line, the file as a whole (line null) first. Of each rule
20 findings are listed, as text and with --json; "totals" and "counts" count all.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options."""
    from bot.datasets.options import PROFILES, Options
    from bot.datasets.services import SERVICES

    parser.add_argument(
        "file", metavar="FILE", type=_file, help="training data, JSON Lines; - reads standard input"
    )
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--valid", metavar="FILE2", type=_file, help="validation data, checked as well")
    other.add_argument(
        "--against", metavar="FILE2", type=_file, help="FILE is validation data for this training data"
    )
    parser.add_argument("--profile", choices=PROFILES, default="", help="kind of file (else recognised)")
    parser.add_argument(
        "--service",
        type=_service,
        default=Options().service,
        metavar=f"{{{','.join(SERVICES)}}}",
        help="whose rules (default: %(default)s)",
    )
    parser.add_argument("--model", default="", help="base model that the data is for")
    parser.add_argument(
        "--epochs", type=_epochs, default=3, metavar="N", help="for the billed tokens (default: %(default)s)"
    )
    parser.add_argument("--fix", metavar="OUT", type=_file, help="write the repaired file to OUT, a new file")
    parser.add_argument("--force", action="store_true", help="let --fix write over a file that is there")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="leave the second pass out: exact tokens, near duplicates, overlap, languages",
    )
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.add_argument(
        "--full", action="store_true", help="with each finding why it matters and who says so"
    )
    config_argument(parser)
    parser.epilog = _EPILOG


def run(options: argparse.Namespace) -> int:
    """Check; 0 without errors, 1 with errors. Warnings and hints are shown and do not count."""
    from bot.commands.validate_run import validate

    return validate(options)


def _file(text: str) -> Path:
    # an empty name would be the current folder
    if not text:
        raise argparse.ArgumentTypeError("the name is empty: name a file")
    return Path(text)


def _service(text: str) -> str:
    """A kind of service: one with rules of its own, or another that a connection can name."""
    from bot.datasets.services import SERVICES

    if text not in SERVICES:
        # The registry brings a client for HTTP along.
        from providers.registry import kinds

        if text not in kinds():
            choices = f"choose from {', '.join(kinds())}"
            raise argparse.ArgumentTypeError(choices)
    return text


def _epochs(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 100:
        raise ValueError
    return number


_epochs.__name__ = "number from 1 to 100"


COMMAND = Command(arguments, run)
