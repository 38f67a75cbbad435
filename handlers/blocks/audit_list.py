"""The audit: who did what, newest first."""

from bot.chat import Rendered
from bot.facts.deploy_forms import AuditFacts, AuditLine, AuditValue
from handlers.blocks.primitives import Block, actions, as_message, button, footer, section, sections
from handlers.wording.looking_back import action, say, value_name
from handlers.wording.markup import code, fallback, inline, mention, quoted, when

PAGE = 15
VALUE = 300
BOT = "tunesmith"
REASON = "reason"
_REASON, _ONE, _PEOPLE = 520, 100, 10
_BEFORE, _AFTER = 100, 160
"""Characters after which a line's values end, but for a reason."""


def build(page: AuditFacts, locale: str) -> Rendered:
    """One page with the way to the next."""
    about = inline(page.about, 80)
    title = say("audit_about", locale, about=mention(page.about) if _is_person(page.about) else about)
    title = title if page.about else say("audit", locale)
    if not page.lines:
        nothing = say("audit_none", locale)
        return Rendered(fallback(title, nothing), as_message([section(title), section(nothing)]))
    last = page.offset + len(page.lines)
    shown = say(
        "range",
        locale,
        first=f"{page.offset + 1:,}",
        last=f"{last:,}",
        total=f"{max(page.total, last):,}",
    )
    title = f"{title} · {shown}"
    lines = [_line(one, locale) for one in page.lines]
    blocks: list[Block] = [section(title), *sections(lines)]
    ways = []
    if page.offset:
        ways.append(button(say("back", locale), "audit_page", _value(page.about, page.offset - PAGE)))
    if last < page.total:
        ways.append(button(say("more", locale), "audit_page", _value(page.about, last)))
    for at, way in enumerate(ways):
        blocks += actions([way], f"audit:{at}")
    return Rendered(fallback(title, *lines), as_message([*blocks, *footer()]))


def _value(about: str, offset: int) -> str:
    return f"{max(0, offset)}:{about}"[:VALUE]


def _line(one: AuditLine, locale: str) -> str:
    who = say("bot", locale) if one.actor == BOT else mention(one.actor)
    head = say(
        "line",
        locale,
        at=when(one.at),
        what=action(one.action, locale),
        subject=inline(one.subject, 80),
        who=who,
    )
    change = _values(one.after, locale, _AFTER)
    if one.before and change:
        change = say("from_to", locale, before=_values(one.before, locale, _BEFORE), after=change)
    small = [
        say("through", locale, {"via": one.via}),
        change,
        say("corr", locale, corr=code(one.corr, 40)),
    ]
    return f"{head}\n      {' · '.join(part for part in small if part)}"


def _values(values: tuple[AuditValue, ...], locale: str, room: int) -> str:
    """Values with their names, as long as there is room; a reason and people take none."""
    shown: list[str] = []
    for one in values:
        text = _value_text(one)
        if one.name != REASON and not one.people:
            room -= len(text)
            if room < 0:
                break
        shown.append(say("value", locale, name=value_name(one.name, locale), text=text) if one.name else text)
    return ", ".join(shown)


def _value_text(one: AuditValue) -> str:
    if one.people:
        return ", ".join(mention(user) for user in one.people[:_PEOPLE])
    return quoted(one.text, _REASON) if one.name == REASON else inline(one.text, _ONE)


def _is_person(about: str) -> bool:
    return about[:1] in ("U", "W") and about.isalnum() and about.isupper() and len(about) > 2
