"""Databricks Foundation Model Fine-tuning behind the Provider protocol."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from providers.base import (
    Capabilities,
    Checkpoint,
    ControlAction,
    EventPage,
    Failure,
    JobPage,
    JobSpec,
    Model,
    Point,
    Probe,
    Ref,
    RemoteFile,
    RemoteJob,
    State,
    Value,
)
from providers.calls import Call
from providers.clock import Clock
from providers.databricks.auth import open_auth
from providers.databricks.capabilities import capabilities
from providers.databricks.catalogue import Origin, base_models, tuned_models
from providers.databricks.checkpoints import CheckpointModels, read_checkpoints, run_of, weights_path
from providers.databricks.client import ME, JsonObject, WorkspaceClient
from providers.databricks.curves import all_points, new_points
from providers.databricks.errors import DatabricksDialect
from providers.databricks.events import advanced, later, measured, read_cursor, read_events
from providers.databricks.failures import explain
from providers.databricks.files import VolumeFiles
from providers.databricks.hosting import ServingHosting
from providers.databricks.hyperparameters import WEIGHTS_NAME
from providers.databricks.mlflow_jobs import job_of_run
from providers.databricks.model_facts import load_facts
from providers.databricks.origins import Origins
from providers.databricks.registry import Registry, Version
from providers.databricks.requirements import WorkspaceRequirements
from providers.databricks.runs import Tracked, is_result_of, to_job, tracked, with_model
from providers.databricks.settings import DatabricksSettings
from providers.databricks.together import together
from providers.databricks.training import FineTuning
from providers.errors import Conflict, NotFound, OutcomeUnknown, Unauthorised, Unsupported
from providers.failures import Explanation
from providers.hosting import Hosting
from providers.http import HttpService, make_client
from providers.requirements import Requirements
from providers.sending import ByteSource, InParts, Progress
from providers.service import Surroundings

LOG = logging.getLogger(__name__)
CLOCK_SKEW: Final = timedelta(minutes=2)
"""How far the service's clock may stand from ours when we look for what we may have made."""
REGISTERED_BY: Final = timedelta(hours=1)
"""A completed run whose model is not registered after this has none any more, and is not asked for again."""
ORIGIN_PAGES: Final = 3
"""Pages of the list of runs that tell where registered models come from; older ones are told by MLflow."""


