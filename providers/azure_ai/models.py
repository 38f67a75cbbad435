"""Models of the workspace: what trainings have registered there (contract 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from providers.azure_ai.client import WorkspaceClient, part
from providers.azure_ai.names import read_own, without_version
from providers.azure_ai.reading import inner, moment, text, texts
from providers.errors import Conflict, NotFound

LOOKED_UP: Final = 50
"""Versions that are asked for in one go: a workspace may hold models of other origin."""
_TUNED: Final = "maas-finetuning"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnModel:
    """The newest version of a model; `base` and `job` are "" where nothing tells them."""

    name: str
    version: str
    base: str = ""
    job: str = ""
    created_at: datetime | None = None


class WorkspaceModels:
    """Reads and deletes the workspace's models. What a version says does not change: it is asked once."""

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client
        self._known: dict[tuple[str, str], OwnModel | None] = {}

    async def tuned(self) -> Sequence[OwnModel]:
        """Models that a pay-as-you-go training has registered."""
        containers = await self._client.items("models", "models.list", f"{self._client.path}/models")
        newest = {
            (text(one, "name"), text(one, "properties", "latestVersion") or "1")
            for one in containers
            if text(one, "name") and inner(one, "properties").get("isArchived") is not True
        }
        for name, version in sorted(newest - self._known.keys())[:LOOKED_UP]:
            self._known[name, version] = await self._version(name, version)
        found = [self._known.get(one) for one in sorted(newest)]
        return [one for one in found if one is not None]

    async def delete(self, model: str) -> None:
        """Delete a version by its id or `name/version`; gone already is fine.

        Raises:
            Conflict: `model_in_use` while an endpoint has it (contract 2).
        """
        own = read_own(model)
        if own is None:
            return
        path = f"{self._client.path}/models/{part(own.name)}/versions/{part(own.version)}"
        try:
            await self._client.answer("models", "models.delete", "DELETE", path, what={"model": own.name})
        except NotFound as error:
            if error.code != "not_found":
                raise
        except Conflict as error:
            raise Conflict("model_in_use", {**error.params, "model": own.name}, error.answer) from error

    async def _version(self, name: str, version: str) -> OwnModel | None:
        path = f"{self._client.path}/models/{part(name)}/versions/{part(version)}"
        try:
            value = await self._client.get("models", "models.get", path, what={"model": name})
        except NotFound:
            return None
        return read_model(name, version, value)


def read_model(name: str, version: str, value: Any) -> OwnModel | None:
    """A version as we see it; None for a model that no pay-as-you-go training has made."""
    notes = {**texts(value, "properties", "tags"), **texts(value, "properties", "properties")}
    told = {key.lower(): one for key, one in notes.items()}
    job = text(value, "properties", "jobName")
    if told.get(_TUNED, "").lower() != "true" and not (job and told.get("basemodelid")):
        return None
    return OwnModel(
        name=name,
        version=version,
        base=without_version(told.get("basemodelid", "")),
        job=job,
        created_at=moment(text(value, "systemData", "createdAt")),
    )


async def delete_model(client: WorkspaceClient, model: str) -> None:
    """`WorkspaceModels.delete` for who has only the client."""
    await WorkspaceModels(client).delete(model)
