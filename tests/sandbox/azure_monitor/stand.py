"""A stand-in seen by somebody with a token for Resource Manager."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx

from sandbox.azure_control.deployments import CallRecord, Deployment
from sandbox.azure_openai import AzureOptions
from tests.sandbox.azure_calls.records import deployment, put
from tests.sandbox.azure_openai.stand import Stand, running

ACCOUNT = (
    "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-ml"
    "/providers/Microsoft.CognitiveServices/accounts/prod-swc"
)
BY_NAME = "ModelDeploymentName eq '*'"


class Monitored:
    """Asks for metrics of one account."""

    def __init__(self, stand: Stand, token: str) -> None:
        self.stand = stand
        self.token = token

    @property
    def now(self) -> datetime:
        return self.stand.clock.now()

    def has(self, name: str, *calls: CallRecord, days: float = 30, **fields: Any) -> Deployment:
        """A deployment of the account with these calls; of a base model, which nobody deletes."""
        fields = {"tuned": False, **fields}
        record = deployment(name, self.now - timedelta(days=days), calls=calls, **fields)
        return put(self.stand.service.control.deployments, record)

    def last(self, **span: float) -> str:
        """The timespan from some time ago until now."""
        return f"{self.now - timedelta(**span):%Y-%m-%dT%H:%M:%SZ}/{self.now:%Y-%m-%dT%H:%M:%SZ}"

    async def ask(
        self, account: str = ACCOUNT, bearer: str = "", /, **parameters: str | None
    ) -> httpx.Response:
        """A query with what a watcher asks for, unless told otherwise; None leaves a parameter out."""
        usual: dict[str, str | None] = {
            "api-version": "2024-02-01",
            "metricnames": "AzureOpenAIRequests",
            "timespan": self.last(days=16),
            "interval": "P1D",
            "aggregation": "Total",
            "$filter": BY_NAME,
        }
        renamed = {"filter": "$filter", "api_version": "api-version"}
        usual |= {renamed.get(name, name): value for name, value in parameters.items()}
        url = f"{self.stand.origin}/arm{account}/providers/Microsoft.Insights/metrics"
        sent = {name: value for name, value in usual.items() if value is not None}
        headers = {"Authorization": f"Bearer {bearer or self.token}"}
        return await self.stand.http.get(url, params=sent, headers=headers)

    async def series(self, **parameters: str | None) -> dict[str, list[dict[str, Any]]]:
        """The points by the values of the split dimensions, of the only metric that is asked for."""
        answer = await self.ask(**parameters)
        assert answer.status_code == 200, answer.text
        found = answer.json()["value"][0]["timeseries"]
        return {
            ",".join(value["value"] for value in one["metadatavalues"]): one.get("data", []) for one in found
        }


async def arm_token(stand: Stand, resource: str = "https://management.azure.com") -> str:
    """A token of the managed identity."""
    answer = await stand.http.get(
        f"{stand.origin}/azure/identity/token",
        params={"api-version": "2019-08-01", "resource": resource},
        headers={"X-IDENTITY-HEADER": "sandbox-identity-header"},
    )
    return str(answer.json()["access_token"])


@asynccontextmanager
async def monitored(switches: Mapping[str, Any] | None = None) -> AsyncIterator[Monitored]:
    """Start a stand-in; metrics are there at once unless the switches say otherwise."""
    async with running(AzureOptions(random_seed=1), {"metric_lag_seconds": 0, **(switches or {})}) as stand:
        yield Monitored(stand, await arm_token(stand))


def total(points: list[dict[str, Any]]) -> float:
    """The sum of a series; a point without a total is none."""
    return float(sum(point.get("total", 0) for point in points))
