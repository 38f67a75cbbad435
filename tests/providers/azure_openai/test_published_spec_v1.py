"""What the provider sends on v1, held against the published specification while the stand-in answers it."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from providers.azure_openai.provider import AzureOpenAIProvider
from providers.base import Ref
from providers.errors import Conflict
from providers.network import NetworkOptions
from providers.registry import build
from sandbox.azure_openai import AzureOptions, install
from sandbox.clock import SystemClock
from tests.deviations import met, unexpected
from tests.openapi import Problem, validate_request
from tests.providers.azure_openai.conftest import KEY, ended, spec
from tests.providers.azure_openai.test_v1_life import DPO, RFT, sent
from tests.sandbox.azure_openai.method_data import preferences, prompts
from tests.sandbox.azure_openai.stand import conversations
from tests.sandbox.azure_openai.v1_spec import V1_DEVIATIONS, v1_spec

pytestmark = pytest.mark.specs

BASE = "/azure/prod/openai/v1"
JOB = "/fine_tuning/jobs/{fine_tuning_job_id}"
USED = {
    ("POST", "/files"), ("GET", "/files"), ("GET", "/files/{file_id}"), ("GET", "/files/{file_id}/content"),
    ("DELETE", "/files/{file_id}"), ("GET", "/models"),
    ("POST", "/fine_tuning/alpha/graders/validate"),
    ("POST", "/fine_tuning/jobs"), ("GET", "/fine_tuning/jobs"), ("GET", JOB), ("GET", f"{JOB}/events"),
    ("GET", f"{JOB}/checkpoints"), ("POST", f"{JOB}/cancel"), ("POST", f"{JOB}/pause"), ("POST", f"{JOB}/resume"),
}  # fmt: skip


class Watch:
    """Validates every request on v1 on its way to the stand-in."""

    def __init__(self) -> None:
        self.spec = v1_spec()
        self.problems: list[Problem] = []
        self.asked: set[tuple[str, str]] = set()

    @property
    def middleware(self) -> Any:
        @web.middleware
        async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith(BASE):
                await self._look(request)
            return await handler(request)

        return look

    async def _look(self, request: web.Request) -> None:
        template = self._template(request.method, request.path.removeprefix(BASE))
        self.asked.add((request.method, template))
        # The form wants `expires_after`, which no sample sends: an artefact of the specification (contract 1.3).
        if request.content_type != "multipart/form-data":
            raw = await request.read()
            body = json.loads(raw) if raw else None
            self.problems += validate_request(
                self.spec, request.method, template, query=dict(request.query), body=body
            )

    def _template(self, method: str, path: str) -> str:
        for known_method, template in USED:
            pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template))
            if known_method == method and re.fullmatch(pattern, path):
                return template
        pytest.fail(f"{method} {path} is no operation that is meant to be used")


async def _use(provider: AzureOpenAIProvider) -> None:
    train = await sent(provider, preferences(12))
    hyperparameters = {**DPO["hyperparameters"], "l2_multiplier": 0.1, "n_epochs": -1}
    order = spec(train, train, **{**DPO, "hyperparameters": hyperparameters})
    job = await ended(provider, await provider.submit(order))
    assert job.state == "succeeded"
    await provider.find_job(order, job.created_at - timedelta(minutes=1))
    asked = await sent(provider, prompts(12))
    parameters = {**RFT["hyperparameters"], "eval_samples": -1, "compute_multiplier": 1.5}
    await provider.judge("reinforcement", parameters)
    rewarded = await provider.submit(spec(asked, None, **{**RFT, "hyperparameters": parameters}))
    assert (await ended(provider, rewarded)).state == "succeeded"
    plain = await provider.submit(spec(await sent(provider, conversations(10))))
    ref = Ref(id=job.id)
    with pytest.raises(Conflict):
        await provider.control(ref, "pause")
    with pytest.raises(Conflict):
        await provider.control(ref, "resume")
    await provider.control(Ref(id=plain.id), "cancel")
    await provider.events(ref, None)
    await provider.checkpoints(ref)
    assert [point async for point in provider.results(ref)]
    await provider.models()
    await provider.probe()
    await provider.delete_file(Ref(id=train))


@pytest.mark.parametrize("version", ["v1", "preview"])
async def test_requests_are_those_of_the_specification(version: str) -> None:
    watch = Watch()
    app = web.Application(middlewares=[watch.middleware])
    service = install(app, clock=SystemClock(), options=AzureOptions(speed=1000, random_seed=1))
    server = TestServer(app)
    await server.start_server()
    settings = {
        "endpoint": str(server.make_url("/azure/prod")),
        "key": KEY,
        "api_versions": {"*": version, "models": version},
    }
    provider = build("azure_openai", "x", settings, network=NetworkOptions(), clock=SystemClock())
    assert isinstance(provider, AzureOpenAIProvider)
    try:
        await _use(provider)
    finally:
        await provider.aclose()
        await server.close()
    assert service.resource("prod").jobs()
    assert unexpected(watch.problems, V1_DEVIATIONS) == []
    assert met(watch.problems, V1_DEVIATIONS) == {"training-type-request", "l2-multiplier"}
    assert watch.asked == USED
