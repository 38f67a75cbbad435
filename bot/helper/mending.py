"""The helper's side of repairing a file, of leaving lines out, and of guessing which lines a safety check was about."""

from pathlib import Path

from bot.datasets.options import Form, Options
from bot.datasets.profiles import form_of
from bot.helper import frames


def mended(request: frames.Repair | frames.Without | frames.HoldBack | frames.Suspect) -> frames.Reply:
    """The answer; a fault when a file cannot be read or written."""
    try:
        if isinstance(request, frames.Repair):
            return _repaired(request)
        if isinstance(request, frames.Without):
            from bot.datasets.repair.without import without

            return frames.LeftOut(without(Path(request.source), Path(request.target), request.lines))
        if isinstance(request, frames.HoldBack):
            from bot.datasets.repair.holding_back import hold_back

            source, target = Path(request.source), Path(request.target)
            return frames.LeftOut(hold_back(source, target, request.share, request.side))
        return _suspected(request)
    except OSError as error:
        return frames.Fault("helper_unreadable", type(error).__name__)


def _repaired(request: frames.Repair) -> frames.Reply:
    from bot.datasets.repair.file import repair

    options = Options(**request.options)
    done = repair(Path(request.source), Path(request.target), options, form_of(request.form))
    counts = {str(kind): count for kind, count in done.counts.items()}
    lines = {str(kind): list(numbers) for kind, numbers in done.lines.items()}
    return frames.Repaired(counts, lines, done.changed, done.bytes)


def _suspected(request: frames.Suspect) -> frames.Reply:
    from bot.datasets.risk import suspects

    form: Form = form_of(request.form) or "chat"
    found = suspects(Path(request.path), form, request.categories)
    return frames.Suspected(list(found.lines), dict(found.by_category), found.cut, list(found.unknown))
