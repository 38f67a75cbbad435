"""The helper's side of a second pass over a file."""

import time
from collections.abc import Callable
from pathlib import Path

from bot.datasets.options import Options
from bot.datasets.report import Finding
from bot.datasets.spool import Spool
from bot.helper import frames

PROGRESS_EVERY = 0.5

Tell = Callable[[frames.Reply], None]


def study_file(
    request: frames.Study, tell: Tell, timer: Callable[[], float] = time.monotonic
) -> frames.Reply:
    """Study a file that is whole, and tell how far it is.

    Args:
        request: what to study.
        tell: sends a frame that is not the last one.
        timer: seconds on a clock that only moves forward.

    Returns:
        The last frame. `OSError` when a file cannot be read or the findings cannot be written.
    """
    from bot.datasets.study.runner import study

    spool = Spool(Path(request.findings) if request.findings else None)
    warnings, due, done = 0, timer() + PROGRESS_EVERY, False

    def each(finding: Finding) -> None:
        nonlocal warnings
        spool.write(finding)
        warnings += finding.severity == "warning"

    def progress(read: int) -> None:
        nonlocal due
        if timer() >= due:
            due = timer() + PROGRESS_EVERY
            tell(frames.Progress(read, 0, warnings))

    try:
        studied = study(
            Path(request.path),
            Options(**request.options),
            request.form,
            against=Path(request.against) if request.against else None,
            each=each,
            progress=progress,
        )
        spool.close()
        done = True
    finally:
        if not done:
            spool.forget()
    return frames.StudyDone(studied)
