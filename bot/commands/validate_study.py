"""Where the second pass (exact tokens, near duplicates, overlap with another file) is called."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.datasets.options import Options
    from bot.datasets.report import Finding, Report


def studied(
    path: Path,
    report: "Report",
    options: "Options",
    *,
    against: Path | None,
    each: "Callable[[Finding], None] | None",
    progress: Callable[[int], None] | None = None,
) -> "Report":
    """The report with what the second pass adds; as it is where there is no example to study.

    Args:
        path: the file that `report` is about.
        report: of the first pass.
        options: what it was checked against.
        against: the training data that the examples of `path` must not be in; None = only `path` is looked at.
        each: called with every finding of the second pass at once.
        progress: told now and then how many bytes were read.

    Raises:
        OSError: one of the files cannot be read.
    """
    from bot.datasets.profiles import form_of
    from bot.datasets.study.runner import study
    from bot.datasets.study.studied import merged

    form = form_of(report.profile)
    if form is None or not report.examples:
        return report
    return merged(report, study(path, options, form, against=against, each=each, progress=progress))
