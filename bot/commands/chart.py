"""`tunesmith chart results.csv -o out.png`: the same picture as in Slack, from a results file on disk."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.commands.base import Command, CommandError, Trouble, cannot_read

CHUNK = 1 << 20

_NO_TABLE = {
    "header": "has no header with a column called step, so it is not a results file.",
    "base64": "looks like base64, but is not.",
    "line": "has a line that is far too long for a results file.",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="results.csv of a finished job, also in base64"
    )
    parser.add_argument(
        "-o", "--output", metavar="PNG", type=Path, required=True, help="where the picture goes"
    )
    parser.add_argument("--title", metavar="TEXT", help="title of the picture (default: the file's name)")


def run(options: argparse.Namespace) -> int:
    """Draw. Nothing is written when the file holds no measurement."""
    from bot.training.charts import ChartRequest, render
    from bot.training.series import Collected
    from bot.training.thinning import decimate
    from providers.azure_openai.results import NoTableError, ResultsReader

    collected, reader = Collected(), ResultsReader()
    try:
        for chunk in _chunks(options.file):
            for point in reader.feed(chunk):
                collected.add(point)
        for point in reader.finish():
            collected.add(point)
    except OSError as error:
        raise cannot_read(options.file, error) from None
    except NoTableError as error:
        raise CommandError([Trouble(str(options.file), _NO_TABLE[str(error)])]) from None
    series = collected.series()
    if not series:
        raise CommandError([Trouble(str(options.file), "holds no measurement.")])
    thin = tuple(decimate(one) for one in series)
    picture = render(ChartRequest(title=options.title or options.file.name, series=thin))
    try:
        options.output.write_bytes(picture)
    except OSError as error:
        raise CommandError([Trouble(str(options.output), f"cannot be written: {error.strerror}.")]) from None
    skipped = f" ({reader.skipped:,} unreadable rows left out)" if reader.skipped else ""
    sys.stdout.write(f"{options.output}: {reader.rows:,} rows{skipped}\n")
    return 0


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


COMMAND = Command(arguments, run)
