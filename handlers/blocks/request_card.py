"""An approval request: one card for each round in the approvers' channel, and the requester's own copy."""

from collections.abc import Sequence

from bot.chat import Rendered
from bot.facts.requests import RequestFacts, RoundFacts
from handlers.blocks import request_buttons as buttons
from handlers.blocks import request_details
from handlers.blocks.primitives import Block, Element, actions, as_message, footer, section
from handlers.wording import requests, requests_asks, requests_changes
from handlers.wording.markup import fallback


def build(request: RequestFacts, locale: str) -> Rendered:
    """A round as the approvers see it; without buttons once a vote on it cannot count."""
    return _card(request, _votes(request, locale), "request", locale)


def own(request: RequestFacts, locale: str) -> Rendered:
    """The requester's copy."""
    return _card(request, _own_buttons(request, locale), "own", locale)


def answer(request: RequestFacts, rounds: Sequence[RoundFacts], locale: str, *, own: bool) -> Rendered:
    """A copy as an answer to who asked for it, with all rounds and who voted when."""
    row = _own_buttons(request, locale) if own else _votes(request, locale)
    card = _card(request, row, "own" if own else "request", locale)
    blocks = [dict(one) for one in card.blocks]
    return Rendered(card.text, as_message([*blocks, *request_details.history(request, rounds, locale)]))


def _card(request: RequestFacts, row: list[Element], kind: str, locale: str) -> Rendered:
    headline = requests.headline(request, locale)
    lines = body(request, locale)
    blocks: list[Block] = [
        section("\n".join([headline, *lines])),
        *actions(row, f"{kind}:{request.id}:{request.shown_round}"),
        *small_print(request, locale),
    ]
    return Rendered(fallback(headline, *lines), as_message(blocks))


def body(request: RequestFacts, locale: str) -> list[str]:
    """The lines below the headline: how it ended and what follows, then what was asked for."""
    if requests.replaced(request):
        said = [requests.say("replaced_next", locale), *_asked(request, locale)]
        return [line for line in said if line]
    ended = " ".join(
        part for part in (requests.decided(request, locale), requests.next_step(request, locale)) if part
    )
    changed = (
        requests_changes.lines(request.changes, request.shown_round, locale, quoted=True)
        if request.state == "open"
        else []
    )
    # Nobody had the chance to read them before a rule decided.
    warned = request.deploy is not None and (
        request.state in ("open", "changes") or (request.state == "approved" and bool(request.auto))
    )
    lines = [
        ended,
        *changed,
        *_asked(request, locale),
        *([_warnings(request, locale)] if warned else []),
        requests.problem(request, locale),
    ]
    return [line for line in lines if line]


def _asked(request: RequestFacts, locale: str) -> list[str]:
    replacing = requests_asks.replacing(request.deploy, locale) if request.deploy is not None else ""
    first = " ".join(part for part in (requests.asked(request, locale), replacing) if part)
    return [first, *requests_asks.lines(request, locale)]


def _warnings(request: RequestFacts, locale: str) -> str:
    found = requests_asks.warnings(request.deploy, locale) if request.deploy is not None else []
    return "\n".join(f"⚠ {text}" for text in found[:12])


def small_print(request: RequestFacts, locale: str) -> list[Block]:
    """How many of how many, the rules, the digest, and where the price comes from."""
    source = requests_asks.source(request, locale)
    if requests.replaced(request) or request.state in ("expired", "withdrawn", "rejected"):
        return footer(requests.binding(request, locale)[-1], source)
    if request.state == "approved":
        tally = "" if request.auto else requests.tally(request, locale)
        return footer(tally, requests.binding(request, locale)[-1], source)
    return footer(requests.tally(request, locale), *requests.binding(request, locale), source)


def _votes(request: RequestFacts, locale: str) -> list[Element]:
    if requests.replaced(request):
        return []
    # Details: behind them is the way to go ahead in a freeze, too.
    if not buttons.votable(request):
        return _decided_buttons(request, locale)
    return [
        buttons.approve(request, locale),
        buttons.reject(request, locale),
        buttons.details(request, locale),
    ]


def _decided_buttons(request: RequestFacts, locale: str) -> list[Element]:
    held = [buttons.call_off(request, locale)] if buttons.held(request) else []
    return [*held, buttons.details(request, locale)]


def _own_buttons(request: RequestFacts, locale: str) -> list[Element]:
    if request.state not in ("open", "changes"):
        return _decided_buttons(request, locale)
    row = []
    if buttons.changeable(request):
        row.append(buttons.change(request, locale, primary=request.state == "changes"))
    return [*row, buttons.withdraw(request, locale), buttons.details(request, locale)]
