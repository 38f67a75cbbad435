"""`GET {account}/providers/Microsoft.Insights/metrics` (contract 3.3), served through Resource Manager's gateway."""

from datetime import timedelta
from typing import Final

from aiohttp import web

from sandbox.azure_control.deployments import Deployments
from sandbox.azure_control.errors import not_authorised
from sandbox.azure_control.gateway import ACCOUNT, ArmCall, ArmGateway
from sandbox.azure_monitor.errors import MonitorError
from sandbox.azure_monitor.metrics import NAMESPACE, Sample, samples
from sandbox.azure_monitor.query import read_query
from sandbox.azure_monitor.series import metric_json
from sandbox.azure_openai.options import Switches
from sandbox.clock import Clock

VERSIONS: Final = ("2018-01-01", "2021-05-01", "2023-10-01", "2024-02-01")
ACTION: Final = "Microsoft.Insights/metrics/read"
RETENTION: Final = timedelta(days=93)


class MetricOperations:
    """Answers from the calls that the deployments of an account got, those that are gone included."""

    def __init__(
        self, gateway: ArmGateway, deployments: Deployments, switches: Switches, clock: Clock
    ) -> None:
        self._deployments = deployments
        self._switches = switches
        self._clock = clock
        gateway.add(
            "GET",
            f"{ACCOUNT}/providers/Microsoft.Insights/metrics",
            self.metrics,
            resource_type="Microsoft.Insights/metrics",
            action=ACTION,
            versions=VERSIONS,
        )

    async def metrics(self, call: ArmCall) -> web.StreamResponse:
        """200, or 400 with a flat body. Raises ArmError (403)."""
        place = call.place
        if not self._switches.metric_rights:
            raise not_authorised(call.who, ACTION, place.id)
        now = self._clock.now()
        try:
            query = read_query(call.request.query, now)
        except MonitorError as error:
            return web.json_response(error.body(), status=error.status)
        seen = self._seen(place.resource, place.account.location)
        value = [metric_json(metric, query, seen, place.id) for metric in query.metrics]
        body = {
            "cost": sum(len(series.get("data", ())) for metric in value for series in metric["timeseries"]),
            "timespan": query.span.text,
            "interval": query.span.interval,
            "value": value,
            "namespace": NAMESPACE,
            "resourceregion": place.account.location,
        }
        if query.metadata_only:
            del body["interval"]
        return web.json_response(body)

    def _seen(self, resource: str, region: str) -> list[Sample]:
        """What has been ingested and is still kept, of the deployments that were here first, first."""
        now = self._clock.now()
        newest, oldest = now - timedelta(seconds=self._switches.metric_lag_seconds), now - RETENTION
        here = self._deployments.of(resource)
        gone = [found for found in self._deployments.gone if found.resource == resource]
        found = samples([*gone, *here], region)
        return [sample for sample in found if oldest <= sample.call.at <= newest]
