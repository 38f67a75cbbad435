"""What an ended job leaves: the rest of its log, its curves, its checkpoints, the picture, and the last word.

The last word is said when all this is there. When it cannot be had, it is said without, and says so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from bot.deps import Deps
from bot.facts.jobs import JobFacts, Progress, ReadingFacts
from bot.facts.notices import JobFailed, JobSucceeded
from bot.helper import HelperError
from bot.store import jobs, records, small
from bot.store.jobs import Job
from bot.training import guess, progress
from bot.training.charts import ChartCheckpoint, ChartRequest, panels
from bot.training.follow import put_series, take_events
from bot.training.reading import read_curves
from bot.training.record import Recorder
from bot.training.series import KEPT_POINTS, Collected, Series
from bot.work import queue
from bot.work.tasks import Done, Outcome, Task
from providers.base import Checkpoint, EventPage, Ref
from providers.errors import Refused

BILLED = re.compile(r"[Tt]raining tokens billed:\s*([\d,]+)")
EVENT_PAGES = 50
CATALOGUE_TASK = "catalogue.refresh"


@dataclass(slots=True)
class Haul:
    """What was fetched."""

    pages: list[EventPage] = field(default_factory=list)
    series: tuple[Series, ...] = ()
    totals: dict[tuple[str, str], int] = field(default_factory=dict)
    checkpoints: tuple[Checkpoint, ...] = ()
    problem: str = ""
    picture: bytes | None = None
    reading: ReadingFacts | None = None


def billed_tokens(messages: Sequence[str]) -> int | None:
    """What the log says was billed (contract 1.6: it differs from `trained_tokens`); None when it does not say."""
    for message in reversed(messages):
        found = BILLED.search(message)
        if found:
            return int(found[1].replace(",", ""))
    return None


class Collect:
    """The handler of `job.collect`."""

    def __init__(self, deps: Deps, recorder: Recorder) -> None:
        self._deps, self._recorder = deps, recorder

    async def __call__(self, task: Task) -> Outcome:
        """Fetch everything, draw, tell."""
        number = int(task.payload["job"])
        job = await self._deps.store.read(lambda c: jobs.get(c, number))
        if job is None or not job.ended or job.collected_at is not None:
            return Done()
        if job.remote_id is None or job.raw_state == "deleted":
            return Done(lambda c: self._tell(c, number, Haul(), task.corr))
        haul = Haul()
        try:
            haul.pages = await self._log(job)
            if job.state == "succeeded":
                await self._results(job, haul)
        except Refused as error:
            # Asking again changes nothing: the end is told with what could be had.
            haul.problem = error.code
        return Done(lambda c: self._tell(c, number, haul, task.corr))

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: the end is told with what is known."""
        number = int(task.payload["job"])
        job = jobs.get(connection, number)
        if job is not None and job.collected_at is None:
            self._tell(connection, number, Haul(problem=error), task.corr)

    async def _log(self, job: Job) -> list[EventPage]:
        provider, ref = self._deps.provider(job.connection), Ref(id=job.remote_id or "")
        pages: list[EventPage] = []
        cursor = job.event_cursor
        for _ in range(EVENT_PAGES):
            page = await provider.events(ref, cursor)
            pages.append(page)
            if not page.events or page.cursor in (None, cursor):
                break
            cursor = page.cursor
        return pages

    async def _results(self, job: Job, haul: Haul) -> None:
        provider, ref = self._deps.provider(job.connection), Ref(id=job.remote_id or "")
        collected = Collected()
        async for point in provider.results(ref):
            collected.add(point)
        whole = collected.series()
        haul.totals = {(one.metric, one.split): len(one) for one in whole}
        # A million points would hold up the loop while they are read and thinned out: the helper does it.
        long = any(len(one) > KEPT_POINTS for one in whole)
        haul.series = await self._deps.helper.decimate(whole) if long else whole
        haul.checkpoints = tuple(await provider.checkpoints(ref))
        reading = read_curves(haul.series)
        measured = {name: value for name, value in reading.params.items() if not isinstance(value, str)}
        haul.reading = ReadingFacts(kind=reading.kind, numbers=measured)
        if not haul.series:
            haul.problem = "no_points"
            return
        try:
            sparse = provider.capabilities.sparse_points
            wanted = chart_request(job, haul.series, haul.checkpoints, sparse=sparse)
            haul.picture = await self._deps.helper.chart(wanted)
        except HelperError as error:
            haul.problem = error.code

    def _tell(self, connection: Connection, number: int, haul: Haul, corr: str) -> None:
        now = self._deps.clock.now()
        job = jobs.get(connection, number)
        if job is None or job.collected_at is not None:
            return
        self._keep(connection, job, haul, now)
        facts: JobFacts = self._recorder.facts(connection, number, now=now)
        if job.state == "succeeded":
            self._succeeded(connection, facts, number, haul, now)
            # The new model is a base for further training from now on.
            queue.enqueue(
                connection,
                CATALOGUE_TASK,
                f"catalogue:{job.connection}",
                {"connection": job.connection},
                now=now,
                corr=corr,
            )
        elif job.state == "cancelled":
            self._recorder.cancelled(connection, number, by=job.asked.get("cancelled_by"), now=now)
        else:
            self._recorder.tell(connection, number, "ended", JobFailed(job=facts), now=now)
            guess.plant(connection, job, facts.failure, now=now, corr=corr)

    def _keep(self, connection: Connection, job: Job, haul: Haul, now: datetime) -> None:
        for page in haul.pages:
            take_events(connection, job.id, page, now=now)
        for series in haul.series:
            total = haul.totals.get((series.metric, series.split), len(series))
            put_series(connection, job.id, series, total=total, complete=True)
        if haul.checkpoints:
            records.put_checkpoints(connection, job.id, haul.checkpoints)
        lines, _ = records.log(connection, job.id, limit=500, metrics=False)
        values: dict[str, object] = {
            "collected_at": now,
            "tokens_billed": billed_tokens([line.message for line in lines]),
        }
        if haul.reading is not None:
            values["reading"] = haul.reading.model_dump()
        if haul.series:
            fresh = jobs.get(connection, job.id) or job
            values["progress"] = _final(fresh, haul.series).model_dump()
        jobs.change(connection, job.id, now=now, **values)

    def _succeeded(
        self, connection: Connection, facts: JobFacts, number: int, haul: Haul, now: datetime
    ) -> None:
        notice = JobSucceeded(job=facts, picture=haul.picture is not None, picture_problem=haul.problem)
        self._recorder.tell(connection, number, "ended", notice, now=now)
        if haul.picture is not None:
            file = keep_picture(connection, facts, haul.picture, drawn(haul.series), now=now)
            self._recorder.tell(connection, number, "picture", notice, now=now, file=file)


