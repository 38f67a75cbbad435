"""What Azure Resource Manager sends, read as leniently as the data plane: what is absent or odd is a default."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from providers.azure_openai.wire import Object, Text, Whole


def _moment(value: Any) -> datetime | None:
    """An ISO time as aware UTC (one without a zone is UTC)."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _mapping(value: Any) -> Any:
    return value if isinstance(value, Mapping | BaseModel) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


At = Annotated[datetime | None, BeforeValidator(_moment)]
Items = Annotated[list[Any], BeforeValidator(_list)]
LENIENT = BeforeValidator(_mapping)


class Loose(BaseModel):
    """Base: unknown keys are passed over, every field has a default."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


T = TypeVar("T", bound=Loose)


def read(model: type[T], value: Any) -> T:
    """Any JSON value; what is no object reads as an empty one."""
    return model.model_validate(_mapping(value))


class ArmSku(Loose):
    """`sku` of a deployment."""

    name: Text = None
    capacity: Whole = None


class ArmModel(Loose):
    """`properties.model` of a deployment."""

    name: Text = None
    version: Text = None
    source: Text = None
    format: Text = None


class ArmProperties(Loose):
    """`properties` of a deployment."""

    state: Text = Field(None, alias="provisioningState")
    running: Text = Field(None, alias="deploymentState")
    filter: Text = Field(None, alias="raiPolicyName")
    model: Annotated[ArmModel, LENIENT] = ArmModel()


class ArmSystem(Loose):
    """`systemData`."""

    created_at: At = Field(None, alias="createdAt")
    created_by: Text = Field(None, alias="createdBy")
    modified_at: At = Field(None, alias="lastModifiedAt")


class ArmDeployment(Loose):
    """A deployment (contract 2.2)."""

    name: Text = None
    etag: Text = None
    tags: Object = Field(default_factory=dict)
    sku: Annotated[ArmSku, LENIENT] = ArmSku()
    system: Annotated[ArmSystem, LENIENT] = Field(ArmSystem(), alias="systemData")
    properties: Annotated[ArmProperties, LENIENT] = ArmProperties()


class ArmCapacity(Loose):
    """`capacity` of a model's SKU."""

    minimum: Whole = None
    maximum: Whole = None
    step: Whole = None
    default: Whole = None


class ArmModelSku(Loose):
    """One of a model's `skus`."""

    name: Text = None
    usage: Text = Field(None, alias="usageName")
    capacity: Annotated[ArmCapacity, LENIENT] = ArmCapacity()


class ArmDates(Loose):
    """`deprecation` of a model."""

    training: At = Field(None, alias="fineTune")
    inference: At = None


class ArmOffer(Loose):
    """A model of a region's list (contract 1.11); its name and version stand apart."""

    format: Text = None
    name: Text = None
    version: Text = None
    lifecycle: Text = Field(None, alias="lifecycleStatus")
    deprecation: Annotated[ArmDates, LENIENT] = ArmDates()
    skus: Items = Field(default_factory=list)
    capabilities: Object = Field(default_factory=dict)
    tuned_capabilities: Object = Field(default_factory=dict, alias="finetuneCapabilities")

    @property
    def fine_tunable(self) -> bool:
        """Whether it can be fine-tuned in this region."""
        return self.capabilities.get("fineTune") == "true" or bool(self.tuned_capabilities)


class ArmName(Loose):
    """`name` of a usage."""

    value: Text = None


class ArmUsage(Loose):
    """A quota and how much of it is used (contract 2.4)."""

    name: Annotated[ArmName, LENIENT] = ArmName()
    used: Whole = Field(None, alias="currentValue")
    limit: Whole = None


class ArmError(Loose):
    """The error inside the state of an operation."""

    code: Text = None
    message: Text = None


class ArmOperation(Loose):
    """What an `Azure-AsyncOperation` address answers (contract 2.1)."""

    status: Text = None
    error: Annotated[ArmError, LENIENT] = ArmError()


class ArmAccount(Loose):
    """An account; where it is decides about models and quotas."""

    location: Text = None


class ArmPermission(Loose):
    """What one role assignment allows, with what it takes away again."""

    actions: Items = Field(default_factory=list)
    not_actions: Items = Field(default_factory=list, alias="notActions")
    data_actions: Items = Field(default_factory=list, alias="dataActions")
    not_data_actions: Items = Field(default_factory=list, alias="notDataActions")
