"""Messages about requests that are sent once, as people get them."""

from typing import Any

import pytest

from bot.facts import deployment_notices as notices
from bot.facts.deployments import ProblemFacts
from handlers.blocks import request_notices
from tests.handlers.blocks.test_buttons import routes
from tests.handlers.samples_requests import (
    ADA,
    APPROVED,
    BRUNO,
    CHANGES,
    CLOSES,
    REJECTED,
    REQUEST,
    SECOND,
    TRAINING,
    request,
    vote,
)

EN = "en"


def test_a_reminder_names_who_is_needed_and_the_next_one() -> None:
    waiting = request(votes=(vote(ADA),))
    told = request_notices.reminder(notices.RequestReminder(request=waiting, nth=2, next_at=CLOSES), EN)
    assert told.text == (
        "⏳ A31 deploy support-v12 still waits: 1 of 2 (<@U0APPROVE1>)\n"
        "Needed: one of <!subteam^S0MLLEADS>. It closes 26 Nov 2026, 17:00 UTC; undecided means that nothing happens.\n"
        "The buttons are on the request, at the top of this thread."
    )
    assert "reminder 2 · the next one <!date^1795712400" in str(told.blocks[-1])
    assert routes(told) == []  # once it is decided nothing would take them away
    last = request_notices.reminder(notices.RequestReminder(request=REQUEST, nth=3, next_at=None), EN)
    assert "the last one before it closes" in str(last.blocks[-1])


def test_the_requester_is_mentioned_and_the_thread_is_not_told_twice() -> None:
    own = request_notices.decided(notices.RequestDecided(request=APPROVED, to="requester"), EN)
    assert own.text == (
        "✅ A31 deploy support-v12: approved\n"
        "<@U0REQUEST1> By <@U0APPROVE1> and <@U0APPROVE2>, 23 Nov 2026, 15:02 UTC. Next: the service is creating it."
    )
    line = request_notices.decided(notices.RequestDecided(request=APPROVED, to="thread"), EN)
    assert "<@U0REQUEST1>" not in line.text


@pytest.mark.parametrize(
    ("decided", "told"),
    [
        (REJECTED, "🛑 A31 deploy support-v12: rejected"),
        (request(state="expired"), "⚫ A31 deploy support-v12: closed undecided"),
        (request(state="withdrawn"), "⚫ A31 deploy support-v12: withdrawn"),
        (
            APPROVED.model_copy(update={"frozen": "freeze_file"}),
            "❄ A31 deploy support-v12: approved, and held by a freeze",
        ),
    ],
)
def test_the_first_line_alone_tells_how_it_ended(decided: Any, told: str) -> None:
    found = request_notices.decided(notices.RequestDecided(request=decided, to="thread"), EN)
    assert found.text.splitlines()[0] == told


def test_a_change_that_is_asked_for_leads_to_the_form() -> None:
    asked = notices.ChangesAsked(request=CHANGES, by=BRUNO, reason="Half of it is enough.")
    told = request_notices.changes_asked(asked, EN)
    assert '<@U0REQUEST1> <@U0APPROVE2> asks for a change: "Half of it is enough."' in told.text
    assert routes(told) == [("request_change", "A31"), ("request_withdraw", "A31")]
    training = notices.ChangesAsked(request=TRAINING, by=BRUNO, reason="Less.")
    assert routes(request_notices.changes_asked(training, EN)) == [("request_withdraw", "A32")]


def test_the_old_rounds_thread_hears_of_the_new_one() -> None:
    told = request_notices.new_round(notices.NewRound(request=SECOND), EN)
    assert told.text.startswith("A31 deploy support-v12 was changed: round 2 asks again\n")
    assert "Capacity: 50 → 25" in told.text


@pytest.mark.parametrize(
    ("code", "params", "first"),
    [
        (
            "already_decided",
            {"state": "approved", "by": f"{ADA} {BRUNO}"},
            "⚠ A31 is already decided by <@U0APPROVE1> and <@U0APPROVE2>",
        ),
        ("already_decided", {"state": "expired", "by": ""}, "⚠ A31 is already decided by its closing time"),
        (
            "already_decided",
            {"state": "approved", "by": ""},
            "⚠ A31 is already decided by a rule of the configuration",
        ),
        ("request_withdrawn", {"owner": ADA}, "⚠ <@U0APPROVE1> withdrew A31"),
        ("closed", {}, "⚠ A31 has closed"),
        ("not_approver", {}, "⚠ You are not one of those who decide about this"),
        ("own_request", {}, "⚠ Somebody else has to approve what you ask for"),
        ("voted", {"decision": "approve"}, "⚠ You have voted on this already"),
        ("round_replaced", {"shown": 1, "round": 2}, "⚠ A31 was changed since this message"),
        ("guest", {}, "⚠ Guests cannot use this"),
    ],
)
def test_why_a_click_changed_nothing(code: str, params: dict[str, Any], first: str) -> None:
    refused = notices.VoteRefused(request=APPROVED, problem=ProblemFacts(code=code, params=params))
    told = request_notices.vote_refused(refused, EN).text.splitlines()
    assert told[0] == first
    assert told[1] == "What you clicked on A31 deploy support-v12 changed nothing."


def test_a_broken_glass_is_told_with_who_why_and_what_it_costs() -> None:
    broken = request(state="approved", glass=vote(ADA, reason="Customers wait."), votes=(vote(BRUNO),))
    told = request_notices.glass_broken(notices.GlassBroken(request=broken), EN)
    assert told.text.splitlines()[:3] == [
        "🚨 <@U0APPROVE1> went ahead with A31 deploy support-v12 without its approvals",
        '<@U0APPROVE1>: "Customers wait."',
        "It had 1 of 2 (<@U0APPROVE2>). The audit keeps who did it, when and why.",
    ]
    assert "$1,224 a month" in told.text
