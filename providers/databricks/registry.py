"""Registered models of Unity Catalog: which version a run made, and what stands in our schema (contract 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from providers.databricks.client import WorkspaceClient, path_of
from providers.databricks.runs import Tracked
from providers.databricks.settings import DatabricksSettings
from providers.databricks.together import together
from providers.errors import NotFound
from providers.mlflow.reading import moment, number, text

MODELS: Final = "/api/2.1/unity-catalog/models"
READY: Final = "READY"
PAGE: Final = "100"
MODELS_READ: Final = 100
"""Models whose versions are listed, newest first; each is one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a registered model. `model` is `catalog.schema.model`; `run_id` of MLflow, "" = not told."""

    model: str
    number: int
    run_id: str
    ready: bool
    created_at: datetime | None

    @property
    def id(self) -> str:
        """What is deployed: `catalog.schema.model/version`."""
        return f"{self.model}/{self.number}"


class Registry:
    """Reads the registered models of one workspace."""

    def __init__(self, client: WorkspaceClient, settings: DatabricksSettings) -> None:
        self._client = client
        self._settings = settings
        self._made: dict[str, str | None] = {}

    async def versions(self, model: str) -> Sequence[Version]:
        """Versions of a model, newest first; none where there is no such model."""
        path = MODELS + path_of(model) + "/versions"
        try:
            found = await self._client.pages(
                "models.versions", path, "model_versions", {"max_results": PAGE}, {"model": model}
            )
        except NotFound:
            return ()
        read = (_version(model, row) for row in found)
        return sorted((one for one in read if one is not None), key=lambda one: one.number, reverse=True)

    async def made_by(self, name: str, at: Tracked, *, settled: bool = False) -> str | None:
        """What the run `name` registered (`catalog.schema.model/version`); None while it is not there.

        A version is found by the MLflow run; where either side does not tell that, the only version of a model that is
        named after the run is the one. With `settled`, what is not there now never will be, and that is kept, too.
        """
        model = at.model(name)
        if name in self._made or not model:
            return self._made.get(name)
        versions = [one for one in await self.versions(model) if one.ready]
        found = next((one for one in versions if at.run_id and one.run_id == at.run_id), None)
        if found is None and len(versions) == 1 and not (at.run_id and versions[0].run_id):
            found = versions[0] if model.endswith(f".{name}") else None
        if found is not None or settled:
            self._made[name] = found.id if found else None
        return found.id if found else None

    async def all_versions(self) -> Sequence[Version]:
        """Ready versions of the models in our schema."""
        params = {
            "catalog_name": self._settings.catalog,
            "schema_name": self._settings.schema_name,
            "max_results": PAGE,
        }
        found = await self._client.pages("models.list", MODELS, "registered_models", params)
        found = sorted(found, key=lambda row: number(row.get("created_at")) or 0.0, reverse=True)
        names = [_full_name(row) for row in found[:MODELS_READ]]
        listed = await together(self.versions, [name for name in names if name])
        return [one for versions in listed for one in versions if one.ready]


def _full_name(row: Mapping[str, Any]) -> str:
    parts = [text(row.get(name)) for name in ("catalog_name", "schema_name", "name")]
    return text(row.get("full_name")) or (".".join(parts) if all(parts) else "")


def _version(model: str, row: Mapping[str, Any]) -> Version | None:
    version = number(row.get("version"))
    if version is None:
        return None
    status = text(row.get("status"))
    return Version(
        model=model,
        number=int(version),
        run_id=text(row.get("run_id")),
        # Older answers carry no status; a version that is listed can be tried.
        ready=status in {READY, ""},
        created_at=moment(row.get("created_at")),
    )
