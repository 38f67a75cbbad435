"""What Model Serving sends, read leniently: what is absent or odd is a default (contracts/databricks.md section 5)."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_YEAR_9999: Final = 253_370_764_800


def _text(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # versions come as numbers from some calls, as text from others
    return value if isinstance(value, str) and value else None


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(number) if math.isfinite(number) else None


def _moment(value: Any) -> datetime | None:
    """A unix time in milliseconds as aware UTC; None for 0, a null in disguise."""
    number = _whole(value)
    if number is None or not 0 < number < _YEAR_9999 * 1000:
        return None
    return datetime.fromtimestamp(number / 1000, UTC)


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _mapping(value: Any) -> Any:
    return value if isinstance(value, Mapping | BaseModel) else {}


def _objects(value: Any) -> list[Any]:
    return (
        [item for item in value if isinstance(item, Mapping | BaseModel)] if isinstance(value, list) else []
    )


Text = Annotated[str | None, BeforeValidator(_text)]
Whole = Annotated[int | None, BeforeValidator(_whole)]
Millis = Annotated[datetime | None, BeforeValidator(_moment)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]
LENIENT: Final = BeforeValidator(_mapping)
OBJECTS: Final = BeforeValidator(_objects)


class Loose(BaseModel):
    """Base: unknown keys are passed over, every field has a default."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


T = TypeVar("T", bound=Loose)


def read(model: type[T], value: Any) -> T:
    """Any JSON value; what is no object reads as an empty one."""
    return model.model_validate(_mapping(value))


class WireEntityState(Loose):
    """`state` of a served entity: `DEPLOYMENT_READY`, `DEPLOYMENT_FAILED`, …, and words for people."""

    deployment: Text = None
    message: Text = Field(None, alias="deployment_state_message")


class WireEntity(Loose):
    """A served entity: which version of which model, and how much of it."""

    name: Text = None
    entity_name: Text = None
    entity_version: Text = None
    least: Whole = Field(None, alias="min_provisioned_throughput")
    most: Whole = Field(None, alias="max_provisioned_throughput")
    units: Whole = Field(None, alias="provisioned_model_units")
    scale_to_zero: Flag = Field(None, alias="scale_to_zero_enabled")
    workload_size: Text = None
    workload_type: Text = None
    external: Annotated[dict[str, Any], LENIENT] = Field(default_factory=dict, alias="external_model")
    foundation: Annotated[dict[str, Any], LENIENT] = Field(default_factory=dict, alias="foundation_model")
    state: Annotated[WireEntityState, LENIENT] = WireEntityState()


class WireConfig(Loose):
    """`config`, or `pending_config` of a change that is under way."""

    entities: Annotated[list[WireEntity], OBJECTS] = Field(default_factory=list, alias="served_entities")


class WireState(Loose):
    """`state` of an endpoint."""

    ready: Text = None
    update: Text = Field(None, alias="config_update")


class WireTag(Loose):
    """One of `tags`."""

    key: Text = None
    value: Text = None


class WireTracking(Loose):
    """`ai_gateway.usage_tracking_config`."""

    enabled: Flag = None


class WireGateway(Loose):
    """`ai_gateway`."""

    tracking: Annotated[WireTracking, LENIENT] = Field(WireTracking(), alias="usage_tracking_config")


class WireEndpoint(Loose):
    """A serving endpoint, from the list or alone."""

    name: Text = None
    id: Text = None
    creator: Text = None
    created: Millis = Field(None, alias="creation_timestamp")
    updated: Millis = Field(None, alias="last_updated_timestamp")
    state: Annotated[WireState, LENIENT] = WireState()
    config: Annotated[WireConfig, LENIENT] = WireConfig()
    pending: Annotated[WireConfig, LENIENT] = Field(WireConfig(), alias="pending_config")
    tags: Annotated[list[WireTag], OBJECTS] = Field(default_factory=list)
    gateway: Annotated[WireGateway, LENIENT] = Field(WireGateway(), alias="ai_gateway")
    task: Text = None
    permission: Text = Field(None, alias="permission_level")


class WireOptimization(Loose):
    """What `get-model-optimization-info` answers; the chunk is tokens per second."""

    optimizable: Flag = None
    model_type: Text = None
    chunk: Whole = Field(None, alias="throughput_chunk_size")
