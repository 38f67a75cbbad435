"""The control plane as a whole, and its application under `/arm`."""

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.azure_control.account_operations import AccountOperations
from sandbox.azure_control.accounts import Accounts
from sandbox.azure_control.deployment_operations import DeploymentOperations
from sandbox.azure_control.deployments import Deployments
from sandbox.azure_control.gateway import ArmGateway
from sandbox.azure_control.quota import Quota
from sandbox.azure_control.throttle import Throttle
from sandbox.azure_control.writes import Writes
from sandbox.azure_monitor.operations import MetricOperations
from sandbox.clock import Clock
from sandbox.common.ids import Ids

if TYPE_CHECKING:
    from sandbox.azure_openai.service import AzureService


class Control:
    """Accounts and their deployments; `gateway` is where further operations of Resource Manager are added."""

    def __init__(self, service: "AzureService", clock: Clock) -> None:
        options, switches = service.options, service.switches
        # Ids of its own: what the control plane makes must not change those of the data plane in a seeded run.
        ids = Ids(None if options.random_seed is None else options.random_seed + 1)
        self.accounts = Accounts(options.accounts)
        self.deployments = Deployments(clock, switches)
        self.quota = Quota(self.accounts, self.deployments, options.quota)
        self.writes = Writes(
            clock=clock,
            ids=ids,
            options=options,
            switches=switches,
            accounts=self.accounts,
            deployments=self.deployments,
            quota=self.quota,
            find_model=lambda resource, model: service.resource(resource).models.source(model),
        )
        self.gateway = ArmGateway(
            clock=clock,
            ids=ids,
            identity=service.identity,
            accounts=self.accounts,
            switches=switches,
            throttle=Throttle(clock, options.arm_limits, switches),
        )
        MetricOperations(self.gateway, self.deployments, switches, clock)
        DeploymentOperations(self.gateway, options, switches, self.deployments, self.writes)
        AccountOperations(
            self.gateway,
            clock=clock,
            options=options,
            switches=switches,
            accounts=self.accounts,
            quota=self.quota,
        )

    def application(self) -> web.Application:
        """The application to mount under `/arm/`."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.gateway.handle)
        return app


def install_control(app: web.Application, service: "AzureService", clock: Clock) -> Control:
    """Mount Resource Manager under `/arm/`, and let the data plane know what is deployed."""
    control = Control(service, clock)
    service.deployed = control.deployments.is_deployed
    app.add_subapp("/arm/", control.application())
    return control
