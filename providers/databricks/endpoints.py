"""Reading serving endpoints (contracts/databricks.md section 5).

The list is a summary: the official SDK's `EndpointCoreConfigSummary` names what is served, and has neither its
throughput nor whether it sleeps, nor a configuration that is still coming up. So whatever may serve a model of ours is
read by itself, a few at a time; what turned out to serve something else is read again only once it was changed.
"""

from datetime import datetime
from typing import Final

from providers.databricks.client import WorkspaceClient, path_of
from providers.databricks.serving import entities, is_fine_tuned, may_be_ours
from providers.databricks.serving_wire import WireEndpoint, WireEntity, read
from providers.databricks.together import together
from providers.errors import NotFound, Unauthorised, Unavailable
from providers.mlflow.reading import rows

PATH: Final = "/api/2.0/serving-endpoints"
_Mark = tuple[str | None, datetime | None]


class Endpoints:
    """Serving endpoints of one workspace, with all that is known of those that may serve a model of ours."""

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client
        self._others: dict[str, _Mark] = {}

    async def all(self) -> list[WireEndpoint]:
        """All endpoints; of those that serve something else only the summary."""
        told = await self._client.get("endpoints.list", PATH)
        if "endpoints" not in told and told:
            raise Unavailable("unreadable_answer", {"operation": "endpoints.list"})
        listed = [read(WireEndpoint, one) for one in rows(told.get("endpoints"))]
        names = {one.name for one in listed}
        self._others = {name: mark for name, mark in self._others.items() if name in names}
        return [one for one in await together(self._whole, listed) if one is not None]

    async def one(self, name: str) -> WireEndpoint | None:
        """One endpoint; None only when the workspace says that it has none of this name."""
        try:
            told = await self._client.get("endpoints.get", PATH + path_of(name), what={"deployment": name})
        except NotFound as error:
            if error.code != "not_found":
                raise
            return None
        return read(WireEndpoint, told)

    async def _whole(self, summary: WireEndpoint) -> WireEndpoint | None:
        """A row of the list with its details where they matter; None for one that went meanwhile."""
        name, mark = summary.name, (summary.id, summary.updated)
        settled = summary.state.update != "IN_PROGRESS"
        told = entities(summary) or (WireEntity(),)
        others = self._others.get(name) == mark if name else True
        if name is None or (settled and (others or not any(may_be_ours(one) for one in told))):
            return summary
        try:
            found = await self.one(name)
        except Unauthorised as error:
            if error.code != "privilege_missing":
                raise
            return summary  # listed for us, and its details are somebody else's
        # One that is being changed tells something else soon, and its time of change may stay what it is.
        if (
            found is not None
            and not any(is_fine_tuned(one) for one in entities(found))
            and found.state.update in (None, "NOT_UPDATING")
        ):
            self._others[name] = mark
        else:
            self._others.pop(name, None)
        return found
