"""Where fine-tuning was removed: a plain word instead of errors, and everything that still works."""

from datetime import UTC, datetime

import pytest

from providers.base import Ref
from providers.errors import NotFound, Unauthorised, Unsupported
from tests.providers.databricks.conftest import Workspace, chat, ended, sent, spec

HOW = pytest.mark.parametrize("how", ["removed_404", "removed_403"])


@HOW
async def test_the_probe_decides_and_can_change_its_mind(workspace: Workspace, how: str) -> None:
    provider = workspace.provider()
    assert provider.capabilities.training
    workspace.switch(training=how)
    able = (await provider.probe()).capabilities
    assert (able.training, able.notice, able.cancel) == (False, "training_removed", False)
    assert provider.capabilities == able
    workspace.switch(training="offered")
    assert (await provider.probe()).capabilities.notice == ""


@HOW
async def test_nothing_is_offered_and_a_submit_says_so(workspace: Workspace, how: str) -> None:
    provider = workspace.provider()
    file = await sent(provider, chat(24))
    workspace.switch(training=how)
    assert not any(model.trainable for model in await provider.models())
    assert (await provider.jobs(None)).jobs == ()
    with pytest.raises(Unsupported) as told:
        await provider.submit(spec(file.id))
    assert told.value.code == "training_removed"


async def test_a_submit_that_finds_it_gone_says_so_without_a_probe(workspace: Workspace) -> None:
    provider = workspace.provider()
    file = await sent(provider, chat(24))
    workspace.switch(training="removed_404")
    with pytest.raises(Unsupported) as told:
        await provider.submit(spec(file.id))
    assert told.value.code == "training_removed"
    assert not provider.capabilities.training


@HOW
async def test_earlier_runs_are_told_by_mlflow(workspace: Workspace, how: str) -> None:
    before = workspace.provider()
    done = await ended(before, await before.submit(spec((await sent(before, chat(24))).id)))
    workspace.switch(training=how)
    after = workspace.provider()
    job = await after.job(Ref(id=done.id))
    assert (job.state, job.model, job.result_model) == ("succeeded", done.model, done.result_model)
    assert job.url == done.url
    points = [point async for point in after.results(Ref(id=done.id))]
    assert {(point.metric, point.split) for point in points} >= {("loss", "train")}
    page = await after.events(Ref(id=done.id), None)
    assert [event.kind for event in page.events] == ["metrics"]
    assert len(await after.checkpoints(Ref(id=done.id))) == 2
    (tuned,) = [model for model in await after.models() if model.kind == "tuned"]
    assert (tuned.id, tuned.base, tuned.trainable) == (done.result_model, done.model, False)
    with pytest.raises(NotFound):
        await after.job(Ref(id="never-was"))


async def test_nothing_is_found_or_stopped_any_more(workspace: Workspace) -> None:
    provider = workspace.provider()
    workspace.switch(training="removed_404")
    assert await provider.find_job(spec("dbfs:/Volumes/a/b/c/d.jsonl"), datetime.now(UTC)) == []
    with pytest.raises(Unsupported) as told:
        await provider.control(Ref(id="any"), "cancel")
    assert told.value.code == "training_removed"


async def test_a_wrong_token_is_not_taken_for_the_end(workspace: Workspace) -> None:
    provider = workspace.provider(key="dapi0123456789abcdef0123456789abcdef")
    for ask in (provider.probe, provider.models):
        with pytest.raises(Unauthorised) as told:
            await ask()
        assert told.value.code == "key_refused"
    assert provider.capabilities.training


@pytest.mark.parametrize(
    ("status", "code"), [(403, "PERMISSION_DENIED"), (404, "ENDPOINT_NOT_FOUND"), (404, "")]
)
async def test_a_path_that_refuses_everything_is_gone(workspace: Workspace, status: int, code: str) -> None:
    provider = workspace.provider()
    file = await sent(provider, chat(24))
    body = {"error_code": code, "message": "no"}
    workspace.fail("status", "POST", "/api/2.0/genai-mapi/graphql", status=status, body=body, times=0)
    with pytest.raises(Unsupported) as told:
        await provider.submit(spec(file.id))
    assert told.value.code == "training_removed"
    assert provider.capabilities.notice == "training_removed"
    assert (await provider.jobs(None)).jobs == ()
    assert [model for model in await provider.models() if model.trainable] == []


async def test_an_address_list_is_not_taken_for_the_end(workspace: Workspace) -> None:
    provider = workspace.provider()
    body = {
        "error_code": "PERMISSION_DENIED",
        "message": "Source IP address: 10.0.0.1 is blocked by Databricks IP ACL",
    }
    workspace.fail("status", "POST", "/api/2.0/genai-mapi/graphql", status=403, body=body, times=1)
    with pytest.raises(Unauthorised) as told:
        await provider.models()
    assert told.value.code == "network_refused"
    assert provider.capabilities.training


async def test_a_principal_that_may_nothing_is_not_taken_for_the_end(workspace: Workspace) -> None:
    provider = workspace.provider()
    body = {"error_code": "PERMISSION_DENIED", "message": "not in this workspace"}
    for method, path in (("POST", "/api/2.0/genai-mapi/graphql"), ("GET", "/api/2.0/preview/scim/v2/Me")):
        workspace.fail("status", method, path, status=403, body=body, times=0)
    with pytest.raises(Unauthorised) as told:
        await provider.models()
    assert told.value.code == "privilege_missing"
    assert provider.capabilities.training
