"""What a training needs, looked at in the stand-in's workspace."""

from collections.abc import Mapping, Sequence

import pytest
from aiohttp import web

from bot.facts.jobs import FailureFacts
from handlers.wording import requirements as words
from handlers.wording.error_tables.databricks_hosting import REQUIREMENTS
from providers.errors import Unauthorised, Unsupported
from providers.hosting import Operation
from providers.requirements import Requirement
from sandbox.databricks.options import SCHEMA, USER, VOLUME_PATH
from sandbox.databricks.unity import FOREIGN_MODEL
from tests.providers.databricks.hosts import BASE, CONTEXT, Hosts, hosts, order
from tests.providers.helpers import serving

__all__ = ["hosts"]
DATA = f"{VOLUME_PATH}/tunesmith/train/train.jsonl"


def by_id(found: Sequence[Requirement]) -> Mapping[str, Requirement]:
    return {one.id: one for one in found}


def not_met(found: Sequence[Requirement]) -> list[str]:
    return [one.id for one in found if one.state in {"missing", "blocked"}]


async def test_a_workspace_that_has_everything(hosts: Hosts) -> None:
    await hosts.stand.put("train/train.jsonl", b"{}\n")
    found = await hosts.requirements().check(BASE, order(hyperparameters={"context_length": 4096}))
    assert {one.id: one.state for one in found} == {
        "volume": "met",
        "use_catalog": "met",
        "use_schema": "met",
        "volume_read": "met",
        "volume_write": "met",
        "create_model": "met",
        "experiment_folder": "met",
        "context_length": "met",
        "data_form": "met",
        "data_file": "met",
    }
    assert not any(one.grants or one.purchase or one.fulfillable for one in found)


async def test_where_the_product_is_gone_nothing_else_matters(hosts: Hosts) -> None:
    hosts.switch(login_page=True)  # every request would fail
    (found,) = await hosts.requirements(gone=True).check(BASE)
    assert (found.id, found.state) == ("training_removed", "blocked")
    hosts.switch(login_page=False)
    assert "training_removed" not in by_id(await hosts.requirements(gone=None).check(BASE))


async def test_what_depends_on_no_model(hosts: Hosts) -> None:
    hosts.switch(missing_grants=[f"CREATE_MODEL {SCHEMA}"])
    found = by_id(await hosts.requirements().standing())
    assert set(found) == {
        "volume", "use_catalog", "use_schema", "volume_read", "volume_write", "create_model", "experiment_folder",
    }  # fmt: skip
    assert not_met(list(found.values())) == ["create_model"]


async def test_missing_privileges_come_with_all_their_grants(hosts: Hosts) -> None:
    hosts.switch(missing_grants=[f"CREATE_MODEL {SCHEMA}", f"WRITE_VOLUME {SCHEMA}.data"])
    found = by_id(await hosts.requirements().check(BASE))
    assert not_met(list(found.values())) == ["volume_write", "create_model"]
    write = f"GRANT WRITE VOLUME ON VOLUME main.finetuning.data TO `{USER}`;"
    create = f"GRANT CREATE MODEL ON SCHEMA main.finetuning TO `{USER}`;"
    assert found["volume_write"].grants == (write, create)
    assert found["create_model"].grants == (create, write)
    assert found["create_model"].params["privilege"] == "CREATE MODEL"


async def test_without_the_catalog_the_rest_is_told_as_far_as_it_is(hosts: Hosts) -> None:
    hosts.switch(missing_grants=["USE_CATALOG main"])
    found = by_id(await hosts.requirements().check(BASE))
    assert found["use_catalog"].state == "missing"
    assert found["use_catalog"].grants[0] == f"GRANT USE CATALOG ON CATALOG main TO `{USER}`;"
    assert all(one.state in {"met", "missing", "unknown"} for one in found.values())


