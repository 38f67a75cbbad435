"""Uploads in parts that survive a crash (contract 1.1 and 1.3, api-versions from 2024-10-21 on).

What goes wrong, and what is done about it:

| seen | done |
|---|---|
| 404, 405 for the beginning | no uploads at this surface: a form is sent, and nobody asks again for `ABSENT_FOR` |
| no answer, 429, 5xx for a part | that part again (1) |
| 400, 404, 409 for a part, 404, 409 for a first completion | expired or unknown: anew, at most `MOST_BEGUN` times |
| 400 for a first completion | cancelled, and a form is sent |
| no answer to the completion | the list of files is searched, and after `LOOK_FOR` it is completed again (2) |
| 400, 404, 409 for a repeated completion | completed, or gone: searched until `GONE_AFTER`, then begun anew |
| any other refusal | cancelled and raised |

(1) If the first one arrived after all, no completion names it: it goes with the upload, and is in no file. Whether it
counts against the announced size is documented nowhere, hence anew after a 400.
(2) That cannot make a second file: an upload is completed once.
"""

import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from providers.azure_openai.client import AzureOpenAIClient
from providers.azure_openai.files import StreamedForm, to_file
from providers.azure_openai.wire import WireUpload
from providers.base import RemoteFile, State
from providers.clock import Clock, from_unix
from providers.errors import (
    Conflict,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    Unauthorised,
    Unavailable,
    Unsupported,
)
from providers.sending import ByteSource, InParts, Progress

LOG = logging.getLogger(__name__)
LOOK_FOR: Final = timedelta(seconds=15)
GONE_AFTER: Final = timedelta(minutes=2)
ABSENT_FOR: Final = timedelta(hours=1)
MOST_BEGUN: Final = 3
READ_AT_ONCE: Final = 256 * 1024

Find = Callable[[str, int, datetime], Awaitable[RemoteFile | None]]


class Begun(BaseModel):
    """An upload that was begun: what is stored to go on with it.

    Attributes:
        upload: the service's id. created_at: unix seconds of its clock.
        name, size: of the file; a state of another file is not gone on with.
        part: bytes of every part but the last. parts: ids of those that are there, in order.
        md5: of the whole file, once it was sent. completing_at: when its completion was first asked for.
        times: how many uploads were begun for this file, this one included.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    upload: str = Field(min_length=1)
    created_at: int
    name: str
    size: int
    part: int = Field(ge=1)
    parts: tuple[str, ...] = ()
    md5: str = ""
    completing_at: datetime | None = None
    times: int = 1

    @classmethod
    def read(cls, state: State | None) -> "Begun | None":
        """From a stored state; None for one that is none."""
        try:
            return cls.model_validate(state) if state else None
        except ValidationError:
            return None

    @property
    def sent(self) -> int:
        """Bytes that are there."""
        return min(self.size, len(self.parts) * self.part)

    def changed(self, **values: Any) -> "Begun":
        """The same with other values."""
        return self.model_copy(update=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One file to be sent: what, under which name, how, and who wants to know of it."""

    source: ByteSource
    name: str
    parts: InParts
    note: Progress


class PartBody(StreamedForm):
    """The form of one part. `digest` is that of everything up to its end, once it was sent."""

    def __init__(self, order: Order, start: int, length: int, boundary: str, before: "hashlib._Hash") -> None:
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="data"; filename="part"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        super().__init__(order.source, start, length, boundary, head, order.note)
        self._digest_before = before
        self.digest = before.copy()

    def _begin(self) -> None:
        self.digest = self._digest_before.copy()

    def _take(self, piece: bytes) -> None:
        self.digest.update(piece)


@dataclass(eq=False)
class _Gone(Exception):
    """The service has this upload no more."""

    begun: Begun


