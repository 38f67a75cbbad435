"""What messages about deployments say, held against `MESSAGES.md` and against what people must be able to do."""

import ast
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

import handlers
from bot.chat import Rendered
from bot.facts import deployment_notices as notices
from bot.facts.deploy_forms import KeepForm
from bot.facts.deployments import HostedState, ProblemFacts
from bot.facts.notice import Notice
from handlers.blocks import deployment_card, deployment_list, deployment_rows, deployment_snippet
from handlers.listeners.deployment_actions import TABLE
from handlers.renderer import Renderer
from handlers.views import keep, take_down
from handlers.wording import deployments as words
from handlers.wording import deployments_modals, deployments_told, errors, snippet
from handlers.wording.error_tables import deployments as table
from tests.handlers import samples_deployments as samples
from tests.handlers.samples_deployments import (
    DAY,
    DEVELOPER,
    FAILED,
    FOREIGN,
    GONE,
    IDLE,
    LIVE,
    NOW,
    deployment,
)
from tests.handlers.samples_requests import ADA, RIN

EN = "en"


def say(notice: Notice) -> Rendered:
    return Renderer().message(notice, EN)


def rows(message: Rendered) -> list[Mapping[str, Any]]:
    """The buttons."""
    found: list[Mapping[str, Any]] = []
    for block in json.loads(json.dumps(list(message.blocks))):
        found += block["elements"] if block["type"] == "actions" else []
        found += [block["accessory"]] if "accessory" in block else []
    return found


def labels(message: Rendered) -> list[str]:
    return [str(one["text"]["text"]) for one in rows(message)]


def small(message: Rendered) -> str:
    """The last small print."""
    return str(json.loads(json.dumps(message.blocks[-1]))["elements"][0]["text"])


def test_deletion_ahead_reads_as_agreed() -> None:
    message = say(notices.DeletionAhead(deployment=IDLE, left=2, unit="days"))
    assert message.text.splitlines() == [
        "⏳ Azure OpenAI deletes prod-swc/support-v10 on 28 Nov 2026, 14:10 UTC, in 2 days",
        "No calls for 13 days: $530 spent idle, $41 more each day. After deletion callers get 404 DeploymentNotFound.",
        "The model stays, free; deploying it again is a new request. Nobody uses it? Take it down today.",
    ]
    assert labels(message) == ["Take down…", "Keep 15 days ($612)", "Remind me tomorrow"]
    assert small(message).startswith("a reminder does not stop the deletion · ")
    assert "Azure Monitor, read " in small(message)


def test_a_reminder_is_not_offered_for_after_the_deletion() -> None:
    last = say(notices.DeletionAhead(deployment=IDLE, left=1, unit="days", late=True))
    assert "Remind me tomorrow" not in labels(last)
    assert "This was due while the bot was away." in last.text


def test_calls_are_not_offered_where_they_do_not_help() -> None:
    message = say(notices.DeletionAhead(deployment=DEVELOPER, left=6, unit="hours"))
    assert message.text.splitlines()[0].endswith(", in 6 hours")
    assert labels(message) == ["Take down…"]
    assert "calls do not keep it" in message.text


@pytest.mark.parametrize("state", get_args(HostedState))
def test_every_state_has_a_word_and_a_symbol(state: HostedState) -> None:
    one = deployment(state=state)
    assert words.state_word(one, EN) != state
    assert words.headline(one, EN).endswith("· prod-swc/support-v12 · P12*")
    assert words.next_step(one, EN) or state == "live"


def test_a_freeze_is_told_on_the_card() -> None:
    text = deployment_card.build(deployment(state="approved", frozen="Black Friday", can=()), EN).text
    assert text.startswith("❄ Approved, and held · prod-swc/support-v12 · P12")
    assert "Held: Black Friday. Nothing is sent until the freeze ends" in text


def test_a_live_card_says_what_it_costs_who_calls_it_and_until_when() -> None:
    message = deployment_card.build(LIVE, EN)
    for part in (
        f"<@{RIN}> · J142 support-v12",
        "50K tokens/min (about 50 requests/min)",
        "$1.70/h = $1,224 a month, used or not · $41 so far",
        "(1,204 in the last 24 hours)",
        "wanted until 31 Jan 2027",
    ):
        assert part in message.text, part
    assert labels(message) == ["How to call it", "Keep…", "Take down…"]


