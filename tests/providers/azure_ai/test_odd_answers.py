"""Faults and odd answers of the service: what is known is kept, and nothing wrong is believed."""

import pytest

from providers.azure_ai.provider import AzureAIProvider
from providers.base import Ref
from providers.errors import NotFound, OutcomeUnknown, Throttled, Unauthorised, Unavailable
from tests.providers.azure_ai.conftest import Studio, ended, sent, spec


async def test_a_history_that_cannot_be_read_takes_no_job_away(
    studio: Studio, provider: AzureAIProvider
) -> None:
    studio.service.configure({"fail_job": ["UserError", "The dataset is empty."]})
    job = await provider.submit(spec((await sent(provider)).id))
    await ended(provider, job.id)
    fault = studio.fail("status", "GET", "/details", status=500, times=0)
    fresh = studio.provider()
    seen = await fresh.job(Ref(id=job.id))
    assert (seen.state, seen.failure) == ("failed", None)
    assert [one.state for one in (await fresh.jobs(None)).jobs] == ["failed"]
    studio.faults.remove(fault)
    told = await fresh.job(Ref(id=job.id))
    assert told.failure is not None
    assert "The dataset is empty." in told.failure.message


async def test_a_creation_that_breaks_is_unknown_and_sent_once(
    studio: Studio, provider: AzureAIProvider
) -> None:
    file = await sent(provider)
    studio.fail("status", "PUT", "/jobs/", status=503, times=0)
    with pytest.raises(OutcomeUnknown):
        await provider.submit(spec(file.id))
    assert studio.asked("PUT", "/jobs/j105-4f2a") == 1


async def test_an_answer_that_is_no_job_is_unknown(studio: Studio, provider: AzureAIProvider) -> None:
    file = await sent(provider)
    for body in ("<html>", "[]", "{}"):
        studio.fail("status", "PUT", "/jobs/", status=200, body=body)
        with pytest.raises(OutcomeUnknown):
            await provider.submit(spec(file.id))


@pytest.mark.parametrize("body", ["<html>", "[]", '{"value": 7}', '{"location": "x"}'])
async def test_an_answer_that_is_no_list_is_no_empty_list(
    studio: Studio, provider: AzureAIProvider, body: str
) -> None:
    studio.fail("status", "GET", "re:.*/jobs$", status=200, body=body, times=0)
    with pytest.raises(Unavailable) as told:
        await provider.jobs(None)
    assert told.value.code == "unreadable_answer"


async def test_a_list_with_odd_rows(studio: Studio, provider: AzureAIProvider) -> None:
    rows = '{"value": [null, 7, {}, {"name": "j"}, {"name": "a", "properties": {"jobType": "Command"}}]}'
    studio.fail("status", "GET", "re:.*/jobs$", status=200, body=rows)
    assert (await provider.jobs(None)).jobs == ()


async def test_throttled(studio: Studio, provider: AzureAIProvider) -> None:
    await provider.probe()
    studio.fail("status", "GET", "re:.*/jobs$", status=429, headers={"Retry-After": "120"}, times=0)
    with pytest.raises(Throttled) as told:
        await provider.jobs(None)
    assert told.value.retry_after == 120


async def test_a_reader_is_told_which_role_is_missing(studio: Studio, provider: AzureAIProvider) -> None:
    file = await sent(provider)
    studio.service.configure({"role": "reader"})
    with pytest.raises(Unauthorised) as told:
        await provider.submit(spec(file.id))
    assert (told.value.code, told.value.params["role"]) == ("role_missing", "Azure AI Developer")
    assert str(told.value.params["action"]).endswith("/jobs/write")


async def test_a_workspace_that_is_not_there(studio: Studio) -> None:
    settings = studio.settings()
    provider = studio.provider(resource_id=settings["resource_id"] + "x")
    with pytest.raises(NotFound) as told:
        await provider.probe()
    assert told.value.code == "workspace_unknown"


async def test_what_is_not_there(provider: AzureAIProvider) -> None:
    with pytest.raises(NotFound) as told:
        await provider.job(Ref(id="never"))
    assert told.value.code == "not_found"
    page = await provider.events(Ref(id="never"), "cursor")
    assert (page.events, page.cursor) == ((), "cursor")
    with pytest.raises(NotFound) as missing:
        _ = [point async for point in provider.results(Ref(id="never"))]
    assert missing.value.code == "results_missing"
    with pytest.raises(NotFound):
        await provider.file(Ref(id="not an address"))
    await provider.delete_file(Ref(id="not an address"))


async def test_somebody_elses_file_is_left_alone(studio: Studio, provider: AzureAIProvider) -> None:
    await sent(provider)
    before = studio.asked("DELETE", ".jsonl", "blob")
    await provider.delete_file(Ref(id="azureml://datastores/workspaceblobstore/paths/LocalUpload/x/y.jsonl"))
    assert studio.asked("DELETE", ".jsonl", "blob") == before


async def test_a_failing_region_is_found_again(studio: Studio, provider: AzureAIProvider) -> None:
    """The discovery of the region's address is tried again after a fault."""
    job = await provider.submit(spec((await sent(provider)).id))
    fresh = studio.provider()
    fault = studio.fail("status", "GET", "re:.*/api/[^/]+/discovery$", status=503, times=0)
    with pytest.raises(Unavailable):
        await fresh.events(Ref(id=job.id), None)
    studio.faults.remove(fault)
    assert (await fresh.events(Ref(id=job.id), None)).events
