"""What a training in a workspace needs before it is sent (contract 1, "Package's pre-checks", 3, 6, 8).

The official package looks at the same things before it creates a run. Nothing is changed by looking, and what cannot
be read is `unknown`: the training is tried, and the service decides.
"""

import logging
import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from providers.base import JobSpec
from providers.calls import Call
from providers.databricks.client import WorkspaceClient, path_of, volume_path
from providers.databricks.preflight import (
    PRETRAINING,
    TEXT,
    Privilege,
    Weights,
    checked_data,
    checked_length,
    in_volumes,
    privileges,
    volume_of,
    weights_of,
)
from providers.databricks.rights import CATALOG, Grants, grant_line, quoted
from providers.databricks.settings import DatabricksSettings
from providers.describing import Model
from providers.errors import NotFound, ProviderError, Unauthorised, Unsupported
from providers.hosting import Operation, OperationState
from providers.mlflow.reading import text
from providers.requirements import Requirement, RequirementState

LOG = logging.getLogger(__name__)
FILES: Final = "/api/2.0/fs/files"
DIRECTORIES: Final = "/api/2.0/fs/directories"
STATUS: Final = "/api/2.0/workspace/get-status"
_NOT_TOLD: Final = frozenset(
    {"privilege_missing", "endpoint_not_found", "feature_disabled", "operation_unsupported"}
)
Gone = Callable[[], Awaitable[bool | None]]
"""Whether the workspace does not train (any more); None = that is not known now."""
Models = Callable[[], Awaitable[Sequence[Model]]]
"""The models as they were read last."""


