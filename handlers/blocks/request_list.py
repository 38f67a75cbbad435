"""Requests that wait: for the reader, asked by the reader, or everybody's."""

from collections.abc import Sequence

from bot.chat import Rendered
from bot.facts.requests import RequestFacts, RequestList
from handlers.blocks import request_buttons as buttons
from handlers.blocks.primitives import Block, as_message, divider, footer, section
from handlers.wording import numbers, requests, requests_asks
from handlers.wording.approvals import say
from handlers.wording.markup import fallback, mention, when


def build(page: RequestList, locale: str) -> Rendered:
    """The list as an answer that only the reader sees; `mine` has two parts."""
    if page.scope == "all":
        title, nothing = say("all", locale), say("nothing_all", locale)
    else:
        title, nothing = say("waiting", locale), say("nothing_waiting", locale)
    blocks: list[Block] = [section(title), *_rows(page.requests, "row", nothing, locale)]
    if page.asked:
        blocks += [divider(), section(say("asked_by_me", locale)), *_rows(page.asked, "asked", "", locale)]
    if page.held:
        blocks += [divider(), section(say("held", locale)), *(_held(one, locale) for one in page.held)]
    more = say("more", locale, requests=numbers.count(page.more, "request", locale)) if page.more else ""
    blocks += footer(more, say("hint", locale))
    lines = [headline(one, locale) for one in page.requests] or [nothing]
    asked = [say("asked_by_me", locale), *(headline(one, locale) for one in page.asked)] if page.asked else []
    held = [say("held", locale), *(headline(one, locale) for one in page.held)] if page.held else []
    return Rendered(fallback(title, *lines, *asked, *held), as_message(blocks))


def _held(request: RequestFacts, locale: str) -> Block:
    """One that a freeze holds: why, and what there is to do about it behind Details."""
    lines = [requests.headline(request, locale), requests.next_step(request, locale)]
    return section("\n".join(lines), buttons.details(request, locale), f"held:{request.id}")


def _rows(found: Sequence[RequestFacts], prefix: str, nothing: str, locale: str) -> list[Block]:
    rows = [row(one, locale, prefix) for one in found]
    return rows or ([section(nothing)] if nothing else [])


def headline(request: RequestFacts, locale: str) -> str:
    """`A31 · Deploy support-v12?`."""
    return f"*{request.id} · {requests.question(request, locale)}*"


def row(request: RequestFacts, locale: str, prefix: str = "request") -> Block:
    """One request in a list, with Details."""
    return section(text(request, locale), buttons.details(request, locale), f"{prefix}:{request.id}")


def text(request: RequestFacts, locale: str) -> str:
    """One request in three lines: what, what it costs, who is missing and since when."""
    wait = (
        say("changes_wait", locale, requester=mention(request.requester))
        if request.state == "changes"
        else say("missing", locale, missing=requests.missing(request, locale))
    )
    lines = [
        headline(request, locale),
        *requests_asks.lines(request, locale)[:1],
        " · ".join(
            [
                say("asked_by", locale, who=mention(request.requester)),
                say("since", locale, at=when(request.created_at)),
                requests.tally(request, locale),
                wait,
                say("closes", locale, at=when(request.closes_at)),
            ]
        ),
        requests.problem(request, locale),
    ]
    return "\n".join(line for line in lines if line)
