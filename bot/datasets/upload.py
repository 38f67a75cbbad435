"""From a checked dataset to a file that the service has processed: the handler of `dataset.upload`.

An upload is not idempotent: the file goes under a name of ours, its intent is written before, and where no answer came
the service's list is searched by name and size before it is sent again. A large file goes in parts: what the provider
needs to go on is stored after each of them, and then it is the provider that looks first. The same bytes are not sent
twice to a connection. What is written on the way is written under the task's lease.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from bot.datasets import deriving, reuse
from bot.datasets.retention import let_go
from bot.datasets.source import prepared
from bot.datasets.staging import Staging
from bot.deps import Deps
from bot.errors import FileProblem
from bot.facts.notices import CopyFailed
from bot.ids import dataset_name
from bot.store import datasets, small
from bot.store.datasets import Copy, Dataset
from bot.store.tables import job as job_table
from bot.training import submit
from bot.training.record import Recorder
from bot.work import outbox_rows, queue
from bot.work.outbox_rows import Target
from bot.work.tasks import Again, Done, Outcome, Task
from providers.base import Ref, RemoteFile, State
from providers.errors import OutcomeUnknown, ProviderError, Refused, Throttled, Unavailable, Unsupported
from providers.sending import ByteSource, InParts

LOOK_FOR = timedelta(seconds=15)
LOOK_EVERY = timedelta(seconds=3)
CLOCKS_DIFFER = timedelta(minutes=2)
SHOW_EVERY = timedelta(seconds=2)
PROCESS_NEAR, PROCESS_FAR = 2.0, 30.0


def remote_name(found: Dataset, sha256: str, round_: int = 0) -> str:
    """The file's name at the service: ours, unique, and still readable in its portal.

    `round_` counts the times it was sent on purpose: what an earlier time left there is not mistaken for this one.
    """
    again = f"-{round_ + 1}" if round_ else ""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", found.name.rsplit(".", 1)[0]).strip("-")[:40] or "data"
    ending = "txt" if found.profile == "text" else "jsonl"
    return f"{found.label}-{stem}-{sha256[:8]}{again}.{ending}"


class Upload:
    """Sends a copy and waits until the service has processed it."""

    def __init__(
        self, deps: Deps, recorder: Recorder, staging: Staging, *, look_for: timedelta = LOOK_FOR
    ) -> None:
        self._deps, self._recorder, self._staging = deps, recorder, staging
        self._look_for = look_for

    async def __call__(self, task: Task) -> Outcome:
        """Take one step: look, send, or ask how far the service is."""
        number = int(task.payload["copy"])
        copy = await self._deps.store.read(lambda c: datasets.copy(c, number))
        if copy is None or copy.state in ("processed", "failed"):
            return Done()
        of = copy.dataset
        found = await self._deps.store.read(lambda c: datasets.get(c, of))
        if found is None or found.state != "ready":
            return Done()
        if copy.remote_id is not None:
            return await self._processed(task, found, copy)
        return await self._brought(task, found, copy)

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: the person is told, and jobs that wait for this data end."""
        copy = datasets.copy(connection, int(task.payload["copy"]))
        found = datasets.get(connection, copy.dataset) if copy else None
        if copy is not None and found is not None and copy.state not in ("processed", "failed"):
            self._fail(connection, found, copy, "upload_gave_up", {"error": error}, "", task.corr)

    async def _brought(self, task: Task, found: Dataset, copy: Copy) -> Outcome:
        try:
            if copy.intent_at is None and _round(copy) == 0 and _resume(copy) is None:
                shared = await reuse.find(self._deps, found, copy)
                if isinstance(shared, reuse.Coming):
                    return Again(self._now() + LOOK_EVERY)
                if shared is not None:
                    return self._shared(found, copy, shared, task.corr)
            return await self._send(task, found, copy)
        except FileProblem as error:
            return self._failed(found, copy, error.code, dict(error.params), "", task.corr)
        except OutcomeUnknown:
            fresh = await self._deps.store.read(lambda c: datasets.copy(c, copy.id)) or copy
            await self._write(task, copy, state="uncertain", upload_state=self._unknown(fresh))
            return Again(self._now() + LOOK_EVERY / 3)
        except (Refused, Unsupported) as error:
            return self._refused(found, copy, error, task.corr)

    async def _send(self, task: Task, found: Dataset, copy: Copy) -> Outcome:
        source = await self._source(found, copy.connection)
        name = copy.remote_name or remote_name(found, found.sha256 or task.corr, _round(copy))
        provider = self._deps.provider(copy.connection)
        resume = _resume(copy)
        if copy.intent_at is not None and resume is None:
            there = await provider.find_file(name, source.size, copy.intent_at - CLOCKS_DIFFER)
            if there is not None:
                return self._arrived(copy, there)
            unknown = self._unknown(copy)
            if unknown != copy.upload_state:
                await self._write(task, copy, upload_state=unknown)
            if abs(self._now() - datetime.fromisoformat(unknown["unknown_at"])) < self._look_for:
                return Again(self._now() + LOOK_EVERY)
        sent_at = self._now()
        intent = {
            "intent_at": sent_at,
            "remote_name": name,
            "upload_state": _state(copy, resume),
            "state": "uploading",
            "sent": copy.sent if resume else 0,
        }
        await self._write(task, copy, **intent)
        shown = sent_at

        async def note(sent: int) -> None:
            nonlocal shown
            if self._now() - shown >= SHOW_EVERY:
                shown = self._now()
                await self._write(task, copy, sent=sent)

        async def keep(state: State) -> None:
            await self._write(task, copy, upload_state=_state(copy, state))

        limits = self._deps.settings.limits
        parts = InParts(above=limits.upload_parts_above, size=limits.upload_part_bytes, keep=keep)
        try:
            remote = await provider.upload(source, name, resume, note, parts)
        except (Throttled, Unavailable):
            # Certain not to have arrived: no need to look for it.
            await self._write(task, copy, intent_at=None, state="waiting")
            raise
        return self._arrived(copy, remote)

    def _unknown(self, copy: Copy) -> dict[str, Any]:
        """Since when nobody knows whether the file arrived: a large one may have been on its way for long."""
        return {"round": _round(copy), "unknown_at": self._now().isoformat(), **(copy.upload_state or {})}

    def _shared(self, found: Dataset, copy: Copy, shared: reuse.Shared, corr: str) -> Outcome:
        """Nothing is sent. Should the file have been deleted in this moment, the next step sends it."""

        def apply(connection: Connection) -> None:
            now = self._now()
            if not datasets.share_copy(connection, copy.id, shared.copy, shared.bytes, now=now):
                return
            after = {"connection": copy.connection, "remote_id": shared.copy.remote_id}
            small.record(
                connection,
                at=now,
                actor="tunesmith",
                via="task",
                action="dataset.reused",
                subject=found.label,
                after={**after, "of": dataset_name(shared.copy.reused_from or shared.copy.dataset)},
                corr=corr,
            )
            self._at_service(connection, found, now, corr)

        return Again(self._now(), apply)

    async def _source(self, found: Dataset, name: str) -> ByteSource:
        await deriving.present(self._deps, self._staging, found)
        mark = self._deps.provider(name).capabilities.byte_order_mark
        return prepared(self._staging.path(found.id), byte_order_mark=mark)

    def _arrived(self, copy: Copy, remote: RemoteFile) -> Outcome:
        now = self._now()
        values = {
            "remote_id": remote.id,
            "state": "processing",
            "sent": remote.bytes or 0,
            "upload_state": _state(copy, None),
        }
        return Again(
            now + timedelta(seconds=PROCESS_NEAR / 2),
            lambda c: datasets.change_copy(c, copy.id, now=now, **values),
        )

    async def _processed(self, task: Task, found: Dataset, copy: Copy) -> Outcome:
        try:
            remote = await self._deps.provider(copy.connection).file(Ref(id=copy.remote_id or ""))
        except Refused as error:
            return self._refused(found, copy, error, task.corr)
        if remote.state == "pending":
            age = (self._now() - (copy.intent_at or self._now())).total_seconds()
            wait = min(PROCESS_FAR, max(PROCESS_NEAR, age / 10))
            return Again(self._now() + timedelta(seconds=wait))
        if remote.state != "processed":
            return self._failed(
                found, copy, "file_refused", {"state": remote.raw_state}, remote.detail, task.corr
            )
        return Done(lambda c: self._ready(c, found, copy, remote, task.corr))

    def _ready(
        self, connection: Connection, found: Dataset, copy: Copy, remote: RemoteFile, corr: str
    ) -> None:
        now = self._now()
        datasets.change_copy(connection, copy.id, now=now, state="processed", sent=remote.bytes or copy.sent)
        small.record(
            connection,
            at=now,
            actor="tunesmith",
            via="task",
            action="dataset.processed",
            subject=found.label,
            after={"connection": copy.connection, "remote_id": remote.id},
            corr=corr,
        )
        self._at_service(connection, found, now, corr)

    def _at_service(self, connection: Connection, found: Dataset, now: datetime, corr: str) -> None:
        """The service can work with it: its bytes here are needed no more, and jobs need not wait any longer."""
        let_go(connection, self._staging, found.id)
        self._wake_jobs(connection, found.id, now, corr)

    def _wake_jobs(self, connection: Connection, dataset: int, now: datetime, corr: str) -> None:
        waiting = connection.execute(
            select(job_table.c.id).where(
                job_table.c.state == "waiting",
                (job_table.c.train == dataset) | (job_table.c.valid == dataset),
            )
        ).scalars()
        for number in waiting.all():
            submit.plant(connection, number, now=now, corr=corr)

    def _refused(self, found: Dataset, copy: Copy, error: ProviderError, corr: str) -> Outcome:
        return self._failed(found, copy, error.code, dict(error.params), error.answer.message, corr)

    def _failed(
        self, found: Dataset, copy: Copy, code: str, params: Mapping[str, Any], text: str, corr: str
    ) -> Outcome:
        return Done(lambda c: self._fail(c, found, copy, code, params, text, corr))

    def _fail(
        self,
        connection: Connection,
        found: Dataset,
        copy: Copy,
        code: str,
        params: Mapping[str, Any],
        text: str,
        corr: str,
    ) -> None:
        now = self._now()
        failure = {"code": code, "params": dict(params), "message": text}
        datasets.change_copy(connection, copy.id, now=now, state="failed", failure=failure)
        small.record(
            connection,
            at=now,
            actor="tunesmith",
            via="task",
            action="dataset.copy_failed",
            subject=found.label,
            after={"connection": copy.connection, "code": code},
            corr=corr,
        )
        notice = CopyFailed(
            dataset=found.label,
            name=found.name,
            connection=copy.connection,
            code=code,
            params=dict(params),
            text=text,
        )
        outbox_rows.say(
            connection,
            f"dataset:{found.label}:{copy.id}:failed:{corr}",
            notice,
            Target(user=found.owner),
            now=now,
            locale=self._recorder.locale(connection, found.owner),
        )
        self._wake_jobs(connection, found.id, now, corr)

    async def _write(self, task: Task, copy: Copy, **values: Any) -> None:
        now = self._now()

        def work(connection: Connection) -> None:
            queue.extend(connection, task, now=now)
            datasets.change_copy(connection, copy.id, now=now, **values)

        await self._deps.store.write(work)

    def _now(self) -> datetime:
        return self._deps.clock.now()


def _round(copy: Copy) -> int:
    return int((copy.upload_state or {}).get("round", 0))


def _resume(copy: Copy) -> State | None:
    """What the provider stored to go on with."""
    state: State | None = (copy.upload_state or {}).get("resume")
    return state or None


def _state(copy: Copy, resume: State | None) -> dict[str, Any]:
    return {"round": _round(copy), **({"resume": resume} if resume else {})}


def retry(connection: Connection, dataset: int, *, now: datetime, corr: str) -> int:
    """Send failed copies of a dataset again; how many."""
    again = [one for one in datasets.copies(connection, dataset) if one.state == "failed"]
    for one in again:
        datasets.send_again(connection, one, now=now)
        submit.plant_upload(connection, one.id, dataset, now=now, corr=corr)
    return len(again)
