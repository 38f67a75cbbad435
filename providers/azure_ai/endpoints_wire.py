"""What ARM sends about endpoints and subscriptions, read leniently: what is absent or of another type is a default."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> dict[str, str]:
    pairs = value.items() if isinstance(value, Mapping) else ()
    return {name: text for name, text in pairs if isinstance(name, str) and isinstance(text, str)}


def _moment(value: Any) -> datetime | None:
    """An ISO time as aware UTC (one without a zone is UTC)."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is None:
            return None
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _mapping(value: Any) -> Any:
    return value if isinstance(value, Mapping | BaseModel) else {}


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[dict[str, str], BeforeValidator(_texts)]
At = Annotated[datetime | None, BeforeValidator(_moment)]
LENIENT = BeforeValidator(_mapping)


class Loose(BaseModel):
    """Base: unknown keys are passed over, every field has a default."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True, protected_namespaces=())


T = TypeVar("T", bound=Loose)


def read(model: type[T], value: Any) -> T:
    """Any JSON value; what is no object reads as an empty one."""
    return model.model_validate(_mapping(value))


class System(Loose):
    """`systemData`."""

    created_at: At = Field(None, alias="createdAt")
    created_by: Text = Field("", alias="createdBy")
    modified_at: At = Field(None, alias="lastModifiedAt")


class Sku(Loose):
    """`sku` of an endpoint."""

    name: Text = ""


class ModelSettings(Loose):
    """`properties.modelSettings`."""

    model_id: Text = Field("", alias="modelId")


class ContentSafety(Loose):
    """`properties.contentSafety`."""

    status: Text = Field("", alias="contentSafetyStatus")


class InferenceEndpoint(Loose):
    """`properties.inferenceEndpoint`."""

    uri: Text = ""
    headers: Texts = Field(default_factory=dict)


class EndpointProperties(Loose):
    """`properties` of an endpoint."""

    provisioning: Text = Field("", alias="provisioningState")
    state: Text = Field("", alias="endpointState")
    model: Annotated[ModelSettings, LENIENT] = Field(ModelSettings(), alias="modelSettings")
    safety: Annotated[ContentSafety, LENIENT] = Field(ContentSafety(), alias="contentSafety")
    inference: Annotated[InferenceEndpoint, LENIENT] = Field(InferenceEndpoint(), alias="inferenceEndpoint")


class Endpoint(Loose):
    """A serverless endpoint (contract 4)."""

    name: Text = ""
    tags: Texts = Field(default_factory=dict)
    sku: Annotated[Sku, LENIENT] = Sku()
    system: Annotated[System, LENIENT] = Field(System(), alias="systemData")
    properties: Annotated[EndpointProperties, LENIENT] = EndpointProperties()


class Keys(Loose):
    """The answer of `listKeys`; never shown."""

    primary: Text = Field("", alias="primaryKey", repr=False)
    secondary: Text = Field("", alias="secondaryKey", repr=False)


class OperationError(Loose):
    """The error inside the state of an operation."""

    code: Text = ""
    message: Text = ""


class OperationStatus(Loose):
    """What an `Azure-AsyncOperation` address answers."""

    status: Text = ""
    error: Annotated[OperationError, LENIENT] = OperationError()


class Plan(Loose):
    """`properties.marketplacePlan`."""

    publisher: Text = Field("", alias="publisherId")
    offer: Text = Field("", alias="offerId")
    plan: Text = Field("", alias="planId")


class SubscriptionProperties(Loose):
    """`properties` of a Marketplace subscription."""

    model_id: Text = Field("", alias="modelId")
    status: Text = Field("", alias="marketplaceSubscriptionStatus")
    provisioning: Text = Field("", alias="provisioningState")
    plan: Annotated[Plan, LENIENT] = Field(Plan(), alias="marketplacePlan")


class Subscription(Loose):
    """A Marketplace subscription of a workspace (contract 3)."""

    name: Text = ""
    properties: Annotated[SubscriptionProperties, LENIENT] = SubscriptionProperties()


class Registration(Loose):
    """A resource provider of a subscription: Registered, Registering, NotRegistered, Unregistered and others."""

    state: Text = Field("", alias="registrationState")
