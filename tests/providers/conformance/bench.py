"""The sandbox with everything fast, a provider of it, and the steps that tests have in common."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.config.handover import network_options, provider_settings
from bot.config.load import load
from providers.base import TERMINAL, JobSpec, Model, Provider, Ref, RemoteFile, RemoteJob
from providers.hosting import DeploySpec, Hosting, Operation, RemoteDeployment, Sku
from providers.registry import build
from sandbox import samples
from sandbox.azure_ml.options import MlOptions, WorkspaceFacts
from sandbox.azure_openai import AzureOptions
from sandbox.clock import SystemClock
from sandbox.config_out import bot_config, identity_environment
from sandbox.databricks import DatabricksOptions
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from tests.patience import until
from tests.providers.conformance.subjects import Subject
from tests.providers.helpers import Bytes, half, quiet

SPEED = 2000.0
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Bench:
    """One subject at a running sandbox."""

    subject: Subject
    sandbox: Sandbox
    provider: Provider

    @property
    def hosting(self) -> Hosting:
        """Its deployments."""
        assert self.provider.hosting is not None
        return self.provider.hosting

    def fail(self, kind: str, where: tuple[str, str], **rest: Any) -> str:
        """Inject a fault."""
        match = {"method": where[0], "path": where[1]}
        return self.sandbox.faults.add(self.subject.service, {"kind": kind, "match": match, **rest})

    async def model(self) -> Model:
        """The base model to train."""
        found = [
            one
            for one in await self.provider.models()
            if one.kind == "base"
            and one.trainable
            and self.subject.method in one.methods
            and self.subject.model.casefold() in one.id.casefold()
        ]
        assert found, [one.id for one in await self.provider.models()]
        return min(found, key=lambda one: len(one.id))

    async def sent(self, sample: str, name: str) -> RemoteFile:
        """A sample at the service, taken in."""
        file = await self.provider.upload(Bytes(samples.read(sample)), name, None, quiet)

        async def done() -> bool:
            return (await self.provider.file(Ref(id=file.id))).state == "processed"

        await until(done)
        return await self.provider.file(Ref(id=file.id))

    async def spec(self, **changes: Any) -> JobSpec:
        """A training of the subject's sample."""
        train = await self.sent(self.subject.train, self.subject.name)
        valid = (
            await self.sent(self.subject.valid, "tunesmith-D2-valid.jsonl") if self.subject.valid else None
        )
        values: dict[str, Any] = {
            "model": (await self.model()).id,
            "training_file": train.id,
            "validation_file": valid.id if valid else None,
            "training_type": self.subject.training_type,
            "method": self.subject.method,
            "hyperparameters": dict(self.subject.hyperparameters),
            "seed": 105,
            "suffix": "support-v12",
            "key": "tunesmith-j1-0123456789ab",
            "label": "J1",
            "requester": "U0REQUEST1",
        }
        return JobSpec(**{**values, **changes})

    async def ended(self, job: RemoteJob) -> RemoteJob:
        """The job, once nothing more happens to it."""

        async def over() -> bool:
            return (await self.provider.job(Ref(id=job.id))).state in TERMINAL

        await until(over)
        return await self.provider.job(Ref(id=job.id))

    async def trained(self) -> RemoteJob:
        """A job that succeeded."""
        job = await self.ended(await self.provider.submit(await self.spec()))
        assert job.state == "succeeded", job
        return job

    async def listed(self) -> Sequence[RemoteJob]:
        """All jobs, page by page."""
        found: list[RemoteJob] = []
        cursor = None
        while True:
            page = await self.provider.jobs(cursor)
            found.extend(page.jobs)
            cursor = page.next
            if cursor is None:
                return found

    async def order(self, job: RemoteJob, name: str = "support-v12") -> DeploySpec:
        """How to deploy a job's model."""
        assert job.result_model is not None
        model = await self.model()
        place = await self.hosting.place()
        sku = self._sku(next(one for one in place.offers if one.base == model.base).skus)
        capacity = max(self.subject.deploys[1], sku.default, sku.minimum)
        return DeploySpec(
            name=name,
            model=job.result_model,
            base=model.base,
            sku=sku.id,
            capacity=capacity,
            tags={"tunesmith-job": "J1"},
        )

    def _sku(self, offered: Sequence[Sku]) -> Sku:
        return next(one for one in offered if one.id == self.subject.deploys[0])

    async def finished(self, operation: Operation) -> None:
        """Until an operation has succeeded."""

        async def over() -> bool:
            state = await self.hosting.operation(operation)
            assert state.progress != "failed", state
            return state.progress == "succeeded"

        await until(over)

    async def live(self, spec: DeploySpec) -> RemoteDeployment:
        """A deployment that is there."""
        await self.finished(await self.hosting.apply(spec))
        found = await self.hosting.deployment(spec.name)
        assert found is not None
        return found


@asynccontextmanager
async def bench_of(subject: Subject, folder: Path, **settings: Any) -> AsyncIterator[Bench]:
    """The sandbox and a provider built by the application's own door; `settings` go over the subject's."""
    options = SandboxOptions(
        azure=AzureOptions(random_seed=5, speed=SPEED),
        ml=MlOptions(random_seed=5, speed=SPEED, workspaces=_subscribed()),
        databricks=DatabricksOptions(random_seed=5, speed=SPEED),
    )
    sandbox = create_sandbox(options=options)
    await sandbox.start()
    os.environ.update(identity_environment(sandbox.url))
    path = folder / "tunesmith.toml"
    path.write_text(bot_config(sandbox.url, folder), encoding="utf-8")
    loaded = load(path, {})
    connection = loaded.connection(subject.connection)
    given = {**provider_settings(connection), **subject.settings, **settings}
    provider = build(
        connection.provider,
        connection.name,
        given,
        network=network_options(loaded.network),
        clock=SystemClock(),
        random=half,
    )
    try:
        yield Bench(subject, sandbox, provider)
    finally:
        await provider.aclose()
        await sandbox.stop()


def _subscribed() -> tuple[WorkspaceFacts, ...]:
    """The workspaces, in which somebody has subscribed to what is trained here."""
    return tuple(replace(one, subscribed=("Llama-3.3-70B-Instruct",)) for one in MlOptions().workspaces)


def earlier(moment: datetime) -> datetime:
    """A while before."""
    return moment - timedelta(minutes=5)


def another(spec: JobSpec) -> JobSpec:
    """Another order that looks nearly the same."""
    return replace(spec, key="tunesmith-j2-ba9876543210", label="J2", seed=106, suffix="support-v13")
