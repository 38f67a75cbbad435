"""From rows to what the surface is told about a job. Reads only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.facts.jobs import (
    ENDED,
    CheckpointFacts,
    DataRef,
    FailureFacts,
    JobFacts,
    Money,
    Progress,
    ReadingFacts,
)
from bot.ids import dataset_name, job_name, request_name
from bot.naming import base_name
from bot.store import connections, datasets, jobs, records, requests
from bot.store.jobs import Job
from bot.training.progress import by_clock
from providers.base import Failure, Provider

PAUSABLE, RESUMABLE = ("running",), ("paused",)
CANCELLABLE = ("waiting", "pending", "running", "pausing", "paused", "resuming")


def job_facts(
    connection: Connection, job: Job, settings: Settings, providers: Mapping[str, Provider], *, now: datetime
) -> JobFacts:
    """Everything that any surface shows of a job."""
    train, valid = (_data(connection, number) for number in (job.train, job.valid))
    progress = Progress.model_validate(job.progress)
    if job.state == "running":
        progress = by_clock(progress, job.state_at, job.eta, now)
    configured = next((one for one in settings.connections if one.name == job.connection), None)
    provider = providers.get(job.connection)
    like = jobs.get(connection, job.like_job) if job.like_job else None
    compare = _compare(connection, job, like, progress.step)
    portal = configured.portal_url if configured else None
    return JobFacts(
        id=job.label,
        name=job.suffix or base_name(job.model_short),
        state=job.state,
        raw_state=job.raw_state,
        connection=job.connection,
        region=configured.region if configured else "",
        provider=configured.provider if configured else "",
        requester=job.requester,
        model=job.model_short,
        training_type=_label(provider, job.training_type),
        method=job.method,
        holds_back=valid is None and provider is not None and provider.capabilities.holds_back,
        train=train or DataRef(id="", name=""),
        valid=valid,
        hyperparameters=dict((job.remote or {}).get("hyperparameters") or job.hyper),
        seed=job.seed,
        suffix=job.suffix,
        created_at=job.created_at,
        submitted_at=job.submitted_at,
        finished_at=job.finished_at,
        eta=job.eta,
        progress=progress,
        estimate=Money.model_validate(job.estimate) if job.estimate else None,
        cost=billed(job),
        tokens=job.tokens,
        tokens_billed=job.tokens_billed,
        result_model=job.result_model,
        failure=failure_facts(job, provider),
        reading=ReadingFacts.model_validate(job.reading) if job.reading else None,
        checkpoints=tuple(_checkpoint(row) for row in records.checkpoints(connection, job.id)),
        can=_can(job, provider),
        like=job_name(job.like_job) if job.like_job else None,
        compare=compare[:2] if compare else None,
        compare_here=bool(compare and compare[2]),
        remote_id=job.remote_id,
        portal_url=_page(job, portal),
        muted=job.muted,
        waits=_waits(connection, job),
        waits_until=_until(job),
        bought=_bought(connection, job),
        labels=_labels(connection, job),
        request=request_name(int(job.asked["request"])) if job.asked.get("request") else None,
        pending_alert_hours=max(1, round(settings.limits.pending_alert_hours)),
        sparse=provider is not None and provider.capabilities.sparse_points,
        updated_at=job.updated_at,
    )


def _page(job: Job, pattern: str | None) -> str:
    """The service's own page about a job: by the configured pattern, else as the service told it."""
    if pattern and job.remote_id:
        return pattern.replace("{job}", job.remote_id)
    return str((job.remote or {}).get("url", ""))


def failure_facts(job: Job, provider: Provider | None) -> FailureFacts | None:
    """Why a job ended badly, sorted out by its provider; the service's own words as they were stored."""
    if not job.failure:
        return None
    kept = job.failure
    if provider is None or kept.get("kind"):
        return FailureFacts(
            kind=kept.get("kind", "unknown"),
            text=kept.get("message", ""),
            code=kept.get("code", ""),
            request_id=kept.get("request_id", ""),
            tokens_billed=job.tokens_billed,
            params=dict(kept.get("params") or {}),
            grants=tuple(kept.get("grants") or ()),
        )
    explained = provider.explain(
        Failure(code=kept.get("code", ""), message=kept.get("message", ""), param=kept.get("param", ""))
    )
    return FailureFacts(
        kind=kept.get("reason", "unknown") if explained.kind == "unknown" else explained.kind,
        categories=explained.categories,
        text=explained.text,
        code=kept.get("code", ""),
        charged=explained.charged,
        tokens_billed=job.tokens_billed,
        request_id=kept.get("request_id", ""),
        params=dict(explained.params),
    )


