"""`[[connections]]`: the services' resources, and `[[prices]]`: what training there costs."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, model_validator

from bot.config.base import Section
from bot.config.fields import Authority, ConnectionName, Currency, Endpoint, Secret, Text, refuse
from providers.registry import kinds, service


def known_service(kind: str) -> str:
    """A service that there is a provider for."""
    if kind not in kinds():
        raise refuse("not_one_of", expected=" or ".join(repr(one) for one in kinds()))
    return kind


ProviderKind = Annotated[str, AfterValidator(known_service)]
"""One of `providers.registry.kinds()`."""
Auth = Literal["key", "entra", "oauth"]
Credential = Literal[
    "default", "managed_identity", "workload_identity", "cli", "client_secret", "environment"
]


def finite(value: Decimal) -> Decimal:
    """An amount: a number, not negative."""
    if not value.is_finite() or value < 0:
        raise refuse("bad_price")
    return value


class Connection(Section):
    """One resource at one service.

    `key` is for `auth = "key"` (a key, or a personal access token), the credential's fields are for `auth = "entra"`,
    `client_id` and `client_secret` also for `auth = "oauth"`.

    Attributes:
        endpoint: base address of the resource, without a slash at the end.
        region: shown to people; for prices and quotas later.
        auth: how one signs in; left out, it is the service's usual way (the first of `Service.auths`).
        credential: which of azure-identity's credentials asks for tokens.
        scope, authority: asked of Entra, and which Entra; None = the provider's own default.
        api_versions: group of operations (or `*`) -> version, over the provider's defaults.
        resource_id: the resource's ARM id; without it there are no deployments here.
        management, management_scope: where deployments are managed, and the scope of its tokens (other clouds).
        portal_url: pattern of a link to a job, with `{job}`.
        training_types: offered training types; empty = all that the service knows.
        options: settings that only this service has (`[connections.options]`); never secrets.
    """

    name: ConnectionName
    provider: ProviderKind = "azure_openai"
    endpoint: Endpoint
    region: str = ""
    auth: Auth = "key"
    key: Secret | None = None
    credential: Credential = "default"
    client_id: Text | None = None
    tenant_id: Text | None = None
    client_secret: Secret | None = None
    scope: Text | None = None
    authority: Authority | None = None
    api_versions: Mapping[Text, Text] = Field(default_factory=dict)
    resource_id: Text | None = None
    management: Endpoint | None = None
    management_scope: Text | None = None
    portal_url: Text | None = None
    training_types: tuple[Text, ...] = ()
    options: Mapping[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _usual_way(cls, given: object) -> object:
        """Without `auth`, one signs in as is usual at the service."""
        if not isinstance(given, dict) or "auth" in given:
            return given
        kind = given.get("provider")
        return {**given, "auth": service(str(kind)).auths[0]} if kind in kinds() else given

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """Everything of this connection that must never be shown."""
        return tuple(one for one in (self.key, self.client_secret) if one is not None)


class Price(Section):
    """What a million trained tokens costs, with who says so and when it was looked up.

    `connection`, `provider` and `training_type` narrow it down; None means all. `model` is a glob over the
    base model's id (`gpt-4.1-mini*`), case counts.
    """

    model: Text
    connection: ConnectionName | None = None
    provider: ProviderKind | None = None
    training_type: Text | None = None
    training_per_million: Annotated[Decimal, AfterValidator(finite)]
    currency: Currency = "USD"
    source: Text
    as_of: date


def choose_price(
    prices: Iterable[Price], connection: Connection, model: str, training_type: str | None
) -> Price | None:
    """The most exact price that applies, None when none does.

    More exact is: this connection before its provider before any; a training type before none; a longer
    pattern before a shorter; among equals the one looked up last. A price for one training type never stands
    in for another, nor for a type that is not known.
    """
    fitting = [
        price
        for price in prices
        if _fits(price.connection, connection.name)
        and _fits(price.provider, connection.provider)
        and _fits(_folded(price.training_type), _folded(training_type))
        and fnmatchcase(model, price.model)
    ]
    return max(fitting, key=_exactness, default=None)


def _fits(wanted: str | None, given: str | None) -> bool:
    return wanted is None or wanted == given


def _folded(training_type: str | None) -> str | None:
    """The service does not mind the case (contracts/azure_openai.md section 1.4)."""
    return None if training_type is None else training_type.casefold()


def _exactness(price: Price) -> tuple[int, bool, bool, int, date]:
    narrow = 2 if price.connection is not None else 1 if price.provider is not None else 0
    literal = sum(character not in "*?[]" for character in price.model)
    whole = not any(character in "*?[" for character in price.model)
    return narrow, price.training_type is not None, whole, literal, price.as_of
