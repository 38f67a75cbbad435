"""How an observation of the service changes a job. Pure: plain values in, a typed step out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.store.jobs import Job
from providers.base import TERMINAL, RemoteJob

SLOWEST_ANSWER = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to write, and whether the state moved.

    Attributes:
        values: columns of `job`; empty when nothing changed.
        moved: (before, after) when the state changed.
        ended: whether it ended with this step.
    """

    values: dict[str, Any] = field(default_factory=dict)
    moved: tuple[str, str] | None = None
    ended: bool = False


def advance(job: Job, remote: RemoteJob, *, asked_at: datetime) -> Step:
    """The step from what we know to what the service said when it was asked at `asked_at`.

    A job that ended stays as it ended. An observation that was asked for before the last change of state is older
    than what we know, so it changes nothing: a slow poll never undoes a cancel. One that seems older by more than any
    request takes was asked by a clock that has been set back since: it counts, or the job would stand still.
    """
    if job.ended or timedelta(0) < job.state_at - asked_at <= SLOWEST_ANSWER:
        return Step()
    values: dict[str, Any] = {}
    if remote.raw_state != job.raw_state:
        values["raw_state"] = remote.raw_state
    if remote.state != job.state:
        values["state"] = remote.state
        values["state_at"] = asked_at
    eta = None if remote.state in TERMINAL else remote.estimated_finish
    if eta != job.eta:
        values["eta"] = eta
    if remote.result_model and remote.result_model != job.result_model:
        values["result_model"] = remote.result_model
    if remote.trained_tokens is not None and remote.trained_tokens != job.tokens:
        values["tokens"] = remote.trained_tokens
    if remote.hyperparameters and dict(remote.hyperparameters) != dict(
        (job.remote or {}).get("hyperparameters", {})
    ):
        values["remote"] = {
            **(job.remote or {}),
            "hyperparameters": dict(remote.hyperparameters),
            "result_files": list(remote.result_files),
        }
    if remote.url and remote.url != (job.remote or {}).get("url"):
        values["remote"] = {**values.get("remote", job.remote or {}), "url": remote.url}
    ended = remote.state in TERMINAL
    if ended:
        values["finished_at"] = remote.finished_at or asked_at
        values["remote"] = {
            **values.get("remote", job.remote or {}),
            "result_files": list(remote.result_files),
        }
        if remote.failure is not None:
            # The service forgets the categories of a refusal: they are kept when first seen (contract 5.2).
            values["failure"] = {
                "code": remote.failure.code,
                "message": remote.failure.message,
                "param": remote.failure.param,
            }
    moved = (job.state, remote.state) if remote.state != job.state else None
    return Step(values=values, moved=moved, ended=ended and moved is not None)