class WorkspaceRequirements:
    """Looks at one workspace."""

    def __init__(
        self, client: WorkspaceClient, settings: DatabricksSettings, *, models: Models, gone: Gone
    ) -> None:
        self._client = client
        self._settings = settings
        self._models = models
        self._gone = gone

    async def check(self, model: str, spec: JobSpec | None = None) -> Sequence[Requirement]:
        """Everything that training needs here; `model` counts with a `spec` only: rights do not depend on it.

        Where the product is gone nothing else is looked at. Whoever lacks several privileges is told all the lines that
        grant them with each, so that they are asked for once.
        """
        if await self._gone():
            return (Requirement(id="training_removed", state="blocked", what=model),)
        found = [await self._volume(), *await self._privileges(), await self._experiments()]
        if spec is not None:
            found += await self._order(spec)
        return found

    async def standing(self) -> Sequence[Requirement]:
        """Product, volume, privileges and folder: none of them depends on the model."""
        return await self.check("")

    async def fulfil(
        self,
        requirement: Requirement,
        model: str,
        tags: Mapping[str, str],  # noqa: ARG002 - of the protocol
    ) -> Operation:
        """Nothing: rights and paths are given by who administers the workspace."""
        raise Unsupported("requirement_not_fulfillable", {"requirement": requirement.id, "model": model})

    async def progress(self, operation: Operation) -> OperationState:
        """Nothing is ever under way."""
        raise Unsupported("requirement_not_fulfillable", {"requirement": operation.name})

    async def _order(self, spec: JobSpec) -> list[Requirement]:
        found = [
            await self._owner(spec),
            checked_length(spec, await self._models()),
            await self._weights(spec),
        ]
        data = list(checked_data(spec))
        if all(one.state == "met" for one in data):
            data += [await self._data(path, spec.method) for path in in_volumes(spec)]
        return [one for one in found if one is not None] + data

    async def _volume(self) -> Requirement:
        path = "/".join(self._settings.volume.split("/")[:5])
        name = ".".join(quoted(part) for part in volume_of(self._settings).name.split("."))
        state = await self._present("HEAD", volume_path(DIRECTORIES, path))
        grants = (f"CREATE VOLUME {name};",) if state == "missing" else ()
        return Requirement(id="volume", state=state, what=path, grants=grants)

    async def _privileges(self) -> list[Requirement]:
        grants, principal = Grants(self._client), await self._client.me()
        needs = privileges(self._settings)
        held = {need: await grants.holds(need.privilege, need.on) for need in needs}
        lines = {
            need: grant_line(need.privilege, need.on, principal) for need in needs if held[need] is False
        }
        return [self._privilege(need, held[need], lines, principal) for need in needs]

    @staticmethod
    def _privilege(
        need: Privilege, held: bool | None, lines: Mapping[Privilege, str], principal: str
    ) -> Requirement:
        state: RequirementState = "unknown" if held is None else "met" if held else "missing"
        grants: tuple[str, ...] = ()
        if need in lines:
            grants = (lines[need], *(line for one, line in lines.items() if one != need))
        params = {"privilege": need.privilege, "principal": principal}
        return Requirement(id=need.id, state=state, what=need.on.name, grants=grants, params=params)

    async def _experiments(self) -> Requirement:
        """The folder that the run's experiment is made in; everybody's own is always there."""
        folder = self._settings.experiment_folder
        if folder is None:
            return Requirement(id="experiment_folder", state="met", what=f"/Users/{await self._client.me()}")
        try:
            told = await self._client.get("preflight.folder", STATUS, {"path": folder})
        except (NotFound, Unauthorised, Unsupported) as error:
            state = _state_of(error)
            grants = (f"databricks workspace mkdirs {shlex.quote(folder)}",) if state == "missing" else ()
            return Requirement(id="experiment_folder", state=state, what=folder, grants=grants)
        kind = text(told.get("object_type"))
        return Requirement(
            id="experiment_folder", state="met" if kind in {"", "DIRECTORY"} else "blocked", what=folder
        )

    async def _owner(self, spec: JobSpec) -> Requirement | None:
        """Only its owner adds a version to a model that is there; None for a model that will be new."""
        if not spec.suffix:
            return None
        name = f"{self._settings.register_to}.{spec.suffix}"
        params = {"model": name, "principal": await self._client.me()}
        try:
            told = await self._client.get("preflight.model", f"{CATALOG}/models" + path_of(name))
        except NotFound:
            return None
        except (Unauthorised, Unsupported) as error:
            return Requirement(id="model_owner", state=_state_of(error), what=name, params=params)
        owner, me = text(told.get("owner")), params["principal"]
        if owner.lower() == me.lower() or not owner:
            return Requirement(
                id="model_owner", state="met" if owner else "unknown", what=name, params=params
            )
        model = ".".join(quoted(part) for part in name.split("."))
        return Requirement(
            id="model_owner",
            state="missing",
            what=name,
            grants=(f"ALTER MODEL {model} OWNER TO {quoted(me)};",),
            params={**params, "owner": owner},
        )

    async def _weights(self, spec: JobSpec) -> Requirement | None:
        found = weights_of(spec)
        if not isinstance(found, Weights):
            return found
        what = f"{found.run}/{found.path}"
        try:
            artifacts = await self._client.mlflow.artifacts(found.run, found.folder)
        except (NotFound, Unauthorised, Unsupported) as error:
            return Requirement(id="custom_weights", state=_state_of(error), what=what)
        there = found.is_there([one.path for one in artifacts])
        return Requirement(id="custom_weights", state="met" if there else "missing", what=what)

    async def _data(self, path: str, method: str) -> Requirement:
        """The file that is trained on is there; for pretraining, the folder holds text."""
        if method != PRETRAINING:
            return Requirement(
                id="data_file", state=await self._present("HEAD", volume_path(FILES, path)), what=path
            )
        try:
            entries = await self._client.pages("preflight.list", volume_path(DIRECTORIES, path), "contents")
        except (NotFound, Unauthorised, Unsupported) as error:
            return Requirement(id="data_folder", state=_state_of(error), what=path)
        texts = [
            one for one in entries if text(one.get("path")).endswith(TEXT) and not one.get("is_directory")
        ]
        return Requirement(id="data_folder", state="met" if texts else "missing", what=path)

    async def _present(self, method: str, path: str) -> RequirementState:
        try:
            await self._client.answer(
                Call(operation="preflight.look", method=method, path=path, repeatable=True)
            )
        except (NotFound, Unauthorised, Unsupported) as error:
            return _state_of(error)
        return "met"


def _state_of(error: ProviderError) -> RequirementState:
    """Not there, or not told to us. Raises what is neither: a credential or network that is refused."""
    if isinstance(error, NotFound) and error.code == "not_found":
        return "missing"
    if error.code not in _NOT_TOLD:
        raise error
    LOG.info("not told: %s", error)
    return "unknown"
