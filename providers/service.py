"""A kind of service, as its package describes it: what is known of it without importing all of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from providers.clock import Clock, Random, Sleep
from providers.describing import Limits
from providers.errors import Refused
from providers.network import NetworkOptions
from providers.retry import RetryPolicy

if TYPE_CHECKING:
    from providers.base import Provider

Checked = TypeVar("Checked", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every provider is built from.

    Attributes:
        network: proxy, exceptions, authorities.
        clock: tells the present moment. sleep: waits between two attempts.
        random: jitter of the backoff and boundaries of forms.
        policy: how often a repeatable call is tried before the caller's queue takes over.
    """

    network: NetworkOptions
    clock: Clock
    sleep: Sleep
    random: Random
    policy: RetryPolicy


class Opener(Protocol):
    """Makes the provider of one connection; nothing is sent yet. Raises `Refused("settings_invalid")`."""

    def __call__(self, name: str, settings: Mapping[str, Any], around: Surroundings) -> "Provider":
        """`settings` are the connection's keys and, over them, those of its `options`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One kind of service that a connection can name.

    Attributes:
        kind: as in the configuration (`azure_openai`). label: its name, everywhere the same: of two services of one
            company none can be called by the company's name.
        auths: ways to sign in that `auth` may name, the usual one first.
        open: makes a provider.
        wrong: names of settings that are missing or wrong, with a word each that says what is wanted; looks at nothing
            but the settings, and never quotes a value.
        identity: what tells one resource of the service from another, beside the endpoint (a workspace's id).
        keys: names that the connection's `options` may have.
        groups: groups of operations that `api_versions` may name.
        hosts: whether deployments are managed with these settings. buys: whether a training may buy something first.
        reading_costs: whether asking for last calls is billed with these settings (it starts a warehouse).
        monitor: what measures calls there, as it stands in a sentence; "" = nothing does.
        missing_answer: what callers of a deployment get that is gone; "" = not documented.
        evaluates: whether the service evaluates the safety of each model after its training.
        charges_tokens: whether its documents say that tokens times epochs are charged, and no waiting and no failure.
        drops_failures: whether it forgets after a while why a job failed.
        limits: quotas of each resource that its documents name.
    """

    kind: str
    label: str
    auths: tuple[str, ...]
    open: Opener
    wrong: Callable[[Mapping[str, Any]], Mapping[str, str]]
    identity: Callable[[Mapping[str, Any]], str] = field(default=lambda _settings: "")
    keys: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    hosts: Callable[[Mapping[str, Any]], bool] = field(default=lambda one: one.get("resource_id") is not None)
    buys: Callable[[Mapping[str, Any]], bool] = field(default=lambda _settings: False)
    reading_costs: Callable[[Mapping[str, Any]], bool] = field(default=lambda _settings: False)
    monitor: str = ""
    missing_answer: str = ""
    evaluates: bool = False
    charges_tokens: bool = False
    drops_failures: bool = False
    limits: Limits = field(default=Limits())


def checked(model: type[Checked], connection: str, settings: Mapping[str, Any]) -> Checked:
    """The settings as `model`. Raises `Refused("settings_invalid")` with the names alone: a value can be a key."""
    try:
        return model.model_validate(dict(settings))
    except ValidationError as error:
        names = ", ".join(sorted(_names(error)))
        raise Refused("settings_invalid", {"connection": connection, "settings": names}) from None


def wrong_by(model: type[BaseModel]) -> Callable[[Mapping[str, Any]], Mapping[str, str]]:
    """`Service.wrong` by a model of the settings: the word is pydantic's type of mistake (`missing`, `value_error`)."""

    def wrong(settings: Mapping[str, Any]) -> Mapping[str, str]:
        try:
            model.model_validate(dict(settings))
        except ValidationError as error:
            return _names(error)
        return {}

    return wrong


def _names(error: ValidationError) -> dict[str, str]:
    return {".".join(str(part) for part in one["loc"]) or "auth": one["type"] for one in error.errors()}
