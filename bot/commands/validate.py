"""`tunesmith validate FILE`: the same check that an upload in Slack goes through, without sending anything."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.base import Command, cannot_read

if TYPE_CHECKING:  # the checker is read only when the command runs
    from bot.datasets.report import Finding, Report


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("file", metavar="FILE", type=Path, help="training or validation data, JSON Lines")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.epilog = "exit codes: 0 no errors, 1 errors in the file, 2 the file could not be read"


def run(options: argparse.Namespace) -> int:
    """Check; 0 without errors, 1 with errors. Warnings and hints are shown and do not count."""
    from bot.datasets.checker import check_path
    from bot.datasets.options import Options

    try:
        report = check_path(options.file, Options())
    except OSError as error:
        raise cannot_read(options.file, error) from None
    if options.json:
        from handlers.wording.findings import finding_text

        shown = report.to_public_json(finding_text)
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(as_text(report, options.file.name))
    return 0 if report.ok else 1


def as_text(report: "Report", name: str) -> str:
    """The verdict first, then what was found, then numbers."""
    errors, warnings = report.counts.get("error", 0), report.counts.get("warning", 0)
    verdict = "no errors" if report.ok else f"{errors:,} {'error' if errors == 1 else 'errors'}"
    if warnings:
        verdict += f", {warnings:,} {'warning' if warnings == 1 else 'warnings'}"
    lines = [f"{name}: {verdict}"]
    lines += [_finding(one) for one in report.findings]
    kept: dict[str, int] = {}
    for one in report.findings:
        kept[one.rule] = kept.get(one.rule, 0) + 1
    more = {rule: count - kept.get(rule, 0) for rule, count in report.totals.items()}
    lines += [f"… and {count:,} more of {rule}" for rule, count in more.items() if count > 0]
    about = "" if report.tokens.exact else "about "
    lines.append(
        f"{report.examples:,} examples, {report.lines:,} lines, {about}{report.tokens.total:,} tokens, "
        f"{report.bytes:,} bytes, checked in {report.seconds:.1f} s"
    )
    return "\n".join(lines) + "\n"


def _finding(finding: "Finding") -> str:
    from handlers.wording.findings import finding_text

    message, remedy = finding_text(finding.rule, finding.params)
    place = " ".join(
        part for part in (f"line {finding.line:,}" if finding.line else "", finding.path) if part
    )
    return f"{finding.severity}: {place + ': ' if place else ''}{message}" + (
        f"\n    {remedy}" if remedy else ""
    )


COMMAND = Command(arguments, run)
