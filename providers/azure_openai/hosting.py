"""Deployments of one Azure OpenAI account behind the Hosting protocol."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Any

from providers.azure_openai.arm_errors import GET, identity_of
from providers.azure_openai.arm_wire import ArmAccount, read
from providers.azure_openai.catalogue import job_of, read_name
from providers.azure_openai.client import AzureOpenAIClient
from providers.azure_openai.deployments import creation_body, read_deployment, read_deployments
from providers.azure_openai.inference import body_of, unanswered, wants_other_limit
from providers.azure_openai.management import ArmClient
from providers.azure_openai.model_facts import load_facts
from providers.azure_openai.operations import Operations
from providers.azure_openai.place import build_place
from providers.azure_openai.rights import read_permissions, to_rights
from providers.azure_openai.roles import MODELS_ACTION, USAGES_ACTION
from providers.azure_openai.settings import AzureOpenAISettings
from providers.azure_openai.skus import RULES
from providers.azure_openai.usage import UsageReader
from providers.clock import Clock
from providers.errors import (
    Conflict,
    NotFound,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Unavailable,
    Unsupported,
)
from providers.hosting import (
    CallResult,
    DeploySpec,
    Endpoint,
    ExpiryRule,
    Operation,
    OperationState,
    Place,
    RemoteDeployment,
    Right,
    Usage,
)

LOG = logging.getLogger(__name__)


class AzureHosting:
    """One account: control plane through `arm`, calls through the data plane's `client`."""

    def __init__(
        self, arm: ArmClient, client: AzureOpenAIClient, settings: AzureOpenAISettings, *, clock: Clock
    ) -> None:
        self._arm = arm
        self._client = client
        self._settings = settings
        self._usage = UsageReader(arm, clock)
        self._operations = Operations(arm, clock, self.deployment)
        self._region: str | None = None

    @property
    def rules(self) -> Sequence[ExpiryRule]:
        """When the service deletes deployments by itself (contract 3.1)."""
        return RULES

    @property
    def resource(self) -> str:
        """ARM id of the account."""
        return str(self._arm.resource)

    async def place(self) -> Place:
        """Models, quotas and filters of the account's region: three requests, and one more the first time.

        Quotas need a role on the subscription; without it there are no `pools`. `filters` is empty likewise.
        """
        region = await self._where()
        models, usages, filters = await _together(
            self._arm.items("locations", "offers.list", f"{self._arm.resource.location(region)}/models"),
            _optional(
                self._arm.items("locations", "usages.list", f"{self._arm.resource.location(region)}/usages")
            ),
            _optional(self._arm.items("filters", "filters.list", f"{self._arm.resource.path}/raiPolicies")),
        )
        return build_place(
            self.resource,
            region,
            models=models or (),
            usages=usages,
            filters=filters or (),
            facts=load_facts(),
        )

    async def deployments(self) -> Sequence[RemoteDeployment]:
        """All deployments, those of base models included; all pages or an error."""
        path = f"{self._arm.resource.path}/deployments"
        return read_deployments(await self._arm.items("deployments", "deployments.list", path))

    async def deployment(self, name: str) -> RemoteDeployment | None:
        """One deployment; None only when ARM says that the account has none of this name."""
        try:
            value = await self._arm.get(
                "deployments", GET, self._arm.deployment(name), what={"deployment": name}
            )
        except NotFound as error:
            if error.code == "not_found":
                return None
            raise
        found = read_deployment(value)
        if found is None:
            raise Unavailable("unreadable_answer", {"operation": GET, "deployment": name})
        return found

    async def apply(self, spec: DeploySpec) -> Operation:
        """PUT, once."""
        what: dict[str, str | int] = {
            "deployment": spec.name,
            "model": spec.model,
            "sku": spec.sku,
            "capacity": spec.capacity,
            "filter": spec.content_filter or "",
            "source": spec.source or "",
        }
        return await self._operations.apply(spec.name, creation_body(spec), what)

    async def operation(self, operation: Operation) -> OperationState:
        """How far it is."""
        return await self._operations.state(operation)

    async def delete(self, name: str) -> Operation:
        """Take it down; one that is gone already is fine."""
        return await self._operations.delete(name)

    async def usage(self, since: datetime) -> Usage:
        """Answered calls of all deployments since then, by the hour."""
        return await self._usage.read(since)

    async def call(self, name: str, prompt: str) -> CallResult:
        """One short chat, sent once (once more under the other limit where the model takes only that)."""
        try:
            try:
                return await self._client.chat(name, body_of(prompt))
            except Refused as error:
                if not wants_other_limit(error):
                    raise
            return await self._client.chat(name, body_of(prompt, reasoning=True))
        except OutcomeUnknown as error:
            raise unanswered(error) from error

    async def hand_over(self, name: str) -> None:
        """Keys stay at the account: whoever may read them reads them there."""

    def endpoint(self, name: str) -> Endpoint:
        """How programs call it; the scope is for `entra` only.

        On v1 `url` is the base that clients of OpenAI take (`…/openai/v1`), and there is no api-version to send.
        """
        entra = self._settings.auth == "entra"
        surface = self._settings.surface("inference")
        return Endpoint(
            url=f"{self._settings.endpoint}/openai/v1" if surface.is_v1 else self._settings.endpoint,
            deployment=name,
            api_version=surface.query.get("api-version", ""),
            style="azure_v1" if surface.is_v1 else "azure_openai",
            auth="entra" if entra else "key",
            scope=self._settings.scope if entra else "",
        )

    async def rights(self) -> Sequence[Right]:
        """What the identity may do: ARM's permissions for the account; what belongs to the subscription is tried.

        An identity that is not configured by its client id is named as the service's refusals name it.
        """
        path = f"{self._arm.resource.path}/providers/Microsoft.Authorization/permissions"
        named: list[str] = []
        permissions = await _optional(self._arm.items("permissions", "permissions.list", path), named)
        tried = {USAGES_ACTION: False, MODELS_ACTION: False}
        try:
            location = self._arm.resource.location(await self._where())
        except Unauthorised as error:
            if error.code != "role_missing":
                raise
            named.append(identity_of(error.answer))
        else:
            usages, models = await _together(
                _optional(self._arm.items("locations", "usages.list", f"{location}/usages"), named),
                _optional(self._arm.items("locations", "offers.list", f"{location}/models"), named),
            )
            tried = {USAGES_ACTION: usages is not None, MODELS_ACTION: models is not None}
        return to_rights(
            read_permissions(permissions or ()),
            self._arm.resource,
            who=self._settings.client_id or next(filter(None, named), ""),
            tried=tried,
            calls_with_token=self._settings.auth == "entra",
        )

    async def delete_model(self, model: str) -> None:
        """Delete the job that made it, and with it the model: the dated data plane has no other way (contract 1.1)."""
        params = {"operation": "models.delete", "model": model}
        name = read_name(model)
        if name is not None and name.step is not None:
            raise Unsupported("model_not_deletable", params)
        wire = next((one for one in await self._client.models() if one.id == model), None)
        if wire is None:
            return
        job = job_of(wire)
        if job is None:
            raise Unsupported("model_not_deletable", params)
        try:
            await self._client.delete_job(job)
        except NotFound as error:
            if error.code != "not_found":
                raise
            raise Unsupported("model_not_deletable", params, error.answer) from error
        except Conflict as error:
            if error.code != "in_use":
                raise
            raise Conflict("model_in_use", params, error.answer) from error

    async def aclose(self) -> None:
        """Close the control plane's connections; the data plane's are the provider's."""
        await self._arm.aclose()

    async def _where(self) -> str:
        """The account's region, asked for once: an account does not move."""
        if self._region is None:
            account = read(
                ArmAccount, await self._arm.get("deployments", "account.get", self._arm.resource.path)
            )
            if account.location is None:
                raise Unavailable("unreadable_answer", {"operation": "account.get"})
            self._region = account.location.lower().replace(" ", "")
        return self._region


async def _together(*asked: Awaitable[list[Any] | None]) -> list[list[Any] | None]:
    """All answers, or the first error once all have ended."""
    answers = await asyncio.gather(*asked, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]


async def _optional(asked: Awaitable[list[Any]], named: list[str] | None = None) -> list[Any] | None:
    """The items, None without the role for them: what needs them is refused by the service when it comes to it.

    Whom the refusal names is added to `named`.
    """
    try:
        return await asked
    except Unauthorised as error:
        if error.code != "role_missing":
            raise
        LOG.info("passed over: %s", error)
        if named is not None:
            named.append(identity_of(error.answer))
        return None
