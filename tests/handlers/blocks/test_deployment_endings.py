"""What is said at the end of deployments: never sent, or without their successor; and of when they were called."""

import json
from datetime import timedelta

from bot.facts import deployment_notices as notices
from bot.facts.forms import HomeFacts
from bot.facts.notice import Notice
from handlers.blocks import deployment_card, home
from handlers.renderer import Renderer
from handlers.views import take_down
from handlers.wording import deployments as words
from handlers.wording.markup import fallback
from tests.handlers.samples_deployments import FAILED, FOREIGN, GONE, LIVE, NOW, TAKE_DOWN, deployment
from tests.handlers.samples_requests import ADA, RIN

EN = "en"
UNSENT = deployment(
    state="approved", raw_state="", never_sent=True, created_at=None, snippet=None, use="unknown", can=(),
    frozen="release week",
)  # fmt: skip
CALLED_OFF = UNSENT.model_copy(
    update={"state": "gone", "frozen": "", "gone_why": "called_off", "gone_at": NOW, "can": ("deploy_again",)}
)


def say(notice: Notice) -> str:
    return Renderer().message(notice, EN).text


def test_what_was_never_sent_is_called_off_and_nothing_else_is_said_of_it() -> None:
    view = json.dumps(take_down.build(TAKE_DOWN.model_copy(update={"deployment": UNSENT}), EN))
    assert "Nothing of it is at Azure OpenAI" in view
    assert "404" not in view
    assert "$41" not in view
    told = say(notices.TakenDown(deployment=CALLED_OFF, by=ADA))
    assert told.startswith("⚫ prod-swc/support-v12 is called off")
    assert f"By <@{ADA}>. Nothing of it is at Azure OpenAI, so it costs nothing." in told
    assert deployment_card.build(CALLED_OFF, EN).text.startswith("⚫ Called off · prod-swc/support-v12")


def test_one_that_is_held_has_the_button_that_calls_it_off() -> None:
    def buttons(card: object) -> str:
        return json.dumps(list(card))  # type: ignore[call-overload]  # blocks are JSON

    assert '"request_call_off"' in buttons(deployment_card.build(UNSENT, EN).blocks)
    assert '"request_call_off"' not in buttons(deployment_card.build(LIVE, EN).blocks)


def test_a_successor_that_goes_names_what_answers_still() -> None:
    new = GONE.model_copy(
        update={"replaces": "P7", "replaces_name": "prod-swc/old", "replaces_answers": True}
    )
    assert "prod-swc/old still answers." in say(notices.DeploymentGone(deployment=new))
    assert "prod-swc/old still answers." in say(notices.TakenDown(deployment=new, by=ADA))
    assert "still answers" not in say(notices.DeploymentGone(deployment=GONE))


def test_a_deletion_by_the_idle_rule_names_the_rules_days() -> None:
    end = GONE.last_call or NOW
    gone = GONE.model_copy(update={"gone_at": end + timedelta(days=14, hours=23), "idle_limit_days": 15})
    assert "Nobody had called it for 15 days, as announced." in say(notices.DeploymentGone(deployment=gone))


def test_the_last_call_is_told_as_exactly_as_it_is_known() -> None:
    begin = NOW.replace(hour=17, minute=0)
    one = deployment(last_call=begin, last_call_until=begin + timedelta(hours=1), calls_day=0)
    assert fallback(words.use(one, EN)).startswith("last call between ")
    assert fallback(words.use(one, EN)).endswith(" and 18:00 UTC")


def test_the_bots_own_calls_are_told_apart() -> None:
    own = TAKE_DOWN.model_copy(update={"calls_day": 0, "own_calls": 1})
    view = json.dumps(take_down.build(own, EN))
    assert "*No calls by others in the last 24 hours.* The bot itself called it once." in view
    assert "⚠" not in view
    both = json.dumps(take_down.build(TAKE_DOWN.model_copy(update={"own_calls": 2}), EN))
    assert "*1,204 calls in the last 24 hours*" in both
    assert "The bot itself called it 2 times." in both


def test_one_made_around_the_bot_says_who_made_it_and_where_its_price_is_from() -> None:
    made = FOREIGN.model_copy(update={"made_by": "sam@example.com"})
    told = Renderer().message(notices.DeploymentsFound(deployments=(made,)), EN)
    assert "made by sam@example.com" in told.text
    assert "price: " in json.dumps(list(told.blocks))


def test_what_nobody_has_called_yet_says_for_how_long() -> None:
    one = deployment(use="never", last_call=None, idle_days=3)
    told = say(notices.IdleNudge(deployment=one))
    assert told.startswith("💤 Nobody has called prod-swc/support-v12 since it was made, 3 days ago")


def test_what_goes_before_it_was_measured_says_nothing_of_its_calls() -> None:
    going = deployment(state="removing", use="unknown", last_call=None)
    assert "could not be read" not in deployment_card.build(going, EN).text


def test_the_home_tab_has_what_failed_and_its_next_try() -> None:
    facts = HomeFacts(user=RIN, allowed=True, deployments=(FAILED,), jobs=(), datasets=(), at=NOW)
    view = json.dumps(dict(home.build(facts, EN)))
    assert "deployment_retry" in view
    assert "You have no deployments" not in view
