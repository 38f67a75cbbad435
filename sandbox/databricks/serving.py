"""Serving endpoints and their life: being made, ready, asleep, waking, changed (contract 5)."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sandbox.clock import Clock
from sandbox.common.ids import Ids
from sandbox.common.pace import Pace
from sandbox.databricks.errors import ApiError, conflict, exists
from sandbox.databricks.switches import Switches
from sandbox.databricks.unity import Version


@dataclass(slots=True)
class Served:
    """A served model version; throughput in tokens per second."""

    name: str
    entity: str
    version: Version
    minimum: int
    maximum: int
    scale_to_zero: bool
    id: str
    creator: str
    created_at: int
    deployment: str = "DEPLOYMENT_CREATING"
    message: str = "Creating resources for served entity."


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One call that reached an endpoint with usage tracking."""

    at: datetime
    served: Served
    requester: str
    status: int
    input_tokens: int
    output_tokens: int
    request_id: str


@dataclass(slots=True)
class Config:
    """What an endpoint serves, and how calls are shared out (per cent by name of the served entity)."""

    served: list[Served]
    routes: dict[str, int]
    version: int


@dataclass(slots=True)
class Endpoint:
    """An endpoint. `config` is None until it was ready once; `pending` is what it is changing to."""

    id: str
    name: str
    creator: str
    created_at: datetime
    updated_at: datetime
    pending: Config | None
    config: Config | None = None
    tags: dict[str, str] = field(default_factory=dict)
    usage_tracking: bool = False
    config_update: str = "IN_PROGRESS"
    touched_at: datetime | None = None
    deleted_at: datetime | None = None
    calls: deque[datetime] = field(default_factory=lambda: deque(maxlen=10_000))
    change: asyncio.Task[None] | None = None
    wake: asyncio.Task[None] | None = None


