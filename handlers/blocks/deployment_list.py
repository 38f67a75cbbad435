"""Lists of deployments: a page with its buttons, and the picker that answers a missing or ambiguous name."""

from collections.abc import Sequence

from bot.chat import Rendered
from bot.facts.deployments import DeploymentFacts, DeploymentList
from handlers.blocks import deployment_buttons as buttons
from handlers.blocks.deployment_rows import row
from handlers.blocks.primitives import Block, Element, actions, as_message, button, footer, section
from handlers.paging import Paged, Scope
from handlers.wording import deployments as words
from handlers.wording import numbers
from handlers.wording.deployments_modals import label, say
from handlers.wording.markup import fallback, inline

PAGE = 10
_PICKED_FROM = 20
_NEEDED = {"keep": "keep", "undeploy": "take_down"}


def build(page: DeploymentList, locale: str) -> Rendered:
    """One page of all connections; what a month costs, what could not be read."""
    shown = page.deployments[:20]
    title = say(f"list_{page.scope}", locale)
    if page.where:
        title = f"{title} · {inline(page.where, 60)}"
    if shown:
        last = page.offset + len(shown)
        figures = {
            "first": f"{page.offset + 1:,}",
            "last": f"{last:,}",
            "total": f"{max(page.total, last):,}",
        }
        title = f"{title} · {say('range', locale, figures)}"
    cost = month(page, locale)
    nothing = "" if shown else say(f"none_{page.scope}", locale)
    lines = [line for line in (title, cost, nothing) if line]
    blocks: list[Block] = [section("\n".join(lines)), *(row(one, locale) for one in shown)]
    if page.unread:
        names = ", ".join(inline(name, 60) for name in page.unread[:20])
        blocks.append(section(say("unread", locale, connections=names)))
    blocks += _pages(page, len(shown), locale)
    sources = [words.price_source(one, locale) for one in shown]
    read = [words.monitor(one, locale) for one in shown]
    blocks += footer(
        say("order", locale) if shown else "",
        next((one for one in sources if one), ""),
        next((one for one in read if one), ""),
    )
    heads = [words.headline(one, locale) for one in shown]
    return Rendered(fallback(*lines, *heads), as_message(blocks))


def month(page: DeploymentList, locale: str) -> str:
    """`$3,672 a month together, used or not · 2 deployments without a known price`; empty when nothing is known.

    What sleeps without calls is told apart, since nobody knows how long it will be awake.
    """
    parts = []
    if page.month is not None:
        parts.append(say("month", locale, amount=numbers.exact(page.month, locale)))
    if page.asleep is not None:
        key = "month_asleep" if page.month is None else "month_asleep_more"
        parts.append(say(key, locale, amount=numbers.exact(page.asleep, locale)))
    if page.unknown:
        counted = numbers.count(page.unknown, "deployment", locale)
        parts.append(say("month_unknown", locale, deployments=counted))
    return " · ".join(parts)


def picker(
    word: str, among: Sequence[DeploymentFacts], locale: str, *, given: str = "", until: str = ""
) -> Rendered:
    """Which deployment is meant: those for which `word` is possible, each with the button that does it.

    `given` is a name that several have; `until` is what was typed for `keep`.
    """
    known = word if word in _NEEDED else ""
    needed = _NEEDED.get(word)
    possible = [one for one in among if needed is None or needed in one.can][:_PICKED_FROM]
    title = say("pick_same", locale, {"name": given}) if given else say(_key("pick", known), locale)
    nothing = "" if possible else say(_key("pick_none", known), locale)
    blocks: list[Block] = [
        section("\n".join(line for line in (title, nothing) if line)),
        *(row(one, locale, _button(word, one, locale, until), "pick") for one in possible),
    ]
    heads = [words.headline(one, locale) for one in possible]
    return Rendered(fallback(title, nothing, *heads), as_message(blocks))


def _key(key: str, word: str) -> str:
    return f"{key}_{word}" if word else key


def _button(word: str, one: DeploymentFacts, locale: str, until: str) -> Element:
    if word == "keep":
        return buttons.keep(one, locale, until)
    return buttons.take_down(one, locale) if word == "undeploy" else buttons.opened(one, locale)


def _pages(page: DeploymentList, shown: int, locale: str) -> list[Block]:
    other: Scope = "all" if page.scope == "mine" else "mine"
    here = Paged(page.scope, page.offset, page.where)
    forward: list[Element] = []
    if shown and page.offset + shown < page.total:
        forward.append(button(label("more", locale), "deployments_page", here.at(page.offset + shown)))
    forward.append(button(label(other, locale), "deployments_scope", here.of(other)))
    back = button(label("back", locale), "deployments_page", here.at(page.offset - PAGE))
    return [
        *(actions([back], "deployments_back") if page.offset else []),
        *actions(forward, "deployments_forward"),
    ]
