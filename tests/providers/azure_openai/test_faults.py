"""What the provider does when the service or the way to it fails: never a second job, never a second file."""

from datetime import UTC, datetime

import pytest

from providers.azure_openai.provider import AzureOpenAIProvider
from providers.base import Ref
from providers.errors import Conflict, OutcomeUnknown, ProviderError, Throttled, Unavailable
from sandbox import samples
from tests.providers.azure_openai.conftest import Azure, sent, spec
from tests.providers.azure_openai.hosts import Hosts
from tests.providers.helpers import Bytes, quiet

JOBS = "/fine_tuning/jobs"


@pytest.mark.parametrize(
    ("form", "value", "seconds"),
    [("ms", 1500, 1.5), ("seconds", 3, 3.0), ("seconds", "2.5", 2.5), ("date", 5, 5.0)],
)
async def test_short_retry_after_is_waited_for(
    azure: Azure, provider: AzureOpenAIProvider, form: str, value: object, seconds: float
) -> None:
    azure.fail("status", "GET", JOBS, status=429, retry_after={"form": form, "value": value})
    assert (await provider.jobs(None)).jobs == ()
    assert azure.asked("GET", JOBS) == 2
    assert azure.sleep.waits == [pytest.approx(seconds, abs=1.1 if form == "date" else 0.001)]


@pytest.mark.parametrize(("form", "value"), [("ms", 600_000), ("seconds", 600), ("date", 600)])
async def test_long_retry_after_goes_to_the_callers_queue(
    azure: Azure, provider: AzureOpenAIProvider, form: str, value: int
) -> None:
    azure.fail("status", "GET", JOBS, status=429, retry_after={"form": form, "value": value}, times=0)
    with pytest.raises(Throttled) as told:
        await provider.jobs(None)
    assert told.value.retry_after == pytest.approx(600, abs=1.1)
    assert azure.sleep.waits == []
    assert azure.asked("GET", JOBS) == 1


async def test_server_errors_are_repeated_then_told(azure: Azure, provider: AzureOpenAIProvider) -> None:
    azure.fail("status", "GET", JOBS, status=500, times=2)
    await provider.jobs(None)
    assert azure.sleep.waits == [0.4375, 0.875], "0.5 and 1 second less an eighth: jitter at its middle"
    azure.fail("status", "GET", JOBS, status=503, times=0)
    with pytest.raises(Unavailable) as told:
        await provider.jobs(None)
    assert told.value.code == "server_error"
    assert told.value.answer.status == 503


@pytest.mark.parametrize("kind", ["cut", "lost_answer"])
async def test_broken_connections_are_repeated_where_that_is_harmless(
    azure: Azure, provider: AzureOpenAIProvider, kind: str
) -> None:
    azure.fail(kind, "GET", JOBS, times=2)
    assert (await provider.jobs(None)).jobs == ()
    azure.fail(kind, "GET", JOBS, times=0)
    with pytest.raises(Unavailable) as told:
        await provider.jobs(None)
    assert told.value.code == "connection_lost"


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "status"])
async def test_creation_without_an_answer_is_sent_once(
    azure: Azure, provider: AzureOpenAIProvider, kind: str
) -> None:
    azure.service.configure({"hold_pending": True})
    file = await sent(provider, "tiny_overfit_train.jsonl")
    wanted, since = spec(file.id), datetime.now(UTC)
    azure.fail(kind, "POST", JOBS, status=500)
    with pytest.raises(OutcomeUnknown):
        await provider.submit(wanted)
    assert azure.asked("POST", JOBS) == 1
    assert azure.sleep.waits == []
    found = await provider.find_job(wanted, since)
    assert len(found) == (1 if kind == "lost_answer" else 0)
    assert len((await provider.jobs(None)).jobs) == len(found)


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "status"])
async def test_upload_without_an_answer_is_sent_once(
    azure: Azure, provider: AzureOpenAIProvider, kind: str
) -> None:
    data, since = samples.read("support_train.jsonl"), datetime.now(UTC)
    azure.fail(kind, "POST", "/files", status=502)
    with pytest.raises(OutcomeUnknown):
        await provider.upload(Bytes(data), "D61.jsonl", None, quiet)
    assert azure.asked("POST", "/files") == 1
    found = await provider.find_file("D61.jsonl", len(data), since)
    assert (found is not None) == (kind == "lost_answer")
    assert len(await provider.files()) == (1 if found else 0)