class Endpoints:
    """All endpoints of the workspace, and what was called."""

    def __init__(self, clock: Clock, ids: Ids, switches: Switches, pace: Pace) -> None:
        self._clock = clock
        self._ids = ids
        self._switches = switches
        self._pace = pace
        self._held: dict[str, Endpoint] = {}
        self.ever: list[Endpoint] = []
        self.usage: list[UsageRecord] = []

    def all(self) -> list[Endpoint]:
        """The endpoints that exist, in the order of their creation."""
        return list(self._held.values())

    def get(self, name: str) -> Endpoint:
        """An endpoint by its name. Raises ApiError."""
        found = self._held.get(name)
        if found is None:
            raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Endpoint with name '{name}' does not exist.")
        return found

    def by_id(self, identity: str) -> Endpoint:
        """An endpoint by its id. Raises ApiError."""
        for found in self._held.values():
            if found.id == identity:
                return found
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Endpoint with id '{identity}' does not exist.")

    def create(
        self, name: str, creator: str, config: Config, tags: Mapping[str, str], *, tracked: bool
    ) -> Endpoint:
        """Begin to make an endpoint. Raises ApiError when the name is taken."""
        if name in self._held:
            raise exists("Endpoint", name)
        now = self._clock.now()
        made = Endpoint(
            self._ids.hex(), name, creator, now, now, config, tags=dict(tags), usage_tracking=tracked
        )
        self._held[name] = made
        self.ever.append(made)
        made.change = asyncio.create_task(self._deploy(made))
        return made

    def update(self, endpoint: Endpoint, config: Config) -> None:
        """Begin to change an endpoint. Raises ApiError while another change is under way."""
        if endpoint.config_update == "IN_PROGRESS":
            raise conflict(
                "Endpoint is currently being updated; only one update can be in progress at a time."
            )
        endpoint.pending, endpoint.config_update = config, "IN_PROGRESS"
        endpoint.updated_at = self._clock.now()
        endpoint.change = asyncio.create_task(self._deploy(endpoint))

    def delete(self, name: str) -> None:
        """Remove an endpoint at once. Raises ApiError."""
        endpoint = self.get(name)
        for task in (endpoint.change, endpoint.wake):
            if task is not None:
                task.cancel()
        endpoint.deleted_at = self._clock.now()
        del self._held[name]

    def is_asleep(self, endpoint: Endpoint) -> bool:
        """Whether it is scaled to zero: nobody called it for a while."""
        if endpoint.config is None or not all(served.scale_to_zero for served in endpoint.config.served):
            return False
        idle = timedelta(seconds=self._switches.idle_seconds / self._switches.speed)
        return endpoint.touched_at is not None and self._clock.now() - endpoint.touched_at > idle

    async def awake(self, endpoint: Endpoint) -> None:
        """Wait until it is awake. Raises ApiError: 503 where sleeping endpoints refuse, 404 once it is gone."""
        if endpoint.wake is None and self.is_asleep(endpoint):
            endpoint.wake = asyncio.create_task(self._wake(endpoint))
        if endpoint.wake is not None:
            if self._switches.cold_start == "refuse":
                raise ApiError(
                    503,
                    "TEMPORARILY_UNAVAILABLE",
                    f"Endpoint '{endpoint.name}' is scaling up from zero. Please try again.",
                    retry_after="5",
                )
            await asyncio.wait({endpoint.wake})
            self.get(endpoint.name)

    def called(
        self, endpoint: Endpoint, served: Served, requester: str, status: int, tokens: tuple[int, int]
    ) -> str:
        """Note a call; the id of the request."""
        identity, now = self._ids.uuid(), self._clock.now()
        endpoint.touched_at = now
        endpoint.calls.append(now)
        if endpoint.usage_tracking:
            self.usage.append(UsageRecord(now, served, requester, status, *tokens, identity))
        return identity

    def calls_of_last_minute(self, endpoint: Endpoint) -> int:
        """How many calls were answered within a minute, which is as far back as the metrics look."""
        since = self._clock.now() - timedelta(minutes=1)
        return sum(at >= since for at in endpoint.calls)

    async def close(self) -> None:
        """End all tasks."""
        tasks = [task for item in self.ever for task in (item.change, item.wake) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deploy(self, endpoint: Endpoint) -> None:
        await self._pace.sleep(self._switches.deploy_seconds)
        pending = endpoint.pending
        if pending is None:
            return
        failure, self._switches.fail_deployment = self._switches.fail_deployment, None
        for served in pending.served:
            served.deployment = "DEPLOYMENT_FAILED" if failure else "DEPLOYMENT_READY"
            served.message = failure or ""
        if failure:
            endpoint.config_update = "UPDATE_FAILED"
            return
        endpoint.config, endpoint.pending = pending, None
        endpoint.config_update = "NOT_UPDATING"
        endpoint.touched_at = endpoint.updated_at = self._clock.now()

    async def _wake(self, endpoint: Endpoint) -> None:
        await self._pace.sleep(self._switches.cold_start_seconds)
        endpoint.touched_at, endpoint.wake = self._clock.now(), None


_ASLEEP: Final = "Scaled to zero"
_WAKING: Final = "Scaling up from zero"


def as_json(endpoint: Endpoint, url: str, *, asleep: bool) -> dict[str, Any]:
    """The answer about one endpoint."""
    shown: dict[str, Any] = {
        "id": endpoint.id,
        "name": endpoint.name,
        "creator": endpoint.creator,
        "creation_timestamp": _ms(endpoint.created_at),
        "last_updated_timestamp": _ms(endpoint.updated_at),
        "state": {
            "ready": "NOT_READY" if endpoint.config is None else "READY",
            "config_update": endpoint.config_update,
        },
        "tags": [{"key": key, "value": value} for key, value in endpoint.tags.items()],
        "permission_level": "CAN_MANAGE",
        "route_optimized": False,
        "endpoint_type": "UC_MODEL",
        "endpoint_url": f"{url}/serving-endpoints/{endpoint.name}/invocations",
        "ai_gateway": {"usage_tracking_config": {"enabled": endpoint.usage_tracking}},
    }
    message = (_WAKING if endpoint.wake is not None else _ASLEEP) if asleep else None
    newest = endpoint.config or endpoint.pending
    if newest is not None:
        shown["task"] = newest.served[0].version.task
    if endpoint.config is not None:
        shown["config"] = _config(endpoint.config, message)
    if endpoint.pending is not None:
        shown["pending_config"] = _config(endpoint.pending, None)
    return shown


_SUMMARY: Final = ("name", "entity_name", "entity_version")


def as_summary(shown: dict[str, Any]) -> dict[str, Any]:
    """The same in a list, as the official SDK types it (`ServingEndpoint`, `ServedEntitySpec`): what is served has
    names and a version there, and what is still coming up is not told."""
    config = shown.get("config", {})
    entities = [{key: one[key] for key in _SUMMARY} for one in config.get("served_entities", ())]
    left = {
        key: value
        for key, value in shown.items()
        if key not in ("config", "pending_config", "permission_level", "route_optimized", "endpoint_url")
    }
    return left | ({"config": {"served_entities": entities}} if entities else {})


def _config(config: Config, message: str | None) -> dict[str, Any]:
    return {
        "served_entities": [_served(served, message) for served in config.served],
        "traffic_config": {
            "routes": [
                {"served_model_name": name, "traffic_percentage": share}
                for name, share in config.routes.items()
            ]
        },
        "config_version": config.version,
    }


def _served(served: Served, message: str | None) -> dict[str, Any]:
    return {
        "name": served.name,
        "id": served.id,
        "entity_name": served.entity,
        "entity_version": str(served.version.number),
        "min_provisioned_throughput": served.minimum,
        "max_provisioned_throughput": served.maximum,
        "scale_to_zero_enabled": served.scale_to_zero,
        "creator": served.creator,
        "creation_timestamp": served.created_at,
        "state": {
            "deployment": served.deployment,
            "deployment_state_message": served.message if message is None else message,
        },
    }


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