def test_a_missing_role_comes_with_the_command_that_grants_it() -> None:
    message = say(notices.DeploymentFailed(deployment=FAILED))
    assert 'az role assignment create --assignee "11111111-2222"' in message.text
    assert "Cognitive Services Contributor" in message.text
    assert '"The client does not have authorization to perform action."' in message.text
    assert labels(message) == ["Try again", "Deploy again…"]
    assert small(message) == "request 7f3c"


def test_a_long_command_is_not_lost() -> None:
    grant = "az role assignment create " + "--scope " + "x" * 500
    problem = ProblemFacts(code="deployment_quota", params={"grant": grant})
    message = say(notices.DeploymentFailed(deployment=FAILED.model_copy(update={"problem": problem})))
    assert grant in message.text


def test_what_does_not_answer_yet_has_not_failed() -> None:
    starting = deployment(
        state="starting", problem=ProblemFacts(code="deployment_not_ready"), can=("retry", "take_down")
    )
    message = say(notices.DeploymentFailed(deployment=starting))
    assert message.text.startswith("⚠ prod-swc/support-v12 does not answer yet")
    assert labels(message) == ["Try again", "Take down…"]


def test_live_comes_with_the_snippet_and_without_a_secret() -> None:
    message = say(notices.DeploymentLive(deployment=LIVE, answer="Yes, I am ready."))
    blocks = json.dumps(list(message.blocks), ensure_ascii=False)
    assert message.text.startswith("✅ prod-swc/support-v12 answers")
    assert "Yes, I am ready." in blocks
    for part in ("https://prod-swc.openai.azure.com", "support-v12", "2024-10-21", "AZURE_OPENAI_API_KEY"):
        assert part in blocks, part


def test_the_python_snippet_is_python_whatever_the_name() -> None:
    odd = samples.SNIPPET.model_copy(update={"deployment": 'x"\n`$(rm)`', "auth": "entra", "scope": "s"})
    for one in (samples.SNIPPET, odd):
        tree = ast.parse(snippet.python(one))
        assert any(isinstance(node, ast.Call) for node in ast.walk(tree))
        assert "```" not in snippet.python(one) + snippet.curl(one)
    assert "get_bearer_token_provider" in snippet.python(odd)
    assert "api_key" not in snippet.python(odd)
    assert "az account get-access-token --resource" in snippet.curl(odd)
    assert "$(rm)" not in snippet.curl(odd).replace("'", "") or "'" in snippet.curl(odd)


def test_a_way_of_calling_that_nobody_has_heard_of_is_called_as_openai_calls_an_address() -> None:
    changes = {"style": "acme", "url": "https://acme.example/serve/", "api_version": ""}
    one = samples.SNIPPET.model_copy(update=changes)
    ast.parse(snippet.python(one))
    assert 'base_url="https://acme.example/serve"' in snippet.python(one)
    assert 'os.environ["ENDPOINT_API_KEY"]' in snippet.python(one)
    assert "the endpoint's name" in snippet.python(one)
    assert "https://acme.example/serve/chat/completions" in snippet.curl(one)
    assert "Authorization: Bearer $ENDPOINT_API_KEY" in snippet.curl(one)


def test_the_answer_for_one_that_cannot_be_called() -> None:
    message = deployment_snippet.build(deployment(state="gone", snippet=None, gone_why="person"), EN)
    assert message.text == "⚫ Taken down · prod-swc/support-v12 · P12"


def test_made_around_the_bot() -> None:
    alone = say(notices.DeploymentsFound(deployments=(FOREIGN,)))
    assert alone.text.startswith("👀 prod-swc/mystery was deployed outside approval")
    assert labels(alone) == ["I look after it", "Take down…"]
    several = say(notices.DeploymentsFound(deployments=(FOREIGN, DEVELOPER)))
    assert several.text.startswith("👀 2 deployments were made outside approval")
    assert "made around the bot" in deployment_card.build(FOREIGN, EN).text


def test_what_was_changed_at_the_service_is_told_with_both_prices() -> None:
    dear = LIVE.model_copy(
        update={
            "sku_label": "Standard",
            "capacity": 90,
            "tokens_per_minute": 90_000,
            "requests_per_minute": 90,
        }
    )
    assert dear.rate is not None
    dear = dear.model_copy(update={"rate": dear.rate.model_copy(update={"per_hour": 3.4})})
    message = say(notices.DeploymentAltered(deployment=dear, was=LIVE))
    assert message.text.startswith("✏ prod-swc/support-v12 was changed at Azure OpenAI, not by the bot\n")
    _, before, after, *_ = message.text.splitlines()
    assert before.startswith("Before: ")
    assert "$1.70/h = $1,224 a month, used or not." in before
    assert (
        after
        == "Now: Standard · 90K tokens/min (about 90 requests/min) · $3.40/h = $2,448 a month, used or not."
    )
    assert f"{LIVE.request} approved what it was before." in message.text
    other = LIVE.model_copy(
        update={"model": "ft:other", "model_short": "other", "job": None, "request": None}
    )
    told = say(notices.DeploymentAltered(deployment=other, was=LIVE)).text
    assert "Now: other · " in told
    assert "approved" not in told


