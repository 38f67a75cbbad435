"""The stand-in as a whole: its workspaces, the panel's switches, and the applications that serve it."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from aiohttp import web

from sandbox.azure_blob import Blobs
from sandbox.azure_ml.asset_operations import AssetOperations
from sandbox.azure_ml.datastore_operations import DatastoreOperations
from sandbox.azure_ml.endpoint_operations import EndpointOperations
from sandbox.azure_ml.gateway import MlGateway
from sandbox.azure_ml.inference import Inference
from sandbox.azure_ml.job_life import JobLife
from sandbox.azure_ml.job_operations import JobOperations
from sandbox.azure_ml.long_running import Operations
from sandbox.azure_ml.marketplace_operations import MarketplaceOperations
from sandbox.azure_ml.options import MlOptions, Switches
from sandbox.azure_ml.region_api import RegionApi
from sandbox.azure_ml.registry_api import RegistryApi
from sandbox.azure_ml.stamps import Stamps
from sandbox.azure_ml.vault import Vaults
from sandbox.azure_ml.workspace import Workspaces
from sandbox.azure_ml.workspace_operations import WorkspaceOperations
from sandbox.clock import Clock
from sandbox.common.entra import Identity
from sandbox.common.ids import Ids
from sandbox.training.worker_client import Worker


class MlService:
    """All workspaces. State lives in memory; what is uploaded is in the blob store."""

    def __init__(
        self, *, clock: Clock, identity: Identity, blobs: Blobs, worker: Worker, options: MlOptions
    ) -> None:
        self.options = options
        self.switches = Switches(speed=options.speed)
        now = clock.now()
        self.workspaces = Workspaces(options.workspaces, Stamps(now, now))
        self.blobs = blobs
        self._clock = clock
        self._tasks: set[asyncio.Task[Any]] = set()
        ids = Ids(options.random_seed)
        switches, workspaces = self.switches, self.workspaces
        for one in options.workspaces:
            blobs.add_account(one.storage_account)
            blobs.add_container(one.storage_account, one.container)
        gateway = MlGateway(clock=clock, ids=ids, identity=identity, workspaces=workspaces, switches=switches)
        self._gateway = gateway
        operations = Operations(gateway, clock, ids)
        self._life = JobLife(clock=clock, switches=switches, blobs=blobs, worker=worker)
        WorkspaceOperations(gateway, switches)
        DatastoreOperations(gateway, blobs, options, clock)
        AssetOperations(gateway, options, clock)
        MarketplaceOperations(
            gateway, operations, options=options, switches=switches, clock=clock, workspaces=workspaces
        )
        EndpointOperations(
            gateway,
            operations,
            options=options,
            switches=switches,
            clock=clock,
            ids=ids,
            workspaces=workspaces,
        )
        JobOperations(
            gateway,
            operations,
            self._life,
            options=options,
            switches=switches,
            clock=clock,
            spawn=self.spawn,
        )
        self._region = RegionApi(workspaces, identity=identity, switches=switches, clock=clock)
        self._registries = RegistryApi(identity, switches)
        self._inference = Inference(
            workspaces, options=options, switches=switches, clock=clock, ids=ids, worker=worker
        )
        self._vaults = Vaults(
            [one.key_vault for one in options.workspaces], identity=identity, switches=switches, clock=clock
        )

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def configure(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Set switches by name (see `Switches`); returns all. Raises UnknownSwitchError, changing nothing."""
        self.switches.configure(changes)
        return self.switches.as_json()

    def state(self) -> dict[str, Any]:
        """What the panel shows: the switches, and what is in each workspace."""
        now = self._clock.now()
        workspaces = {}
        for workspace in self.workspaces:
            workspace.settle(now)
            workspaces[workspace.facts.name] = {
                "jobs": {job.id: job.status for job in workspace.jobs.values()},
                "models": [f"{name}:{version}" for name, version in workspace.models],
                "endpoints": {one.name: len(one.calls) for one in workspace.endpoints.values()},
                "subscriptions": [one.model.name for one in workspace.subscriptions.values()],
            }
        return {"switches": self.switches.as_json(), "workspaces": workspaces}

    def application(self) -> web.Application:
        """The application to mount under `/ml/`; closing it ends the jobs."""
        app = web.Application()
        app.router.add_route("*", "/arm/{path:.*}", self._gateway.handle)
        self._region.add_routes(app)
        self._registries.add_routes(app)
        self._inference.add_routes(app)
        self._vaults.add_routes(app)
        app.on_cleanup.append(self._close)
        return app

    async def _close(self, _: web.Application) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def install(
    app: web.Application,
    *,
    clock: Clock,
    identity: Identity,
    blobs: Blobs,
    worker: Worker,
    options: MlOptions | None = None,
) -> MlService:
    """Mount the stand-in under `/ml/` (paths: `sandbox/README.md`); its storage accounts are made in `blobs`."""
    service = MlService(
        clock=clock, identity=identity, blobs=blobs, worker=worker, options=options or MlOptions()
    )
    app.add_subapp("/ml/", service.application())
    return service
