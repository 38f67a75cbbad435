"""Messages that are sent once and are not about one job: data, parked work."""

from bot.chat import Rendered
from bot.facts import notices
from handlers.blocks.primitives import Block, Element, actions, as_message, button, confirm, footer, section
from handlers.wording import errors, numbers
from handlers.wording.actions import label, question
from handlers.wording.markup import code, fallback, inline, quoted
from handlers.wording.notices import say, task

DENIED = frozenset({"guest", "foreign_team", "not_trainer"})
"""Codes of `bot.errors.Denied`: trying again changes nothing."""


def _message(
    headline: str, lines: list[str], row: list[Element], block_id: str, small: list[Block]
) -> Rendered:
    shown = [line for line in lines if line]
    blocks = [section("\n".join([headline, *shown])), *actions(row, block_id), *small]
    return Rendered(fallback(headline, *shown), as_message(blocks))


def copy_failed(notice: notices.CopyFailed, locale: str) -> Rendered:
    """Sound data that did not get to the service."""
    said = errors.explain(notice.code, notice.params, locale, text=notice.text)
    headline = say(
        "copy",
        locale,
        name=inline(notice.name, 80),
        id=inline(notice.dataset, 20),
        connection=inline(notice.connection, 60),
    )
    lines = [f"{said.happened}.", *said.lines(), say("copy_kept", locale)]
    row = [
        button(label("retry_data", locale), "data_retry", notice.dataset, style="primary"),
        button(label("data", locale), "data_open", notice.dataset),
    ]
    return _message(headline, lines, row, f"copy:{notice.dataset}", [])


def intake_failed(notice: notices.IntakeFailed, locale: str) -> Rendered:
    """A file in Slack that could not be read."""
    said = errors.explain(notice.code, notice.params, locale)
    denied = notice.code in DENIED
    key = "intake_denied" if denied else "intake"
    headline = say(key, locale, name=inline(notice.name, 80), id=inline(notice.dataset, 20))
    row = [
        button(label("retry_data", locale), "data_retry", notice.dataset),
        button(label("another", locale), "data_upload", notice.dataset),
    ]
    if denied:
        row = []
    return _message(headline, [f"{said.happened}.", *said.lines()], row, f"intake:{notice.dataset}", [])


def task_parked(notice: notices.TaskParked, locale: str) -> Rendered:
    """Work that needs an administrator."""
    headline = say(
        "parked",
        locale,
        attempts=numbers.count(notice.attempts, "attempt", locale),
        kind=task(notice.task_kind, locale),
    )
    lines = [
        say("parked_what", locale, {"key": notice.key}, task=str(notice.task)),
        quoted(notice.error, 800) if notice.error.strip() else "",
        say("parked_next", locale),
    ]
    words = question("drop", None, locale)
    dialog = confirm(words.title, words.text, words.yes, words.no, danger=True)
    row = [
        button(label("retry", locale), "task_retry", str(notice.task), style="primary"),
        button(label("drop", locale), "task_drop", str(notice.task), confirm=dialog),
    ]
    return _message(headline, lines, row, f"task:{notice.task}", footer(code(notice.task_kind)))
