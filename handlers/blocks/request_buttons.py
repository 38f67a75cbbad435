"""The buttons of a request: votes carry the round that was shown, so that nobody approves what they did not see."""

from bot.facts.requests import RequestFacts
from handlers.blocks.primitives import Element, button, confirm
from handlers.wording.approvals import call_off_question, label, withdraw_question


def _shown(request: RequestFacts) -> str:
    return f"{request.id}:{request.shown_round}"


def votable(request: RequestFacts) -> bool:
    """Whether a vote on this copy can count."""
    return request.state == "open" and request.shown_round == request.round


def changeable(request: RequestFacts) -> bool:
    """Whether what is asked for can be changed in place: a job or a keep is asked for anew."""
    return request.kind == "deployment"


def approve(request: RequestFacts, locale: str) -> Element:
    """Yes, to exactly this round."""
    return button(label("approve", locale), "request_approve", _shown(request), style="primary")


def reject(request: RequestFacts, locale: str) -> Element:
    """No, with a reason."""
    return button(label("reject", locale), "request_reject", _shown(request))


def ask_changes(request: RequestFacts, locale: str) -> Element:
    """Not like this, with a reason."""
    return button(label("changes", locale), "request_changes", _shown(request))


def details(request: RequestFacts, locale: str) -> Element:
    """Everything about it."""
    return button(label("details", locale), "request_details", request.id)


def change(request: RequestFacts, locale: str, *, primary: bool = False) -> Element:
    """The form again, for its next round."""
    style = "primary" if primary else None
    return button(label("change", locale), "request_change", request.id, style=style)


def withdraw(request: RequestFacts, locale: str) -> Element:
    """The requester does not want it any more."""
    words = withdraw_question(request.id, locale)
    dialog = confirm(words.title, words.text, words.yes, words.no, danger=True)
    return button(label("withdraw", locale), "request_withdraw", request.id, confirm=dialog)


def call_off(request: RequestFacts, locale: str) -> Element:
    """Approved and not sent yet: it is not wanted any more. Whoever asked, or an approver, may."""
    words = call_off_question(request.id, locale)
    dialog = confirm(words.title, words.text, words.yes, words.no, danger=True)
    return button(label("call_off", locale), "request_call_off", request.id, confirm=dialog)


def held(request: RequestFacts) -> bool:
    """Whether it is approved, and nothing is sent because of a freeze."""
    return request.state == "approved" and bool(request.frozen)


def glass(request: RequestFacts, locale: str) -> Element:
    """Go ahead without approvals: for who may, with a reason told to everybody."""
    return button(label("glass", locale), "request_glass", request.id, style="danger")
