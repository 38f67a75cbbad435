"""Answers of the live service that no schema promises: nulls, absent keys, unknown words, other spellings."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from providers.azure_openai.events import points_in_text
from providers.azure_openai.provider import AzureOpenAIProvider
from providers.base import Failure, Point, Ref
from providers.errors import NotFound, OutcomeUnknown, ProviderError, Refused, Unavailable
from providers.network import NetworkOptions
from providers.registry import build
from tests.providers.azure_openai.conftest import spec
from tests.providers.helpers import Bytes, NotedSleep, StandingClock, half, quiet, serving

Answers = Callable[[web.Request], web.StreamResponse]


@asynccontextmanager
async def answering(answers: Answers) -> AsyncIterator[AzureOpenAIProvider]:
    async def handle(request: web.Request) -> web.StreamResponse:
        await request.read()
        return answers(request)

    async with serving(handle) as url:
        provider = build(
            "azure_openai", "odd", {"endpoint": url, "key": "k" * 32},
            network=NetworkOptions(), clock=StandingClock(), sleep=NotedSleep(), random=half,
        )  # fmt: skip
        assert isinstance(provider, AzureOpenAIProvider)
        yield provider
        await provider.aclose()


def always(body: Any, status: int = 200) -> Answers:
    return lambda _: web.json_response(body, status=status)


FULL: dict[str, Any] = {
    "id": "ftjob-1",
    "status": "succeeded",
    "created_at": 1646126127,
    "model": "m",
    "training_file": "f",
}


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        ("created", "pending"),
        ("pending", "pending"),
        ("notRunning", "pending"),
        ("queued", "pending"),
        ("validating_files", "pending"),
        ("running", "running"),
        ("pausing", "pausing"),
        ("paused", "paused"),
        ("resuming", "resuming"),
        ("succeeded", "succeeded"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
        ("canceled", "cancelled"),
        ("Succeeded", "succeeded"),
        ("on_holiday", "running"),
    ],
)
async def test_every_word_for_a_state(raw: str, state: str) -> None:
    async with answering(always({**FULL, "status": raw, "error": {"message": "x"}})) as provider:
        job = await provider.job(Ref(id="ftjob-1"))
        assert (job.state, job.raw_state) == (state, raw)


async def test_nulls_absences_and_wrong_types_are_all_absent() -> None:
    names = (
        "fine_tuned_model", "validation_file", "result_files", "finished_at", "estimated_finish", "trained_tokens",
        "hyperparameters", "suffix", "seed", "trainingType", "error", "organisation_id", "organization_id", "method",
    )  # fmt: skip
    bodies = [FULL, {**FULL, **dict.fromkeys(names)}, {**FULL, **dict.fromkeys(names, True)}]
    bodies += [{**FULL, "error": {}, "result_files": [], "hyperparameters": {}, "organisation_id": ""}]
    for body in bodies:
        async with answering(always(body)) as provider:
            job = await provider.job(Ref(id="ftjob-1"))
        assert (job.validation_file, job.result_model, job.result_files, job.seed) == (None, None, (), None)
        assert (job.suffix, job.finished_at, job.failure, dict(job.hyperparameters)) == (None, None, None, {})


async def test_newer_surfaces_keep_things_elsewhere() -> None:
    body = {
        **FULL,
        "user_provided_suffix": "v12",
        "method": {
            "type": "supervised",
            "supervised": {"hyperparameters": {"n_epochs": "auto", "batch_size": 4}},
        },
        "finished_at": 1646127311,
        "seed": "105",
    }
    async with answering(always(body)) as provider:
        job = await provider.job(Ref(id="ftjob-1"))
    assert job.suffix == "v12"
    assert dict(job.hyperparameters) == {"n_epochs": -1, "batch_size": 4}
    assert job.finished_at == datetime(2022, 3, 1, 9, 35, 11, tzinfo=UTC)
    assert job.seed == 105


async def test_sparse_creation_is_filled_from_what_was_asked() -> None:
    wanted = spec("file-1", "file-2")
    async with answering(always({"id": "ftjob-9", "created_at": 1646126127}, 201)) as provider:
        job = await provider.submit(wanted)
    assert (job.state, job.model, job.training_file, job.validation_file) == (
        "pending",
        wanted.model,
        "file-1",
        "file-2",
    )
    assert (job.seed, job.suffix, job.training_type) == (105, "support-v12", "GlobalStandard")


async def test_creation_is_sent_as_the_dated_surface_wants_it() -> None:
    seen: list[dict[str, Any]] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(await request.json())
        return web.json_response(FULL, status=201)

    async with serving(handle) as url:
        provider = build(
            "azure_openai",
            "x",
            {"endpoint": url, "key": "k" * 32},
            network=NetworkOptions(),
            clock=StandingClock(),
        )
        hyper = {"n_epochs": 3.0, "batch_size": -1, "learning_rate_multiplier": 0.1}
        await provider.submit(spec("file-1", hyperparameters=hyper))
        await provider.submit(spec("file-1", hyperparameters={}, training_type=None, suffix=None))
        await provider.aclose()
    assert seen[0] == {
        "model": "gpt-4.1-mini-2025-04-14",
        "training_file": "file-1",
        "seed": 105,
        "suffix": "support-v12",
        "trainingType": "GlobalStandard",
        "hyperparameters": {"n_epochs": 3, "batch_size": -1, "learning_rate_multiplier": 0.1},
    }
    assert isinstance(seen[0]["hyperparameters"]["n_epochs"], int)
    assert seen[1] == {"model": "gpt-4.1-mini-2025-04-14", "training_file": "file-1", "seed": 105}


async def test_created_but_unreadable_is_unknown() -> None:
    async with answering(lambda _: web.Response(status=201, text="<html>")) as provider:
        for attempt in (provider.submit(spec("file-1")), provider.upload(Bytes(b"x"), "n", None, quiet)):
            with pytest.raises(OutcomeUnknown):
                await attempt


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"text"', b"<html>", b'{"data": null}', b"\xff\xfe", b'{"id": ""}']
)
async def test_successful_nonsense_is_unavailable(body: bytes) -> None:
    async with answering(lambda _: web.Response(body=body)) as provider:
        for attempt in (provider.files(), provider.jobs(None), provider.models(), provider.job(Ref(id="j"))):
            with pytest.raises(Unavailable) as told:
                await attempt
            assert told.value.code == "unreadable_answer"


async def test_one_broken_item_does_not_hide_the_others() -> None:
    items = [FULL, None, {"status": "running"}, {**FULL, "id": "ftjob-2"}, "text"]
    async with answering(always({"data": items})) as provider:
        assert [job.id for job in (await provider.jobs(None)).jobs] == ["ftjob-1", "ftjob-2"]


async def test_pages_are_walked_by_the_last_id() -> None:
    asked: list[str | None] = []

    def pages(request: web.Request) -> web.Response:
        after = request.query.get("after")
        asked.append(after)
        start = int(after) + 1 if after else 0
        data = [
            {**FULL, "id": str(number), "created_at": 2_000_000_000 - number}
            for number in range(start, start + 2)
        ]
        return web.json_response({"data": data, "has_more": start < 4})

    async with answering(pages) as provider:
        page = await provider.jobs(None)
        assert page.next == {"after": "1"}
        assert [job.id for job in (await provider.jobs(page.next)).jobs] == ["2", "3"]
        asked.clear()
        probe = await provider.probe()
        assert probe.jobs == 6
        assert asked == [None, None, "1", "3"], "the first asks for the files"


async def test_page_that_comes_again_ends_the_walk() -> None:
    body = {"data": [{**FULL, "created_at": 2_000_000_000}], "has_more": True}
    async with answering(always(body)) as provider:
        assert (await provider.probe()).jobs == 1
        assert len((await provider.events(Ref(id="j"), None)).events) == 1


async def test_log_with_other_words() -> None:
    data = [
        {"id": "e5", "created_at": 5, "level": "fatal", "message": None, "type": "unheard_of", "data": None},
        {"id": "e4", "created_at": 4, "level": "warn", "message": "careful", "type": "message"},
        {"id": "e3", "created_at": 3, "message": "Step 100: training loss=0.00077", "type": "metrics"},
        {
            "id": "e2",
            "created_at": 2,
            "message": "m",
            "data": {"step": "7", "train_loss": "0.5", "valid_loss": None},
        },
        {"id": "e1", "created_at": 2, "level": "error", "message": "first of the same second", "data": []},
    ]
    async with answering(always({"data": data, "has_more": False})) as provider:
        page = await provider.events(Ref(id="j"), None)
    assert [event.id for event in page.events] == ["e1", "e2", "e3", "e4", "e5"]
    assert [event.level for event in page.events] == ["error", "info", "info", "warning", "info"]
    assert [event.kind for event in page.events] == ["message", "metrics", "metrics", "message", "message"]
    assert page.events[1].points == (Point(metric="loss", split="train", step=7, value=0.5),)
    assert page.events[2].points == (Point(metric="loss", split="train", step=100, value=0.00077),)
    assert page.cursor == "e5"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Step 3: training loss=1.5", {"train": 1.5}),
        ("Step 3/90: training loss=1.5e-3, validation loss=2", {"train": 0.0015, "valid": 2.0}),
        ("Step 3: training loss=nan", {}),
        ("Step x: training loss=1", {}),
        ("Before step 3: training loss=1", {}),
        ("Job started.", {}),
    ],
)
def test_measurements_in_a_line_of_text(text: str, values: dict[str, float]) -> None:
    assert {point.split: point.value for point in points_in_text(text)} == values


async def test_checkpoints_with_holes() -> None:
    def answers(request: web.Request) -> web.Response:
        if not request.path.endswith("/checkpoints"):
            return web.json_response(FULL)
        data = [
            {"id": "ftckpt_1", "created_at": 1, "fine_tuned_model_checkpoint": "m.ft-1:ckpt-step-10", "step_number": 10,
             "metrics": {"step": 10, "train_loss": 0.4, "valid_loss": None}},
            {"id": "ftchkpt-2", "created_at": 2, "fine_tuned_model_checkpoint": "m.ft-1", "metrics": {"step": 20}},
            {"id": "ftchkpt-3", "step_number": 15},
        ]  # fmt: skip
        return web.json_response({"data": data})

    async with answering(answers) as provider:
        found = await provider.checkpoints(Ref(id="ftjob-1"))
    assert [(one.step, one.deployable) for one in found] == [(20, True), (15, False), (10, True)]
    assert found[2].metrics == {"train_loss": 0.4}


async def test_files_with_holes() -> None:
    data = [
        {
            "id": "file-1",
            "filename": "D1.jsonl",
            "status": "uploaded",
            "bytes": None,
            "created_at": 1795348800,
        },
        {"id": "file-2", "filename": "D1.jsonl", "status": "running", "bytes": 10, "created_at": 1795348801},
        {"id": "file-3", "filename": "D1.jsonl", "status": "deleted", "bytes": 10, "created_at": 1795348802},
        {"id": "file-4", "filename": "D1.jsonl", "status": "strange", "bytes": 11, "created_at": 1795348803},
        {"id": "file-5"},
    ]
    async with answering(always({"data": data})) as provider:
        assert [file.state for file in await provider.files()] == [
            "pending",
            "pending",
            "deleted",
            "pending",
            "pending",
        ]
        found = await provider.find_file("D1.jsonl", 10, datetime.fromtimestamp(1795348800, UTC))
        assert found is not None
        assert found.id == "file-2", "the newest of those that fit"


async def test_results_that_are_missing_or_no_table() -> None:
    async with answering(always(FULL)) as provider:
        with pytest.raises(NotFound) as told:
            _ = [point async for point in provider.results(Ref(id="ftjob-1"))]
        assert told.value.code == "results_missing"

    def no_table(request: web.Request) -> web.Response:
        if request.path.endswith("/content"):
            return web.Response(body=b"<html>sign in</html>")
        return web.json_response({**FULL, "result_files": ["file-9"]})

    async with answering(no_table) as provider:
        with pytest.raises(Refused) as refused:
            _ = [point async for point in provider.results(Ref(id="ftjob-1"))]
        assert (refused.value.code, refused.value.params["file"]) == ("results_unreadable", "file-9")


async def test_newest_error_of_the_log_stands_in_for_a_missing_reason() -> None:
    def answers(request: web.Request) -> web.Response:
        if request.path.endswith("/events"):
            data = [
                {"id": "e3", "level": "info", "message": "Training tokens billed: 0"},
                {"id": "e2", "level": "error", "message": "failed RAI checks for harm types: [violence]"},
                {"id": "e1", "level": "error", "message": "an older one"},
            ]
            return web.json_response({"data": data, "has_more": False})
        return web.json_response({**FULL, "status": "failed", "error": {"code": None, "message": ""}})

    async with answering(answers) as provider:
        job = await provider.job(Ref(id="ftjob-1"))
    assert job.failure == Failure(code="", message="failed RAI checks for harm types: [violence]")

    async with answering(
        lambda request: web.json_response(
            {"data": []} if request.path.endswith("/events") else {**FULL, "status": "failed"}
        )
    ) as provider:
        assert (await provider.job(Ref(id="ftjob-1"))).failure is None


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, {"error": {"code": "401", "message": "Access denied due to invalid subscription key"}}, "key_refused"),
        (401, {"statusCode": 401, "message": "Unauthorized. Access token is missing"}, "key_refused"),
        (403, {"error": {"code": "403", "message": "Public access is disabled."}}, "network_refused"),
        (403, {"error": {"code": "AuthenticationTypeDisabled", "message": "Key based auth… is off"}}, "key_refused"),
        (403, {"error": {"code": "x", "message": "due to Virtual Network/Firewall rules."}}, "network_refused"),
        (403, {"error": {"code": "forbidden", "message": "no"}}, "role_missing"),
        (403, {"error": {"code": "quotaExceeded", "message": "no"}}, "job_quota"),
        (404, {"error": {"code": "404", "message": "Resource not found"}}, "endpoint_not_found"),
        (404, {"error": {"code": "notFound", "message": "The job was not found."}}, "not_found"),
        (400, {"error": {"code": "BadRequest", "message": "API version not supported"}}, "api_version_refused"),
        (405, None, "operation_unsupported"),
        (409, {"error": {"code": "conflict", "message": "delete the deployment first"}}, "in_use"),
        (400, {"error": {"code": "unexpectedEntityState", "message": "not now"}}, "conflict"),
        (413, None, "too_large"),
        (400, {"error": {"code": "contentFilter", "message": "x"}}, "content_filtered"),
        (400, {"error": "only words"}, "request_refused"),
        (422, {"detail": "unprocessable"}, "request_refused"),
        (400, [], "request_refused"),
    ],
)  # fmt: skip
async def test_refusals_have_codes_of_ours(status: int, body: Any, code: str) -> None:
    async with answering(always(body, status)) as provider:
        with pytest.raises(ProviderError) as told:
            await provider.job(Ref(id="ftjob-1"))
    assert told.value.code == code
    assert told.value.answer.status == status


async def test_ids_cannot_leave_their_place_in_the_path() -> None:
    paths: list[str] = []

    def answers(request: web.Request) -> web.Response:
        paths.append(request.raw_path.partition("?")[0])
        return web.json_response(FULL)

    async with answering(answers) as provider:
        await provider.job(Ref(id="../../models?x=1#y"))
    assert paths == ["/openai/fine_tuning/jobs/..%2F..%2Fmodels%3Fx%3D1%23y"]


async def test_key_is_in_no_error() -> None:
    def echo(request: web.Request) -> web.Response:
        return web.Response(
            status=400, text=json.dumps({"error": {"message": f"you sent {dict(request.headers)}"}})
        )

    async with answering(echo) as provider:
        with pytest.raises(Refused) as told:
            await provider.job(Ref(id="ftjob-1"))
    assert "k" * 32 not in f"{told.value!r} {told.value} {told.value.answer}"
