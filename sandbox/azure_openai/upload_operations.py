"""The operations on uploads in parts (contract 1.1, 1.3; from 2024-10-21 on)."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from sandbox.azure_openai import refusals
from sandbox.azure_openai.errors import resource_not_found
from sandbox.azure_openai.file_operations import discarded_on_failure, form_parts, write_part
from sandbox.azure_openai.gateway import Call, Gateway, Operation
from sandbox.azure_openai.resource import Resource
from sandbox.azure_openai.uploads import join
from sandbox.azure_openai.versions import ApiVersion


class UploadOperations:
    """Serves `/uploads…` of every resource."""

    def __init__(self, gateway: Gateway, resource: Callable[[str], Resource]) -> None:
        self._resource = resource
        for path, operation in (
            ("/uploads", self.create),
            ("/uploads/{id}/parts", self.add_part),
            ("/uploads/{id}/complete", self.complete),
            ("/uploads/{id}/cancel", self.cancel),
        ):
            gateway.add("POST", path, self._where_there_are_uploads(operation), has=_has_uploads)

    def _where_there_are_uploads(self, operation: Operation) -> Operation:
        """The operation, or the 404 of a surface that has no uploads (a project's, or the switch `uploads`)."""

        async def serve(call: Call) -> web.StreamResponse:
            resource = self._resource(call.resource)
            if call.at_project or not resource.switches.uploads:
                raise resource_not_found()
            resource.files.check_rate()
            return await operation(call)

        return serve

    async def create(self, call: Call) -> web.StreamResponse:
        """200 with `Location`."""
        resource = self._resource(call.resource)
        body = await call.body()
        filename, size, mime_type = (body.get(name) for name in ("filename", "bytes", "mime_type"))
        purpose = body.get("purpose")
        purpose = resource.files.check_purpose(purpose if isinstance(purpose, str) else None, call.version)
        if not isinstance(filename, str) or not filename:
            raise refusals.missing("filename")
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise refusals.missing("bytes")
        if not isinstance(mime_type, str) or not mime_type:
            raise refusals.missing("mime_type")
        upload = resource.uploads.create(filename, purpose, size)
        location = call.location(f"/uploads/{upload.id}")
        return web.json_response(upload.as_json(), headers={"Location": location})

    async def add_part(self, call: Call) -> web.StreamResponse:
        """200 with the part; at most 64 MB each."""
        uploads = self._resource(call.resource).uploads
        upload = uploads.pending(call.item())
        path = uploads.new_path()
        with discarded_on_failure(path):
            async for part in form_parts(call.request):
                if part.name == "data":
                    await write_part(part, path, uploads.limits.upload_part_bytes)
            if not path.exists():
                raise refusals.missing("data")
        return web.json_response(uploads.add_part(upload, path).as_json())

    async def complete(self, call: Call) -> web.StreamResponse:
        """200 with the upload and its file, which is processed like any other."""
        resource = self._resource(call.resource)
        upload = resource.uploads.pending(call.item())
        body = await call.body()
        parts = resource.uploads.ordered(upload, body.get("part_ids"))
        resource.files.check_room(upload.size)
        path = resource.uploads.new_path()
        upload.closing = True
        try:
            with discarded_on_failure(path):
                digest = await asyncio.to_thread(join, parts, path)
                if body.get("md5") not in (None, digest):
                    raise refusals.missing("md5")
        finally:
            upload.closing = False
        file = resource.uploads.complete(upload, path)
        answer = web.json_response(upload.as_json())
        resource.files.process(file)
        return answer

    async def cancel(self, call: Call) -> web.StreamResponse:
        """200 with the cancelled upload."""
        uploads = self._resource(call.resource).uploads
        upload = uploads.pending(call.item())
        uploads.cancel(upload)
        return web.json_response(upload.as_json())


def _has_uploads(version: ApiVersion) -> bool:
    return version.uploads