class Uploads:
    """Sends large files to one resource. `find` searches the list of files by name, size and age."""

    def __init__(
        self, client: AzureOpenAIClient, clock: Clock, find: Find, boundary: Callable[[], str]
    ) -> None:
        self._client = client
        self._clock = clock
        self._find = find
        self._boundary = boundary
        self._absent_until: datetime | None = None

    async def send(self, order: Order, resume: State | None) -> RemoteFile | None:
        """Send a file in parts, going on with what `resume` tells of; None where it has to be sent as a form.

        After None nothing of it is under way, and nothing is kept.

        Raises:
            OutcomeUnknown: nobody knows whether the file was made; called again with the state it looks first.
            Throttled, Unavailable: no file was made; called again with the state it goes on.
            Refused: no file was made and the upload was cancelled.
        """
        begun = Begun.read(resume)
        if begun is not None and (begun.name, begun.size) != (order.name, order.source.size):
            left = await self._left_behind(begun, order)
            if left is not None:
                return left
            begun = None
        times = begun.times if begun is not None else 0
        while True:
            if begun is None:
                begun = await self._begin(order, times + 1)
            if begun is None:
                return None
            try:
                return await self._go_on(order, begun)
            except _Gone as gone:
                LOG.info("an upload is gone at the service after %s parts: anew", len(gone.begun.parts))
                await self._abandon(gone.begun, order)
                begun, times = None, gone.begun.times

    async def _begin(self, order: Order, times: int) -> Begun | None:
        now = self._clock.now()
        absent = self._absent_until is not None and now < self._absent_until
        if absent or times > MOST_BEGUN or order.source.size <= order.parts.above:
            return None
        try:
            made = await self._client.begin_upload(order.name, order.source.size)
        except (NotFound, Unsupported):
            self._absent_until = now + ABSENT_FOR
            return None
        except Refused as error:
            if error.code != "api_version_refused":
                raise
            self._absent_until = now + ABSENT_FOR
            return None
        begun = Begun(
            upload=made.id,
            created_at=made.created_at or int(now.timestamp()),
            name=order.name,
            size=order.source.size,
            part=order.parts.size,
            times=times,
        )
        await self._keep(order, begun)
        return begun

    async def _go_on(self, order: Order, begun: Begun) -> RemoteFile:
        try:
            if begun.completing_at is None:
                begun = await self._send_parts(order, begun)
                return await self._complete(order, begun)
            return await self._complete_again(begun)
        except Unauthorised:
            # Somebody can grant the right again: the parts that are there are still good then.
            raise
        except Refused:
            await self._abandon(begun, order)
            raise

    async def _send_parts(self, order: Order, begun: Begun) -> Begun:
        digest = await _digest_of(order.source, begun.sent)
        if begun.sent:
            await order.note(begun.sent)
        while begun.sent < begun.size:
            length = min(begun.part, begun.size - begun.sent)
            body = PartBody(order, begun.sent, length, self._boundary(), digest)
            try:
                part = await self._client.add_part(begun.upload, body)
            except Refused as error:
                if not _of_the_upload(error):
                    raise
                raise _Gone(begun) from error
            finally:
                await body.aclose()
            digest = body.digest
            begun = begun.changed(parts=(*begun.parts, part.id))
            await self._keep(order, begun)
        return begun.changed(md5=digest.hexdigest())

    async def _complete(self, order: Order, begun: Begun) -> RemoteFile:
        """The first time. That it may have happened is stored before it is asked for."""
        asked = begun.changed(completing_at=self._clock.now())
        await self._keep(order, asked)
        try:
            made = await self._client.complete_upload(asked.upload, asked.parts, asked.md5)
        except (Throttled, Unavailable):
            await self._keep(order, begun)
            raise
        except Refused as error:
            if not _of_the_upload(error):
                raise
            known = isinstance(error, NotFound | Conflict)
            raise _Gone(asked if known else asked.changed(times=MOST_BEGUN)) from error
        return await self._made(asked, made)

    async def _complete_again(self, begun: Begun) -> RemoteFile:
        """Nobody knows whether it was completed: look, then ask again, which cannot make a second file."""
        there = await self._look(begun)
        if there is not None:
            return there
        since = self._clock.now() - (begun.completing_at or self._clock.now())
        # A completion that is still under way must not meet another one.
        if timedelta(0) <= since < LOOK_FOR:
            raise OutcomeUnknown("no_answer", {"operation": "files.complete"})
        try:
            made = await self._client.complete_upload(begun.upload, begun.parts, begun.md5)
        except Refused as error:
            if not _of_the_upload(error):
                raise
            there = await self._look(begun)
            if there is not None:
                return there
            if timedelta(0) <= since < GONE_AFTER:
                raise OutcomeUnknown("no_answer", {"operation": "files.complete"}, error.answer) from error
            raise _Gone(begun) from error
        return await self._made(begun, made)

    async def _made(self, begun: Begun, made: WireUpload) -> RemoteFile:
        """The file of a completed upload. An answer without it still says that there is one."""
        if made.file is not None:
            file = to_file(made.file)
            return replace(file, bytes=begun.size) if file.bytes is None else file
        there = await self._look(begun)
        if there is None:
            raise OutcomeUnknown("no_answer", {"operation": "files.complete", "reason": "unreadable_answer"})
        return there

    async def _look(self, begun: Begun) -> RemoteFile | None:
        return await self._find(begun.name, begun.size, from_unix(begun.created_at))

    async def _left_behind(self, begun: Begun, order: Order) -> RemoteFile | None:
        """What an upload of another name left: its file if it made one and has this size, otherwise it is cancelled."""
        if begun.completing_at is not None and begun.size == order.source.size:
            there = await self._look(begun)
            if there is not None:
                return there
        await self._abandon(begun, order)
        return None

    async def _abandon(self, begun: Begun, order: Order) -> None:
        """Cancel what is not gone on with. That may fail: it expires by itself."""
        with suppress(ProviderError):
            await self._client.cancel_upload(begun.upload)
        await order.parts.keep({})

    @staticmethod
    async def _keep(order: Order, begun: Begun) -> None:
        await order.parts.keep(begun.model_dump(mode="json"))


def _of_the_upload(error: Refused) -> bool:
    """Whether it is this upload that the service cannot go on with, and another one may do."""
    return isinstance(error, NotFound | Conflict) or error.code == "request_refused"


async def _digest_of(source: ByteSource, length: int) -> "hashlib._Hash":
    """The MD5 of the first bytes: what an earlier run sent is only read again, not sent."""
    digest = hashlib.md5(usedforsecurity=False)
    if not length:
        return digest
    left = length
    chunks: AsyncIterator[bytes] = source.chunks()
    async for chunk in chunks:
        for start in range(0, min(len(chunk), left), READ_AT_ONCE):
            digest.update(chunk[start : min(start + READ_AT_ONCE, left)])
        left -= min(len(chunk), left)
        if not left:
            break
    close = getattr(chunks, "aclose", None)
    if close is not None:
        await close()
    return digest
