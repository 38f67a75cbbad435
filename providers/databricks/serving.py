"""Serving endpoints as deployments, and deployments as serving endpoints (contracts/databricks.md section 5). Pure.

An endpoint of ours serves one version of one registered model with provisioned throughput. A model is named
`catalog.schema.model/version` everywhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from providers.databricks.serving_wire import WireEndpoint, WireEntity, WireOptimization
from providers.describing import NameRule
from providers.hosting import DeploySpec, HostedState, RemoteDeployment, Sku

SLEEPS: Final = "ScaleToZero"
ALWAYS: Final = "AlwaysOn"
ENDPOINT_NAME: Final = NameRule(pattern=r"^[a-zA-Z0-9_-]+$", minimum=1, maximum=63)
"""What names endpoints may have."""
_MODEL: Final = re.compile(r"(?P<name>[^./\s]+\.[^./\s]+\.[^./\s]+)/(?P<version>[0-9]+)")
_SYSTEM: Final = "system."
"""Databricks' own catalog: its models are base models."""
_ENDED: Final = frozenset({"UPDATE_FAILED", "UPDATE_CANCELED"})
_BROKEN: Final = frozenset({"DEPLOYMENT_FAILED", "DEPLOYMENT_ABORTED"})
_ASLEEP: Final = re.compile(r"scaled?[\s-]+(?:down[\s-]+)?to[\s-]+(?:zero|0)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Optimization:
    """How a model can be served: `chunk` tokens per second at a time, None = not with provisioned throughput."""

    chunk: int | None


def read_optimization(wire: WireOptimization) -> Optimization:
    """A model that is not optimizable, or without a chunk, cannot be served this way."""
    usable = wire.optimizable is not False and wire.chunk is not None and wire.chunk > 0
    return Optimization(wire.chunk if usable else None)


def split_model(model: str) -> tuple[str, str] | None:
    """Full name and version of `catalog.schema.model/version`; None for anything else."""
    found = _MODEL.fullmatch(model)
    return (found["name"], found["version"]) if found else None


def skus(chunk: int) -> tuple[Sku, ...]:
    """The two ways to serve, in steps of the model's chunk. Neither has a documented quota of its own."""
    return (
        Sku(
            id=SLEEPS,
            label="Scale to zero",
            hint="Sleeps without calls and costs nothing then; waking takes minutes.",
            processing="region",
            minimum=chunk,
            step=chunk,
            default=chunk,
            unit="throughput",
            sleeps=True,
        ),
        Sku(
            id=ALWAYS,
            label="Always on",
            hint="Answers at once; costs by the hour, called or not.",
            processing="region",
            minimum=chunk,
            step=chunk,
            default=chunk,
            unit="throughput",
        ),
    )


def creation_body(spec: DeploySpec, name: str, version: str) -> dict[str, Any]:
    """The body of POST. `AlwaysOn` has its minimum at its maximum, so that what was approved is what it costs.

    Usage tracking is switched on: without it nobody could tell later who is idle.
    """
    sleeps = spec.sku == SLEEPS
    entity = f"{spec.name[:60]}-1"
    body: dict[str, Any] = {
        "name": spec.name,
        "config": {
            "served_entities": [
                {
                    "name": entity,
                    "entity_name": name,
                    "entity_version": version,
                    "min_provisioned_throughput": 0 if sleeps else spec.capacity,
                    "max_provisioned_throughput": spec.capacity,
                    "scale_to_zero_enabled": sleeps,
                }
            ],
            "traffic_config": {"routes": [{"served_model_name": entity, "traffic_percentage": 100}]},
        },
        "ai_gateway": {"usage_tracking_config": {"enabled": True}},
    }
    tags = [{"key": key, "value": value} for key, value in spec.tags.items()]
    return body | ({"tags": tags} if tags else {})


def to_deployment(wire: WireEndpoint, bases: Mapping[str, str]) -> RemoteDeployment | None:
    """One endpoint; None for something that has no name. `bases` has the base model of each version."""
    if wire.name is None:
        return None
    entity = served(wire)
    model = _model(entity)
    raw, state, failure = _state(wire)
    return RemoteDeployment(
        name=wire.name,
        model=model,
        fine_tuned=is_fine_tuned(entity),
        base=bases.get(model, ""),
        sku=_sku(entity),
        capacity=entity.most or entity.units or 0,
        state=state,
        raw_state=raw,
        created_at=wire.created,
        modified_at=wire.updated,
        created_by=wire.creator or "",
        tags={tag.key: tag.value or "" for tag in wire.tags if tag.key},
        failure=failure,
    )


def is_fine_tuned(entity: WireEntity) -> bool:
    """Whether it is a registered model of the customer's with provisioned throughput: agents, external models and
    Databricks' own are served by endpoints, too."""
    provisioned = entity.most is not None or entity.units is not None
    return bool(entity.entity_name) and provisioned and may_be_ours(entity)


def may_be_ours(entity: WireEntity) -> bool:
    """Whether it is a registered model of the customer's, as far as a list tells; one that names nothing may be."""
    name = entity.entity_name or ""
    registered = name.count(".") == 2 and not name.lower().startswith(_SYSTEM)
    return (registered or not name) and not entity.external and not entity.foundation


def is_tracked(wire: WireEndpoint) -> bool:
    """Whether its calls are written into the usage table."""
    return wire.gateway.tracking.enabled is True


def served(wire: WireEndpoint) -> WireEntity:
    """The first served entity, of the change under way where nothing is served yet."""
    return next(iter(entities(wire)), WireEntity())


def entities(wire: WireEndpoint) -> tuple[WireEntity, ...]:
    """All served entities, and those of a change under way."""
    return (*wire.config.entities, *wire.pending.entities)


def serves(wire: WireEndpoint, model: str) -> bool:
    """Whether it serves this version (`catalog.schema.model/version`), however little, or is about to."""
    return any(_model(one) == model for one in entities(wire))


def _model(entity: WireEntity) -> str:
    name = entity.entity_name or ""
    return f"{name}/{entity.entity_version}" if name and entity.entity_version else name


def _sku(entity: WireEntity) -> str:
    if entity.most is not None:
        return SLEEPS if entity.scale_to_zero else ALWAYS
    if entity.units is not None:
        return "ModelUnits"
    return " ".join(part for part in (entity.workload_type, entity.workload_size) if part)


def _state(wire: WireEndpoint) -> tuple[str, HostedState, tuple[str, str] | None]:
    """The service's words, our state, and why it failed.

    An endpoint that is READY answers, also while its next configuration comes up or after that has failed; one that
    is scaled to zero is READY, too. A failure counts where nothing answers.
    """
    ready, update = wire.state.ready or "", wire.state.update or ""
    changing = update not in {"", "NOT_UPDATING"}
    entities = [*wire.pending.entities, *wire.config.entities]
    if ready == "READY":
        asleep = any(_ASLEEP.search(one.state.message or "") for one in wire.config.entities)
        notes = [note for note, holds in ((update, changing), ("scaled to zero", asleep)) if holds]
        return ", ".join([ready, *notes]), "live", None
    broken = next((one for one in entities if (one.state.deployment or "") in _BROKEN), None)
    if update in _ENDED or (broken is not None and not changing):
        code = update if update in _ENDED else (broken.state.deployment or "") if broken else ""
        told = broken or next((one for one in entities if one.state.message), WireEntity())
        return code, "failed", (code, told.state.message or "")
    return (update if changing else ready), "creating", None
