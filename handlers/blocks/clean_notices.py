"""What became of a clean-up, to who asked for it."""

from bot.chat import Rendered
from bot.facts import deployment_notices as notices
from handlers.blocks.primitives import actions, as_message, button, sections
from handlers.wording import numbers
from handlers.wording.cleaning import kind, name, say, why_not
from handlers.wording.markup import fallback, inline, quoted

_LINES = 15


def done(notice: notices.CleanDone, locale: str) -> Rendered:
    """How many are gone and what that freed; what is still there, each with its reason."""
    gone, left = notice.done, notice.failed
    key = "done" if gone and not left else "done_some" if gone else "done_none"
    headline = say(
        key,
        locale,
        connection=inline(notice.connection, 60),
        items=numbers.count(len(gone), "thing", locale),
        left=f"{len(left):,}",
    )
    freed = sum(one.bytes or 0 for one in gone)
    lines = [say("freed", locale, size=numbers.size(freed))] if freed else []
    lines += [say("gone_line", locale, kind=kind(one, locale), name=name(one)) for one in gone[:_LINES]]
    lines += _not_listed(len(gone), locale)
    kept = [_left(one, locale) for one in left[:_LINES]] + _not_listed(len(left), locale)
    again = button(say("button", locale), "launch_clean", notice.connection[:100] or "clean")
    blocks = [
        *sections([headline, *lines]),
        *(sections(kept) if kept else []),
        *actions([again] if left else [], "clean"),
    ]
    return Rendered(fallback(headline, *lines[:5], *kept[:5]), as_message(blocks))


def _left(one: notices.NotCleaned, locale: str) -> str:
    problem = one.problem
    line = say("blocked_line", locale, why=why_not(one.item, problem.code, problem.params, locale))
    return f"{line} {quoted(problem.text, 300)}" if problem.text.strip() else line


def _not_listed(count: int, locale: str) -> list[str]:
    more = count - _LINES
    return [say("not_listed", locale, items=numbers.count(more, "thing", locale))] if more > 0 else []
