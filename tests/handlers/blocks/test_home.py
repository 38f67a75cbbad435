"""The Home tab, the launcher and the connections as people read them on an ordinary evening."""

from datetime import timedelta
from typing import Any, cast

import pytest

from bot.facts.deployments import DeploymentFacts, Expiry
from bot.facts.forms import ConnectionFacts, HomeFacts, Launcher, Quota
from handlers.blocks import connections, home, launcher
from handlers.command_line import HERE
from handlers.listeners.action_table import TABLE
from tests.handlers.samples import JOB, NOW
from tests.handlers.samples_requests import REQUEST

EN = "en"
HOSTED = DeploymentFacts(
    id="P12",
    connection="prod-swc",
    region="Sweden Central",
    name="support-v10",
    title="prod-swc/support-v10",
    state="live",
    raw_state="Succeeded",
    model="ft",
    model_short="support-v10",
    base="gpt-4.1-mini",
    owner="U0REQUEST",
    sku="GlobalStandard",
    sku_label="Global",
    capacity=50,
    expires=Expiry(rule="idle", at=NOW + timedelta(days=2), after_hours=360),
    can=("keep", "take_down"),
    updated_at=NOW,
)


def facts(**given: Any) -> HomeFacts:
    values: dict[str, Any] = {
        "user": "U0REQUEST",
        "allowed": True,
        "jobs": (),
        "datasets": (),
        "at": NOW,
        **given,
    }
    return HomeFacts(**values)


def routes(view: Any) -> list[tuple[str, str]]:
    """(action id, value) of every button."""
    blocks = cast("Any", view["blocks"])
    found = [one for block in blocks for one in [*block.get("elements", []), block.get("accessory") or {}]]
    return [(one["action_id"], one["value"]) for one in found if one.get("type") == "button"]


def test_what_waits_can_be_decided_from_here() -> None:
    view = home.build(facts(approver=True, waiting=(REQUEST,), deployments=(HOSTED,), jobs=(JOB,)), EN)
    shown = routes(view)
    round_ = f"{REQUEST.id}:{REQUEST.shown_round}"
    assert [one for one in shown if one[0].startswith("request_")] == [
        ("request_approve", round_),
        ("request_reject", round_),
        ("request_details", REQUEST.id),
    ]
    assert ("deployment_take_down", "P12") in shown
    assert ("deployment_open", "P12") in shown
    said = str(view["blocks"])
    assert said.index("Waiting for you") < said.index("support-v10") < said.index("Your jobs")


def test_an_approver_who_may_not_train_sees_requests_and_deployments_only() -> None:
    view = home.build(facts(allowed=False, approver=True, denied="not_trainer", deployments=(HOSTED,)), EN)
    said = str(view["blocks"])
    assert "Nothing waits for you." in said
    assert "support-v10" in said
    assert "Your jobs" not in said
    ways = {name for name, _ in routes(view) if name.startswith("launch_")}
    assert ways == {"launch_deployments", "launch_approvals", "launch_costs", "launch_clean", "launch_help"}
    # every way in that is offered is one that an approver may go
    for name in ways:
        assert TABLE[name].who == "here" or TABLE[name].open_to_all or name == "launch_help"


def test_who_trains_and_decides_nothing_has_no_empty_inbox() -> None:
    said = str(home.build(facts(asked=(REQUEST,)), EN)["blocks"])
    assert "Waiting for you" not in said
    assert "Asked by you" in said
    assert "You have no deployments" in said


@pytest.mark.parametrize("word", ["launcher", "clean", "approvals", "deployments", "costs", "help"])
def test_words_of_approvers_are_open_to_them(word: str) -> None:
    assert word in HERE


def test_every_button_of_the_launcher_does_something() -> None:
    message = launcher.build(Launcher(command="/finetune", running=(), data_ready=0), EN)
    for name, _ in routes({"blocks": message.blocks}):
        assert name in TABLE, name


def test_the_launcher_counts_what_is_ones_own() -> None:
    found = Launcher(command="/finetune", running=(JOB,), data_ready=2, deployments=3, expiring=1, waiting=1)
    said = launcher.build(found, EN).text
    assert "1 job of yours running" in said
    assert (
        "3 deployments of yours · 1 deployment soon deleted by the service · 1 request waiting for you"
        in said
    )


def test_a_connection_tells_its_deployments_and_pools() -> None:
    pool = "OpenAI.GlobalStandard.gpt-4.1-mini-finetune"
    found = ConnectionFacts(
        name="prod-swc",
        provider="azure_openai",
        region="Sweden Central",
        state="healthy",
        quotas=(Quota(what="deployments", used=7, limit=10), Quota(what=pool, used=50, limit=200)),
        managed=True,
        looked_at=NOW,
        used_at=NOW,
    )
    said = connections.build([found], EN).blocks[1]
    text = cast("Any", said)["text"]["text"]
    assert "deployments 7 of 10" in text
    assert f"{pool} 50 of 200" in text
    assert "deployments are managed here · looked at" in text
    broken = found.model_copy(update={"unread": "usage", "unread_error": "role_missing", "managed": True})
    assert "Who is called could not be read" in str(connections.build([broken], EN).blocks)
    bare = found.model_copy(update={"managed": False})
    assert "`resource_id` is not configured" in str(connections.build([bare], EN).blocks)


def test_a_connection_whose_calls_nobody_measures_does_not_say_that_they_were_read() -> None:
    found = ConnectionFacts(
        name="phi", provider="azure_ai_studio", region="", state="healthy", managed=True, used_at=NOW
    )
    text = cast("Any", connections.build([found], EN).blocks[1])["text"]["text"]
    assert "calls read" not in text
    assert "does not tell who calls them" in text


def test_a_connection_that_trains_no_more_says_so_in_one_line() -> None:
    found = ConnectionFacts(
        name="dbx-eus", provider="databricks", region="East US", state="healthy", managed=True
    )
    assert "does not train" not in str(connections.build([found], EN).blocks)
    gone = found.model_copy(update={"closed": "training_removed"})
    text = cast("Any", connections.build([gone], EN).blocks[1])["text"]["text"]
    assert "⚠ Databricks does not train models here. " in text
    assert "🟠 *dbx-eus · answers, and trains nothing*" in text
    assert "deployments are managed here" in text