async def test_a_volume_that_is_not_there(hosts: Hosts) -> None:
    required = hosts.requirements(volume="/Volumes/main/finetuning/nowhere/below")
    found = by_id(await required.check(BASE))
    assert (found["volume"].state, found["volume"].what) == ("missing", "/Volumes/main/finetuning/nowhere")
    assert found["volume"].grants == ("CREATE VOLUME main.finetuning.nowhere;",)
    assert found["volume_read"].state == "unknown", "of what is not there no privileges are told"


async def test_data_that_has_gone(hosts: Hosts) -> None:
    found = await hosts.requirements().check(BASE, order())
    assert not_met(found) == ["data_file"]
    assert by_id(found)["data_file"].what == DATA


async def test_data_of_the_wrong_form_is_not_looked_for(hosts: Hosts) -> None:
    found = await hosts.requirements().check(BASE, order(method="pretraining"))
    assert not_met(found) == ["data_form"]


async def test_pretraining_wants_text_in_its_folder(hosts: Hosts) -> None:
    spec = order(method="pretraining", training_file=f"dbfs:{VOLUME_PATH}/tunesmith/corpus")
    assert not_met(await hosts.requirements().check(BASE, spec)) == ["data_folder"]
    await hosts.stand.put("corpus/notes.md", b"no text")
    assert not_met(await hosts.requirements().check(BASE, spec)) == ["data_folder"]
    await hosts.stand.put("corpus/folder.txt/inside.md", b"no text")
    assert not_met(await hosts.requirements().check(BASE, spec)) == ["data_folder"], "a folder is no text"
    await hosts.stand.put("corpus/one.txt", b"some text")
    assert not_met(await hosts.requirements().check(BASE, spec)) == []


async def test_a_context_that_is_too_long(hosts: Hosts) -> None:
    await hosts.stand.put("train/train.jsonl", b"{}\n")
    spec = order(hyperparameters={"context_length": CONTEXT + 1})
    assert not_met(await hosts.requirements().check(BASE, spec)) == ["context_length"]


async def test_only_its_owner_adds_a_version_to_a_model(hosts: Hosts) -> None:
    await hosts.stand.put("train/train.jsonl", b"{}\n")
    foreign = FOREIGN_MODEL.rpartition(".")[2]
    found = by_id(await hosts.requirements().check(BASE, order(suffix=foreign)))
    assert (found["model_owner"].state, found["model_owner"].params["owner"]) == ("missing", "data-platform")
    (grant,) = found["model_owner"].grants
    assert grant == f"ALTER MODEL main.finetuning.{foreign} OWNER TO `{USER}`;"
    hosts.tuned("ours")
    assert by_id(await hosts.requirements().check(BASE, order(suffix="ours")))["model_owner"].state == "met"
    assert "model_owner" not in by_id(await hosts.requirements().check(BASE, order(suffix="brand-new")))


async def test_custom_weights_of_a_run(hosts: Hosts) -> None:
    path = await hosts.stand.put("train/train.jsonl", CHAT * 40)
    run = await hosts.stand.trained(path, trainingDuration="1ep")
    tracked = run["details"]["experimentTracker"]["mlflow"]
    root = (
        f"dbfs:/databricks/mlflow-tracking/{tracked['mlflowExperimentId']}/{tracked['mlflowRunId']}/artifacts"
    )
    artifacts = await hosts.client().mlflow.artifacts(tracked["mlflowRunId"], f"{run['name']}/checkpoints")
    folders = [one.path for one in artifacts if one.name.startswith("ep")]
    assert folders
    for below, state in ((folders[0], "met"), (f"{run['name']}/checkpoints/ep9-ba9", "missing")):
        spec = order(hyperparameters={"custom_weights_path": f"{root}/{below}"})
        found = by_id(await hosts.requirements().check(BASE, spec))
        assert found["custom_weights"].state == state, below
    spec = order(hyperparameters={"custom_weights_path": root.replace(tracked["mlflowRunId"], "f" * 32)})
    assert by_id(await hosts.requirements().check(BASE, spec))["custom_weights"].state == "missing"


CHAT = b'{"messages":[{"role":"user","content":"Hello there"},{"role":"assistant","content":"Good day to you"}]}\n'


