"""Requests as approvers and requesters read them: word by word, and which buttons stand where."""

from typing import Any

import pytest

from bot.chat import Rendered
from bot.facts.requests import OwnSettings, PolicyFacts, PolicyLine, RequestList
from handlers.blocks import own_settings, request_card, request_list
from tests.handlers.blocks.test_buttons import routes
from tests.handlers.samples_requests import (
    ADA,
    APPROVED,
    BRUNO,
    CHANGES,
    KEEP,
    REJECTED,
    REPLACED,
    REQUEST,
    RIN,
    SECOND,
    TRAINING,
    request,
    vote,
)

EN = "en"
ASKED = (
    '<@U0REQUEST1>: "Wrong refund answers in v11." Replaces support-v11, taken down 48\u00a0h after this one answers.\n'
    "$1.70/h = $1,224 a month, used or not, until 31 Jan 2027. All deployments: $3,672 now, $4,896 for 48\u00a0h, then "
    "$3,672.\n"
    "J142 final · prod-swc, Sweden Central · GlobalStandard · 50K tokens/min (about 50 requests/min) · filter "
    "corp-strict\n"
    "Validation loss 0.74 (support-v11: 0.81), no sign of overfitting · safety evaluation passed"
)
WARNED = "\n⚠ Global: data may be processed outside the region"


def small(rendered: Rendered) -> str:
    """The small print at the end."""
    last: Any = rendered.blocks[-1]
    return str(last["elements"][0]["text"]) if last["type"] == "context" else ""


def test_the_request_to_approvers() -> None:
    card = request_card.build(REQUEST, EN)
    assert card.text == (
        f"Deploy support-v12? · A31 · two of <!subteam^S0MLLEADS> · closes 26 Nov 2026, 17:00 UTC\n{ASKED}{WARNED}"
    )
    assert routes(card) == [
        ("request_approve", "A31:1"),
        ("request_reject", "A31:1"),
        ("request_details", "A31"),
    ]
    assert small(card) == (
        "0 of 2 · the requester cannot approve · any change asks again · 9c1e · price: tunesmith.toml, as of "
        "1\u00a0Nov\u00a02026"
    )


def test_the_requesters_copy_can_change_it_and_take_it_back() -> None:
    assert routes(request_card.own(REQUEST, EN)) == [
        ("request_change", "A31"),
        ("request_withdraw", "A31"),
        ("request_details", "A31"),
    ]
    for other in (TRAINING, KEEP):
        assert [action for action, _ in routes(request_card.own(other, EN))] == [
            "request_withdraw",
            "request_details",
        ]


def test_a_changed_round_shows_the_difference_and_asks_about_itself() -> None:
    card = request_card.build(SECOND, EN)
    assert "Changed since round 1:\nCapacity: 50 → 25\nUntil: none → 31 Jan 2027\n" in card.text
    assert ("request_approve", "A31:2") in routes(card)


@pytest.mark.parametrize(
    "decided", [APPROVED, REJECTED, REPLACED, request(state="expired"), request(state="withdrawn")]
)
def test_what_cannot_be_voted_on_has_no_buttons(decided: Any) -> None:
    assert routes(request_card.build(decided, EN)) == []
    if decided is not REPLACED:
        assert routes(request_card.own(decided, EN)) == []


@pytest.mark.parametrize(
    ("decided", "told"),
    [
        (
            APPROVED,
            (
                "✅ Approved · deploy support-v12 · A31\n"
                "By <@U0APPROVE1> and <@U0APPROVE2>, 23 Nov 2026, 15:02 UTC. Next: the service is creating it."
            ),
        ),
        (
            REJECTED,
            (
                "🛑 Rejected · deploy support-v12 · A31\n"
                '<@U0APPROVE2>: "Wait for the audit." Next: nothing is deployed. <@U0REQUEST1> can ask again '
                "with deploy."
            ),
        ),
        (
            REPLACED,
            (
                "⚫ Replaced by round 2 · deploy support-v12 · A31\n"
                "It was changed. Votes on this round do not count; the newer message asks again."
            ),
        ),
        (
            CHANGES,
            (
                "🟠 Changes asked · deploy support-v12 · A31\n"
                '<@U0APPROVE2> asks for a change: "Half of it is enough." Voting goes on when <@U0REQUEST1> has '
                "changed it; it closes 26 Nov 2026, 17:00 UTC all the same."
            ),
        ),
        (
            request(state="expired", votes=(vote(ADA),)),
            (
                "⚫ Closed undecided · deploy support-v12 · A31\n"
                "1 of 2 had approved when it closed 23 Nov 2026, 15:02 UTC. Next: nothing is deployed."
            ),
        ),
        (
            request(state="approved", auto="developer tier"),
            (
                "✅ Approved · deploy support-v12 · A31\n"
                'By the rule "developer tier"; nobody was asked. Next: it is rolled out;'
            ),
        ),
        (
            request(state="approved", glass=vote(ADA, reason="Outage.")),
            (
                "✅ Approved · deploy support-v12 · A31\n"
                'By <@U0APPROVE1> alone, without the approvals that it needs: "Outage."'
            ),
        ),
        (
            APPROVED.model_copy(update={"frozen": "Black Friday."}),
            (
                "❄ Approved, and held · deploy support-v12 · A31\n"
                "By <@U0APPROVE1> and <@U0APPROVE2>, 23 Nov 2026, 15:02 UTC. Held: Black Friday. Nothing is sent until "
                "the freeze ends; then it goes on by itself."
            ),
        ),
    ],
)
def test_how_it_ended_and_what_happens_now(decided: Any, told: str) -> None:
    assert request_card.build(decided, EN).text.startswith(told)