class DatabricksProvider:
    """One workspace. Construct with `open`."""

    def __init__(
        self, name: str, settings: DatabricksSettings, client: WorkspaceClient, *, clock: Clock
    ) -> None:
        self.name = name
        self._settings = settings
        self._client = client
        self._clock = clock
        self._training = FineTuning(client, settings)
        self._files = VolumeFiles(client, settings.volume, clock)
        self._registry = Registry(client, settings)
        self._origins = Origins(client.mlflow)
        self._checkpoints = CheckpointModels(client.mlflow)
        self._tracked: dict[str, Tracked] = {}
        self._hosting = ServingHosting(client, settings, clock=clock, bases=self._bases)
        self._requirements = WorkspaceRequirements(
            client, settings, models=self._base_models, gone=self._is_gone
        )

    @classmethod
    def open(cls, name: str, settings: DatabricksSettings, around: Surroundings) -> "DatabricksProvider":
        """A provider with its own connections; nothing is sent yet."""
        dialect = DatabricksDialect(settings.auth)
        auth = open_auth(settings, around.network, around.clock)
        service = HttpService(
            settings.endpoint,
            client=make_client(around.network, headers={"User-Agent": "tunesmith"}),
            auth=auth,
            dialect=dialect,
            clock=around.clock,
            sleep=around.sleep,
            random=around.random,
            policy=around.policy,
        )
        client = WorkspaceClient(service, settings.endpoint, dialect, auth.secrets)
        return cls(name, settings, client, clock=around.clock)

    @property
    def capabilities(self) -> Capabilities:
        """What this connection can do, as the last look at the fine-tuning service found it."""
        return capabilities(gone=self._training.gone)

    @property
    def hosting(self) -> Hosting | None:
        """Model Serving."""
        return self._hosting

    @property
    def requirements(self) -> Requirements | None:
        """Paths, rights and names that a training needs."""
        return self._requirements

    async def probe(self) -> Probe:
        """Ask who we are and what can be trained: harmless, and tells whether anything can be trained at all."""
        answer = await self._client.answer(Call(operation="whoami", method="GET", path=ME, repeatable=True))
        await self._training.offered()
        # An HTTP date is cut to whole seconds: half of one is what it lacks on average.
        skew = (answer.date - answer.received_at).total_seconds() + 0.5 if answer.date else None
        return Probe(capabilities=self.capabilities, clock_skew=skew)

    async def models(self) -> Sequence[Model]:
        """Base models, the registered versions of our schema, and checkpoints that can be trained further."""
        bases = await self._base_models()
        runs = await self._recent()
        versions, origins = await self._registered(runs, [model.id for model in bases])
        checkpoints = await self._checkpoints.of(runs, self._client.host, bases)
        return [*bases, *tuned_models(versions, origins), *checkpoints]

    async def upload(
        self,
        src: ByteSource,
        name: str,
        resume: State | None,  # noqa: ARG002 - nothing is sent in parts
        note: Progress,
        parts: InParts | None = None,  # noqa: ARG002
    ) -> RemoteFile:
        """Send a file in one piece: the Files API takes 5 GiB so (contract 2), hence `parts` change nothing."""
        return await self._files.upload(src, name, note)

    async def find_file(self, name: str, size: int, since: datetime) -> RemoteFile | None:
        """The file that an upload with unknown outcome left in the volume."""
        return await self._files.find(name, size, since - CLOCK_SKEW)

    async def file(self, f: Ref) -> RemoteFile:
        """One file; what is in the volume is there as a whole."""
        return await self._files.get(f.id)

    async def files(self) -> Sequence[RemoteFile]:
        """The files that this program put into the volume."""
        return await self._files.files()

    async def delete_file(self, f: Ref) -> None:
        """Delete a file with its folder; one that is gone already is fine."""
        await self._files.delete(f)

    def check_values(self, method: str, given: Mapping[str, Value]) -> None:
        """Every setting is described in full by its `HyperParam`: nothing is looked at closer."""

    async def submit(self, spec: JobSpec) -> RemoteJob:
        """Create a run with one attempt; the service makes its name.

        A checkpoint as the model becomes its base model with `custom_weights_path`. `NotFound("model_unknown")` when
        its run is not there any more.
        """
        if spec.method not in self.capabilities.methods:
            raise Unsupported("method_unsupported", {"method": spec.method})
        spec = await self._resolved(spec)
        row = await self._training.create(spec, await self._experiments())
        job = to_job(row, self._client.host, spec=spec, now=self._clock.now())
        if job is None:
            reason = {"operation": "finetune.create", "model": spec.model, "reason": "unreadable_answer"}
            raise OutcomeUnknown("no_answer", reason)
        self._note(row)
        return job

    async def find_job(self, spec: JobSpec, since: datetime) -> Sequence[RemoteJob]:
        """Runs that a creation with this spec may have made, oldest first; two minutes of clock skew are borne."""
        earliest, spec = since - CLOCK_SKEW, await self._resolved(spec)
        rows = await self._training.since(earliest)
        fitting = [row for row in rows if is_result_of(row, spec, self._settings, earliest)]
        found = [job for job in (to_job(row, self._client.host) for row in fitting) if job is not None]
        return sorted(found, key=lambda job: job.created_at)

    async def jobs(self, cursor: State | None) -> JobPage:
        """One page of up to 100 runs, newest first: one request.

        A completed run costs one more in the life of this object: for the version that it registered. Where
        nothing is trained any more, the list is empty.
        """
        after = cursor.get("cursor") if cursor else None
        rows, following = await self._training.page(after if isinstance(after, str) else None)
        found = await together(self._whole, rows)
        return JobPage(
            jobs=tuple(job for job in found if job is not None),
            next={"cursor": following} if following else None,
        )

    async def job(self, j: Ref) -> RemoteJob:
        """One run; where the service is gone, what MLflow tells of it. Raises `NotFound("not_found")`."""
        row = await self._training.run(j.id)
        job = await self._whole(row) if row is not None else None
        if job is None and self._training.gone:
            job = await self._remembered(j.id)
        if job is None:
            raise NotFound("not_found", {"operation": "finetune.get", "job": j.id})
        return job

    async def delete_job(self, j: Ref) -> None:
        """Runs cannot be deleted (contract 0: the operation is gone); what a run made is deleted by `Hosting`."""
        raise Unsupported("operation_unsupported", {"operation": "jobs.delete", "job": j.id})

    async def events(self, j: Ref, after: str | None) -> EventPage:
        """The log after the cursor `after`, oldest first, with what MLflow measured since."""
        cursor = read_cursor(after)
        lines = later(read_events(await self._training.events(j.id)), cursor)
        steps: Mapping[str, int] = cursor.steps
        points = []
        at = await self._tracked_of(j.id)
        if at.run_id:
            try:
                steps, fresh = await new_points(self._client.mlflow, at.run_id, cursor.steps)
                points = measured(at.run_id, fresh, self._clock.now())
            except NotFound:
                LOG.info("the MLflow run of %s is not there", j.id)
        events = sorted([*lines, *points], key=lambda event: event.at)
        return EventPage(events=tuple(events), cursor=str(advanced(cursor, lines, steps)))

    async def results(self, j: Ref) -> AsyncIterator[Point]:
        """All measurements, streamed from MLflow. Raises `NotFound("results_missing")`."""
        at = await self._tracked_of(j.id)
        if not at.run_id:
            raise NotFound("results_missing", {"job": j.id})
        try:
            async for point in all_points(self._client.mlflow, at.run_id):
                yield point
        except NotFound as error:
            raise NotFound("results_missing", {"job": j.id}, error.answer) from error

    async def checkpoints(self, j: Ref) -> Sequence[Checkpoint]:
        """Checkpoints, newest first, by the name that an order takes as its model."""
        at = await self._tracked_of(j.id)
        job = await self.job(j)
        return await read_checkpoints(self._client.mlflow, j.id, at, job.finished_at or job.created_at)

    async def control(self, j: Ref, a: ControlAction) -> RemoteJob:
        """Cancel. Nothing stopped means that nothing was active: then the run's own state tells."""
        if a != "cancel":
            raise Unsupported("operation_unsupported", {"operation": f"jobs.{a}", "job": j.id})
        stopped = await self._training.stop(j.id)
        job = await self.job(j)
        if not stopped and job.state != "cancelled":
            raise Conflict("conflict", {"operation": "jobs.cancel", "job": j.id, "state": job.raw_state})
        return job

    def explain(self, failure: Failure) -> Explanation:
        """Sort out why a run failed; needs no request."""
        return explain(failure)

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()

    async def _base_models(self) -> Sequence[Model]:
        return base_models(await self._training.offered(), load_facts(), self._clock.now())

    async def _is_gone(self) -> bool:
        return await self._training.offered() is None

    async def _bases(self) -> Mapping[str, str]:
        """Base model of each registered version of our schema that is known, by `catalog.schema.model/version`."""
        facts = [row.id for row in load_facts().models]
        _, origins = await self._registered(await self._recent(), facts)
        return {version: origin.base for version, origin in origins.items() if origin.base}

    async def _recent(self) -> Sequence[JsonObject]:
        found: list[JsonObject] = []
        cursor: str | None = None
        for _ in range(ORIGIN_PAGES):
            rows, cursor = await self._training.page(cursor)
            found.extend(rows)
            if cursor is None:
                break
        return found

    async def _registered(
        self, runs: Sequence[JsonObject], bases: Sequence[str]
    ) -> tuple[Sequence[Version], Mapping[str, Origin]]:
        versions = await self._registry.all_versions()
        self._origins.note(runs)
        return versions, await self._origins.of(versions, bases)

    async def _resolved(self, spec: JobSpec) -> JobSpec:
        """The order with a base model in the place of a checkpoint."""
        name = run_of(spec.model)
        if name is None:
            return spec
        row = await self._training.run(name)
        job = to_job(row, self._client.host) if row is not None else None
        if row is None or job is None:
            raise NotFound("model_unknown", {"model": spec.model})
        path = weights_path(self._note(row), spec.model)
        return replace(spec, model=job.model, hyperparameters={**spec.hyperparameters, WEIGHTS_NAME: path})

    async def _experiments(self) -> str:
        return self._settings.experiment_folder or f"/Users/{await self._client.me()}"

    def _note(self, row: JsonObject) -> Tracked:
        at = tracked(row)
        name = row.get("name")
        if isinstance(name, str) and at.run_id:
            self._tracked[name] = at
        return at

    async def _whole(self, row: JsonObject) -> RemoteJob | None:
        """A run with the version that it registered."""
        job = to_job(row, self._client.host)
        at = self._note(row)
        if job is None or job.state != "succeeded":
            return job
        ended = job.finished_at or job.created_at
        settled = self._clock.now() - ended > REGISTERED_BY
        try:
            return with_model(job, await self._registry.made_by(job.id, at, settled=settled))
        except Unauthorised as error:
            LOG.warning("the registered model of %s cannot be read: %s", job.id, error)
            return job

    async def _tracked_of(self, name: str) -> Tracked:
        """Where a run is tracked; kept once it is known."""
        known = self._tracked.get(name)
        if known is not None:
            return known
        row = await self._training.run(name)
        if row is not None:
            return self._note(row)
        if self._training.gone:
            await self._remembered(name)
        return self._tracked.get(name, Tracked())

    async def _remembered(self, name: str) -> RemoteJob | None:
        """A run as MLflow remembers it: its experiment has the run's name (contract 1, experimentPath)."""
        mlflow = self._client.mlflow
        experiment = await mlflow.experiment_id(f"{await self._experiments()}/{name}")
        found = await mlflow.search([experiment]) if experiment else []
        if not found:
            return None
        run = found[0]
        at = Tracked(run.id, run.experiment_id or experiment or "", self._settings.register_to)
        self._tracked[name] = at
        job = job_of_run(name, run, at, self._client.host)
        if job is None or job.state != "succeeded":
            return job
        return with_model(job, await self._registry.made_by(name, at))
