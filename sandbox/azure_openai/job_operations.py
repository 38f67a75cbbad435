"""The operations on fine-tuning jobs (contract 1.1, 1.4 to 1.7)."""

from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from sandbox.azure_openai import refusals
from sandbox.azure_openai.gateway import Call, Gateway
from sandbox.azure_openai.jobs import Checkpoint, Event, Job
from sandbox.azure_openai.resource import Resource
from sandbox.azure_openai.versions import only_dated


class JobOperations:
    """Serves `/fine_tuning/jobs…` of every resource."""

    def __init__(self, gateway: Gateway, resource: Callable[[str], Resource]) -> None:
        self._resource = resource
        jobs = "/fine_tuning/jobs"
        gateway.add("POST", jobs, self.create)
        gateway.add("GET", jobs, self.list)
        gateway.add("GET", f"{jobs}/{{id}}", self.get)
        gateway.add("DELETE", f"{jobs}/{{id}}", self.delete, has=only_dated)
        gateway.add("POST", f"{jobs}/{{id}}/cancel", self.cancel)
        gateway.add("POST", f"{jobs}/{{id}}/pause", self.pause, has=lambda version: version.pause)
        gateway.add("POST", f"{jobs}/{{id}}/resume", self.resume, has=lambda version: version.pause)
        gateway.add("GET", f"{jobs}/{{id}}/events", self.events)
        gateway.add(
            "GET", f"{jobs}/{{id}}/checkpoints", self.checkpoints, has=lambda version: version.checkpoints
        )

    async def create(self, call: Call) -> web.StreamResponse:
        """201 with `Location` and a sparse job (v1: 200 and a job with every field)."""
        body = await call.body()
        job = self._resource(call.resource).create_job(body, call.version)
        return call.created(self._json(call, job), f"/fine_tuning/jobs/{job.id}")

    async def list(self, call: Call) -> web.StreamResponse:
        """Newest first, `after` and `limit` (20)."""
        after, limit = call.page(20)
        jobs, has_more = page(self._resource(call.resource).jobs(), after, limit)
        data = [self._json(call, job) for job in jobs]
        return web.json_response({"has_more": has_more, "data": data, "object": "list"})

    async def get(self, call: Call) -> web.StreamResponse:
        """200 or 404."""
        return web.json_response(self._json(call, self._resource(call.resource).job(call.item())))

    async def delete(self, call: Call) -> web.StreamResponse:
        """204; the model goes too."""
        self._resource(call.resource).delete_job(call.item())
        return web.Response(status=204)

    async def cancel(self, call: Call) -> web.StreamResponse:
        """200 with the cancelled job."""
        return web.json_response(self._json(call, self._resource(call.resource).cancel_job(call.item())))

    async def pause(self, call: Call) -> web.StreamResponse:
        """200 with the job, which is `pausing` until its evaluation is done."""
        return web.json_response(self._json(call, self._resource(call.resource).pause_job(call.item())))

    async def resume(self, call: Call) -> web.StreamResponse:
        """200 with the job, which is `resuming` until it has a place again."""
        return web.json_response(self._json(call, self._resource(call.resource).resume_job(call.item())))

    async def events(self, call: Call) -> web.StreamResponse:
        """Newest first, `after` and `limit` (20)."""
        return self._log(call, self._resource(call.resource).job(call.item()).events, 20)

    async def checkpoints(self, call: Call) -> web.StreamResponse:
        """Newest first, `after` and `limit` (10)."""
        return self._log(call, self._resource(call.resource).job(call.item()).checkpoints, 10)

    def _log(self, call: Call, oldest_first: Sequence[Event | Checkpoint], limit: int) -> web.Response:
        after, limit = call.page(limit)
        items, has_more = page(list(reversed(oldest_first)), after, limit)
        data = [item.as_json(call.version) for item in items]
        return web.json_response({"has_more": has_more, "data": data, "object": "list"})

    def _json(self, call: Call, job: Job) -> dict[str, Any]:
        return job.as_json(call.version, self._resource(call.resource).switches.unknown_status)


def page(items: Sequence[Any], after: str | None, limit: int) -> tuple[Sequence[Any], bool]:
    """The items after the one with this id, and whether there are more. Raises ServiceError."""
    first = 0
    if after is not None:
        ids = [item.id for item in items]
        if after not in ids:
            raise refusals.unknown_item("after", after)
        first = ids.index(after) + 1
    return items[first : first + limit], first + limit < len(items)
