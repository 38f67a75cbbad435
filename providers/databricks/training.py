"""The fine-tuning service of one workspace: runs, events, models, and whether it is still there (contract 0, 1)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from providers.base import JobSpec
from providers.calls import SUBMIT
from providers.databricks import queries
from providers.databricks.catalogue import Offered, read_constants
from providers.databricks.client import JsonObject, WorkspaceClient
from providers.databricks.errors import GONE, GRAPHQL
from providers.databricks.settings import DatabricksSettings
from providers.errors import NotFound, ProviderError, Unauthorised, Unsupported
from providers.mlflow.reading import rows, text

NOTICE: Final = "training_removed"
PAGES: Final = 20
"""Pages of a search: two thousand runs since a moment that is minutes ago."""


class RemovedError(Unsupported):
    """The service trains nothing here any more."""


class FineTuning:
    """Asks the GraphQL endpoint, and remembers whether it was there at the last look."""

    def __init__(self, client: WorkspaceClient, settings: DatabricksSettings) -> None:
        self._client = client
        self._settings = settings
        self.gone = False

    async def offered(self) -> Sequence[Offered] | None:
        """Models that can be trained: the cheapest question, and so the probe. None = the service is gone."""
        try:
            answer = await self._ask("finetune.models", queries.MODELS, {}, "getFinetuneConstants")
        except RemovedError:
            return None
        self.gone = False
        return read_constants(rows(_object(answer).get("models")))

    async def create(self, spec: JobSpec, experiments: str) -> JsonObject:
        """Make a run, once. `Unsupported("training_removed")` where nothing is trained any more."""
        what = {"model": spec.model}
        if self.gone:
            raise RemovedError(NOTICE, {"operation": "finetune.create", **what})
        variables = queries.creation(spec, self._settings, experiments)
        return _object(
            await self._ask(
                "finetune.create",
                queries.CREATE,
                variables,
                "createFinetune",
                repeatable=False,
                timeouts=SUBMIT,
                what=what,
            )
        )

    async def page(self, cursor: str | None) -> tuple[Sequence[JsonObject], str | None]:
        """Up to 100 runs, newest first, and the cursor of the next ones. Nothing where the service is gone."""
        return await self._listed(queries.listing(cursor=cursor))

    async def run(self, name: str) -> JsonObject | None:
        """One run; None when it is not there, or the service is not."""
        found, _ = await self._listed(queries.listing(names=[name]))
        return next((row for row in found if text(row.get("name")) == name), None)

    async def since(self, earliest: datetime) -> Sequence[JsonObject]:
        """All runs that were made since then; none where the service is gone."""
        found: list[JsonObject] = []
        cursor: str | None = None
        for _ in range(PAGES):
            page, cursor = await self._listed(queries.listing(cursor=cursor, since=earliest))
            found.extend(page)
            if cursor is None:
                break
        return found

    async def events(self, name: str) -> object:
        """The events of a run as the service sent them; none where the service is gone."""
        variables = {"getFinetuneEventsData": {"name": name}}
        try:
            return await self._ask(
                "finetune.events", queries.EVENTS, variables, "getFinetuneEvents", what={"job": name}
            )
        except RemovedError:
            return []

    async def stop(self, name: str) -> bool:
        """Stop a run; False when it was not active any more. Doing it twice is the same as once.

        `Unsupported("training_removed")` where the service is gone.
        """
        variables = queries.stopping(name)
        stopped = await self._ask(
            "finetune.stop", queries.STOP, variables, "stopFinetunes", what={"job": name}
        )
        return any(text(row.get("name")) == name for row in rows(stopped))

    async def _listed(self, variables: JsonObject) -> tuple[Sequence[JsonObject], str | None]:
        try:
            answer = _object(
                await self._ask("finetune.list", queries.LIST, variables, "getFinetunesPaginated")
            )
        except RemovedError:
            return (), None
        more = answer.get("hasNextPage") is True
        return rows(answer.get("finetunes")), (text(answer.get("cursor")) or None) if more else None

    async def _ask(
        self, operation: str, query: str, variables: JsonObject, function: str, **options: Any
    ) -> object:
        """One operation. Raises RemovedError when its refusal means that the service is not there any more."""
        try:
            return await self._client.graphql(operation, query, variables, function=function, **options)
        except (NotFound, Unsupported, Unauthorised) as error:
            if not await self._tells_the_end(error, operation):
                raise
            self.gone = True
            what = options.get("what") or {}
            raise RemovedError(NOTICE, {"operation": operation, **what}, error.answer) from error

    async def _tells_the_end(self, error: ProviderError, operation: str) -> bool:
        """Whether a refusal is about the service and not about what was asked for (contract 0: 404 or 403).

        It is when the endpoint is unknown or switched off; when its most harmless question is refused; and when the
        endpoint refuses us as a whole although the same token is taken elsewhere.
        """
        if error.code in GONE:
            return True
        if error.answer.code.startswith(GRAPHQL):
            return operation == "finetune.models" and error.answer.status in {403, 404}
        return error.code == "privilege_missing" and bool(await self._client.me())


def _object(answer: object) -> JsonObject:
    return answer if isinstance(answer, Mapping) else {}
