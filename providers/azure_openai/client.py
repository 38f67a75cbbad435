"""The operations of the data plane that fine-tuning needs (contract 1.1), one method each, on either surface."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, TypeVar
from urllib.parse import quote

from providers.azure_openai.errors import VALIDATE
from providers.azure_openai.files import MIME_TYPE, PURPOSE, StreamedForm
from providers.azure_openai.hyperparameters import GRADER
from providers.azure_openai.inference import CALL, CHAT, read_completion
from providers.azure_openai.settings import API_VERSIONS, AzureOpenAISettings
from providers.azure_openai.surface import Surface
from providers.azure_openai.wire import (
    UnreadableAnswerError,
    Wire,
    WireCheckpoint,
    WireEvent,
    WireFile,
    WireJob,
    WireModel,
    WirePart,
    WireUpload,
    parse,
    parse_list,
)
from providers.calls import ASK, DOWNLOAD, PART, SUBMIT, UPLOAD, Answer, Call, Timeouts
from providers.errors import OutcomeUnknown, ServiceAnswer, Unavailable, Unsupported
from providers.hosting import CallResult
from providers.http import HttpService

PAGE: Final = 100
VALIDATION: Final = Timeouts(read=8.0, write=8.0, total=10.0)
"""Somebody looks at a modal meanwhile."""
T = TypeVar("T", bound=Wire)
R = TypeVar("R")
Page = tuple[list[T], bool]


class AzureOpenAIClient:
    """Speaks to one resource; returns what the service sent, leniently read."""

    def __init__(self, service: HttpService, settings: AzureOpenAISettings) -> None:
        self._service = service
        self._settings = settings

    async def models(self) -> list[WireModel]:
        """GET /models: the dated surface's rich list, v1's bare one."""
        return (await self._list(WireModel, "models", "models.list", "/models"))[0]

    async def upload(self, body: StreamedForm, name: str) -> WireFile:
        """POST /files, once."""
        call = self._call(
            "files", "files.upload", "POST", "/files", repeatable=False, timeouts=UPLOAD,
            body=body.pieces, headers=body.headers, what={"name": name},
        )  # fmt: skip
        return await self._one(WireFile, call)

    async def begin_upload(self, name: str, size: int) -> WireUpload:
        """POST /uploads. Repeated: one whose answer was lost takes nothing in and expires by itself (contract 1.3)."""
        body = {"purpose": PURPOSE, "filename": name, "bytes": size, "mime_type": MIME_TYPE}
        call = self._call(
            "files", "files.begin", "POST", "/uploads", json=body, what={"name": name}
        )  # fmt: skip
        return await self._one(WireUpload, call)

    async def add_part(self, upload_id: str, body: StreamedForm) -> WirePart:
        """POST /uploads/{id}/parts. Repeated: a part that is not named at the completion is no part of the file."""
        call = self._call(
            "files", "files.part", "POST", _upload(upload_id, "parts"), timeouts=PART,
            body=body.pieces, headers=body.headers,
        )  # fmt: skip
        return await self._one(WirePart, call)

    async def complete_upload(self, upload_id: str, parts: Sequence[str], md5: str) -> WireUpload:
        """POST /uploads/{id}/complete, once: it makes the file."""
        call = self._call(
            "files", "files.complete", "POST", _upload(upload_id, "complete"), repeatable=False,
            timeouts=UPLOAD, json={"part_ids": list(parts), "md5": md5},
        )  # fmt: skip
        return await self._one(WireUpload, call)

    async def cancel_upload(self, upload_id: str) -> None:
        """POST /uploads/{id}/cancel; what it answers does not matter."""
        await self._service.call(self._call("files", "files.cancel", "POST", _upload(upload_id, "cancel")))

    async def files(self, purpose: str | None = None) -> tuple[list[WireFile], Answer]:
        """GET /files with the (first) answer itself, whose date tells the service's clock.

        The dated list has no pages. v1's says `has_more` (contract 1.3), and is then asked on as OpenAI's is.
        """
        params = {"purpose": purpose} if purpose else {}
        answers: list[Answer] = []

        async def page(after: str | None) -> Page[WireFile]:
            query = {**params, **({"after": after} if after else {})}
            call = self._call("files", "files.list", "GET", "/files", params=query)
            answers.append(await self._service.call(call))
            found, more = self._read(call, answers[-1], lambda content: parse_list(WireFile, content))
            return found, more and self._settings.surface("files").is_v1

        return await all_items(page), answers[0]

    async def file(self, file_id: str) -> WireFile:
        """GET /files/{id}."""
        path = f"/files/{_id(file_id)}"
        return await self._one(
            WireFile, self._call("files", "files.get", "GET", path, what={"file": file_id})
        )

    async def delete_file(self, file_id: str) -> None:
        """DELETE /files/{id}: 204 up to 2024-06-01, 200 with a body after; nobody needs the body."""
        path = f"/files/{_id(file_id)}"
        await self._service.call(self._call("files", "files.delete", "DELETE", path, what={"file": file_id}))

    def content(self, file_id: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """GET /files/{id}/content in pieces."""
        path = f"/files/{_id(file_id)}/content"
        return self._service.stream(
            self._call("files", "files.content", "GET", path, timeouts=DOWNLOAD, what={"file": file_id})
        )

    async def create_job(self, body: Mapping[str, Any]) -> WireJob:
        """POST /fine_tuning/jobs, once."""
        what = {
            "model": str(body.get("model", "")),
            "training_type": str(body.get("trainingType", "Standard")),
        }
        call = self._call(
            "jobs", "jobs.create", "POST", "/fine_tuning/jobs", repeatable=False, timeouts=SUBMIT,
            json=dict(body), what=what,
        )  # fmt: skip
        return await self._one(WireJob, call)

    async def validate_grader(self, grader: Mapping[str, Any]) -> None:
        """POST /fine_tuning/alpha/graders/validate (v1), once: a person waits for it. Nothing is made."""
        call = self._call(
            "jobs", VALIDATE, "POST", "/fine_tuning/alpha/graders/validate", repeatable=False, timeouts=VALIDATION,
            json={"grader": dict(grader)}, what={"name": GRADER},
        )  # fmt: skip
        await self._service.call(call)

    async def jobs(self, after: str | None) -> Page[WireJob]:
        """GET /fine_tuning/jobs: one page, newest first."""
        return await self._list(WireJob, "jobs", "jobs.list", "/fine_tuning/jobs", _paging(after))

    async def job(self, job_id: str) -> WireJob:
        """GET /fine_tuning/jobs/{id}."""
        return await self._one(
            WireJob, self._call("jobs", "jobs.get", "GET", _job(job_id), what={"job": job_id})
        )

    async def events(self, job_id: str, after: str | None) -> Page[WireEvent]:
        """GET …/events: one page, newest first; an article shows POST, every version of the spec says GET."""
        path = _job(job_id) + "/events"
        return await self._list(WireEvent, "events", "jobs.events", path, _paging(after), {"job": job_id})

    async def checkpoints(self, job_id: str, after: str | None) -> Page[WireCheckpoint]:
        """GET …/checkpoints: one page, newest first."""
        path = _job(job_id) + "/checkpoints"
        return await self._list(
            WireCheckpoint, "checkpoints", "jobs.checkpoints", path, _paging(after), {"job": job_id}
        )

    async def control(self, job_id: str, action: str) -> WireJob:
        """POST …/pause, …/resume or …/cancel without a body; doing it twice is the same as once."""
        call = self._call(
            "control", f"jobs.{action}", "POST", f"{_job(job_id)}/{action}", what={"job": job_id}
        )
        return await self._one(WireJob, call)

    async def delete_job(self, job_id: str) -> None:
        """DELETE /fine_tuning/jobs/{id}: the job and the model that it made (contract 1.1).

        Only the dated surface has it: a connection on v1 goes there for it, a project cannot.

        Raises:
            Unsupported: `operation_unsupported`, at a project.
        """
        surface = self._settings.surface("jobs")
        if surface.is_v1:
            if self._settings.is_project:
                raise Unsupported("operation_unsupported", {"operation": "models.delete", "job": job_id})
            surface = Surface(API_VERSIONS["jobs"])
        call = self._call(
            "jobs", "models.delete", "DELETE", _job(job_id), surface=surface, what={"job": job_id}
        )
        await self._service.call(call)

    async def chat(self, deployment: str, body: Mapping[str, Any]) -> CallResult:
        """POST /deployments/{name}/chat/completions, on v1 /chat/completions with the name as `model`, once."""
        if self._settings.surface("inference").is_v1:
            path, sent = "/chat/completions", {"model": deployment, **body}
        else:
            path, sent = f"/deployments/{_id(deployment)}/chat/completions", dict(body)
        call = self._call(
            "inference", CALL, "POST", path, repeatable=False, timeouts=CHAT, json=sent,
            what={"deployment": deployment},
        )  # fmt: skip
        answer = await self._service.call(call)
        return self._read(call, answer, read_completion)

    async def aclose(self) -> None:
        """Close connections and the credential."""
        await self._service.aclose()

    def _call(
        self,
        group: str,
        operation: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        surface: Surface | None = None,
        **rest: Any,
    ) -> Call:
        spoken = surface or self._settings.surface(group)
        query = {**spoken.query, **(params or {})}
        options = {"repeatable": True, "timeouts": ASK, **rest}
        return Call(operation=operation, method=method, path=spoken.path(path), params=query, **options)

    async def _one(self, model: type[T], call: Call) -> T:
        answer = await self._service.call(call)
        return self._read(call, answer, lambda content: parse(model, content))

    async def _list(
        self,
        model: type[T],
        group: str,
        operation: str,
        path: str,
        params: Mapping[str, str] | None = None,
        what: Mapping[str, str] | None = None,
    ) -> Page[T]:
        call = self._call(group, operation, "GET", path, params=params, what=what or {})
        answer = await self._service.call(call)
        return self._read(call, answer, lambda content: parse_list(model, content))

    @staticmethod
    def _read(call: Call, answer: Answer, read: Callable[[bytes], R]) -> R:
        try:
            return read(answer.content)
        except UnreadableAnswerError as error:
            seen = ServiceAnswer(status=answer.status, request_id=answer.request_id)
            params = {"operation": call.operation, **call.what}
            if call.repeatable:
                raise Unavailable("unreadable_answer", params, seen) from error
            raise OutcomeUnknown("no_answer", {**params, "reason": "unreadable_answer"}, seen) from error


async def all_items(
    fetch: Callable[[str | None], Awaitable[Page[T]]], until: Callable[[T], bool] | None = None
) -> list[T]:
    """Items of all pages in the service's order; stops before the first for which `until` holds.

    A service that hands out the same page again ends the walk instead of making it endless.
    """
    items: list[T] = []
    seen: set[str] = set()
    after: str | None = None
    while True:
        page, more = await fetch(after)
        fresh = [item for item in page if item.id not in seen]
        for item in fresh:
            if until is not None and until(item):
                return items
            seen.add(item.id)
            items.append(item)
        if not more or not fresh:
            return items
        after = page[-1].id


def _paging(after: str | None) -> dict[str, str]:
    return {"limit": str(PAGE), **({"after": after} if after else {})}


def _id(text: str) -> str:
    return quote(text, safe="")


def _upload(upload_id: str, operation: str) -> str:
    return f"/uploads/{_id(upload_id)}/{operation}"


def _job(job_id: str) -> str:
    return f"/fine_tuning/jobs/{_id(job_id)}"
