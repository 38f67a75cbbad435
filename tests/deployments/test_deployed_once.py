"""One deployment of a model where a service says so, as many as are wanted where it does not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config.load import load
from bot.config.settings import Settings
from bot.deployments import models, order
from bot.deployments.form import DeployWish, deploy_form
from bot.store import connections
from providers.hosting import Sku
from tests.deployments.asking_bench import (
    BASE,
    CONFIG,
    GLOBAL,
    MODEL,
    PLACE,
    RIN,
    STANDARD,
    TUNED,
    Asking,
    asking_in,
)
from tests.training.jobs_of import NOW

DBX = """
[[connections]]
name = "dbx-eus"
provider = "databricks"
endpoint = "https://adb-1.2.azuredatabricks.net"
key = "dapi-x"

[connections.options]
volume = "/Volumes/main/tuning/data"
register_to = "main.tuning"
"""
PROJECT = """
[[connections]]
name = "{name}"
provider = "azure_ai_studio"
endpoint = "https://{region}.api.azureml.ms"
key = "k"
resource_id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/{name}"
"""
PROJECTS = PROJECT.format(name="phi-one", region="eastus2") + PROJECT.format(name="phi-two", region="westus3")
SERVED = "main.tuning.support/1"
REGISTERED = "azureml://locations/x/models/support/versions/1"


def _settings(folder: Path) -> Settings:
    path = folder / "tunesmith.toml"
    path.write_text(CONFIG + DBX + PROJECTS, encoding="utf-8")
    return load(path, {})


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with asking_in(_settings(tmp_path)) as made:
        for name, model in (("dbx-eus", SERVED), ("phi-one", REGISTERED), ("phi-two", REGISTERED)):
            base = replace(MODEL, id="base", kind="base", short="base", job_id=None)
            tuned = replace(MODEL, id=model, short="support", base="base", job_id=None)
            connections.put_catalogue(made.c, name, [base, tuned], now=NOW)
            offer = replace(PLACE.offers[0], base="base", skus=(STANDARD,))
            made.put_place(name, replace(PLACE, offers=(offer,)))
        yield made


def _refusals(asking: Asking, **given: str) -> set[str]:
    asked = asking.order(sku="Standard", capacity=10, name="another", **given)
    made = order.examine(asking.c, asked, asking.settings, asking.providers, RIN, now=NOW)
    return {one.code for one in made.refusals}


def _offered(asking: Asking) -> set[str]:
    return {one.value for one in models.deployable(asking.c, asking.settings, asking.providers, RIN, now=NOW)}


def test_a_version_can_have_several_endpoints_in_databricks(asking: Asking) -> None:
    asking.deployment("first", connection="dbx-eus", model=SERVED)
    asking.request({"model": SERVED, "connection": "dbx-eus"}, "dbx-eus/second")
    assert SERVED in _offered(asking)
    assert _refusals(asking, model=SERVED, connection="dbx-eus") == set()


def test_a_model_of_azure_ai_is_deployed_once_in_a_project(asking: Asking) -> None:
    asking.deployment("first", connection="phi-one", model=REGISTERED)
    assert "model_deployed" in _refusals(asking, model=REGISTERED, connection="phi-one")
    assert _refusals(asking, model=REGISTERED, connection="phi-two") == set()


def test_a_model_of_azure_ai_is_asked_for_once_in_a_project(asking: Asking) -> None:
    asking.request({"model": REGISTERED, "connection": "phi-one"}, "phi-one/second")
    assert "model_coming" in _refusals(asking, model=REGISTERED, connection="phi-one")
    assert _refusals(asking, model=REGISTERED, connection="phi-two") == set()


def test_the_form_says_what_holds_at_the_service(asking: Asking) -> None:
    def form(model: str, connection: str, *skus: Sku) -> tuple[bool, str]:
        base = BASE if model == TUNED else "base"
        asking.put_place(connection, replace(PLACE, offers=(replace(PLACE.offers[0], base=base, skus=skus),)))
        wish = DeployWish(model=model, connection=connection)
        made = deploy_form(asking.c, asking.settings, asking.providers, RIN, wish, NOW)
        return made.once, made.hosting

    asleep = replace(STANDARD, id="ScaleToZero", sleeps=True)
    assert form(TUNED, "prod-swc", STANDARD, GLOBAL) == (True, "processing")
    assert form(SERVED, "dbx-eus", asleep, replace(STANDARD, id="AlwaysOn")) == (False, "sleep")
    assert form(REGISTERED, "phi-one", STANDARD) == (True, "")
