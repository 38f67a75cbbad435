"""Which buttons stand where, with the ids that the listeners route on."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from bot.chat import Rendered
from bot.facts import notices
from bot.facts.datasets import MadeFrom
from bot.facts.forms import HomeFacts, JobList, Launcher
from bot.facts.jobs import ForeignJob
from handlers.blocks import (
    answers,
    data_list,
    dataset_card,
    home,
    job_card,
    job_list,
    job_notices,
    job_snapshot,
)
from handlers.blocks import launcher as launcher_blocks
from handlers.blocks.other_notices import copy_failed, intake_failed, task_parked
from tests.handlers.samples import FAULTY, JOB, NOW, READY, REFUSED_BY_RAI, TRAINED

EN = "en"


def elements(blocks: Any) -> Iterator[dict[str, Any]]:
    for block in blocks:
        yield from block.get("elements", []) if block["type"] == "actions" else []
        if "accessory" in block:
            yield block["accessory"]


def routes(rendered: Rendered) -> list[tuple[str, str]]:
    found = []
    for element in elements(rendered.blocks):
        if element["type"] == "overflow":
            found += [(element["action_id"], option["value"]) for option in element["options"]]
        else:
            found.append((element["action_id"], element.get("value", "")))
    return found


def job(**changes: Any) -> Any:
    return JOB.model_copy(update=changes)


def test_a_running_jobs_card() -> None:
    assert routes(job_card.build(JOB, EN)) == [
        ("job_pause", "J142"),
        ("job_cancel", "J142"),
        ("job_log", "J142"),
        ("job_more", "train_like:J142"),
        ("job_more", "mute:J142"),
        ("job_more", "portal:J142"),
    ]


def test_a_muted_job_can_be_unmuted() -> None:
    assert ("job_more", "unmute:J142") in routes(job_card.build(job(muted=True), EN))


@pytest.mark.parametrize("name", ["pause", "resume", "cancel"])
def test_controls_stand_only_where_the_service_can(name: str) -> None:
    assert (f"job_{name}", "J142") in routes(job_card.build(job(can=(name,)), EN))
    assert (f"job_{name}", "J142") not in routes(job_card.build(job(can=()), EN))


@pytest.mark.parametrize("name", ["pause", "resume", "cancel"])
def test_controls_on_a_card_ask_before_they_act(name: str) -> None:
    found = [
        one
        for one in elements(job_card.build(job(can=(name,)), EN).blocks)
        if one["action_id"] == f"job_{name}"
    ]
    assert all("J142" in cast("str", one["confirm"]["title"]["text"]) for one in found)
    assert len(found) == 1


def test_a_typed_command_is_asked_once_only() -> None:
    rendered = answers.confirm("cancel", JOB, EN)
    assert routes(rendered) == [("job_cancel", "J142"), ("dismiss", "J142")]
    assert all("confirm" not in one for one in elements(rendered.blocks))


def test_an_unsure_job_asks_the_person() -> None:
    unsure = job(state="uncertain", can=("answer",), remote_id=None, portal_url="")
    wanted = [("uncertain_found", "J142"), ("uncertain_again", "J142"), ("uncertain_giveup", "J142")]
    assert routes(job_card.build(unsure, EN))[:3] == wanted
    assert routes(job_notices.uncertain(notices.JobUncertain(job=unsure, since=NOW), EN)) == wanted


def test_a_portal_address_that_is_none_makes_no_button() -> None:
    for address in (
        "",
        "javascript:alert(1)",
        "https://x.example/with blank",
        "https://x.example/" + "a" * 4000,
    ):
        found = routes(job_snapshot.build(job(portal_url=address), EN))
        assert "job_portal" not in {action for action, _ in found}


def test_a_snapshot() -> None:
    assert [action for action, _ in routes(job_snapshot.build(JOB, EN))] == [
        "job_refresh",
        "job_pause",
        "job_cancel",
        "job_log",
        "job_train_like",
        "job_mute",
        "job_portal",
    ]


def test_only_the_starter_may_mute_from_a_snapshot() -> None:
    others = job_snapshot.build(JOB, EN, job_snapshot.SnapshotOptions(mine=False))
    assert "job_mute" not in {action for action, _ in routes(others)}


def test_the_failure_of_the_data_leads_to_its_report() -> None:
    assert routes(job_notices.failed(notices.JobFailed(job=REFUSED_BY_RAI), EN)) == [
        ("job_train_like", "J142:new_data"),
        ("data_open", "D61"),
        ("job_log", "J142"),
    ]


def test_the_end_of_a_good_job() -> None:
    found = routes(job_notices.succeeded(notices.JobSucceeded(job=TRAINED, picture=True), EN))
    assert found == [("job_results", "J142"), ("job_deploy", "J142"), ("job_train_like", "J142")]


def test_a_muted_starter_is_not_mentioned() -> None:
    muted = REFUSED_BY_RAI.model_copy(update={"muted": True})
    assert "<@U0REQUEST>" not in job_notices.failed(notices.JobFailed(job=muted), EN).text
    ended = TRAINED.model_copy(update={"muted": True})
    assert "<@" not in job_notices.succeeded(notices.JobSucceeded(job=ended, picture=True), EN).text


def test_why_there_is_no_picture() -> None:
    notice = notices.JobSucceeded(job=TRAINED, picture=False, picture_problem="results_missing")
    assert "no results file" in job_notices.succeeded(notice, EN).text


def test_data_cards() -> None:
    assert routes(dataset_card.build(READY, EN)) == [("data_train", "D57"), ("data_upload", "D57")]
    assert routes(dataset_card.build(FAULTY, EN)) == [("data_report", "D57"), ("data_upload", "D57")]


def test_what_can_be_repaired_is_offered_with_how_much_of_it() -> None:
    built = dataset_card.build(FAULTY.model_copy(update={"repairable": 12}), EN)
    # what is left would be refused again, so it cannot be used as it is
    assert routes(built) == [("data_repaired", "D57"), ("data_report", "D57"), ("data_upload", "D57")]
    assert "Get repaired file (12 of 14)" in str(built.blocks)
    assert "can repair 12 of 14; the rest needs you" in built.text
    [mended] = [one.model_copy(update={"repair": "stray_keys"}) for one in FAULTY.findings[:1]]
    whole = FAULTY.model_copy(update={"repairable": 14, "findings": (mended,)})
    assert routes(dataset_card.build(whole, EN))[1] == ("data_use_repaired", "D57")
    assert "primary" in str(dataset_card.build(whole, EN).blocks)


def test_data_made_for_a_job_trains_like_that_job() -> None:
    made = MadeFrom(id="D50", how="without", lines=23, like="J142")
    shorter = READY.model_copy(update={"made_from": made, "pair": "D58"})
    assert routes(dataset_card.build(shorter, EN))[0] == ("data_train_like", "D57,D58,J142")
    assert (
        "Made of D50 without 23 lines. It was made to train like J142 again."
        in dataset_card.build(shorter, EN).text
    )
    lonely = shorter.model_copy(update={"pair": None})
    assert routes(dataset_card.build(lonely, EN))[0] == ("data_train_like", "D57,,J142")


def test_data_that_no_training_reads_has_no_button_and_says_so() -> None:
    built = dataset_card.build(READY.model_copy(update={"profile": "preference", "trainable": False}), EN)
    assert routes(built) == [("data_upload", "D57")]
    assert "preference data (DPO)" in built.text


@pytest.mark.parametrize("state", ["received", "checking", "unreadable"])
def test_nothing_is_mended_before_the_check_is_done(state: str) -> None:
    built = dataset_card.build(FAULTY.model_copy(update={"state": state, "repairable": 12}), EN)
    assert not {"data_repaired", "data_use_repaired", "data_report"} & {name for name, _ in routes(built)}


@pytest.mark.parametrize(("role", "both"), [("training", "D57,D58"), ("validation", "D58,D57")])
def test_a_pair_names_the_training_data_first(role: str, both: str) -> None:
    pair = READY.model_copy(update={"pair": "D58", "pair_name": "valid.jsonl", "role": role})
    assert routes(dataset_card.build(pair, EN))[:2] == [("data_train_pair", both), ("data_swap", both)]


def test_other_notices() -> None:
    copy = notices.CopyFailed(dataset="D57", name="a.jsonl", connection="prod", code="file_quota")
    assert routes(copy_failed(copy, EN)) == [("data_retry", "D57"), ("data_open", "D57")]
    intake = notices.IntakeFailed(dataset="D57", name="a.jsonl", code="external")
    assert routes(intake_failed(intake, EN)) == [("data_retry", "D57"), ("data_upload", "D57")]
    parked = notices.TaskParked(task=7, task_kind="job.submit", key="k", attempts=3, error="e")
    assert routes(task_parked(parked, EN)) == [("task_retry", "7"), ("task_drop", "7")]


def page(**changes: Any) -> JobList:
    return JobList(jobs=(JOB,), foreign=(), scope="mine", total=1, offset=0).model_copy(update=changes)


def test_pages_of_jobs() -> None:
    assert routes(job_list.build(page(), EN)) == [("job_open", "J142"), ("jobs_scope", "all")]
    many = page(total=25, offset=10, scope="all")
    assert routes(job_list.build(many, EN))[1:] == [
        ("jobs_page", "all:0"),
        ("jobs_page", "all:11"),
        ("jobs_scope", "mine"),
    ]


@pytest.mark.parametrize("scope", ["mine", "all"])
def test_a_list_without_jobs_offers_to_train(scope: str) -> None:
    assert ("launch_train", "train") in routes(job_list.build(page(jobs=(), total=0, scope=scope), EN))


def test_a_job_made_elsewhere_can_be_taken_over() -> None:
    other = ForeignJob(
        connection="prod-swc", remote_id="ftjob-9", model="gpt-4o", state="running", created_at=NOW
    )
    assert ("foreign_adopt", "prod-swc/ftjob-9") in routes(job_list.build(page(foreign=(other,)), EN))


@pytest.mark.parametrize(
    ("word", "action"),
    [("cancel", "job_cancel"), ("log", "job_log"), ("train", "job_train_like"), ("job", "job_open")],
)
def test_a_missing_argument_is_a_picker(word: str, action: str) -> None:
    assert routes(job_list.picker(word, [JOB], EN)) == [(action, "J142")]


def test_a_picker_offers_only_what_is_possible() -> None:
    told = job_list.picker("resume", [JOB], EN)
    assert routes(told) == []
    assert "None of your jobs can be resumed now." in told.text


def test_ways_in() -> None:
    start = [
        ("launch_upload", "upload"),
        ("launch_train", "train"),
        ("launch_jobs", "jobs"),
        ("launch_data", "data"),
        ("launch_deploy", "deploy"),
        ("launch_deployments", "deployments"),
        ("launch_approvals", "approvals"),
        ("launch_costs", "costs"),
        ("launch_clean", "clean"),
        ("launch_connections", "connections"),
        ("launch_help", "help"),
    ]
    assert routes(launcher_blocks.build(Launcher(command="/finetune", running=(), data_ready=0), EN)) == start
    view = home.build(HomeFacts(user="U0REQUEST", allowed=True, jobs=(JOB,), datasets=(READY,), at=NOW), EN)
    assert routes(Rendered("", tuple(cast("Any", view["blocks"])))) == [
        *start,
        ("job_open", "J142"),
        ("data_open", "D57"),
    ]
    assert routes(data_list.build([], EN)) == [("data_upload", "new")]


def test_a_person_who_may_not_train_gets_no_buttons() -> None:
    view = home.build(HomeFacts(user="U0GUEST", allowed=False, jobs=(JOB,), datasets=(READY,), at=NOW), EN)
    blocks = cast("Any", view["blocks"])
    assert list(elements(blocks)) == []
    assert "J142" not in str(blocks)


def test_data_that_is_no_chat_says_what_it_is() -> None:
    built = dataset_card.build(READY.model_copy(update={"profile": "preference"}), EN)
    assert routes(built)[0] == ("data_train", "D57")
    assert "This is preference data (DPO)." in built.text
    assert "This is" not in dataset_card.build(READY.model_copy(update={"profile": "tools"}), EN).text
