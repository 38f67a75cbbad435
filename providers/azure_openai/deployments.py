"""Deployments as ARM tells and takes them (contract 2.2)."""

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, Final

from providers.azure_openai.arm_wire import ArmDeployment, ArmProperties, read
from providers.hosting import DeploySpec, HostedState, RemoteDeployment

# Canceled and Disabled: it is there, does not answer, and nothing that we can do makes it; Moving: it is there and
# was there before.
_STATES: Final[Mapping[str, HostedState]] = MappingProxyType(
    {
        "accepted": "creating",
        "creating": "creating",
        "succeeded": "live",
        "moving": "live",
        "failed": "failed",
        "canceled": "failed",
        "cancelled": "failed",
        "disabled": "failed",
        "deleting": "removing",
    }
)
# The format of a tuned model is its base model's; a wrong one is answered with 500 (2.2, 2.3).
_OPENAI: Final = "OpenAI"
_FORMATS: Final = (
    ("gpt-oss-*", "Microsoft"),
    ("ministral*", "Mistral AI"),
    ("llama*", "Meta"),
    ("qwen*", "Alibaba"),
)
_TUNED: Final = re.compile(r"\.ft-|^ftchkpt-|^ftjob-", re.IGNORECASE)
_BARE_NUMBER: Final = re.compile(r"\d{1,3}")


def read_deployment(value: Any) -> RemoteDeployment | None:
    """One deployment; None for something that has no name."""
    wire = read(ArmDeployment, value)
    if wire.name is None:
        return None
    model = wire.properties.model
    raw, state = _state(wire.properties)
    return RemoteDeployment(
        name=wire.name,
        model=model.name or "",
        fine_tuned=is_fine_tuned(model.name or ""),
        base=base_of(model.name or "", model.version or "", model.format or _OPENAI),
        sku=wire.sku.name or "",
        capacity=wire.sku.capacity or 0,
        state=state,
        raw_state=raw,
        created_at=wire.system.created_at,
        modified_at=wire.system.modified_at,
        created_by=wire.system.created_by or "",
        source=model.source,
        content_filter=wire.properties.filter,
        tags={name: text for name, text in wire.tags.items() if isinstance(text, str)},
        etag=wire.etag or "",
    )


def read_deployments(values: Sequence[Any]) -> list[RemoteDeployment]:
    """All that have a name."""
    return [one for one in map(read_deployment, values) if one is not None]


def is_fine_tuned(model: str) -> bool:
    """Whether a model's name is one of a tuned model or checkpoint, or the id of a checkpoint or job."""
    return _TUNED.search(model) is not None


def base_of(model: str, version: str, model_format: str) -> str:
    """Id of the base model of what is deployed; "" where only an id of a checkpoint or job stands there."""
    if not is_fine_tuned(model):
        return base_id(model, version, model_format)
    found = re.split(r"\.ft-", model, maxsplit=1, flags=re.IGNORECASE)
    return found[0] if len(found) > 1 else ""


def base_id(name: str, version: str, model_format: str) -> str:
    """Id of a base model in the data plane's spelling.

    ARM names model and version apart (`gpt-4.1-mini`, `2025-04-14`), the data plane together; models that are not
    OpenAI's, and versions that are but a number, stand there by their name.
    """
    if not version or model_format != _OPENAI or _BARE_NUMBER.fullmatch(version):
        return name
    return name if name.endswith(f"-{version}") else f"{name}-{version}"


def format_of(base: str) -> str:
    """`model.format` for what was made of a base model (2.2); case counts."""
    name = base.lower()
    return next((found for match, found in _FORMATS if fnmatchcase(name, match)), _OPENAI)


def creation_body(spec: DeploySpec) -> dict[str, Any]:
    """The body of PUT."""
    model = {"format": format_of(spec.base or spec.model), "name": spec.model, "version": "1"}
    if spec.source:
        model["source"] = spec.source
    properties: dict[str, Any] = {"model": model}
    if spec.content_filter:
        properties["raiPolicyName"] = spec.content_filter
    body: dict[str, Any] = {"sku": {"name": spec.sku, "capacity": spec.capacity}, "properties": properties}
    return body | ({"tags": dict(spec.tags)} if spec.tags else {})


def _state(properties: ArmProperties) -> tuple[str, HostedState]:
    """The service's word and ours; a paused deployment stays `Succeeded` and says so elsewhere."""
    raw = properties.state or ""
    state = _STATES.get(raw.lower(), "creating")
    if state == "live" and (properties.running or "").lower() == "paused":
        return properties.running or "", "paused"
    return raw, state