def drawn(series: Sequence[Series]) -> str:
    """What the picture of these curves shows: `loss and token accuracy`."""
    return " and ".join(metric.replace("_", " ") for metric, _ in panels(series))


def keep_picture(
    connection: Connection, facts: JobFacts, data: bytes, shown: str, *, now: datetime
) -> dict[str, object]:
    """Keep a picture for the outbox; the row's `file`. `shown` names what is drawn; it is what is read out instead."""
    name = f"{facts.id}-curves.png"
    return {
        "artifact": small.keep_bytes(connection, name, "image/png", data, now=now),
        "name": name,
        "title": f"{facts.id} {facts.name}: {shown or 'curves'} over the steps of its training",
    }


def chart_request(
    job: Job, series: Sequence[Series], checkpoints: Sequence[Checkpoint], *, sparse: bool
) -> ChartRequest:
    """What the picture shows; `sparse` as in `Capabilities.sparse_points`."""
    marks = tuple(
        ChartCheckpoint(step=one.step, label=f"step {one.step}", deployable=one.deployable)
        for one in sorted(checkpoints, key=lambda one: one.step)
    )
    ends = next((tuple(one.steps) for one in series if one.split == "full_valid"), ())
    return ChartRequest(
        title=f"{job.label} {job.suffix or ''}".strip(),
        subtitle=f"{job.model_short} · {job.connection}",
        series=tuple(series),
        checkpoints=marks,
        epoch_ends=ends,
        sparse=sparse,
    )


def _final(job: Job, series: Sequence[Series]) -> Progress:
    """The losses and rewards at the end, from the complete curves."""
    known = Progress.model_validate(job.progress)
    hyper = (job.remote or {}).get("hyperparameters") or job.hyper
    _, epochs = progress.steps_in_all(hyper, None)
    values: dict[str, object] = {
        "fraction": 1.0,
        "epochs": epochs,
        "epoch": float(epochs) if epochs else None,
    }
    for one in series:
        whole = one.finite()
        if not len(whole):
            continue
        if one.metric == "loss" and one.split == "train":
            values |= {
                "step": whole.steps[-1],
                "steps": whole.steps[-1],
                "train_first": whole.values[0],
                "train_last": whole.values[-1],
            }
        elif one.metric == "loss" and (one.split == "full_valid" or "valid_last" not in values):
            values["valid_last"] = whole.values[-1]
        elif one.metric == "token_accuracy" and one.split == "train":
            values["token_accuracy"] = whole.values[-1]
        elif one.metric == "reward" and one.split == "train":
            ends = {"step": whole.steps[-1], "steps": whole.steps[-1]}
            values |= ends | {"reward_first": whole.values[0], "reward_last": whole.values[-1]}
    return known.model_copy(update=values)
