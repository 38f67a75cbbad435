"""What is offered for training: region, dates, the registry's word, and the workspace's own models."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

import pytest
from aiohttp import web

from providers.azure_ai.catalogue import build
from providers.azure_ai.facts import MICROSOFT, load_facts
from providers.azure_ai.models import OwnModel, read_model
from providers.azure_ai.registry import RegistryModel, newest
from providers.azure_ai.workspace import Workspace, read_workspace
from providers.azure_ai.workspace_id import WorkspaceId
from providers.base import Model
from providers.network import NetworkOptions
from providers.registry import build as open_provider
from sandbox.azure_ml.catalogue import MODELS
from tests.providers.azure_ai.conftest import PHI, Studio, sent, spec
from tests.providers.azure_ai.test_settings import ID
from tests.providers.helpers import NotedSleep, StandingClock, half, serving

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FACTS = load_facts()
PHI_3 = "azureml://registries/azureml/models/Phi-3-mini-4k-instruct"
PHI_4 = "azureml://registries/azureml/models/Phi-4"


OF_2026 = {"Phi-4", "Phi-4-mini-instruct", "Phi-4-multimodal-instruct", "Ministral-3B", "Tsuzumi-7b"}
"""What the table of 2026 has in several regions (contract 7)."""


def listed(
    region: str, now: datetime = NOW, told: Mapping[str, RegistryModel] = MappingProxyType({})
) -> dict[str, Model]:
    place = Workspace(id=WorkspaceId("s", "g", "w"), region=region, guid="guid")
    registry = {f"azureml://registries/azureml/models/{name}": one for name, one in told.items()}
    return {model.short: model for model in build(FACTS, place, registry, (), now)}


@pytest.mark.parametrize(
    ("region", "now", "trainable"),
    [
        (
            "westus3",
            NOW,
            {"Llama-3.3-70B-Instruct", *OF_2026},
        ),
        ("eastus2", NOW, OF_2026),
        ("swedencentral", NOW, set()),
    ],
)
def test_only_what_the_region_trains(region: str, now: datetime, trainable: set[str]) -> None:
    models = listed(region, now)
    assert {name for name, one in models.items() if one.trainable} == trainable
    assert len(models) == len(FACTS.models)


def test_a_retired_model_names_its_day_its_source_and_its_replacement() -> None:
    found = listed("eastus2")["Phi-3-mini-4k-instruct"]
    assert (found.lifecycle, found.trainable) == ("retired", False)
    assert found.training_ends == datetime(2025, 8, 30, tzinfo=UTC)
    assert found.dates_source == f"Microsoft Learn, checked on {FACTS.checked}"
    assert found.replacement == "Phi-4-mini-instruct"
    before = listed("eastus2", datetime(2025, 8, 29, tzinfo=UTC))["Phi-3-mini-4k-instruct"]
    assert before.trainable


def test_the_registry_wins() -> None:
    ends = datetime(2026, 1, 1, tzinfo=UTC)
    told = RegistryModel(version="9", training_ends=ends)
    found = listed("eastus2", told={"Phi-4": told})["Phi-4"]
    assert (found.trainable, found.training_ends, found.dates_source) == (False, ends, "the model registry")


def test_a_later_word_of_the_registry_leaves_no_earlier_end() -> None:
    ends = datetime(2030, 6, 13, tzinfo=UTC)
    place = Workspace(id=WorkspaceId("s", "g", "w"), region="westus3", guid="guid")
    row = FACTS.of("Meta-Llama-3.1-8B-Instruct")
    assert row is not None
    models = build(FACTS, place, {row.id: RegistryModel(version="4", training_ends=ends)}, (), NOW)
    found = next(one for one in models if one.id == row.id)
    assert (found.trainable, found.training_ends, found.inference_ends) == (True, ends, None)


def test_the_table_is_whole() -> None:
    assert FACTS.source
    assert FACTS.checked
    for row in FACTS.models:
        assert row.marketplace == (row.registry != MICROSOFT)
        assert not row.replacement or FACTS.of(row.replacement) is not None
        assert FACTS.of(f"{row.id}/versions/3") is row
        assert FACTS.of(row.name.upper()) is row
        assert row.training_ends is None or row.inference_ends is not None
        assert all(region.islower() and " " not in region for region in row.regions)
        low, high = row.learning_rate_minimum, row.learning_rate_maximum
        assert low is None or high is None or low <= row.learning_rate <= high


def test_the_stand_in_trains_nothing_else() -> None:
    """The simulated service ends and places every model as the documents do."""
    simulated = {one.uri: (one.retired, frozenset(one.regions)) for one in MODELS}
    assert simulated == {row.id: (row.training_ends, row.regions) for row in FACTS.models}


def test_a_workspaces_own_model() -> None:
    value = {
        "properties": {
            "jobName": "j1",
            "properties": {"maas-finetuning": "true", "baseModelId": f"{PHI}/versions/4"},
        },
        "systemData": {"createdAt": "2026-11-20T10:00:00Z"},
    }
    own = read_model("support", "2", value)
    assert own == OwnModel(
        name="support", version="2", base=PHI, job="j1", created_at=datetime(2026, 11, 20, 10, tzinfo=UTC)
    )
    assert read_model("other", "1", {"properties": {}}) is None
    place = Workspace(id=WorkspaceId("s", "g", "w"), region="eastus2", guid="guid")
    model = build(FACTS, place, {}, [own], NOW)[-1]
    assert (model.short, model.base, model.job_id, model.trainable) == ("support v2", PHI, "j1", False)


def test_the_newest_version_by_its_number() -> None:
    tags = {"properties": {"tags": {"finetuneRetirementDate": "2027-01-01", "textContextWindow": "131072"}}}
    found = newest([{"name": "9"}, {"name": "10", **tags}, {"name": "preview"}, {}, 7])
    assert found is not None
    assert (found.version, found.training_ends) == ("10", datetime(2027, 1, 1, tzinfo=UTC))
    assert newest([]) is None


async def test_the_registrys_dates_and_versions_are_taken(studio: Studio) -> None:
    studio.service.configure({"hold_queued": True})
    provider = studio.provider()
    models = {one.id: one for one in await provider.models()}
    assert {one.kind for one in models.values()} == {"base"}
    assert models[PHI].trainable
    assert models[PHI_3].dates_source == "the model registry"
    assert not models[PHI_3].trainable
    await provider.submit(spec((await sent(provider)).id))
    (body,) = [one.sent for one in studio.exchanges if one.method == "PUT" and "/jobs/" in one.path]
    assert body["properties"]["fineTuningDetails"]["model"]["uri"] == f"{PHI}/versions/4"


async def test_a_registry_that_cannot_be_read_leaves_the_table(studio: Studio) -> None:
    studio.service.configure({"hold_queued": True})
    studio.fail("status", "GET", "/registrymanagement/", status=404, times=0)
    provider = studio.provider(model_versions={"Phi-4": "7"})
    models = {one.id: one for one in await provider.models()}
    assert models[PHI].trainable
    assert models[PHI_3].dates_source.startswith("Microsoft Learn")
    file = await sent(provider)
    for number, model in enumerate((PHI, PHI_4)):
        await provider.submit(spec(file.id, model=model, key=f"j{number}"))
    bodies = [one.sent for one in studio.exchanges if one.method == "PUT" and "/jobs/" in one.path]
    told = [one["properties"]["fineTuningDetails"]["model"]["uri"] for one in bodies]
    assert told == [f"{PHI}/versions/1", f"{PHI_4}/versions/7"]


async def test_a_probe_tells_jobs_and_clocks(studio: Studio) -> None:
    probe = await studio.provider().probe()
    assert probe.jobs == 0
    assert probe.clock_skew is not None
    assert abs(probe.clock_skew) < 5
    assert probe.capabilities.deployment_name is not None


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/next", "/subscriptions/x", 7, "http://127.0.0.1:1/x"]
)
async def test_a_list_that_goes_on_elsewhere_is_not_followed(elsewhere: object) -> None:
    """The token for Resource Manager goes to the configured host only, and half a list is no list."""
    from providers.errors import Unavailable

    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        if request.path.endswith("/token"):
            return web.json_response({"access_token": "t", "expires_on": "99999999999", "resource": "r"})
        if request.path.endswith("/jobs"):
            return web.json_response({"value": [], "nextLink": elsewhere})
        return web.json_response({"location": "East US 2", "properties": {"workspaceId": "g"}})

    async with serving(answer) as url:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("IDENTITY_ENDPOINT", f"{url}/token")
            patch.setenv("IDENTITY_HEADER", "x")
            provider = open_provider(
                "azure_ai_studio", "x",
                {"endpoint": url, "resource_id": ID, "auth": "entra", "credential": "managed_identity"},
                network=NetworkOptions(), clock=StandingClock(), sleep=NotedSleep(), random=half,
            )  # fmt: skip
            try:
                with pytest.raises(Unavailable) as told:
                    await provider.jobs(None)
                assert told.value.code == "unreadable_answer"
                assert [one for one in asked if one.endswith("/jobs")] == [f"{ID}/jobs"]
            finally:
                await provider.aclose()


def test_a_workspace_read_leniently() -> None:
    place = WorkspaceId("s", "g", "w")
    found = read_workspace(
        place, {"location": "East US 2", "properties": {"workspaceId": "g", "discoveryUrl": 7}}
    )
    assert (found.region, found.guid) == ("eastus2", "g")
    assert found.default_api == "https://eastus2.api.azureml.ms"
    told = read_workspace(
        place, {"location": "eastus2", "properties": {"discoveryUrl": "https://e.api.azureml.ms/discovery"}}
    )
    assert told.told_api({"api": "https://e.api.azureml.ms/x/"}) == "https://e.api.azureml.ms/x"
    for other in (
        "https://e.api.azureml.ms.example.com",
        "https://example.com",
        "http://e.api.azureml.ms",
        None,
    ):
        assert told.told_api({"api": other}) == "https://e.api.azureml.ms"
    assert read_workspace(place, None).region == ""


async def test_a_registry_that_fails_later_takes_no_date_back(studio: Studio) -> None:
    studio.service.configure({"retires": "2030-06-13"})
    registries = studio.provider("llama")._registries
    before = await registries.trained_in("westus3")
    assert before
    studio.fail("status", "GET", "/mferp/", status=500, times=0)
    for id_, (found, _) in list(registries._known.items()):
        registries._known[id_] = (found, datetime(2020, 1, 1, tzinfo=UTC))
    assert await registries.trained_in("westus3") == before


def test_a_model_names_the_regions_that_train_it_as_people_call_them() -> None:
    models = listed("eastus2")
    llama = models["Llama-3.3-70B-Instruct"]
    assert (llama.lifecycle, llama.trainable, llama.regions) == ("other-region", False, ("West US 3",))
    assert "East US 2" in models["Phi-4"].regions
    assert {region for row in FACTS.models for region in row.regions} == set(FACTS.region_names)
    assert FACTS.region("swedencentral") == "swedencentral"


def test_models_of_partners_are_sold_and_microsofts_are_not() -> None:
    models = listed("westus3")
    sold = {name for name, one in models.items() if one.trainable and one.subscribed}
    assert sold == {"Llama-3.3-70B-Instruct", "Ministral-3B", "Tsuzumi-7b"}


def test_models_that_are_tuned_to_instructions_are_trained_on_chats() -> None:
    """Contract 2: the instruct models of Phi and Llama take ChatCompletion; text completion is for bases."""
    for name, one in listed("westus3").items():
        if name.startswith("Phi") or "Instruct" in name:
            assert one.methods == ("supervised",), name
