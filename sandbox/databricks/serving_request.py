"""Reading what an endpoint is to serve (contract 5)."""

import re
from dataclasses import dataclass
from typing import Any, Final

from sandbox.common.ids import Ids
from sandbox.databricks.errors import ApiError, invalid, lacks
from sandbox.databricks.options import DatabricksOptions
from sandbox.databricks.serving import Config, Served
from sandbox.databricks.unity import Unity

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_TOP: Final = frozenset(
    {"name", "config", "tags", "ai_gateway", "route_optimized", "budget_policy_id", "description"}
)
_ENTITY: Final = frozenset(
    {
        "name",
        "entity_name",
        "entity_version",
        "min_provisioned_throughput",
        "max_provisioned_throughput",
        "scale_to_zero_enabled",
        "environment_vars",
        "burst_scaling_enabled",
        "workload_type",
        "workload_size",
    }
)


@dataclass(frozen=True, slots=True)
class EndpointRequest:
    """A new endpoint."""

    name: str
    config: Config
    tags: dict[str, str]
    tracked: bool


class ServingRequests:
    """Reads requests against what Unity Catalog holds."""

    def __init__(self, unity: Unity, ids: Ids, options: DatabricksOptions) -> None:
        self._unity = unity
        self._ids = ids
        self._options = options

    def new(self, body: dict[str, Any], caller: str) -> EndpointRequest:
        """A request to create. Raises ApiError."""
        _known(body, _TOP, "endpoint")
        name = body.get("name")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise invalid(
                "Endpoint name must be at most 63 characters of letters, digits, hyphens and underscores."
            )
        if not isinstance(body.get("config"), dict):
            raise invalid("Endpoint config is required.")
        return EndpointRequest(
            name,
            self.config(body["config"], caller, version=1, endpoint=name),
            tags(body.get("tags")),
            tracked(body.get("ai_gateway")),
        )

    def config(self, body: dict[str, Any], caller: str, *, version: int, endpoint: str) -> Config:
        """What to serve. Raises ApiError."""
        _known(
            body, frozenset({"name", "served_entities", "traffic_config", "auto_capture_config"}), "config"
        )
        rows = body.get("served_entities")
        if not isinstance(rows, list) or not rows:
            raise invalid("At least one served entity is required.")
        served = [self._served(row, caller, endpoint) for row in rows]
        names = [one.name for one in served]
        if len(set(names)) != len(names):
            raise invalid("The names of served entities must differ.")
        return Config(served, _routes(body.get("traffic_config"), names), version)

    def chunk(self, full_name: str, number: str) -> int:
        """The step of throughput for a model version. Raises ApiError."""
        version = self._unity.find_version(full_name, number)
        if version.status != "READY":
            raise ApiError(400, "INVALID_STATE", f"Model version '{full_name}/{number}' is not ready.")
        model = self._options.model(version.base)
        if model is None:
            raise ApiError(
                400, "INVALID_PARAMETER_VALUE", f"Model version '{full_name}/{number}' is not optimizable."
            )
        return model.chunk

    def _served(self, row: Any, caller: str, endpoint: str) -> Served:
        if not isinstance(row, dict):
            raise invalid("A served entity must be an object.")
        _known(row, _ENTITY, "served entity")
        entity, number = row.get("entity_name"), row.get("entity_version")
        if not isinstance(entity, str) or not isinstance(number, str):
            raise invalid("entity_name and entity_version are required, both as text.")
        version = self._unity.find_version(entity, number)
        schema = entity.rpartition(".")[0]
        if self._unity.model(entity).owner != caller and not self._unity.has("EXECUTE", schema):
            raise lacks("EXECUTE", "Registered Model", entity)
        chunk = self.chunk(entity, number)
        if "workload_size" in row or "workload_type" in row:
            raise invalid("This model is served with provisioned throughput; workload sizes do not apply.")
        minimum = _whole(row, "min_provisioned_throughput", 0)
        maximum = _whole(row, "max_provisioned_throughput", None)
        sleeps = row.get("scale_to_zero_enabled", False)
        if not isinstance(sleeps, bool):
            raise invalid("scale_to_zero_enabled must be true or false.")
        _check_throughput(minimum, maximum, chunk, sleeps=sleeps)
        name = row.get("name") or f"{entity.rpartition('.')[2]}-{number}"
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Served entity name of '{endpoint}' is invalid.")
        return Served(
            name, entity, version, minimum, maximum, sleeps, self._ids.hex(), caller, self._unity.now()
        )


def tags(value: Any) -> dict[str, str]:
    """Tags by key. Raises ApiError."""
    if value is None:
        return {}
    if not isinstance(value, list) or not all(
        isinstance(tag, dict) and set(tag) <= {"key", "value"} for tag in value
    ):
        raise invalid("Tags must be a list of objects with key and value.")
    found = {tag.get("key"): tag.get("value", "") for tag in value}
    if not all(isinstance(key, str) and key and isinstance(text, str) for key, text in found.items()):
        raise invalid("Keys and values of tags must be texts.")
    return found


def tracked(gateway: Any) -> bool:
    """Whether usage is tracked. Raises ApiError."""
    if gateway is None:
        return False
    if not isinstance(gateway, dict):
        raise invalid("ai_gateway must be an object.")
    tracking = gateway.get("usage_tracking_config") or {}
    enabled = tracking.get("enabled", False) if isinstance(tracking, dict) else None
    if not isinstance(enabled, bool):
        raise invalid("usage_tracking_config.enabled must be true or false.")
    return enabled


def _check_throughput(minimum: int, maximum: int, chunk: int, *, sleeps: bool) -> None:
    if maximum < chunk or maximum % chunk or minimum % chunk or minimum > maximum:
        raise ApiError(
            400,
            "INVALID_PARAMETER_VALUE",
            f"Provisioned throughput must be a multiple of {chunk}, and the minimum at most the maximum.",
        )
    if minimum == 0 and not sleeps:
        raise invalid("A minimum provisioned throughput of 0 needs scale_to_zero_enabled.")


def _routes(traffic: Any, names: list[str]) -> dict[str, int]:
    if traffic is None:
        if len(names) > 1:
            raise invalid("traffic_config is required for several served entities.")
        return {names[0]: 100}
    routes = traffic.get("routes") if isinstance(traffic, dict) else None
    if not isinstance(routes, list) or not all(isinstance(route, dict) for route in routes):
        raise invalid("traffic_config.routes must be a list of objects.")
    found = {
        route.get("served_model_name", route.get("served_entity_name")): route.get("traffic_percentage")
        for route in routes
    }
    if not set(found) <= set(names):
        raise invalid("A route names a served entity that does not exist.")
    if not all(isinstance(share, int) for share in found.values()) or sum(found.values()) != 100:
        raise invalid("Traffic percentages must sum to 100.")
    return found


def _whole(row: dict[str, Any], name: str, default: int | None) -> int:
    value = row.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"{name} must be a whole number of at least 0.")
    return value


def _known(body: dict[str, Any], names: frozenset[str], what: str) -> None:
    unknown = next((name for name in body if name not in names), None)
    if unknown is not None:
        raise ApiError(400, "MALFORMED_REQUEST", f"Unknown field '{unknown}' in {what}.")
