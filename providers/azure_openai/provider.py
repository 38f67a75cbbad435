"""Azure OpenAI behind the Provider protocol."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from providers.auth import Auth
from providers.azure_openai.arm_errors import ArmDialect
from providers.azure_openai.capabilities import capabilities
from providers.azure_openai.catalogue import build, with_checkpoints
from providers.azure_openai.checkpoints import to_checkpoints
from providers.azure_openai.client import AzureOpenAIClient, Page, all_items
from providers.azure_openai.errors import AzureDialect
from providers.azure_openai.events import oldest_first
from providers.azure_openai.failures import explain
from providers.azure_openai.files import PURPOSE, UploadBody, to_file
from providers.azure_openai.graders_validated import validate
from providers.azure_openai.hosting import AzureHosting
from providers.azure_openai.jobs import to_job
from providers.azure_openai.management import ArmClient
from providers.azure_openai.model_facts import load_facts
from providers.azure_openai.orders import creation_body, is_made_by, objects
from providers.azure_openai.resource_id import ResourceId
from providers.azure_openai.results import NoTableError, ResultsReader
from providers.azure_openai.settings import AzureOpenAISettings
from providers.azure_openai.surface import REINFORCEMENT
from providers.azure_openai.uploads import Order, Uploads
from providers.azure_openai.wire import WireJob
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
from providers.calls import Dialect
from providers.clock import Clock, Random, Sleep, from_unix
from providers.errors import Conflict, NotFound, Refused, Unsupported
from providers.failures import Explanation
from providers.hosting import Hosting
from providers.http import HttpService, NetworkOptions, RetryPolicy, make_client
from providers.sending import ByteSource, InParts, Progress

LOG = logging.getLogger(__name__)
CLOCK_SKEW: Final = timedelta(minutes=2)
"""How far the service's clock may stand from ours when we look for what we may have made."""
AT_ONCE: Final = 4
PARSED_AT_ONCE: Final = 4 * 1024
"""Bytes of a results file that are read before the event loop gets a turn: about 2 ms."""

# After which states an action has what it wanted: a repeated or late request is refused by the service though done.
_REACHED: Final[Mapping[ControlAction, frozenset[str]]] = MappingProxyType(
    {
        "pause": frozenset({"pausing", "paused"}),
        "resume": frozenset({"resuming", "running"}),
        "cancel": frozenset({"cancelled"}),
    }
)