@pytest.mark.parametrize("form", ["ms", "seconds", "date"])
async def test_throttled_creation_is_certainly_not_done(
    azure: Azure, provider: AzureOpenAIProvider, form: str
) -> None:
    azure.service.configure({"hold_pending": True})
    file = await sent(provider, "tiny_overfit_train.jsonl")
    azure.fail("status", "POST", JOBS, status=429, retry_after={"form": form, "value": 2})
    with pytest.raises(Throttled) as told:
        await provider.submit(spec(file.id))
    assert told.value.retry_after is not None
    assert azure.sleep.waits == [], "one attempt: the caller's queue comes back"
    assert (await provider.submit(spec(file.id))).id


async def test_large_upload_that_is_cut_in_the_middle(azure: Azure, provider: AzureOpenAIProvider) -> None:
    azure.fail("cut", "POST", "/files")
    with pytest.raises(OutcomeUnknown):
        await provider.upload(Bytes(bytes(8 << 20)), "large.jsonl", None, quiet)
    assert await provider.files() == []


async def test_control_whose_answer_is_lost_is_asked_again(
    azure: Azure, provider: AzureOpenAIProvider
) -> None:
    azure.service.configure({"hold_pending": True})
    file = await sent(provider, "tiny_overfit_train.jsonl")
    job = await provider.submit(spec(file.id))
    azure.fail("lost_answer", "POST", "/cancel")
    assert (await provider.control(Ref(id=job.id), "cancel")).state == "cancelled"
    assert azure.asked("POST", f"{JOBS}/{job.id}/cancel") == 2


async def test_delete_whose_answer_is_lost_is_done(azure: Azure, provider: AzureOpenAIProvider) -> None:
    file = await sent(provider, "tiny_overfit_train.jsonl")
    azure.fail("lost_answer", "DELETE", "/files/")
    await provider.delete_file(Ref(id=file.id))
    assert await provider.files() == []


async def test_download_that_breaks_is_unavailable(azure: Azure, provider: AzureOpenAIProvider) -> None:
    azure.fail("status", "GET", JOBS, status=500, times=0)
    with pytest.raises(Unavailable):
        _ = [point async for point in provider.results(Ref(id="ftjob-1"))]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 418, 429, 500, 503, 504])
async def test_only_provider_errors_come_out(
    azure: Azure, provider: AzureOpenAIProvider, status: int
) -> None:
    azure.fail("status", "GET", "/azure/", status=status, body="<html>nothing to parse</html>", times=0)
    azure.fail("status", "POST", "/azure/", status=status, body={"error": None}, times=0)
    ref = Ref(id="ftjob-1")
    for attempt in (provider.models(), provider.files(), provider.job(ref), provider.submit(spec("file-1"))):
        with pytest.raises(ProviderError) as told:
            await attempt
        assert told.value.answer.status == status
        assert "<html>" not in told.value.answer.message


async def test_refused_control_of_a_job_that_is_elsewhere(
    azure: Azure, provider: AzureOpenAIProvider
) -> None:
    azure.service.configure({"hold_pending": True})
    file = await sent(provider, "tiny_overfit_train.jsonl")
    job = await provider.submit(spec(file.id))
    body = {"error": {"code": "invalidPayload", "message": "The job is not running."}}
    azure.fail("status", "POST", "/pause", status=400, body=body)
    with pytest.raises(Conflict) as told:
        await provider.control(Ref(id=job.id), "pause")
    assert told.value.params["state"] == "pending"
    assert told.value.answer.message == "The job is not running."


async def test_catalogue_that_fails_in_the_middle_is_one_error(azure: Azure) -> None:
    """Checkpoints are fetched several at once; callers know errors, not groups of them."""
    hosts = Hosts(azure)
    for number in range(1, 4):
        hosts.tuned(number, account="prod")
    azure.fail("status", "GET", "/checkpoints", status=500, body={}, times=0)
    with pytest.raises(Unavailable):
        await azure.provider().models()
