"""Serverless endpoints as ARM tells and takes them (contract 4). Pure."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from providers.azure_ai.endpoints_wire import Endpoint, EndpointProperties, read
from providers.azure_ai.names import read_base, read_own, without_version
from providers.describing import NameRule
from providers.errors import Refused, Unsupported
from providers.hosting import DeploySpec, HostedState, RemoteDeployment, Sku

ENDPOINT_NAME: Final = NameRule(pattern=r"^[a-zA-Z][a-zA-Z0-9-]*$", minimum=1, maximum=52)
"""What a creation takes; reading and deleting take more (contract 1)."""

CONSUMPTION: Final = Sku(
    id="Consumption",
    label="Serverless",
    hint="By the token and by the hour, idle or not; at most 200,000 tokens and 1,000 requests a minute.",
    processing="region",
    maximum=1,
    tokens_per_unit=200_000,
    requests_per_unit=1_000,
    unit="none",
)
"""The one way to host: nothing to choose, an hourly charge even when idle, limits of each endpoint (contract 4)."""

ENABLED: Final = "Enabled"
FILTERED_SINCE: Final = "2024-04-01"
"""The first api-version with `contentSafety`; before it filters are on, and nothing turns them off (contract 1)."""
UNFILTERED: Final = "Disabled"
"""`contentSafetyStatus`; filters are on unless the approved order opts out (contract 4)."""

SUSPENDED: Final = frozenset({"suspended", "suspending"})
"""`endpointState` of one whose subscription is not in order (contract 4)."""

# The words are the specification's own description of the state (contract 3).
_FAILURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "suspended": "The marketplace subscription could not be billed; the endpoint answers nobody until it can."
    }
)
# What the service writes about the endpoint decides before what ARM writes about the resource: a suspended one is
# `Succeeded`. Words that are not known mean that it is on its way.
_ENDPOINT_STATES: Final[Mapping[str, HostedState]] = MappingProxyType(
    {
        "creating": "creating",
        "reinstating": "creating",
        "deleting": "removing",
        "suspending": "failed",
        "suspended": "failed",
        "creationfailed": "failed",
        "deletionfailed": "failed",
    }
)
_PROVISIONING: Final[Mapping[str, HostedState]] = MappingProxyType(
    {"deleting": "removing", "failed": "failed", "canceled": "failed", "cancelled": "failed"}
)


def read_endpoint(value: Any) -> RemoteDeployment | None:
    """One deployment; None for something that has no name."""
    wire = read(Endpoint, value)
    if not wire.name:
        return None
    properties = wire.properties
    model = properties.model.model_id
    raw, state = state_of(properties)
    base = read_base(model)
    return RemoteDeployment(
        name=wire.name,
        model=model,
        fine_tuned=read_own(model) is not None,
        base=base.id if base else "",
        sku=wire.sku.name or CONSUMPTION.id,
        capacity=1,
        state=state,
        raw_state=raw,
        created_at=wire.system.created_at,
        modified_at=wire.system.modified_at,
        created_by=wire.system.created_by,
        content_filter=UNFILTERED if properties.safety.status.lower() == UNFILTERED.lower() else None,
        tags=wire.tags,
        failure=(raw, _FAILURES.get(raw.lower(), "")) if state == "failed" else None,
        suspended=raw.lower() in SUSPENDED,
    )


def read_endpoints(values: Iterable[Any]) -> list[RemoteDeployment]:
    """All that have a name."""
    return [one for one in map(read_endpoint, values) if one is not None]


def state_of(properties: EndpointProperties) -> tuple[str, HostedState]:
    """The service's word and ours: live = Succeeded and Online, both (contract 4)."""
    resource, endpoint = properties.provisioning, properties.state
    if resource.lower() in _PROVISIONING:
        found = _PROVISIONING[resource.lower()]
        inner = _ENDPOINT_STATES.get(endpoint.lower())
        # `Failed` says less than `CreationFailed` beside it.
        return (endpoint, found) if inner == found else (resource, found)
    if endpoint.lower() in _ENDPOINT_STATES:
        return endpoint, _ENDPOINT_STATES[endpoint.lower()]
    if (resource.lower(), endpoint.lower()) == ("succeeded", "online"):
        return endpoint, "live"
    return (endpoint if resource.lower() == "succeeded" else resource) or endpoint, "creating"


def creation_body(spec: DeploySpec, location: str, version: str = FILTERED_SINCE) -> dict[str, Any]:
    """The body of PUT in an api-version.

    Raises:
        Refused: `filter_unknown` for a content filter that is neither of the two.
        Unsupported: `operation_unsupported` for opting out in a version that cannot say it.
    """
    chosen = spec.content_filter or ENABLED
    safety = next((one for one in (ENABLED, UNFILTERED) if one.lower() == chosen.lower()), None)
    if safety is None:
        raise Refused("filter_unknown", {"filter": chosen, "deployment": spec.name})
    filtered = version >= FILTERED_SINCE
    if safety == UNFILTERED and not filtered:
        raise Unsupported("operation_unsupported", {"operation": "endpoints.create", "deployment": spec.name})
    body: dict[str, Any] = {
        "location": location,
        "sku": {"name": CONSUMPTION.id},
        "properties": {
            "authMode": "Key",
            **({"contentSafety": {"contentSafetyStatus": safety}} if filtered else {}),
            # A catalogue model is named without its version, a fine-tuned one with it.
            "modelSettings": {"modelId": without_version(spec.model)},
        },
    }
    return body | ({"tags": dict(spec.tags)} if spec.tags else {})
