"""Run history of the region's data plane: why a job failed, when it ran, what it warned of (contract 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from providers.azure_ai.client import WorkspaceClient, part
from providers.azure_ai.envelope import code_of, message_of
from providers.azure_ai.reading import inner, items, moment, text, texts
from providers.base import Failure
from providers.errors import NotFound

MODEL_PROPERTY: Final = "registered_ft_model_name"
"""What the registration writes to the root run (contract 2)."""
CHILDREN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetails:
    """What the history knows of a run; `failure` where it tells an error."""

    status: str = ""
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    failure: Failure | None = None
    warnings: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


class RunHistory:
    """Reads runs; a job's id is its run's."""

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client

    async def details(self, run: str) -> RunDetails | None:
        """GET …/details; None when there is no such run (a job that was made a moment ago)."""
        try:
            value = await self._client.region_get("jobs.events", f"{self._runs(run)}/details", job=run)
        except NotFound as error:
            if error.code not in {"not_found", "endpoint_not_found"}:
                raise
            return None
        return read_details(value)

    async def children(self, run: str) -> Sequence[str]:
        """Ids of the runs below a run: those of a pipeline log on their own (contract 6)."""
        params = {"$top": str(CHILDREN)}
        try:
            value = await self._client.region_get(
                "jobs.events", f"{self._runs(run)}/children", params, job=run
            )
        except NotFound:
            return ()
        return [one for one in (text(row, "runId") for row in items(value, "value")) if one and one != run]

    def _runs(self, run: str) -> str:
        return f"/history/v1.0{self._client.path}/runs/{part(run)}"


def read_details(value: Any) -> RunDetails:
    """The details out of an answer."""
    warnings = [text(one, "message") for one in items(value, "warnings")]
    return RunDetails(
        status=text(value, "status"),
        created_at=moment(text(value, "createdTimeUtc") or text(value, "createdUtc")),
        started_at=moment(text(value, "startTimeUtc")),
        ended_at=moment(text(value, "endTimeUtc")),
        failure=read_failure(inner(value, "error")),
        warnings=tuple(one for one in warnings if one),
        properties=texts(value, "properties"),
    )


def read_failure(error: Mapping[str, Any]) -> Failure | None:
    """The failure of a run: the outer sentence and the inner ones that say more."""
    told = inner(error, "error") or error
    code, message = code_of(told), message_of(told)
    if not code and not message:
        return None
    return Failure(code=code, message=message, param=text(told, "target") or text(error, "componentName"))
