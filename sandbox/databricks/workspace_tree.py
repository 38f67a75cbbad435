"""The folders of the workspace, where experiments lie (contract 1: the package's look at the experiment)."""

from typing import Any

from aiohttp import web

from sandbox.databricks.errors import ApiError, invalid
from sandbox.databricks.gateway import Call, Gateway
from sandbox.databricks.mlflow import Tracking
from sandbox.databricks.options import DatabricksOptions


class WorkspaceTree:
    """Registers the looks at a path, and the making of folders."""

    def __init__(self, gateway: Gateway, tracking: Tracking, options: DatabricksOptions) -> None:
        self._tracking = tracking
        homes = (options.user, options.client_id)
        self.folders = ["/", "/Shared", "/Users", *(f"/Users/{name}" for name in homes)]
        gateway.add("GET", "/api/2.0/workspace/get-status", self._status)
        gateway.add("POST", "/api/2.0/workspace/mkdirs", self._make)

    async def _status(self, call: Call) -> web.Response:
        path = call.asked("path")
        if not path.startswith("/"):
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Path ({path}) must be absolute.")
        found = self._found(path)
        if found is None:
            raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Path ({path}) doesn't exist.")
        return web.json_response(found)

    async def _make(self, call: Call) -> web.Response:
        path = (await call.body()).get("path")
        if not isinstance(path, str) or not path.startswith("/"):
            raise invalid("path must be absolute.")
        parts = path.strip("/").split("/")
        made = ["/" + "/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        self.folders += [folder for folder in made if folder not in self.folders]
        return web.json_response({})

    def _found(self, path: str) -> dict[str, Any] | None:
        if path in self.folders:
            return {"object_type": "DIRECTORY", "path": path, "object_id": 1 + self.folders.index(path)}
        experiment = self._tracking.experiment_at(path)
        if experiment is None:
            return None
        return {"object_type": "MLFLOW_EXPERIMENT", "path": path, "object_id": int(experiment.id)}
