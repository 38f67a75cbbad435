"""Requests as approvers and requesters read them: word by word, and which buttons stand where."""

from typing import Any

import pytest

from bot.chat import Rendered
from bot.facts.requests import Change, OwnSettings, PolicyFacts, PolicyLine, RequestList, RoundFacts
from handlers.blocks import own_settings, request_card, request_details, request_list
from tests.handlers.blocks.test_buttons import routes
from tests.handlers.samples_requests import (
    ADA,
    APPROVED,
    ASK,
    BRUNO,
    CHANGES,
    KEEP,
    NOW,
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
    "J142 final · gpt-4.1-mini · prod-swc, Sweden Central · GlobalStandard · 50K tokens/min (about 50 requests/min) · "
    "filter corp-strict\n"
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
    assert card.text.startswith("Deploy support-v12? · A31, round 2 · two of "), (
        "it is not round 1 at a glance"
    )
    assert "Changed since round 1:\nCapacity: 50 → 25\nUntil: none → 31 Jan 2027\n" in card.text
    reason = (Change(field="reason", before="Old words.", after=REQUEST.reason),)
    other = request_card.build(SECOND.model_copy(update={"changes": reason}), EN).text
    assert "Reason before: Old words." in other
    assert other.count(REQUEST.reason) == 1
    assert ("request_approve", "A31:2") in routes(card)


@pytest.mark.parametrize(
    "decided", [APPROVED, REJECTED, REPLACED, request(state="expired"), request(state="withdrawn")]
)
def test_what_cannot_be_voted_on_has_no_votes(decided: Any) -> None:
    details = [] if decided is REPLACED else [("request_details", "A31")]
    assert routes(request_card.build(decided, EN)) == details
    if decided is not REPLACED:
        assert routes(request_card.own(decided, EN)) == details


def test_what_a_freeze_holds_can_be_called_off_from_every_copy() -> None:
    held = APPROVED.model_copy(update={"frozen": "Black Friday", "rollout": "approved"})
    for card in (request_card.build(held, EN), request_card.own(held, EN)):
        assert routes(card) == [("request_call_off", "A31"), ("request_details", "A31")]


@pytest.mark.parametrize(
    ("decided", "first"),
    [
        (
            APPROVED.model_copy(update={"rollout": "failed"}),
            "🛑 Approved, but not rolled out · deploy support-v12 · A31",
        ),
        (
            APPROVED.model_copy(update={"rollout": "called_off"}),
            "⚫ Approved, and called off · deploy support-v12 · A31",
        ),
        (
            TRAINING.model_copy(update={"state": "approved", "rollout": "refused"}),
            "🛑 Approved, but not started · train J143 support-v13 · A32",
        ),
    ],
)
def test_an_approval_that_came_to_nothing_is_not_green(decided: Any, first: str) -> None:
    assert request_card.build(decided, EN).text.splitlines()[0] == first


def test_a_rules_approval_keeps_the_warnings_that_nobody_read() -> None:
    ask = ASK.model_copy(
        update={"free": True, "rate": None, "until": None, "warnings": (("developer_24h", {"hours": 24}),)}
    )
    told = request_card.build(request(state="approved", auto="developer tier", deploy=ask), EN).text
    assert "⚠ Developer tier: the service deletes it 24 hours after its creation" in told
    assert "Nothing by the hour, only for calls, for 24 hours." in told
    assert "no end" not in told
    voted = request_card.build(APPROVED.model_copy(update={"deploy": ask}), EN).text
    assert "⚠" not in voted, "who voted has read them"


def test_without_validation_data_the_approvers_read_that() -> None:
    ask = ASK.model_copy(
        update={"reading": "falling_alone", "warnings": (("no_validation", {"job": "J142"}),)}
    )
    told = request_card.build(request(deploy=ask), EN).text
    assert "⚠ No validation data: overfitting would not show" in told
    assert "no sign of overfitting" not in told


def test_the_end_of_the_base_model_is_a_day_in_everybodys_zone() -> None:
    ask = ASK.model_copy(update={"warnings": (("retires_soon", {"model": "m", "date": "2027-09-18"}),)})
    card = request_card.build(request(deploy=ask), EN)
    assert "⚠ The base model's deployments end on 18 Sep 2027" in card.text
    assert "end on <!date^" in str(card.blocks)


def test_long_words_about_a_freeze_fill_no_message() -> None:
    said = "No roll-outs. " * 40
    held = APPROVED.model_copy(update={"frozen": said, "rollout": "approved"})
    told = request_card.build(held, EN).text
    assert told.count("No roll-outs") <= 12
    assert "looked at every minute" in told
    details = str(request_details.blocks(held, (), EN, at=NOW))
    assert details.count("No roll-outs") >= 40


def test_the_copy_that_is_asked_for_has_who_voted_when() -> None:
    rounds = (
        RoundFacts(n=1, at=NOW, by=RIN, reason=REQUEST.reason, digest="9c1e", votes=(vote(ADA), vote(BRUNO))),
    )
    answer = request_card.answer(APPROVED, rounds, EN, own=False)
    shown = str(answer.blocks)
    assert "*Round 1*" in shown
    assert "<@U0APPROVE2> approved <!date^" in shown
    assert shown.count(REQUEST.reason) == 1, "the reason stands above"


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
                "the freeze ends, which is looked at every minute; then it goes on by itself."
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
    held = APPROVED.model_copy(update={"frozen": "Black Friday", "rollout": "approved"})
    stopped = request_list.build(RequestList(scope="mine", requests=(), held=(held,)), EN)
    assert "Approved, and held by a freeze" in stopped.text
    assert "Held:* Black Friday" in str(stopped.blocks)
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
