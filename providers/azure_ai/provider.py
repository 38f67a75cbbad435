"""Azure AI Studio behind the Provider protocol."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from providers.azure_ai.blobs import BlobStore
from providers.azure_ai.capabilities import capabilities
from providers.azure_ai.catalogue import build, default_rate
from providers.azure_ai.client import WorkspaceClient, part
from providers.azure_ai.curves import Curves
from providers.azure_ai.endpoints import ENDPOINT_NAME
from providers.azure_ai.events import lines_of, points_lines, read_cursor
from providers.azure_ai.facts import in_region, load_facts
from providers.azure_ai.failures import explain
from providers.azure_ai.files import CLOCK_SKEW, Files
from providers.azure_ai.history import RunDetails, RunHistory
from providers.azure_ai.hosting import ServerlessHosting
from providers.azure_ai.hyperparameters import to_wire, wants_examples
from providers.azure_ai.jobs import creation_body, is_training, job_id, to_job
from providers.azure_ai.marketplace import Marketplace, Offers
from providers.azure_ai.models import WorkspaceModels
from providers.azure_ai.names import read_base
from providers.azure_ai.registry import Registries
from providers.azure_ai.requirements import WorkspaceRequirements
from providers.azure_ai.settings import AzureAISettings
from providers.azure_ai.store import Stores
from providers.base import (
    TERMINAL,
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
from providers.calls import SUBMIT
from providers.errors import Conflict, NotFound, OutcomeUnknown, ProviderError, Refused, Unsupported
from providers.failures import Explanation
from providers.hosting import Hosting
from providers.requirements import Requirements
from providers.sending import ByteSource, InParts, Progress
from providers.service import Surroundings

LOG = logging.getLogger(__name__)
TRAININGS: Final = {"jobType": "FineTuning", "listViewType": "ActiveOnly"}
EXPLAINED_AT_ONCE: Final = 5
"""Failed jobs of one page whose reason is looked up: a list tells none (contract 2)."""


class AzureAIProvider:
    """One workspace or project. Construct with `open`."""

    def __init__(self, name: str, settings: AzureAISettings, client: WorkspaceClient) -> None:
        self.name = name
        self._client = client
        self._clock = client.clock
        self._capabilities = capabilities(ENDPOINT_NAME)
        self._files = Files(client, stores := Stores(client), BlobStore(stores))
        self._history = RunHistory(client)
        self._curves = Curves(client, self._history)
        self._models = WorkspaceModels(client)
        self._registries = Registries(client)
        self._marketplace = Marketplace(client)
        self._hosting = ServerlessHosting(client, settings, client.clock, self._registries)
        self._requirements = WorkspaceRequirements(client, settings)
        self._ended: dict[str, RunDetails] = {}

    @classmethod
    def open(cls, name: str, settings: AzureAISettings, around: Surroundings) -> "AzureAIProvider":
        """A provider with its own connections; nothing is sent yet."""
        return cls(name, settings, WorkspaceClient(settings, around))

    @property
    def capabilities(self) -> Capabilities:
        """What this connection can do, without asking the service."""
        return self._capabilities

    @property
    def hosting(self) -> Hosting | None:
        """Serverless endpoints."""
        return self._hosting

    @property
    def requirements(self) -> Requirements | None:
        """Region, registrations, the Marketplace subscription."""
        return self._requirements

    async def probe(self) -> Probe:
        """Read the workspace and list its jobs: harmless, and needs the same rights as the work."""
        await self._client.workspace()
        page = await self._client.page("jobs", "jobs.list", self._jobs(), TRAININGS)
        date = page.answer.date
        # An HTTP date is cut to whole seconds: half of one is what it lacks on average.
        skew = (date - page.answer.received_at).total_seconds() + 0.5 if date else None
        count = sum(map(is_training, page.items)) if page.next is None else None
        return Probe(capabilities=self._capabilities, clock_skew=skew, jobs=count)

    async def models(self) -> Sequence[Model]:
        """Base models with what the registry tells of them and what is subscribed to, and the workspace's own."""
        workspace, facts, now = await self._client.workspace(), load_facts(), self._clock.now()
        told = await self._registries.trained_in(workspace.region)
        rows = in_region(facts, workspace.region)
        offers = await self._offers() if any(row.marketplace for row in rows) else None
        return build(facts, workspace, told, await self._models.tuned(), now, offers)

    async def upload(
        self, src: ByteSource, name: str, resume: State | None, note: Progress, parts: InParts | None = None
    ) -> RemoteFile:
        """Write a file to the datastore, in blocks when it is large. Twice leaves one file, so nothing is unknown.

        An error that reading `src` raises passes through unchanged: the service has got no complete file then.
        """
        return await self._files.upload(src, name, resume, note, parts)

    async def find_file(self, name: str, size: int, since: datetime) -> RemoteFile | None:
        """The file of this name where it has this size and was written since."""
        return await self._files.find(name, size, since)

    async def file(self, f: Ref) -> RemoteFile:
        """One file; it is there or it is not."""
        return await self._files.file(f.id)

    async def files(self) -> Sequence[RemoteFile]:
        """All files of ours in the default datastore."""
        return await self._files.listed()

    async def delete_file(self, f: Ref) -> None:
        """Delete a file; one that is gone already is fine."""
        await self._files.delete(f.id)

    def check_values(self, method: str, given: Mapping[str, Value]) -> None:
        """Every setting is described in full by its `HyperParam`: nothing is looked at closer."""

    async def submit(self, spec: JobSpec) -> RemoteJob:
        """PUT the job under its key. Doing it again with the same key makes no second job (contract 2)."""
        if spec.method not in self._capabilities.methods:
            raise Unsupported("method_unsupported", {"method": spec.method})
        base = read_base(spec.model)
        if base is None:
            raise Refused("model_not_trainable", {"operation": "jobs.create", "model": spec.model})
        workspace = await self._client.workspace()
        hyperparameters = to_wire(
            spec.hyperparameters,
            rate=default_rate(load_facts(), spec.model),
            examples=await self._examples(spec),
        )
        body = creation_body(spec, await self._registries.versioned(base), hyperparameters)
        id_ = job_id(spec)
        call = self._client.call(
            "jobs", "jobs.create", "PUT", self._job(id_),
            json=body, repeatable=False, timeouts=SUBMIT, what={"model": base.name, "job": id_, "method": spec.method},
        )  # fmt: skip
        value = await self._client.value(call)
        made = to_job(value, workspace, now=self._clock.now())
        if made.id != id_:
            raise OutcomeUnknown("no_answer", {"operation": "jobs.create", "reason": "unreadable_answer"})
        return made if made.model else replace(made, model=base.id)

    async def find_job(self, spec: JobSpec, since: datetime) -> Sequence[RemoteJob]:
        """The job of this key, if it was made since: no other can have its id."""
        try:
            job = await self.job(Ref(id=job_id(spec)))
        except NotFound as error:
            if error.code != "not_found":
                raise
            return []
        return [job] if job.created_at >= since - CLOCK_SKEW else []

    async def jobs(self, cursor: State | None) -> JobPage:
        """One page of jobs, newest first; one request, and one for each job that was seen to fail just now."""
        workspace = await self._client.workspace()
        page = await self._client.page("jobs", "jobs.list", self._jobs(), TRAININGS, cursor)
        values = [one for one in page.items if is_training(one)]
        found = [to_job(one, workspace, self._ended.get(one["name"])) for one in values]
        silent = [job for job in found if job.state == "failed" and job.id not in self._ended]
        for job in sorted(silent, key=lambda job: job.created_at, reverse=True)[:EXPLAINED_AT_ONCE]:
            await self._look_back(job.id)
        jobs = [to_job(one, workspace, self._ended.get(one["name"])) for one in values] if silent else found
        jobs.sort(key=lambda job: job.created_at, reverse=True)
        return JobPage(jobs=tuple(jobs), next=page.next)

    async def job(self, j: Ref) -> RemoteJob:
        """One job; how it ended is looked up in the run history, which alone knows it."""
        workspace = await self._client.workspace()
        value = await self._client.get("jobs", "jobs.get", self._job(j.id), what={"job": j.id})
        job = to_job(value, workspace)
        if job.state not in TERMINAL:
            return job
        return to_job(value, workspace, await self._look_back(j.id))

    async def delete_job(self, j: Ref) -> None:
        """Delete the model that the job made, then the job; what is gone already is fine."""
        try:
            job = await self.job(j)
        except NotFound as error:
            if error.code != "not_found":
                raise
            return
        if job.result_model:
            await self._models.delete(job.result_model)
        try:
            await self._client.answer("jobs", "jobs.delete", "DELETE", self._job(j.id), what={"job": j.id})
        except NotFound as error:
            if error.code != "not_found":
                raise

    async def events(self, j: Ref, after: str | None) -> EventPage:
        """States, warnings and measurements that were not told yet, oldest first."""
        told = read_cursor(after)
        details = await self._history.details(j.id)
        if details is None:
            return EventPage(events=(), cursor=after)
        lines, told = lines_of(details, told)
        ended = details.ended_at is not None
        points, told, at = await self._curves.new(j.id, told, ended=ended)
        measured = points_lines(points, at or details.started_at or self._clock.now())
        events = sorted([*lines, *measured], key=lambda one: one.at)
        return EventPage(events=tuple(events), cursor=told.cursor() if events else after)

    def results(self, j: Ref) -> AsyncIterator[Point]:
        """All measurements; a training may have logged none.

        Raises:
            NotFound: `results_missing` when there is no such run.
        """
        return self._curves.all(j.id)

    async def checkpoints(self, j: Ref) -> Sequence[Checkpoint]:
        """None: nothing documents that a pay-as-you-go training keeps any. The job itself has to be there."""
        await self._client.get("jobs", "jobs.get", self._job(j.id), what={"job": j.id})
        return ()

    async def control(self, j: Ref, a: ControlAction) -> RemoteJob:
        """Cancel; nothing can be paused. A refusal is looked into: the job may have ended meanwhile."""
        if a != "cancel":
            raise Unsupported("operation_unsupported", {"operation": f"jobs.{a}", "job": j.id})
        try:
            await self._client.answer(
                "jobs", "jobs.cancel", "POST", f"{self._job(j.id)}/cancel", what={"job": j.id}
            )
        except Refused as error:
            if not isinstance(error, Conflict) and error.code != "request_refused":
                raise
            job = await self.job(j)
            if job.state == "cancelled":
                return job
            raise Conflict("conflict", {**error.params, "state": job.raw_state}, error.answer) from error
        return await self.job(j)

    def explain(self, failure: Failure) -> Explanation:
        """Sort out why a job failed; needs no request."""
        return explain(failure)

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()

    async def _offers(self) -> Offers | None:
        """What is subscribed to; models are listed without it where it cannot be read."""
        try:
            return await self._marketplace.offers()
        except ProviderError as error:
            LOG.warning("the subscriptions of %s cannot be read: %s", self.name, error)
            return None

    async def _examples(self, spec: JobSpec) -> int | None:
        """How many examples there are, where a batch size of -1 needs it. Counted where nobody knows, or it fails."""
        if not wants_examples(spec.hyperparameters):
            return None
        return spec.examples if spec.examples is not None else await self._files.examples(spec.training_file)

    async def _look_back(self, run: str) -> RunDetails | None:
        """How a run ended; what is known does not change. A history that cannot be read takes no job away."""
        if run not in self._ended:
            try:
                details = await self._history.details(run)
            except ProviderError as error:
                LOG.warning("how the job %s ended cannot be read: %s", run, error)
                return None
            if details is None or details.ended_at is None:
                return details
            self._ended[run] = details
        return self._ended[run]

    def _jobs(self) -> str:
        return f"{self._client.path}/jobs"

    def _job(self, id_: str) -> str:
        return f"{self._jobs()}/{part(id_)}"