def test_the_end_of_a_deployment() -> None:
    by_service = say(notices.DeploymentGone(deployment=GONE))
    assert by_service.text.startswith("⚫ Azure OpenAI deleted prod-swc/support-v10 on 28 Nov 2026")
    assert "Nobody had called it for 15 days" in by_service.text
    assert labels(by_service) == ["Deploy again…"]
    elsewhere = GONE.model_copy(update={"gone_why": "elsewhere"})
    other = say(notices.DeploymentGone(deployment=elsewhere, late=True))
    assert other.text.startswith("⚫ prod-swc/support-v10 is gone, and not by the bot")
    assert "It happened while the bot was away." in other.text
    assert f"By <@{ADA}>." in say(notices.TakenDown(deployment=GONE, by=ADA)).text
    replaced = GONE.model_copy(update={"gone_why": "replaced", "replaced_by": "P12"})
    assert "P12 answers in its place." in say(notices.TakenDown(deployment=replaced, by=None)).text


def test_both_phases_of_a_retirement() -> None:
    at = NOW + timedelta(days=90)
    hosting = say(notices.RetirementAhead(deployment=LIVE, phase="inference", at=at))
    assert hosting.text.startswith(
        "📅 Azure OpenAI stops hosting the base model of prod-swc/support-v12 on 24 Feb 2027"
    )
    training = say(notices.RetirementAhead(deployment=LIVE, phase="training", at=at))
    assert "goes on answering. New versions of it cannot be trained" in training.text


def test_the_day_until_which_it_was_wanted() -> None:
    ahead = say(notices.UntilReached(deployment=LIVE, ahead=True))
    assert "is wanted until 31 Jan 2027: is it needed longer?" in ahead.text
    reached = say(notices.UntilReached(deployment=LIVE))
    assert "was wanted until 31 Jan 2027: is it still needed?" in reached.text
    assert labels(reached) == ["Take down…", "Keep…"]


def test_who_may_not_hears_who_may() -> None:
    problem = ProblemFacts(code="not_owner", params={"owner": RIN})
    for notice in (
        notices.KeepFailed(deployment=IDLE, problem=problem),
        notices.TakeDownFailed(deployment=IDLE, problem=problem),
    ):
        assert "Only its owner or an approver can do this" in say(notice).text
        assert f"<@{RIN}>" in say(notice).text


def test_a_list_names_its_cost_and_what_could_not_be_read() -> None:
    message = deployment_list.build(samples.LIST, EN)
    assert "All deployments · 11 to 14 of 24" in message.text
    assert "$3,672 a month together, used or not · 2 deployments without a known price" in message.text
    values = {
        one["action_id"]: one["value"] for one in rows(message) if one["action_id"] != "deployment_open"
    }
    assert values == {"deployments_page": "all:14", "deployments_scope": "mine"}
    assert "old-wus" in json.dumps(list(message.blocks))


def test_pickers_offer_only_what_is_possible() -> None:
    keep = deployment_list.picker("keep", [IDLE, DEVELOPER], EN, until="2027-01-31")
    assert [(one["action_id"], one["value"]) for one in rows(keep)] == [("deployment_keep", "P7:2027-01-31")]
    down = deployment_list.picker("undeploy", [IDLE, DEVELOPER, GONE], EN)
    assert [one["value"] for one in rows(down)] == ["P7", "P13"]
    assert "No deployment can be kept" in deployment_list.picker("keep", [DEVELOPER], EN).text


@pytest.mark.parametrize("code", sorted(table.SENTENCES["en"]))
def test_every_code_says_what_to_do(code: str) -> None:
    happened, meaning, remedy = table.SENTENCES["en"][code]
    assert happened
    assert meaning
    assert remedy
    assert not happened.endswith(".")
    assert "!" not in happened + meaning + remedy
    assert errors.is_known(code)