Waits = Literal[
    "", "data", "service", "answer", "approval", "purchase", "hours", "batches", "price", "tokens"
]
_WHY: Mapping[str, Waits] = {
    "purchase": "purchase",
    "hours": "hours",
    "batches": "batches",
    "price": "price",
    "tokens": "tokens",
}


def _waits(connection: Connection, job: Job) -> Waits:
    """What a job waits for that is not at the service yet (`bot.training.submit` notes `service` and `answer`)."""
    if job.state == "submitting":
        return "answer" if job.asked.get("waits") == "answer" else ""
    if job.state != "waiting":
        return ""
    request = requests.get(connection, int(job.asked.get("request", 0)))
    if request is not None and not request.decided:
        return _WHY.get(str((request.spec or {}).get("why")), "approval")
    copies = [datasets.copy_at(connection, one, job.connection) for one in (job.train, job.valid) if one]
    if any(copy is None or copy.state != "processed" for copy in copies):
        return "data"
    return "service" if job.asked.get("waits") == "service" else ""


def _bought(connection: Connection, job: Job) -> str:
    """What `bot.training.needs` brought about after people approved that it is bought."""
    if "needs_met" not in job.asked or "needs_sent" not in job.asked:
        return ""
    request = requests.get(connection, int(job.asked.get("request", 0)))
    return str((request.spec or {}).get("purchase", "")) if request is not None else ""


def _labels(connection: Connection, job: Job) -> dict[str, str]:
    model = connections.model(connection, job.connection, job.base_model)
    return {one.name: one.label for one in model.hyperparameters} if model is not None else {}


def _until(job: Job) -> datetime | None:
    until = job.asked.get("waits_until")
    return datetime.fromisoformat(until) if until else None


def _data(connection: Connection, number: int | None) -> DataRef | None:
    if number is None:
        return None
    found = datasets.get(connection, number)
    if found is None:
        return None
    return DataRef(id=dataset_name(found.id), name=found.name, examples=found.examples)


def _label(provider: Provider | None, training_type: str | None) -> str | None:
    if provider is None or training_type is None:
        return training_type
    known = {one.id: one.label for one in provider.capabilities.training_types}
    return known.get(training_type, training_type)


def _can(job: Job, provider: Provider | None) -> tuple[str, ...]:
    able = ["train_like"]
    if provider is not None:
        if provider.capabilities.pause and job.state in PAUSABLE:
            able.append("pause")
        if provider.capabilities.pause and job.state in RESUMABLE:
            able.append("resume")
        if provider.capabilities.cancel and job.state in CANCELLABLE:
            able.append("cancel")
    if job.state == "succeeded":
        able.append("results")
    if job.state == "uncertain":
        able.append("answer")
    return tuple(able)


def billed(job: Job) -> Money | None:
    """What was billed, at the price that the estimate used."""
    if not job.estimate or job.tokens_billed is None or "per_million" not in (job.remote or {}):
        return None
    estimate = Money.model_validate(job.estimate)
    amount = job.tokens_billed / 1_000_000 * float((job.remote or {})["per_million"])
    return estimate.model_copy(update={"low": amount, "high": amount})


def _compare(
    connection: Connection, job: Job, like: Job | None, step: int | None
) -> tuple[str, float, bool] | None:
    """(job, its validation loss, whether that is at the same step): at its end once this one has ended, too."""
    if like is None:
        return None
    if job.state not in ENDED and step is not None:
        here = _valid_loss_at(connection, like, step)
        if here is not None:
            return like.label, here, True
    loss = Progress.model_validate(like.progress).valid_last
    return (like.label, loss, False) if loss is not None else None


def _valid_loss_at(connection: Connection, job: Job, step: int) -> float | None:
    """The last validation loss up to a step; None when none was measured, or the job ended before that step."""
    for row in records.series(connection, job.id):
        if (row["metric"], row["split"]) == ("loss", "valid"):
            measured = list(zip(row["points"]["steps"], row["points"]["values"], strict=True))
            until = [value for at, value in measured if at <= step and value is not None]
            return float(until[-1]) if until and measured[-1][0] >= step else None
    return None


def _checkpoint(row: Mapping[str, Any]) -> CheckpointFacts:
    metrics = row["metrics"]
    return CheckpointFacts(
        id=row["remote_id"],
        step=row["step"],
        epoch=row["epoch"],
        model=row["model"],
        deployable=row["deployable"],
        train_loss=metrics.get("train_loss"),
        valid_loss=metrics.get("valid_loss"),
        full_valid_loss=metrics.get("full_valid_loss"),
    )
