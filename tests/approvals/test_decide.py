"""What one event does to a request, as a table."""

from datetime import timedelta
from typing import Any

import pytest

from bot.approvals.machine import Changed, Event, Glass, Standing, Tick, Voted, Withdrawn, decide
from bot.approvals.policy import Policy
from tests.approvals.samples import ADA, BRUNO, CY, NOW, ODD, RIN


def request(**given: Any) -> Standing:
    policy = Policy(count=2, users=(ADA, BRUNO, CY), closes_hours=1, self_approval=given.pop("own", False))
    values = {
        "kind": "deployment",
        "state": "open",
        "round": 2,
        "requester": RIN,
        "policy": policy,
        "closes_at": NOW + timedelta(hours=1),
        **given,
    }
    return Standing(**values)


def vote(decision: Any = "approve", user: str = ADA, **more: Any) -> Voted:
    return Voted(**{"user": user, "round": 2, "decision": decision, "reason": "why", **more})


ONE = {"votes": {BRUNO: "approve"}}


@pytest.mark.parametrize(
    ("standing", "event", "state", "refused"),
    [
        ({}, vote(), "open", None),
        (ONE, vote(), "approved", None),
        (ONE, vote("reject"), "rejected", None),
        (ONE, vote("changes"), "changes", None),
        (ONE, vote(user=BRUNO), "open", "voted"),
        (ONE, vote("reject", user=BRUNO), "open", "voted"),
        ({}, vote("reject", reason=" "), "open", "reason_empty"),
        ({}, vote(reason=""), "open", None),
        ({}, vote(round=1), "open", "round_replaced"),
        ({}, vote(user=RIN), "open", "own_request"),
        ({}, vote(user=RIN, denied="not_approver"), "open", "own_request"),
        ({"own": True}, vote(user=RIN), "open", None),
        ({}, vote(denied="guest"), "open", "guest"),
        ({"state": "changes"}, vote(), "changes", "changes_asked"),
        ({"state": "changes"}, vote("reject"), "changes", "changes_asked"),
        ({"kind": "training"}, vote("changes"), "open", "cannot_change"),
        ({"state": "approved", "decided_by": (ADA, BRUNO)}, vote(user=CY), "approved", "already_decided"),
        ({"state": "rejected"}, vote(denied="guest"), "rejected", "already_decided"),
        ({}, Changed(user=RIN), "open", None),
        ({"state": "changes"}, Changed(user=RIN), "open", None),
        ({}, Changed(user=ADA), "open", "not_requester"),
        ({}, Changed(user=RIN, same=True), "open", "nothing_changed"),
        ({"kind": "training"}, Changed(user=RIN), "open", "cannot_change"),
        ({"state": "approved"}, Changed(user=RIN), "approved", "already_decided"),
        ({}, Withdrawn(user=RIN), "withdrawn", None),
        ({"state": "changes"}, Withdrawn(user=RIN), "withdrawn", None),
        ({}, Withdrawn(user=ADA), "open", "not_requester"),
        ({"state": "expired"}, Withdrawn(user=RIN), "expired", "closed"),
        ({"state": "expired"}, vote(user=CY), "expired", "closed"),
        ({"state": "withdrawn"}, vote(user=CY), "withdrawn", "request_withdrawn"),
        ({"state": "withdrawn"}, Changed(user=RIN), "withdrawn", "request_withdrawn"),
        ({"state": "withdrawn"}, Glass(user=ODD, round=2, reason="x"), "withdrawn", "request_withdrawn"),
        ({}, Glass(user=ODD, round=2, reason="it burns"), "approved", None),
        ({"state": "changes"}, Glass(user=ODD, round=2, reason="it burns"), "approved", None),
        ({}, Glass(user=ODD, round=1, reason="it burns"), "open", "round_replaced"),
        ({}, Glass(user=ODD, round=2, reason=" "), "open", "reason_empty"),
        ({}, Glass(user=ADA, round=2, reason="x", denied="not_glass"), "open", "not_glass"),
        ({"state": "approved"}, Glass(user=ODD, round=2, reason="x"), "approved", "already_decided"),
        ({"state": "approved", "held": True}, Glass(user=ODD, round=2, reason="x"), "approved", None),
        ({"state": "rejected"}, Glass(user=ODD, round=2, reason="x"), "rejected", "already_decided"),
        ({}, Tick(), "open", None),
    ],
)
def test_an_event_does_this(standing: dict[str, Any], event: Event, state: str, refused: str | None) -> None:
    step = decide(request(**standing), event, NOW)
    assert (step.state, step.refusal.code if step.refusal else None) == (state, refused)
    assert step.counted == (refused is None and not isinstance(event, Tick))


@pytest.mark.parametrize(
    "event", [vote(), Changed(user=RIN), Withdrawn(user=RIN), Glass(user=ODD, round=2, reason="x")]
)
@pytest.mark.parametrize("state", ["open", "changes"])
def test_closing_time_comes_before_everything_else(event: Event, state: str) -> None:
    closed = request(state=state, votes={BRUNO: "approve"})
    late = decide(closed, event, closed.closes_at)
    assert (late.state, late.counted) == ("expired", False)
    assert late.refusal is not None
    assert late.refusal.code == "closed"
    assert decide(closed, Tick(), closed.closes_at).state == "expired"


def test_who_decided_is_named() -> None:
    assert decide(request(votes={BRUNO: "approve"}), vote(), NOW).by == (BRUNO, ADA)
    refusal = decide(request(state="approved", decided_by=(BRUNO, ADA)), vote(user=CY), NOW).refusal
    assert refusal is not None
    assert refusal.params == {"state": "approved", "by": f"{BRUNO} {ADA}"}