class AzureOpenAIProvider:
    """One Azure OpenAI resource. Construct with `open`."""

    def __init__(
        self,
        name: str,
        settings: AzureOpenAISettings,
        client: AzureOpenAIClient,
        *,
        clock: Clock,
        random: Random,
        hosting: AzureHosting | None = None,
    ) -> None:
        self.name = name
        self._client = client
        self._clock = clock
        self._random = random
        self._hosting = hosting
        self._jobs_surface = settings.surface("jobs")
        self._capabilities = capabilities(
            settings.training_types,
            methods=self._jobs_surface.methods,
            pause=settings.surface("control").pauses,
        )
        self._uploads = Uploads(client, clock, self.find_file, self._boundary)
        self._checkpoints: dict[str, tuple[Checkpoint, ...]] = {}

    @classmethod
    def open(
        cls,
        name: str,
        settings: AzureOpenAISettings,
        *,
        network: NetworkOptions,
        clock: Clock,
        sleep: Sleep,
        random: Random,
        policy: RetryPolicy,
    ) -> "AzureOpenAIProvider":
        """A provider with its own connections; nothing is sent yet."""

        def service(base_url: str, auth: Auth, dialect: Dialect) -> HttpService:
            return HttpService(
                base_url,
                client=make_client(network, headers={"User-Agent": "tunesmith"}),
                auth=auth,
                dialect=dialect,
                clock=clock,
                sleep=sleep,
                random=random,
                policy=policy,
            )

        data = service(
            settings.endpoint,
            settings.open_auth(network, clock),
            AzureDialect(settings.auth, settings.resource_id or "", settings.client_id or ""),
        )
        client = AzureOpenAIClient(data, settings)
        hosting = None
        if settings.resource_id is not None:
            resource = ResourceId.parse(settings.resource_id)
            dialect = ArmDialect(resource, settings.client_id or "")
            management = service(settings.management, settings.open_management_auth(network, clock), dialect)
            arm = ArmClient(management, settings, resource)
            hosting = AzureHosting(arm, client, settings, clock=clock)
        return cls(name, settings, client, clock=clock, random=random, hosting=hosting)

    @property
    def capabilities(self) -> Capabilities:
        """What this connection can do, without asking the service."""
        return self._capabilities

    @property
    def hosting(self) -> Hosting | None:
        """Deployments; None where the configuration does not name the resource in ARM."""
        return self._hosting

    @property
    def requirements(self) -> None:
        """A training needs nothing beyond its data."""
        return

    async def probe(self) -> Probe:
        """List files and jobs: harmless, needs the same rights as the work, and tells how much is used."""
        files, answer = await self._client.files()
        ours = [file for file in files if (file.purpose or "").startswith(PURPOSE)]
        kept = [file for file in ours if to_file(file).state != "deleted"]
        jobs = await all_items(self._client.jobs)
        # An HTTP date is cut to whole seconds: half of one is what it lacks on average.
        skew = (answer.date - answer.received_at).total_seconds() + 0.5 if answer.date else None
        return Probe(
            capabilities=self._capabilities,
            clock_skew=skew,
            files=len(kept),
            files_bytes=sum(file.bytes or 0 for file in kept),
            jobs=len(jobs),
        )

    async def models(self) -> Sequence[Model]:
        """Base models, tuned models and the checkpoints of finished jobs.

        A finished job's checkpoints no longer change: each costs one request in the life of this object.
        """
        models = build(await self._client.models(), load_facts(), self._clock.now())
        wanted = [
            model.job_id for model in models if model.kind == "tuned" and model.trainable and model.job_id
        ]
        gate = asyncio.Semaphore(AT_ONCE)

        async def fetch(job_id: str) -> None:
            async with gate:
                self._checkpoints[job_id] = await self._finished_checkpoints(job_id)

        try:
            async with asyncio.TaskGroup() as group:
                for job_id in set(wanted) - set(self._checkpoints):
                    group.create_task(fetch(job_id))
        except ExceptionGroup as errors:
            # The first one stopped the others; callers know errors, not groups of them.
            raise errors.exceptions[0] from None
        self._checkpoints = {job_id: self._checkpoints[job_id] for job_id in wanted}
        return with_checkpoints(models, self._checkpoints)

    async def upload(
        self, src: ByteSource, name: str, resume: State | None, note: Progress, parts: InParts | None = None
    ) -> RemoteFile:
        """Send a file in one streamed form or, when it is large, in parts (`providers.azure_openai.uploads`).

        An error that reading `src` raises passes through unchanged: the service has got no complete form then.
        """
        if parts is not None and (resume or src.size > parts.above):
            order = Order(source=src, name=name, parts=parts, note=note)
            made = await self._uploads.send(order, resume)
            if made is not None:
                return made
        body = UploadBody(src, name, self._boundary(), note)
        try:
            return to_file(await self._client.upload(body, name))
        finally:
            await body.aclose()

    async def find_file(self, name: str, size: int, since: datetime) -> RemoteFile | None:
        """The newest file of this name and size; one whose size the service does not know yet counts."""
        wires, _ = await self._client.files(PURPOSE)
        earliest = since - CLOCK_SKEW
        found = [
            file
            for file in map(to_file, wires)
            if file.name == name
            and file.bytes in {None, size}
            and file.created_at >= earliest
            and file.state != "deleted"
        ]
        return max(found, key=lambda file: file.created_at, default=None)

    async def file(self, f: Ref) -> RemoteFile:
        """One file's state."""
        return to_file(await self._client.file(f.id))

    async def files(self) -> Sequence[RemoteFile]:
        """All files at the resource, results included."""
        return [to_file(wire) for wire in (await self._client.files())[0]]

    async def delete_file(self, f: Ref) -> None:
        """Delete a file; one that is gone already is fine."""
        try:
            await self._client.delete_file(f.id)
        except NotFound as error:
            if error.code != "not_found":
                raise

    def check_values(self, method: str, given: Mapping[str, Value]) -> None:
        """Read the grader and the response format. Raises `Refused`: `grader_invalid`."""
        if method == REINFORCEMENT:
            objects(given)

    def judges(self, method: str) -> bool:
        """Graders, where jobs are created on v1."""
        return method == REINFORCEMENT and self._jobs_surface.is_v1

    async def judge(self, method: str, given: Mapping[str, Value]) -> None:
        """Have the service validate the grader. Raises `Refused`: `grader_invalid`, `grader_refused`."""
        if self.judges(method):
            await validate(self._client, given)

    async def submit(self, spec: JobSpec) -> RemoteJob:
        """Create a job with one attempt, always with the spec's seed.

        Raises:
            Unsupported: `method_unsupported` where this surface has no such method.
            Refused: `grader_invalid`, before anything is sent.
        """
        if spec.method not in self._capabilities.methods:
            raise Unsupported("method_unsupported", {"method": spec.method})
        body = creation_body(spec, self._jobs_surface)
        return to_job(await self._client.create_job(body), spec=spec)

    async def find_job(self, spec: JobSpec, since: datetime) -> Sequence[RemoteJob]:
        """Jobs that a creation with this spec may have made, oldest first; two minutes of clock skew are borne.

        On v1 a job carries our key in its metadata and is told exactly by it.
        """
        earliest = since - CLOCK_SKEW

        async def page(after: str | None) -> Page[WireJob]:
            wires, more = await self._client.jobs(after)
            return wires, more and any(from_unix(wire.created_at or 0) >= earliest for wire in wires)

        wires = [wire for wire in await all_items(page) if is_made_by(wire, spec, earliest)]
        return sorted(map(to_job, wires), key=lambda job: job.created_at)

    async def jobs(self, cursor: State | None) -> JobPage:
        """One page of up to 100 jobs, newest first; one request."""
        after = cursor.get("after") if cursor else None
        wires, more = await self._client.jobs(after if isinstance(after, str) else None)
        following: State | None = {"after": wires[-1].id} if more and wires else None
        return JobPage(jobs=tuple(to_job(wire) for wire in wires), next=following)

    async def job(self, j: Ref) -> RemoteJob:
        """One job; the reason of a failure is looked up in its log where the job does not carry it."""
        return await self._with_failure(await self._client.job(j.id))

    async def events(self, j: Ref, after: str | None) -> EventPage:
        """The log after the event `after`, oldest first."""
        wires = await all_items(
            lambda cursor: self._client.events(j.id, cursor), until=lambda wire: wire.id == after
        )
        return EventPage(events=oldest_first(wires), cursor=wires[0].id if wires else after)

    async def results(self, j: Ref) -> AsyncIterator[Point]:
        """All measurements, streamed from the job's first results file.

        Raises:
            NotFound: `results_missing`.
            Refused: `results_unreadable` when that file is no table of steps.
        """
        job = await self._client.job(j.id)
        if not job.result_files:
            raise NotFound("results_missing", {"job": j.id})
        reader = ResultsReader()
        try:
            async with self._client.content(job.result_files[0]) as pieces:
                async for piece in pieces:
                    for start in range(0, len(piece), PARSED_AT_ONCE):
                        for point in reader.feed(piece[start : start + PARSED_AT_ONCE]):
                            yield point
                        await asyncio.sleep(0)
            for point in reader.finish():
                yield point
        except NoTableError as error:
            raise Refused("results_unreadable", {"job": j.id, "file": job.result_files[0]}) from error
        if reader.skipped:
            LOG.warning(
                "results of %s: %s of %s rows were none", j.id, reader.skipped, reader.rows + reader.skipped
            )

    async def checkpoints(self, j: Ref) -> Sequence[Checkpoint]:
        """Checkpoints, newest first, with what the job's state makes of them."""
        job = to_job(await self._client.job(j.id))
        wires = await all_items(lambda cursor: self._client.checkpoints(j.id, cursor))
        return to_checkpoints(wires, job.state)

    async def control(self, j: Ref, a: ControlAction) -> RemoteJob:
        """Pause, resume or cancel. A refusal is looked into: the job may be where it was meant to go."""
        try:
            return await self._with_failure(await self._client.control(j.id, a))
        except Refused as error:
            if not isinstance(error, Conflict) and error.code != "request_refused":
                raise
            job = await self.job(j)
            if job.state in _REACHED[a]:
                return job
            if error.code == "request_refused":
                raise Conflict("conflict", {**error.params, "state": job.raw_state}, error.answer) from error
            raise

    async def delete_job(self, j: Ref) -> None:
        """Delete a job and what it made (contract 1.1, dated data plane); one that is gone already is fine."""
        try:
            await self._client.delete_job(j.id)
        except NotFound as error:
            if error.code != "not_found":
                raise
        except Conflict as error:
            if error.code != "in_use":
                raise
            raise Conflict("model_in_use", {**error.params, "model": j.id}, error.answer) from error

    def explain(self, failure: Failure) -> Explanation:
        """Sort out why a job failed; needs no request."""
        return explain(failure)

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()
        if self._hosting is not None:
            await self._hosting.aclose()

    def _boundary(self) -> str:
        return f"tunesmith{int(self._random() * 2**63):016x}"

    async def _finished_checkpoints(self, job_id: str) -> tuple[Checkpoint, ...]:
        try:
            wires = await all_items(lambda cursor: self._client.checkpoints(job_id, cursor))
        except NotFound:
            return ()
        return to_checkpoints(wires, "succeeded")

    async def _with_failure(self, wire: WireJob) -> RemoteJob:
        """Up to 2024-05-01-preview a job has no `error` (contract 1.2): the newest error of the log stands in."""
        job = to_job(wire)
        if job.state != "failed" or job.failure is not None:
            return job
        events, _ = await self._client.events(job.id, None)
        error = next((event for event in events if (event.level or "").lower() == "error"), None)
        if error is None:
            return job
        return to_job(wire.model_copy(update={"error": {"message": error.message or ""}}))
