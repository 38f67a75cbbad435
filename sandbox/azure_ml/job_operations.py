"""Jobs in Resource Manager: create, get, list, cancel, delete (contract 2)."""

from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import quote

from aiohttp import web

from sandbox.azure_ml import errors
from sandbox.azure_ml.fields import Fields, checked_name, settled
from sandbox.azure_ml.gateway import WORKSPACE, ArmCall, MlGateway
from sandbox.azure_ml.job_life import JobLife
from sandbox.azure_ml.job_request import read_job
from sandbox.azure_ml.jobs import Job, job_json
from sandbox.azure_ml.long_running import Operations
from sandbox.azure_ml.options import PROVIDER, MlOptions, Switches
from sandbox.azure_ml.paging import page
from sandbox.azure_ml.stamps import Stamps
from sandbox.azure_ml.versions import FINE_TUNING
from sandbox.clock import Clock

_TYPE: Final = "workspaces/jobs"
_VIEWS: Final = ("ActiveOnly", "ArchivedOnly", "All")
_FIXED: Final = ("fineTuningDetails", "outputs", "experimentName")

Spawn = Callable[[Coroutine[Any, Any, None]], Any]


class JobOperations:
    """Serves the jobs of all workspaces."""

    def __init__(
        self,
        gateway: MlGateway,
        operations: Operations,
        life: JobLife,
        *,
        options: MlOptions,
        switches: Switches,
        clock: Clock,
        spawn: Spawn,
    ) -> None:
        self._operations, self._life, self._options = operations, life, options
        self._switches, self._clock, self._spawn = switches, clock, spawn
        for method, path, operation, verb in (
            ("GET", "/jobs", self.list_jobs, "read"),
            ("PUT", "/jobs/{name}", self.create, "write"),
            ("GET", "/jobs/{name}", self.get, "read"),
            ("DELETE", "/jobs/{name}", self.delete, "delete"),
            ("POST", "/jobs/{name}/cancel", self.cancel, "cancel/action"),
        ):
            gateway.add(
                method,
                WORKSPACE + path,
                operation,
                resource_type=_TYPE,
                action=f"{PROVIDER}/{_TYPE}/{verb}",
            )

    async def create(self, call: ArmCall) -> web.StreamResponse:
        """201 for a new job, which starts at once; 200 for one that is there, whose tags are replaced."""
        name = checked_name("Job", call.parts["name"])
        body = await call.body()
        workspace, now = call.workspace, self._clock.now()
        known = workspace.jobs.get(name)
        if known is not None:
            self._update(known, body)
            return web.json_response(self._json(call, known))
        request = read_job(body, workspace, version=call.version, switches=self._switches, now=now)
        sent = request.sent
        job = Job(
            id=name,
            number=len(workspace.jobs) + 1,
            request=request,
            stamps=Stamps(now, now, call.who),
            tags=dict(sent.get("tags") or {}),
            properties=dict(sent.get("properties") or {}),
            display_name=str(sent.get("displayName") or name),
            description=sent.get("description"),
            archived=sent.get("isArchived") is True,
            metrics_on_child=self._switches.metrics_on == "child",
        )
        workspace.jobs[name] = job
        job.task = self._spawn(self._life.run(workspace, job))
        return web.json_response(self._json(call, job), status=201)

    async def get(self, call: ArmCall) -> web.StreamResponse:
        """200."""
        return web.json_response(self._json(call, self._find(call)))

    async def list_jobs(self, call: ArmCall) -> web.StreamResponse:
        """200 with a page of jobs, newest first."""
        query = call.request.query
        view = query.get("listViewType", "ActiveOnly")
        if view not in _VIEWS:
            raise errors.malformed([f"listViewType must be one of {', '.join(_VIEWS)}."])
        jobs = [job for job in reversed(call.workspace.jobs.values()) if view == "All" or _shown(job, view)]
        kind = query.get("jobType", "FineTuning")
        if kind != "FineTuning" or call.version not in FINE_TUNING:
            jobs = []
        if query.get("tag"):
            key, _, value = query["tag"].partition("=")
            jobs = [job for job in jobs if key in job.tags and (not value or job.tags[key] == value)]
        return page(call, jobs, lambda job: self._json(call, job), self._options.page)

    async def cancel(self, call: ArmCall) -> web.StreamResponse:
        """202 with `Location`; 200 for a job that is cancelled already. Refused when it has ended otherwise."""
        job = self._find(call, any_version=True)
        if job.status == "Canceled":
            return web.Response(status=200)
        if job.over:
            msg = f"Job '{job.id}' has ended ({job.status}) and cannot be cancelled."
            raise errors.invalid(msg, "JobTerminal")
        if not job.cancelling:
            job.cancelling = True
            if job.task is not None:
                job.task.cancel()
            job.status = "CancelRequested"
            self._spawn(self._life.cancel(job))
        headers = self._operations.begin(call, lambda: job.over, made=False)
        return web.Response(status=202, headers=headers)

    async def delete(self, call: ArmCall) -> web.StreamResponse:
        """202 for a job that has ended, 204 when there is none."""
        job = call.workspace.jobs.get(call.parts["name"])
        if job is None:
            return web.Response(status=204)
        if not job.over:
            msg = f"Job '{job.id}' is {job.status} and cannot be deleted."
            raise errors.invalid(msg, "JobActive")
        del call.workspace.jobs[job.id]
        return web.Response(status=202, headers=self._operations.begin(call, lambda: True, made=False))

    def _update(self, job: Job, body: dict[str, Any]) -> None:
        """Replace what may be replaced. Raises ArmError when anything else differs."""
        problems: list[str] = []
        sent = Fields(body, "", problems).below("properties")
        tags = sent.texts("tags")
        settled(problems)
        for name in _FIXED:
            if sent.value.get(name) is not None and sent.value[name] != job.request.sent.get(name):
                msg = (
                    f"A job with this name already exists. The existing job's {name} cannot be changed; only "
                    "description, displayName, tags, properties and isArchived can be updated."
                )
                raise errors.invalid(
                    msg,
                    "JobPropertyImmutable",
                )
        job.tags = tags
        job.display_name = sent.text("displayName") or job.display_name
        job.description = sent.text("description") or job.description
        job.archived = sent.flag("isArchived")
        job.stamps = job.stamps.touched(self._clock.now())

    def _find(self, call: ArmCall, *, any_version: bool = False) -> Job:
        job = call.workspace.jobs.get(call.parts["name"])
        if job is None:
            raise errors.not_found("Job", call.parts["name"])
        if not any_version and call.version not in FINE_TUNING:
            msg = f"Job type FineTuning is not supported in api-version {call.version}."
            raise errors.invalid(msg, "UnsupportedJobType")
        return job

    def _json(self, call: ArmCall, job: Job) -> dict[str, Any]:
        facts = call.workspace.facts
        here = call.request.host
        tracking = f"azureml://{here}/ml/api/{facts.location}/mlflow/v2.0{facts.id}"
        studio = f"https://ml.azure.com/runs/{job.id}?wsid={quote(facts.id, safe='/')}"
        return job_json(
            job,
            workspace_id=facts.id,
            word=self._switches.unknown_status,
            services={"Studio": studio, "Tracking": tracking},
        )


def _shown(job: Job, view: str) -> bool:
    return job.archived == (view == "ArchivedOnly")
