"""The stand-in as a whole: its resources, the panel's switches, and the application that serves it."""

import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from sandbox.azure_openai.errors import resource_not_found
from sandbox.azure_openai.file_operations import FileOperations
from sandbox.azure_openai.gateway import Gateway
from sandbox.azure_openai.grader_operations import GraderOperations
from sandbox.azure_openai.job_operations import JobOperations
from sandbox.azure_openai.model_operations import ModelOperations
from sandbox.azure_openai.options import AzureOptions, Switches
from sandbox.azure_openai.resource import Resource
from sandbox.azure_openai.upload_operations import UploadOperations
from sandbox.clock import Clock
from sandbox.common.entra import Identity
from sandbox.common.ids import Ids
from sandbox.training.worker_client import Worker

if TYPE_CHECKING:
    from sandbox.azure_control.control import Control

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class AzureService:
    """All resources, made when they are first called. State lives in memory, bodies of files on disk."""

    def __init__(self, clock: Clock, options: AzureOptions) -> None:
        self.options = options
        self.switches = Switches(speed=options.speed)
        # The control plane sets both when it is installed; without it nothing is deployed.
        self.deployed: Callable[[str, str], bool] = _nothing_is_deployed
        self.control: Control
        self._clock = clock
        self._ids = Ids(options.random_seed)
        self.identity = Identity(clock, self._ids, options)
        self._worker = Worker()
        self._temporary = None if options.directory else tempfile.TemporaryDirectory(prefix="sandbox-azure-")
        self._directory = options.directory or Path(self._temporary.name if self._temporary else "")
        self._resources: dict[str, Resource] = {}

    def resource(self, name: str) -> Resource:
        """The resource of this name. Raises GatewayError for a name that no resource can have."""
        if name not in self._resources:
            if not _NAME.fullmatch(name):
                raise resource_not_found()
            self._resources[name] = Resource(
                name,
                clock=self._clock,
                ids=self._ids,
                limits=self.options.limits,
                switches=self.switches,
                directory=self._directory / name,
                worker=self._worker,
                deployed=self._is_deployed,
            )
        return self._resources[name]

    def resources(self) -> list[Resource]:
        """The resources that were called so far."""
        return list(self._resources.values())

    def _is_deployed(self, resource: str, model: str) -> bool:
        return self.deployed(resource, model)

    def configure(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Set switches by name (see `Switches`); returns all. Raises UnknownSwitchError, changing nothing."""
        self.control.deployments.settle()
        self.switches.configure(changes)
        for resource in self._resources.values():
            resource.turns.grant()
        return self.switches.as_json()

    def state(self) -> dict[str, Any]:
        """What the panel shows: the switches, and counts per resource."""
        resources = {
            name: {
                "files": len(list(resource.files)),
                "jobs": {job.id: job.status for job in resource.jobs()},
            }
            for name, resource in self._resources.items()
        }
        return {"switches": self.switches.as_json(), "resources": resources}

    def application(self) -> web.Application:
        """The application to mount under `/azure/`; closing it closes the service."""
        app = web.Application()
        gateway = Gateway(app, self._clock, self._ids, self.options, self.identity)
        app.router.add_get("/identity/token", self.identity.token)
        FileOperations(gateway, self.resource)
        UploadOperations(gateway, self.resource)
        JobOperations(gateway, self.resource)
        GraderOperations(gateway, self.resource)
        ModelOperations(gateway, self.resource)
        self._serve_calls(gateway)
        gateway.close()
        app.on_cleanup.append(self._close)
        return app

    def _serve_calls(self, gateway: Gateway) -> None:
        # Here, because calls to deployments are built on this package.
        from sandbox.azure_calls.operations import ChatOperations

        deployments = self.control.deployments
        ChatOperations(gateway, deployments, worker=self._worker, clock=self._clock, ids=self._ids)

    async def _close(self, _: web.Application) -> None:
        for resource in self._resources.values():
            await resource.close()
        await self._worker.close()
        if self._temporary is not None:
            self._temporary.cleanup()


def _nothing_is_deployed(_resource: str, _model: str) -> bool:
    return False


def install(app: web.Application, *, clock: Clock, options: AzureOptions | None = None) -> AzureService:
    """Mount the stand-in: `/azure/{resource}/openai/…`, `/azure/identity/token`, Resource Manager at `/arm/…`."""
    # Here, because the control plane is built on this package.
    from sandbox.azure_control.control import install_control

    service = AzureService(clock, options or AzureOptions())
    service.control = install_control(app, service, clock)
    app.add_subapp("/azure/", service.application())
    return service
