"""The body of an endpoint's PUT, and what may be served where (contract 4)."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sandbox.azure_ml import errors
from sandbox.azure_ml.catalogue import CatalogueModel, named, retired
from sandbox.azure_ml.fields import Fields, settled
from sandbox.azure_ml.options import Switches
from sandbox.azure_ml.versions import has_content_safety, has_content_safety_level
from sandbox.azure_ml.workspace import ModelVersion, Workspace, Workspaces

_OWN: Final = re.compile(
    r"azureml://locations/(?P<location>[^/]+)/workspaces/(?P<guid>[^/]+)/models/(?P<name>[^/]+)/versions/(?P<version>[^/]+)"
)
REGIONS_TAG: Final = "maas-finetuning-deploy-regions"


@dataclass(frozen=True, slots=True)
class EndpointRequest:
    """A checked request; `source` is a model of a workspace, None for one of the catalogue."""

    model_id: str
    base: CatalogueModel
    source: ModelVersion | None
    safety: str
    tags: dict[str, str]
    sku: dict[str, Any]
    auth_mode: str


def read_endpoint(
    body: dict[str, Any],
    workspace: Workspace,
    workspaces: Workspaces,
    *,
    version: str,
    switches: Switches,
    now: datetime,
) -> EndpointRequest:
    """Check a body. Raises ArmError."""
    problems: list[str] = []
    top = Fields(body, "", problems)
    top.only("location", "sku", "tags", "identity", "kind", "properties", "id", "name", "type", "systemData")
    location = top.text("location", needed=True)
    tags = top.texts("tags")
    sku = {"name": "Consumption"}
    if top.value.get("sku") is not None:
        sku = {"name": top.below("sku").word("name", ("Consumption",), needed=True) or ""}
    sent = top.below("properties")
    modes = ("Key", "AAD", "KeyAndAAD") if has_content_safety_level(version) else ("Key",)
    mode = sent.word("authMode", modes, needed=has_content_safety(version)) or "Key"
    safety = _safety(sent, version)
    sent.only(
        "authMode", "modelSettings", *(("contentSafety",) if has_content_safety(version) else ()),
        "inferenceEndpoint", "endpointState", "provisioningState", "marketplaceSubscriptionId",
    )  # fmt: skip
    model_id = sent.below("modelSettings").text("modelId", needed=True) or ""
    settled(problems)
    facts = workspace.facts
    if str(location).lower().replace(" ", "") != facts.location:
        msg = f"The location '{location}' of the endpoint is not that of the workspace ('{facts.location}')."
        raise errors.invalid(
            msg,
            "LocationMismatch",
        )
    base, source = _model(model_id, workspace, workspaces)
    if retired(base, switches.retires, now):
        msg = f"Model '{base.name}' is retired and cannot be deployed."
        raise errors.invalid(msg, "ModelRetired")
    if not switches.network_registered:
        raise errors.not_registered("Microsoft.Network")
    if base.offer is not None:
        status = switches.subscriptions if workspace.subscription_to(base, now) else None
        if status != "Subscribed":
            raise errors.not_subscribed(base.name, status)
    return EndpointRequest(model_id, base, source, safety, tags, sku, mode)


def _safety(sent: Fields, version: str) -> str:
    if not has_content_safety(version) or sent.value.get("contentSafety") is None:
        return "Enabled"
    given = sent.below("contentSafety")
    level = has_content_safety_level(version)
    given.only("contentSafetyStatus", *(("contentSafetyLevel",) if level else ()))
    given.word("contentSafetyLevel", ("Blocking", "Deferred"))
    return given.word("contentSafetyStatus", ("Enabled", "Disabled"), needed=True) or "Enabled"


def _model(
    model_id: str, workspace: Workspace, workspaces: Workspaces
) -> tuple[CatalogueModel, ModelVersion | None]:
    """(base, own model or None). Raises ArmError."""
    own = _OWN.fullmatch(model_id)
    if own is not None:
        return _own(own, workspace, workspaces)
    found = named(model_id)
    if found is None or found.model is None:
        msg = f"The model id '{model_id}' names no model."
        raise errors.invalid(msg, "ModelNotFound")
    if found.version is not None:
        msg = f"The model id '{model_id}' must not have a version: models of registries are served in their latest."
        raise errors.invalid(
            msg,
            "InvalidModelId",
        )
    return found.model, None


def _own(
    own: re.Match[str], workspace: Workspace, workspaces: Workspaces
) -> tuple[CatalogueModel, ModelVersion]:
    home = workspaces.by_guid(own.group("guid"))
    model = home.models.get((own.group("name"), own.group("version"))) if home else None
    if home is None or model is None or model.base is None or own.group("location") != home.facts.location:
        msg = f"Model '{own.group(0)}' was not found."
        raise errors.invalid(msg, "ModelNotFound")
    regions = (model.properties.get("tags") or {}).get(REGIONS_TAG, "").split(",")
    if home is not workspace and workspace.facts.location not in regions:
        msg = (
            f"Model '{model.name}' cannot be deployed to region '{workspace.facts.location}'. Available regions: "
            f"{', '.join(regions)}."
        )
        raise errors.invalid(
            msg,
            "RegionNotSupported",
        )
    return model.base, model
