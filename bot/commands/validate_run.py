"""What `tunesmith validate` does: check, study, repair, and check what was repaired."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from bot.commands import validate_price, validate_text
from bot.commands.base import CommandError, Trouble
from bot.commands.validate_names import quoted, shown
from bot.commands.validate_progress import Progress
from bot.commands.validate_source import Source, another_file, readable, source_of, unreadable
from bot.commands.validate_study import studied
from bot.datasets import services
from bot.datasets.checker import Checker, check_path
from bot.datasets.options import Options
from bot.datasets.repair.file import repair
from bot.datasets.repair.record import Repairs
from bot.datasets.repair.replacing import SameFileError
from bot.datasets.report import Finding, Report

Each = Callable[[Finding], None]
_LONG = 4_000_000
"""Bytes from which a check takes long enough to be waited for."""


def validate(given: argparse.Namespace) -> int:
    """The exit code for these arguments.

    Raises:
        CommandError: a file cannot be read or written, or the configuration that was named has mistakes.
    """
    for other in (given.valid, given.against):
        if other is not None:
            readable(other)
    if given.fix is not None:
        another_file(given.fix, given.file, given.valid, given.against, force=given.force)
    options = services.options(given.service, given.model, profile=given.profile, name=given.file.name)
    with source_of(given.file) as source:
        run = _Run(given, options, source)
        ok = run.as_json() if given.json else run.as_text()
    if not services.knows(given.service, given.model):
        sys.stderr.write(_unknown(given.service, given.model))
    return 0 if ok else 1


class _Run:
    """One call of the command."""

    def __init__(self, given: argparse.Namespace, options: Options, source: Source) -> None:
        self._given, self._options, self._source = given, options, source
        self._progress = Progress()

    def as_json(self) -> bool:
        """One object on standard output; whether there are no errors. What was repaired goes to standard error."""
        from handlers.wording.findings import finding_text

        given, source = self._given, self._source
        if given.fix is None:
            report = self._checked(source, None, given.against)
        else:
            for _ in source.arriving() if source.stream is not None else ():
                pass
            sys.stderr.write(_told(self._repaired(source), given.fix))
            report = self._checked(Source.of(given.fix), None, given.against)
        told = report.to_public_json(finding_text)
        ok = report.ok
        if given.valid is not None:
            other = self._checked(Source.of(given.valid), None, source.path)
            told["validation"] = other.to_public_json(finding_text)
            ok = ok and other.ok
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
        return ok

    def as_text(self) -> bool:
        """Findings as they come, repairs, and a summary; whether there are no errors."""
        given, source = self._given, self._source
        prices = validate_price.Prices(given)
        report = self._printed(source, given.against)
        if given.fix is None:
            sys.stdout.write(validate_text.summary(report, source.name, given.epochs))
        else:
            sys.stdout.write(f"{source.name}: {validate_text.verdict(report)}\n")
            report = self._fixed(source)
        sys.stdout.write(prices.line(report.tokens.total * given.epochs))
        if given.fix is None:
            sys.stdout.write(validate_text.repairable(report, _command(given)))
        if given.valid is None:
            return report.ok
        valid = Source.of(given.valid)
        sys.stdout.write(f"\n{valid.name}, the validation data:\n")
        other = self._printed(valid, source.path)
        sys.stdout.write(validate_text.summary(other, valid.name, given.epochs))
        return report.ok and other.ok

    def _printed(self, source: Source, against: Path | None) -> Report:
        printer = validate_text.Printer(self._progress, full=self._given.full)
        report = self._checked(source, printer, against)
        printer.rest(report)
        if against is not None and not report.studied:
            sys.stdout.write("the overlap of the two files was not looked for\n")
        return report

    def _fixed(self, source: Source) -> Report:
        out = Source.of(self._given.fix)
        sys.stdout.write(_told(self._repaired(source), out.path))
        report = self._checked(out, None, self._given.against)
        remaining = [one for one in report.findings if one.severity == "error"]
        sys.stdout.write("".join(map(validate_text.finding_line, remaining)))
        sys.stdout.write(validate_text.summary(report, out.name, self._given.epochs))
        return report

    def _checked(self, source: Source, each: Each | None, against: Path | None) -> Report:
        progress = self._progress
        try:
            if source.stream is not None and not source.path.exists():
                checker = Checker(self._options, each=each, digest=False)
                for piece in source.arriving():
                    checker.feed(piece)
                    progress.show(f"read {_megabytes(checker.bytes)}")
                report = checker.finish()
            else:
                size = source.path.stat().st_size
                if size >= _LONG:
                    progress.show(f"checking {_megabytes(size)} …")
                report = check_path(source.path, self._options, each=each, digest=False)
            if self._given.quick:
                return report
            size = max(1, source.path.stat().st_size)
            return studied(
                source.path,
                report,
                self._options,
                against=against,
                each=each,
                progress=lambda done: progress.show(f"counting tokens, {100 * done // size} %"),
            )
        except BrokenPipeError:
            # nobody reads the findings any more: no fault of the file's
            raise
        except OSError as error:
            raise unreadable(source.path, error) from None
        finally:
            progress.clear()

    def _repaired(self, source: Source) -> Repairs:
        out: Path = self._given.fix
        size = source.path.stat().st_size

        def show(done: int) -> None:
            self._progress.show(f"repairing, {100 * done // size} %")

        try:
            return repair(source.path, out, self._options, progress=show)
        except SameFileError:
            raise CommandError(
                [Trouble(shown(out), "is the file that is checked", "name another file behind --fix")]
            ) from None
        except OSError as error:
            if error.filename is not None and Path(error.filename) == source.path:
                raise unreadable(source.path, error) from None
            raise CommandError(
                [Trouble(shown(out), f"cannot be written: {error.strerror or error}", "name another place")]
            ) from None
        finally:
            self._progress.clear()


def _command(given: argparse.Namespace) -> str:
    """The command that repairs what these arguments check."""
    words = ["tunesmith", "validate", str(given.file)]
    words += ["--service", given.service] if given.service != Options().service else []
    for name in ("model", "profile"):
        words += [f"--{name}", getattr(given, name)] if getattr(given, name) else []
    return " ".join(map(quoted, [*words, "--fix", "OUT"]))


def _unknown(service: str, model: str) -> str:
    from handlers.wording.services import service_name

    who = service_name(service)
    return f"{shown(model)} is not a model known for {who}: only what all its models ask was checked\n"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"


def _told(repairs: Repairs, out: Path) -> str:
    # what words need is read after the first finding was told
    from handlers.wording.repairs import repair_text

    if not repairs.changed:
        return f"nothing to repair: {shown(out)} is the same file again\n"
    lines = [repair_text(kind, count, repairs.lines[kind], "en") for kind, count in repairs.counts.items()]
    return f"repaired as {shown(out)}:\n" + "".join(f"    {line}\n" for line in lines)
