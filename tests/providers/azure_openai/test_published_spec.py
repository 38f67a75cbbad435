"""What the provider sends, held against the published specification; it reads the specification's own examples."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.web import FileField

from providers.base import JobState, Ref
from providers.network import NetworkOptions
from providers.registry import build
from tests.deviations import met, unexpected
from tests.openapi import Problem, load_spec, validate_request
from tests.providers.azure_openai.conftest import spec as job_spec
from tests.providers.helpers import Bytes, StandingClock, quiet, serving
from tests.specs import specs_root

pytestmark = pytest.mark.specs

EXAMPLES = {
    ("POST", "/files"): "upload_file",
    ("GET", "/files"): "get_files",
    ("GET", "/files/{file-id}"): "get_file",
    ("DELETE", "/files/{file-id}"): "delete_file",
    ("GET", "/files/{file-id}/content"): "get_file_content",
    ("POST", "/fine_tuning/jobs"): "post_finetuning_job",
    ("GET", "/fine_tuning/jobs"): "get_finetuning_jobs",
    ("GET", "/fine_tuning/jobs/{fine-tuning-job-id}"): "get_finetuning_job",
    ("GET", "/fine_tuning/jobs/{fine-tuning-job-id}/events"): "get_finetuning_job_events",
    ("GET", "/fine_tuning/jobs/{fine-tuning-job-id}/checkpoints"): "get_finetuning_job_checkpoints",
    ("POST", "/fine_tuning/jobs/{fine-tuning-job-id}/cancel"): "cancel_finetuning_job",
    ("GET", "/models"): "get_models",
}
RESULTS = b"step,train_loss\n1,0.5\n"
JOB, FILE = Ref(id="ftjob-72a2792ef7d24ba7b82c7fe4a37e379f"), Ref(id="file-181a1cbdcdcf4677ada87f63a0928099")


class ExampleService:
    """Answers every operation with its published example and notes what the request has against the specification."""

    def __init__(self, version: str) -> None:
        self.folder = specs_root() / "azure_openai" / "authoring" / version
        self.spec = load_spec(self.folder / "azureopenai.json", version)
        self.problems: list[Problem] = []
        self.asked: set[tuple[str, str]] = set()
        self.parts: list[FileField] = []

    async def __call__(self, request: web.Request) -> web.Response:
        template = _template(request.method, request.path)
        body, form = await self._sent(request)
        self.asked.add((request.method, template))
        self.problems += validate_request(
            self.spec, request.method, template, query=dict(request.query), body=body, form=form
        )
        if template.endswith("/content"):
            return web.Response(body=RESULTS)
        return _answer(self.folder / "examples" / f"{EXAMPLES[request.method, template]}.json")

    async def _sent(self, request: web.Request) -> tuple[Any, Mapping[str, Any] | None]:
        if request.content_type == "multipart/form-data":
            form = await request.post()
            self.parts += [part for part in form.values() if isinstance(part, FileField)]
            return None, {**form}
        raw = await request.read()
        return (json.loads(raw) if raw else None), None


def _template(method: str, path: str) -> str:
    for known_method, template in EXAMPLES:
        pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template))
        if known_method == method and re.fullmatch("/openai" + pattern, path):
            return template
    pytest.fail(f"{method} {path} is no operation of the specification")


def _answer(example: Path) -> web.Response:
    responses = json.loads(example.read_text(encoding="utf-8-sig"))["responses"]
    status, response = next((code, one) for code, one in responses.items() if code.startswith("2"))
    if "body" not in response:
        return web.Response(status=int(status))
    return web.json_response(response["body"], status=int(status))


@pytest.mark.parametrize("version", ["2024-05-01-preview", "2024-06-01"])
async def test_requests_are_those_of_the_specification(version: str) -> None:
    service = ExampleService(version)
    since = datetime(2022, 1, 1, tzinfo=UTC)
    async with serving(service.__call__) as url:
        settings = {"endpoint": url, "key": "k" * 32, "api_versions": {"*": version}}
        provider = build("azure_openai", "x", settings, network=NetworkOptions(), clock=StandingClock())
        wanted = job_spec(FILE.id, "file-2", hyperparameters={"n_epochs": 2, "learning_rate_multiplier": 0.1})
        await provider.upload(Bytes(b'{"messages":[]}\n'), "D61.jsonl", None, quiet)
        await provider.find_file("D61.jsonl", 16, since)
        await provider.file(FILE)
        await provider.delete_file(FILE)
        await provider.submit(wanted)
        await provider.find_job(wanted, since)
        job = await provider.job(JOB)
        cancelled = await provider.control(JOB, "cancel")
        events = await provider.events(JOB, None)
        checkpoints = await provider.checkpoints(JOB)
        points = [point async for point in provider.results(JOB)]
        models = await provider.models()
        await provider.probe()
        await provider.aclose()

    assert unexpected(service.problems) == []
    assert "training-type-request" in met(service.problems)
    assert service.asked == set(EXAMPLES)
    assert [(part.name, part.filename, part.content_type) for part in service.parts] == [
        ("file", "D61.jsonl", "application/json")
    ]
    states: list[JobState] = [job.state, cancelled.state]
    assert states == ["succeeded", "cancelled"]
    assert [event.message for event in events.events][-1] == "Job succeeded."
    assert [checkpoint.step for checkpoint in checkpoints] == [30, 20, 10]
    assert len(points) == 1
    assert {model.kind for model in models} >= {"tuned"}
