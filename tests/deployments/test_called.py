"""The service's own names of models stay in the details: lists, forms, errors and cards have ours."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import catalogue
from bot.deployments import models
from bot.store import connections, jobs
from handlers.wording import deployments as words
from tests.deployments.asking_bench import BASE, MODEL, RIN, TUNED, Asking, asking_in, settings_in
from tests.handlers.samples_deployments import deployment
from tests.training.jobs_of import NOW

OWN = "model-tunesmith-j2-6b3f74877d9c"
PHI = "azureml://registries/azureml/models/Phi-4-mini-instruct"


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    """Beside what `asking_in` has, a job without a suffix whose model has no name but the service's."""
    with asking_in(settings_in(tmp_path)) as made:
        base = replace(MODEL, id=PHI, kind="base", short="Phi-4-mini-instruct", base=PHI, job_id=None)
        tuned = replace(MODEL, id=OWN, short=OWN, base=PHI, job_id="run-2")
        elsewhere = replace(tuned, id=f"{OWN}-x", short=f"{OWN}-x", job_id=None)
        connections.put_catalogue(made.c, "dev-eus2", [base, tuned, elsewhere], now=NOW)
        values = {
            "connection": "dev-eus2",
            "intent_key": "second",
            "remote_id": "run-2",
            "team_id": RIN.team_id,
            "requester": RIN.user_id,
            "channel": "C0FINETUNE",
            "base_model": PHI,
            "model_short": "Phi-4-mini-instruct",
            "method": "supervised",
            "hyper": {},
            "seed": 7,
            "suffix": None,
            "state": "succeeded",
            "result_model": OWN,
            "finished_at": NOW,
        }
        assert jobs.add(made.c, values, now=NOW) == 2
        yield made


def test_the_list_to_deploy_has_one_form_of_names(asking: Asking) -> None:
    listed = models.deployable(asking.c, asking.settings, asking.providers, RIN, now=NOW)
    labels = {one.value: one.label for one in listed}
    assert labels["J1"] == "support-v12 · gpt-4.1-mini · J1"
    assert labels["J1:320"] == "support-v12 step 320 · gpt-4.1-mini · J1"
    assert labels["J2"] == "Phi-4-mini-instruct · J2"
    assert labels[f"{OWN}-x"] == f"{OWN}-x · Phi-4-mini-instruct", (
        "made elsewhere: nobody has another name for it"
    )


@pytest.mark.parametrize("given", ["J2", "run-2", OWN])
def test_whatever_it_is_asked_for_as_it_is_called_the_same(asking: Asking, given: str) -> None:
    found = models.resolve(asking.c, asking.settings, RIN, given)
    assert (found.model.id, found.model.short) == (OWN, "Phi-4-mini-instruct · J2")


def test_the_list_to_train_from_calls_a_model_as_the_list_to_deploy(asking: Asking) -> None:
    found = catalogue.search(asking.c, "prod-swc", "support", ["supervised"])
    assert {one.value: one.label for one in found}[TUNED] == "support-v12 · gpt-4.1-mini · J1"
    assert BASE not in {one.value for one in found}


@pytest.mark.parametrize(
    ("short", "said"),
    [
        ("support-v12 · gpt-4.1-mini · J142", "J142 support-v12 · gpt-4.1-mini"),
        ("Phi-4-mini-instruct · J142", "J142 Phi-4-mini-instruct"),
    ],
)
def test_a_card_says_the_job_once(short: str, said: str) -> None:
    assert words.model(deployment(job="J142", model_short=short), "en") == said