def test_every_button_does_something() -> None:
    shown = [
        *(deployment_card.build(one, EN) for one in (LIVE, IDLE, FOREIGN, FAILED, GONE)),
        deployment_list.build(samples.LIST, EN),
        deployment_list.picker("keep", [IDLE], EN),
        say(notices.DeletionAhead(deployment=IDLE, left=2, unit="days")),
        say(notices.DeploymentsFound(deployments=(FOREIGN,))),
        say(notices.DeploymentLive(deployment=LIVE)),
    ]
    pressed = {str(one["action_id"]) for message in shown for one in rows(message)}
    assert len(pressed) >= 9
    assert pressed <= set(TABLE)
    inputs = [block["element"]["action_id"] for block in modal(samples.KEEP) if block["type"] == "input"]
    assert keep.CHOICE_ACTION in inputs
    assert {one for one in inputs if one != "reason"} <= set(TABLE)


def modal(form: KeepForm) -> list[Any]:
    view = keep.build(form, "C0FINETUNE", EN, other=True)
    blocks: list[Any] = json.loads(json.dumps(view["blocks"]))
    return blocks


def test_no_sentence_is_left_over() -> None:
    """Every text is said somewhere: a key that nothing names is a sentence that nobody keeps true."""
    root = Path(handlers.__file__).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in root.rglob("*.py"))
    # Keys that are put together: by scope, by word, by phase, by whether somebody is asked.
    built = re.compile(r"(list|none|pick|pick_none|retire_(inference|training))(_.*)?")
    for texts in (words._TEXT, deployments_told._TEXT, deployments_modals._TEXT, deployments_modals._LABELS):
        for key in texts["en"]:
            named = len(re.findall(rf"""["']{key}["']""", code))
            assert named > 1 or built.fullmatch(key), key


def test_what_sleeps_costs_at_most_that() -> None:
    asleep = deployment(sleeps=True)
    for message in (
        deployment_card.build(asleep, EN),
        say(notices.IdleNudge(deployment=IDLE.model_copy(update={"sleeps": True}))),
        say(notices.TakenDown(deployment=GONE.model_copy(update={"sleeps": True}), by=RIN)),
    ):
        assert "at most $" in message.text
        assert "used or not" not in message.text
    assert "at most" not in deployment_card.build(LIVE, EN).text
    shown = samples.LIST.model_copy(update={"month": None, "asleep": samples.LIST.month})
    assert deployment_list.month(shown, EN).startswith("*at most $3,672 a month together*: what sleeps")
    assert "used or not" not in deployment_list.month(shown, EN)
    shown = samples.LIST.model_copy(update={"asleep": samples.dollars(1800)})
    assert deployment_list.month(shown, EN).startswith(
        "*$3,672 a month together*, used or not · *at most $1,800 more* while those are awake that sleep"
    )


def test_content_safety_that_is_off_stays_visible() -> None:
    open_ = deployment(filter_off=True)
    told = "content safety off"
    assert told in deployment_card.build(open_, EN).text
    assert told in say(notices.DeploymentLive(deployment=open_, answer="Yes.")).text
    assert told in deployment_rows.text(open_, EN)
    assert told in str(take_down.build(samples.TAKE_DOWN.model_copy(update={"deployment": open_}), EN))
    assert told not in deployment_card.build(LIVE, EN).text


def test_a_key_that_is_in_no_vault_is_read_at_the_service() -> None:
    snippet_ = samples.SNIPPET.model_copy(
        update={
            "style": "serverless",
            "key_secret": "ws-support",
            "key_vault": "https://kv",
            "key_command": "az keyvault secret show",
            "key_direct": "az ml serverless-endpoint get-credentials",
        }
    )
    problem = ProblemFacts(code="vault_role_missing", params={})
    one = deployment(provider="azure_ai_studio", snippet=snippet_, key_problem=problem)
    message = say(notices.DeploymentLive(deployment=one, answer="Yes."))
    assert "az ml serverless-endpoint get-credentials" in message.text
    assert "az keyvault secret show" not in message.text
    assert "tries again" in message.text
    kept = say(notices.DeploymentLive(deployment=one.model_copy(update={"key_problem": None}), answer="Yes."))
    assert "ws-support" in kept.text


def test_a_reading_older_than_the_deployment_is_no_reading() -> None:
    old = deployment(use="unknown", last_call=None, read_at=NOW - 2 * DAY, created_at=NOW - DAY)
    assert words.use(old, EN) == "last call unknown: who calls it was not read since it was created"
