"""Which models can be deployed, and what people may call them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.deployments import models
from bot.errors import Invalid
from bot.people import Actor
from bot.store import connections, jobs
from tests.deployments.asking_bench import (
    BASE,
    CHECKPOINT_ID,
    EARLIER,
    ELSEWHERE,
    MODEL,
    OLD,
    REMOTE,
    RIN,
    TUNED,
    Asking,
    asking_in,
    settings_in,
)
from tests.training.jobs_of import NOW


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with asking_in(settings_in(tmp_path)) as made:
        yield made


def listed(asking: Asking) -> list[str]:
    return [one.value for one in models.deployable(asking.c, asking.settings, asking.providers, RIN, now=NOW)]


def resolve(asking: Asking, given: str, prefer: str | None = None) -> models.Found:
    return models.resolve(asking.c, asking.settings, RIN, given, prefer=prefer)


def test_what_can_be_deployed_is_listed_newest_first_under_our_names(asking: Asking) -> None:
    assert listed(asking) == [ELSEWHERE, "J1", "J1:320"], "no base model, nothing retired"
    shown = models.deployable(asking.c, asking.settings, asking.providers, RIN, now=NOW)[1]
    assert shown.label == "support-v12 · gpt-4.1-mini · J1", (
        "not the service's own, which ends in a bit of its id"
    )
    assert "J1" in shown.note


@pytest.mark.parametrize("name", [TUNED, "ftchkpt-last"])
def test_a_deployed_model_is_not_offered_whatever_it_is_deployed_as(asking: Asking, name: str) -> None:
    asking.deployment(model=name)
    assert listed(asking) == [ELSEWHERE, "J1:320"]


def test_a_model_that_is_no_longer_deployed_is_offered_again(asking: Asking) -> None:
    asking.deployment(model=TUNED, state="gone")
    assert "J1" in listed(asking)


def test_a_job_that_ended_just_now_is_offered_before_the_catalogue_knows(asking: Asking) -> None:
    base = replace(MODEL, id=BASE, kind="base", short=BASE, job_id=None)
    connections.put_catalogue(asking.c, "prod-swc", [base], now=NOW)
    assert listed(asking) == ["J1"]
    found = resolve(asking, "J1")
    assert (found.connection, found.model.id, found.model.base) == ("prod-swc", TUNED, BASE)
    assert found.model.inference_ends == MODEL.inference_ends, "the base model's"


def test_at_most_a_hundred_are_listed_and_other_teams_jobs_have_no_names_of_ours(asking: Asking) -> None:
    many = [
        replace(MODEL, id=f"{BASE}.ft-{n}", job_id=f"ftjob-{n}", created_at=NOW - timedelta(minutes=n))
        for n in range(150)
    ]
    connections.put_catalogue(asking.c, "prod-swc", [*many, MODEL], now=NOW)
    shown = listed(asking)
    assert len(shown) == 100
    assert shown[0] == f"{BASE}.ft-0"
    connections.put_catalogue(asking.c, "prod-swc", [MODEL], now=NOW)
    other = Actor(team_id="T1OTHER", user_id="U1")
    assert [
        one.value for one in models.deployable(asking.c, asking.settings, asking.providers, other, now=NOW)
    ] == [TUNED]


@pytest.mark.parametrize(
    ("given", "model", "value"),
    [
        ("J1", TUNED, "J1"),
        (" j1 ", TUNED, "J1"),
        ("J1:320", EARLIER, "J1:320"),
        ("J1:642", TUNED, "J1"),
        (TUNED, TUNED, "J1"),
        (EARLIER, EARLIER, "J1:320"),
        (CHECKPOINT_ID, EARLIER, "J1:320"),
        ("ftchkpt-last", TUNED, "J1"),
        ("support-v12", TUNED, "J1"),
        (REMOTE, TUNED, "J1"),
        (ELSEWHERE, ELSEWHERE, ELSEWHERE),
        (OLD, OLD, OLD),
    ],
)
def test_a_model_is_found_by_everything_that_names_it(
    asking: Asking, given: str, model: str, value: str
) -> None:
    found = resolve(asking, given)
    assert (found.connection, found.model.id, found.value) == ("prod-swc", model, value)
    assert resolve(asking, found.value) == found, "a form gets back what it sent"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("J99", "job"),
        ("J1:100", "checkpoint_not_deployable"),
        ("J1:7", "checkpoint_not_deployable"),
        ("ftchkpt-1", "checkpoint_not_deployable"),
        (BASE, "model_is_base"),
        ("nothing", "model_unknown"),
        ("", "model_unknown"),
        ("J1:later", "model_unknown"),
    ],
)
def test_what_cannot_be_deployed_is_refused_at_the_model(asking: Asking, given: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        resolve(asking, given)
    assert (refused.value.code, refused.value.field) == (code, "model")
    if code == "checkpoint_not_deployable":
        assert refused.value.params["steps"] == "642, 320", "the remedy names those that can be"


def test_a_job_without_a_model_and_another_teams_job_are_refused(asking: Asking) -> None:
    jobs.change(asking.c, asking.job, now=NOW, state="running")
    with pytest.raises(Invalid) as refused:
        resolve(asking, "J1")
    assert (refused.value.code, refused.value.params["state"]) == ("job_not_deployable", "running")
    assert resolve(asking, "J1:320").model.id == EARLIER, "a checkpoint of a paused job can be"
    with pytest.raises(Invalid):
        models.resolve(asking.c, asking.settings, Actor(team_id="T1OTHER", user_id="U1"), "J1")


def test_a_copy_elsewhere_is_taken_where_it_is_wanted(asking: Asking) -> None:
    connections.put_catalogue(asking.c, "dev-eus2", [MODEL], now=NOW)
    assert resolve(asking, "J1").connection == "prod-swc"
    assert resolve(asking, "J1", prefer="dev-eus2").connection == "dev-eus2"
    assert resolve(asking, TUNED, prefer="dev-eus2").connection == "dev-eus2"


def test_the_base_is_the_one_that_everything_began_with(asking: Asking) -> None:
    further = replace(MODEL, id=f"{TUNED}.ft-again", base=TUNED, job_id="ftjob-again")
    loop = replace(MODEL, id="loop", base="loop", job_id=None)
    known, _ = connections.models(asking.c, "prod-swc")
    connections.put_catalogue(asking.c, "prod-swc", [*known, further, loop], now=NOW)
    assert resolve(asking, further.id).model.base == BASE
    assert resolve(asking, "loop").model.base == "loop"


def test_the_loss_is_the_one_of_what_is_deployed(asking: Asking) -> None:
    assert models.losses(asking.c, resolve(asking, "J1")) == 0.74
    assert models.losses(asking.c, resolve(asking, "J1:320")) == 0.7
    assert models.losses(asking.c, resolve(asking, ELSEWHERE)) is None