def test_a_freeze_that_nobody_worded_is_worded() -> None:
    held = APPROVED.model_copy(update={"frozen": "freeze_file_unreadable"})
    assert "whether a freeze is on cannot be read" in request_card.build(held, EN).text


@pytest.mark.parametrize(
    "problem", ["no_approvers", "too_few_approvers", "only_requester", "approvers_unreadable"]
)
def test_a_policy_that_nobody_can_satisfy_is_told_on_the_request(problem: str) -> None:
    told = request_card.build(request(problem=problem), EN).text
    assert "⚠ Nobody can approve it as things are: " in told
    assert problem not in told
    assert (
        "Nobody can approve"
        not in request_card.build(APPROVED.model_copy(update={"problem": problem}), EN).text
    )


def test_who_approved_already_is_named() -> None:
    assert small(request_card.build(request(votes=(vote(ADA),)), EN)).startswith("1 of 2 (<@U0APPROVE1>)")


def test_an_expensive_training() -> None:
    assert request_card.build(TRAINING, EN).text == (
        "Train J143 support-v13? · A32 · two of <!subteam^S0MLLEADS> · closes 26 Nov 2026, 17:00 UTC\n"
        "Asked by <@U0REQUEST1>.\n"
        "About $91. Trainings above $20 are asked for first.\n"
        "gpt-4.1 · train_w47.jsonl · D61 · 2,140 examples · prod-swc"
    )


def test_keeping_an_idle_deployment() -> None:
    assert request_card.build(KEEP, EN).text == (
        "Keep prod-swc/support-v10? · A33 · one of <@U0APPROVE1> or <@U0APPROVE2> · closes 26 Nov 2026, 17:00 UTC\n"
        '<@U0REQUEST1>: "The campaign begins on Monday."\n'
        "About $612 until 15 Dec 2026, used or not. The bot makes a real call now and before each deletion until "
        "then.\n"
        "Last call 10 Nov 2026, 15:02 UTC · deleted by the service 25 Nov 2026, 15:02 UTC if nobody calls it"
    )


def test_a_list_says_what_waits_since_when_and_who_is_missing() -> None:
    half = request(votes=(vote(ADA),), policy=PolicyFacts(count=2, users=(ADA, BRUNO)))
    page = request_list.build(RequestList(scope="mine", requests=(half,), asked=(KEEP,)), EN)
    shown = str(page.blocks)
    assert "since <!date^1795442520" in shown
    assert "1 of 2 (<@U0APPROVE1>) · needed: one of <@U0APPROVE2> · closes" in shown
    assert "Asked by you" in page.text
    assert routes(page) == [("request_details", "A31"), ("request_details", "A33")]
    nothing = request_list.build(RequestList(scope="all", requests=()), EN)
    assert "No request waits." in nothing.text


def test_ones_own_settings() -> None:
    own = OwnSettings(
        user=RIN,
        trainer=True,
        approves=("deployment",),
        policies=(PolicyLine(kind="deployment", policy=REQUEST.policy),),
        locale="en-GB",
        tz="Europe/Berlin",
        channel="C0FINETUNE",
        approvals_channel="C0APPROVAL",
        training_above=20,
        currency="USD",
    )
    shown = str(own_settings.build(own, EN).blocks)
    for part in (
        "may train · approves deployments",
        "Deployments: two of <!subteam^S0MLLEADS>, not you yourself",
        "Europe/Berlin",
        "requests in <#C0APPROVAL>",
        "Trainings above $20 are asked for first.",
    ):
        assert part in shown
