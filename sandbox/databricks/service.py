"""The stand-in as a whole: the workspace, the panel's switches, and its routes."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.common.ids import Ids
from sandbox.common.pace import Pace
from sandbox.common.turns import Turns
from sandbox.databricks.file_operations import FileOperations
from sandbox.databricks.gateway import Call, Gateway
from sandbox.databricks.identity import Identity, me
from sandbox.databricks.invocations import Invocations
from sandbox.databricks.mlflow import Tracking
from sandbox.databricks.mlflow_operations import MlflowOperations
from sandbox.databricks.model_operations import ModelOperations
from sandbox.databricks.options import DatabricksOptions
from sandbox.databricks.run_life import POOL, RunLife
from sandbox.databricks.run_operations import RunOperations
from sandbox.databricks.serving import Endpoints
from sandbox.databricks.serving_operations import ServingOperations
from sandbox.databricks.serving_request import ServingRequests
from sandbox.databricks.speaking import Speaker
from sandbox.databricks.sql_operations import SqlOperations
from sandbox.databricks.switches import Switches
from sandbox.databricks.unity import Unity
from sandbox.databricks.unity_operations import UnityOperations
from sandbox.databricks.volumes import Volumes
from sandbox.databricks.workspace_tree import WorkspaceTree
from sandbox.training.worker_client import Worker


class DatabricksService:
    """One workspace. State lives in memory, bodies of files on disk; the worker belongs to whoever gave it."""

    def __init__(
        self, app: web.Application, clock: Clock, worker: Worker, options: DatabricksOptions
    ) -> None:
        self.options = options
        self.switches = Switches(speed=options.speed)
        ids = Ids(options.random_seed)
        pace = Pace(lambda: self.switches.speed)
        self.identity = Identity(clock, ids, options)
        self.unity = Unity(clock, ids, self.switches)
        self.tracking = Tracking(clock, ids)
        self._temporary = None if options.directory else tempfile.TemporaryDirectory(prefix="sandbox-dbx-")
        directory = options.directory or Path(self._temporary.name if self._temporary else "")
        self.volumes = Volumes(clock, self.unity, directory)
        self._turns = Turns({POOL: options.runs_at_once}, lambda: False)
        # Lets runs out of PENDING, and has room for all of them.
        self._gate = Turns({POOL: 1 << 30}, lambda: self.switches.hold_pending)
        life = RunLife(
            clock=clock, switches=self.switches, pace=pace, turns=self._turns, gate=self._gate, tracking=self.tracking,
            unity=self.unity, volumes=self.volumes, worker=worker, minimum_batch=options.minimum_batch,
        )  # fmt: skip
        gateway = Gateway(app, ids, self.switches, self.identity)
        app.router.add_get("/.well-known/databricks-config", self.identity.host)
        app.router.add_get("/oidc/.well-known/oauth-authorization-server", self.identity.discovery)
        app.router.add_post("/oidc/v1/token", self.identity.token)
        gateway.add("GET", "/api/2.0/preview/scim/v2/Me", _me)
        FileOperations(gateway, self.volumes)
        UnityOperations(gateway, self.unity)
        ModelOperations(gateway, self.unity)
        MlflowOperations(gateway, self.tracking)
        WorkspaceTree(gateway, self.tracking, options)
        self.runs = RunOperations(
            gateway, clock=clock, ids=ids, options=options, switches=self.switches, unity=self.unity,
            volumes=self.volumes, life=life,
        )  # fmt: skip
        self.endpoints = Endpoints(clock, ids, self.switches, pace)
        ServingOperations(gateway, self.endpoints, ServingRequests(self.unity, ids, options))
        Invocations(gateway, self.endpoints, Speaker(worker))
        SqlOperations(gateway, clock=clock, ids=ids, switches=self.switches, endpoints=self.endpoints)
        gateway.close()
        app.on_cleanup.append(self._close)

    def configure(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Set switches by name (see `Switches`); returns all. Raises UnknownSwitchError, changing nothing."""
        self.switches.configure(changes)
        self._gate.grant()
        return self.switches.as_json()

    def state(self) -> dict[str, Any]:
        """What the panel shows: the switches, the runs, the models and the number of files."""
        return {
            "switches": self.switches.as_json(),
            "files": len(self.volumes),
            "runs": {run.name: run.status for run in self.runs.runs.values()},
            "models": {name: len(model.versions) for name, model in self.unity.models.items()},
            "endpoints": {endpoint.name: endpoint.config_update for endpoint in self.endpoints.all()},
        }

    async def _close(self, _: web.Application) -> None:
        await self.runs.close()
        await self.endpoints.close()
        if self._temporary is not None:
            self._temporary.cleanup()


async def _me(call: Call) -> web.Response:
    return web.json_response(me(call.caller))


def install(
    app: web.Application, *, clock: Clock, worker: Worker, options: DatabricksOptions | None = None
) -> DatabricksService:
    """Mount the workspace at the root: `/api/2.0/…`, `/api/2.1/…`, `/serving-endpoints/…`, `/oidc/…`."""
    return DatabricksService(app, clock, worker, options or DatabricksOptions())