FOLDER = "/Shared/bot's experiments"


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, {"object_type": "DIRECTORY", "path": FOLDER}, "met"),
        (200, {"object_type": "NOTEBOOK", "path": FOLDER}, "blocked"),
        (404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Path doesn't exist."}, "missing"),
        (404, {"error_code": "ENDPOINT_NOT_FOUND", "message": "No API found"}, "unknown"),
        (403, {"error_code": "PERMISSION_DENIED", "message": "User cannot view it."}, "unknown"),
    ],
)
async def test_the_folder_of_experiments(hosts: Hosts, status: int, body: dict[str, str], state: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.path == "/api/2.0/preview/scim/v2/Me":
            return web.json_response({"userName": "ada@example.com"})
        if request.path == "/api/2.0/workspace/get-status":
            assert request.query["path"] == FOLDER
            return web.json_response(body, status=status)
        return web.json_response({"error_code": "PERMISSION_DENIED", "message": "no"}, status=403)

    async with serving(answer) as url:
        required = hosts.requirements(endpoint=url, experiment_folder=FOLDER)
        found = by_id(await required.check(BASE))
    assert (found["experiment_folder"].state, found["experiment_folder"].what) == (state, FOLDER)
    mkdirs = "databricks workspace mkdirs '/Shared/bot'\"'\"'s experiments'"
    assert found["experiment_folder"].grants == ((mkdirs,) if state == "missing" else ())
    assert {one.state for name, one in found.items() if name != "experiment_folder"} == {"unknown"}


async def test_everybody_has_a_folder_of_their_own(hosts: Hosts) -> None:
    own = by_id(await hosts.requirements().check(BASE))["experiment_folder"]
    assert (own.state, own.what) == ("met", f"/Users/{USER}")


async def test_a_refused_token_is_no_missing_privilege(hosts: Hosts) -> None:
    with pytest.raises(Unauthorised) as told:
        await hosts.requirements(key="dapi0wrong").check(BASE)
    assert told.value.code == "key_refused"


async def test_nothing_is_brought_about(hosts: Hosts) -> None:
    required = hosts.requirements()
    with pytest.raises(Unsupported):
        await required.fulfil(Requirement(id="volume", state="missing"), BASE, {})
    with pytest.raises(Unsupported):
        await required.progress(Operation(name="volume", state={}))


async def test_every_requirement_has_words(hosts: Hosts) -> None:
    """All of them, as they come when they are not met."""
    hosts.switch(missing_grants=["USE_CATALOG main"])
    required = hosts.requirements(
        volume="/Volumes/main/finetuning/nowhere", experiment_folder="/Shared/nowhere"
    )
    run = "dbfs:/databricks/mlflow-tracking/1/0a/artifacts/x"
    found = [
        *await hosts.requirements(gone=True).check(BASE),
        *await required.check(BASE, order(hyperparameters={"context_length": CONTEXT + 1})),
    ]
    hosts.switch(missing_grants=[])
    for spec in (
        order(),
        order(hyperparameters={"custom_weights_path": run}),
        order(hyperparameters={"custom_weights_path": "elsewhere"}),
        order(training_file="main.finetuning.table"),
        order(method="pretraining", training_file=f"dbfs:{VOLUME_PATH}/nothing"),
        order(method="pretraining"),
        order(suffix=FOREIGN_MODEL.rpartition(".")[2]),
    ):
        found += await hosts.requirements().check(BASE, spec)
    assert {one.id for one in found} == set(REQUIREMENTS["en"])
    for one in found:
        params = {**one.params, "what": one.what, "state": one.state}
        failure = FailureFacts(kind=words.KIND, code=one.id, params=params, grants=list(one.grants))
        said = words.explain(failure, "en", "Databricks")
        whole = f"{said.happened} {said.meaning} {said.remedy}"
        assert "{" not in whole, whole
        asked = words.to_ask_for(failure, "en")
        assert one.state == "met" or all(grant in asked for grant in one.grants)
