"""Takes down what rules note, for tests of one function."""

from collections.abc import Callable

from bot.datasets.findings import Findings
from bot.datasets.report import Finding
from bot.datasets.rules.base import Note


def noted(look: Callable[[Note], object]) -> list[Finding]:
    """What `look` notes."""
    findings = Findings()
    look(findings.at(1))
    return list(findings.kept)
