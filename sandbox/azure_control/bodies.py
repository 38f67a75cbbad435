"""The JSON of deployments and models in each api-version (contract 1.11, 2.2)."""

from datetime import datetime
from typing import Any, Final

from sandbox.azure_control import market
from sandbox.azure_control.accounts import TYPE, Place
from sandbox.azure_control.deployments import SUCCEEDED, Deployment
from sandbox.azure_control.gateway import timestamp
from sandbox.azure_control.versions import has_second
from sandbox.azure_openai.catalogue import DEVELOPER, BaseModel
from sandbox.azure_openai.options import Account

DEPLOYMENT_TYPE: Final = f"{TYPE}/deployments"
_FIRST_WITH_STATE: Final = "2025-12-01"


def deployment(found: Deployment, place: Place, version: str) -> dict[str, Any]:
    """A deployment object."""
    later = has_second(version)
    model = {"format": found.format, "name": found.model, "version": found.version}
    if found.source is not None:
        model["source"] = found.source
    properties: dict[str, Any] = {
        "model": model,
        "versionUpgradeOption": found.version_upgrade,
        "capabilities": _capabilities(found.base),
        "provisioningState": found.state,
        "rateLimits": [
            {"key": "request", "renewalPeriod": 60, "count": found.capacity},
            {"key": "token", "renewalPeriod": 60, "count": found.capacity * 1000},
        ],
    }
    if found.rai_policy is not None:
        properties["raiPolicyName"] = found.rai_policy
    if later:
        properties["currentCapacity"] = found.capacity
    if version[:10] >= _FIRST_WITH_STATE and found.state == SUCCEEDED:
        properties["deploymentState"] = "Running"
    body: dict[str, Any] = {
        "id": f"{place.id}/deployments/{found.name}",
        "name": found.name,
        "type": DEPLOYMENT_TYPE,
        "sku": {"name": found.sku, "capacity": found.capacity},
        "properties": properties,
        "systemData": {
            "createdBy": found.created_by,
            "createdByType": found.created_by_type,
            "createdAt": timestamp(found.created_at),
            "lastModifiedBy": found.modified_by,
            "lastModifiedByType": found.modified_by_type,
            "lastModifiedAt": timestamp(found.modified_at),
        },
        "etag": found.etag,
    }
    if later and found.tags:
        body["tags"] = found.tags
    return body


def deployment_skus(found: Deployment, account: Account) -> list[dict[str, Any]]:
    """What a deployment may be changed to."""
    return [
        {"resourceType": DEPLOYMENT_TYPE, "sku": {"name": sku}, "capacity": _capacity()}
        for sku in market.skus_at(found.base, account, tuned=found.fine_tuned)
    ]


def named(base: BaseModel) -> dict[str, str]:
    """A base model's identifier."""
    name = market.arm_name(base)
    return {"format": name.format, "name": name.name, "version": name.version}


def model(base: BaseModel, account: Account, version: str, now: datetime) -> dict[str, Any]:
    """One entry of the models of a location."""
    name = market.arm_name(base).name
    deprecation = {"inference": _day(base.inference_ends)}
    if base.fine_tune_ends is not None:
        deprecation["fineTune"] = _day(base.fine_tune_ends)
    if has_second(version):
        deprecation["deprecationStatus"] = "Planned"
    body: dict[str, Any] = {
        **named(base),
        "isDefaultVersion": market.base_model(name, None) is base,
        "skus": _model_skus(base, account, version),
        "maxCapacity": market.MAX_CAPACITY,
        "capabilities": _capabilities(base),
        "deprecation": deprecation,
        "lifecycleStatus": _lifecycle(base, now, later=has_second(version)),
    }
    if account.fine_tuning and base.trainable(now):
        body["capabilities"] = {**body["capabilities"], "fineTune": "true"}
        body["finetuneCapabilities"] = _capabilities(base)
    return {"kind": "OpenAI", "skuName": "S0", "model": body}


def _model_skus(base: BaseModel, account: Account, version: str) -> list[dict[str, Any]]:
    plain = market.skus_at(base, account, tuned=False)
    # The developer tier is for fine-tuned models only, so its pool is theirs.
    only_tuned = [sku for sku in market.skus_at(base, account, tuned=True) if sku == DEVELOPER]
    return [
        {
            "name": sku,
            "usageName": market.pool(base, sku, tuned=sku == DEVELOPER),
            "deprecationDate": _day(base.inference_ends),
            "capacity": _capacity(),
        }
        for sku in (*plain, *(only_tuned if has_second(version) else ()))
    ]


def _capacity() -> dict[str, int]:
    return {"minimum": 1, "maximum": market.MAX_CAPACITY, "step": 1, "default": 10}


def _capabilities(base: BaseModel) -> dict[str, str]:
    if base.embeddings:
        return {"embeddings": "true", "embeddingsMaxInputs": "2048"}
    return {"chatCompletion": "true"} if base.chat else {"completion": "true"}


def _lifecycle(base: BaseModel, now: datetime, *, later: bool) -> str:
    if later and now >= base.inference_ends:
        return "Deprecated"
    if later and base.training and not base.trainable(now):
        return "Deprecating"
    return "Preview" if base.preview else "GenerallyAvailable"


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%dT00:00:00Z}"
