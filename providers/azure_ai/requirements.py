"""What a training in a workspace needs beyond its data: region, registration, Marketplace, role (contract 3, 7)."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeVar

from providers.azure_ai.access import VAULT_ROLE, grant_line
from providers.azure_ai.client import WorkspaceClient
from providers.azure_ai.endpoints_refusals import NETWORK
from providers.azure_ai.endpoints_wire import Registration, read
from providers.azure_ai.facts import MICROSOFT, load_facts
from providers.azure_ai.marketplace import Marketplace
from providers.azure_ai.names import BaseName, read_base, short_name
from providers.azure_ai.rights import (
    TRAIN,
    Permission,
    Scope,
    can_buy,
    holds,
    purchase_grants,
    read_permissions,
)
from providers.azure_ai.settings import AzureAISettings
from providers.azure_ai.vault import Vault
from providers.base import JobSpec
from providers.errors import NotFound, ProviderError, Refused, Unauthorised, Unsupported
from providers.hosting import Operation, OperationState
from providers.requirements import Requirement, RequirementState

Found = TypeVar("Found")

LOG = logging.getLogger(__name__)
_VAULT_REFUSALS: Final[Mapping[str, tuple[str, RequirementState]]] = MappingProxyType(
    {
        "vault_role_missing": ("key_vault", "missing"),
        "vault_network_refused": ("key_vault_network", "blocked"),
        "vault_unknown": ("key_vault_unknown", "missing"),
    }
)
"""Code of a vault's refusal -> requirement; after any other it is not known."""


class WorkspaceRequirements:
    """Requirements of the trainings of one workspace. Only `fulfil` changes anything, and only where it is allowed."""

    def __init__(self, client: WorkspaceClient, settings: AzureAISettings) -> None:
        self._client = client
        self._settings = settings
        self._marketplace = Marketplace(client)
        self._vault = Vault(client, settings.key_vault) if settings.key_vault else None

    async def check(
        self,
        model: str,
        spec: JobSpec | None = None,  # noqa: ARG002 - of the protocol: no paths are looked at
    ) -> Sequence[Requirement]:
        """Everything that training `model` needs: three requests, and up to four about a subscription.

        A tuned model's base is not told by its id: its region and subscription are then the service's to judge.
        """
        base = read_base(model)
        region, network, role = await _together(self._region(model), self._network(), self._role())
        found = [region, network]
        if base is not None and base.registry.lower() != MICROSOFT:
            found.append(await self._subscription(base))
        return (*found, role)

    async def standing(self) -> Sequence[Requirement]:
        """Registration, role and, where keys are to be put into a vault, the vault; region and offers are a model's."""
        found = await _together(self._network(), self._role())
        return found if self._vault is None else [*found, await self._writable(self._vault)]

    async def fulfil(
        self,
        requirement: Requirement,
        model: str,
        tags: Mapping[str, str],  # noqa: ARG002 - of the protocol
    ) -> Operation:
        """Buy the Marketplace subscription, where the configuration allows it; one that is there or coming is enough.

        The resource takes no tags, so `tags` are not sent. Only a requirement that says itself that it is a purchase is
        bought, since that is what people approved.

        Raises:
            Unsupported: `requirement_not_fulfillable` for everything else, or where buying is not allowed.
            Unauthorised: `role_missing`; its param `grants` lists the rights to ask for, one on each line.
            OutcomeUnknown: sent, and no answer came; `check` tells.
        """
        params = {"requirement": requirement.id, "model": short_name(model)}
        base = read_base(model)
        buys = requirement.id == "marketplace" and base is not None and base.registry.lower() != MICROSOFT
        if not buys or base is None:
            raise Unsupported("requirement_not_fulfillable", params)
        held = await self._marketplace.held(model)
        if held.standing == "subscribed":
            return Operation(name=held.name, state=None)
        if held.standing == "coming":
            return Operation(name=held.name, state={"verb": "apply"})
        # Nobody approved a purchase where it was only waited for: what was coming then may be gone now.
        may = requirement.purchase and self._settings.allow_marketplace
        if held.standing not in {"absent", "unsubscribed"} or not may:
            raise Unsupported("requirement_not_fulfillable", params)
        try:
            return await self._marketplace.subscribe(base, held.name)
        except Unauthorised as error:
            if error.code != "role_missing":
                raise
            grants = "\n".join(purchase_grants(self._client.id, self._who))
            raise Unauthorised("role_missing", {**error.params, "grants": grants}, error.answer) from error

    async def progress(self, operation: Operation) -> OperationState:
        """How far a purchase is."""
        return await self._marketplace.state(operation)

    @property
    def _who(self) -> str:
        return self._settings.client_id or ""

    async def _region(self, model: str) -> Requirement:
        """The hub or project is where the model is trained: a table of the documentation."""
        facts, region = load_facts(), (await self._client.workspace()).region
        row = facts.of(model)
        params: dict[str, str | int | float] = {"region": facts.region(region), "model": short_name(model)}
        if row is None or not row.regions:
            return Requirement(id="region", state="unknown", what=short_name(model), params=params)
        params["regions"] = ", ".join(sorted(map(facts.region, row.regions)))
        state: RequirementState = "met" if region in row.regions else "missing"
        return Requirement(id="region", state=state, what=short_name(model), params=params)

    async def _network(self) -> Requirement:
        """The subscription is registered for Microsoft.Network."""
        scope = self._client.id.subscription_scope
        params: dict[str, str | int | float] = {"scope": scope, "provider": NETWORK}
        try:
            value = await self._client.get("resources", "providers.get", f"{scope}/providers/{NETWORK}")
        except (Unauthorised, NotFound) as error:
            if error.code not in {"role_missing", "not_found", "endpoint_not_found"}:
                raise
            LOG.info("passed over: %s", error)
            return Requirement(id="network_provider", state="unknown", what=NETWORK, params=params)
        raw = read(Registration, value).state
        state: RequirementState = "met" if raw.lower() == "registered" else "missing" if raw else "unknown"
        command = f"az provider register --namespace {NETWORK} --subscription {self._client.id.subscription}"
        return Requirement(
            id="network_provider",
            state=state,
            what=NETWORK,
            grants=(command,) if state == "missing" else (),
            params={**params, "status": raw},
        )

    async def _role(self) -> Requirement:
        """The bot may create jobs in the workspace."""
        permissions = await self._permissions(self._client.path)
        need = TRAIN.need
        if permissions is None:
            return Requirement(id="role", state="unknown", what=need.role)
        held = holds(permissions, TRAIN)
        return Requirement(
            id="role",
            state="met" if held else "missing",
            what=need.role,
            grants=() if held else (grant_line(need.role, str(self._client.id), self._who),),
            params={"action": need.action, "role": need.role},
        )

    @staticmethod
    async def _writable(vault: Vault) -> Requirement:
        """The vault answers the bot. Listing is what can be asked without changing anything; the role has both."""
        try:
            await vault.look()
        except ProviderError as error:
            params = {"vault": vault.name, "role": VAULT_ROLE}
            id_, state = _VAULT_REFUSALS.get(error.code, ("key_vault", "unknown"))
            grant = str(error.params.get("grant", ""))
            return Requirement(
                id=id_,
                state=state,
                what=vault.name,
                grants=(grant,) if grant else (),
                params=params,
                answer=error.answer.message,
            )
        return Requirement(id="key_vault", state="met", what=vault.name)

    async def _subscription(self, base: BaseName) -> Requirement:
        try:
            held = await self._marketplace.held(base.id)
        except Unauthorised as error:
            if error.code != "role_missing":
                raise
            LOG.info("passed over: %s", error)
            return Requirement(id="marketplace", state="unknown", what=base.name, answer=error.answer.message)
        params: dict[str, str | int | float] = {
            "standing": held.standing, "status": held.raw, "subscription": held.name, "offer": held.offer,
        }  # fmt: skip
        if held.standing == "subscribed":
            return Requirement(id="marketplace", state="met", what=base.name, params=params)
        if held.standing in {"suspended", "failed"}:
            return Requirement(
                id=f"marketplace_{held.standing}", state="blocked", what=base.name, params=params
            )
        if held.standing == "coming":
            # Somebody is buying it just now: it is waited for and not bought again.
            return Requirement(
                id="marketplace", state="missing", what=base.name, fulfillable=True, params=params
            )
        return Requirement(
            id="marketplace",
            state="missing",
            what=base.name,
            purchase=True,
            # What cannot be read is tried: the service says no where it has to.
            fulfillable=self._settings.allow_marketplace and await self._can_buy() is not False,
            grants=purchase_grants(self._client.id, self._who),
            params=params,
        )

    async def _can_buy(self) -> bool | None:
        """Whether all that a first subscription takes is held; None = ARM does not tell."""
        id_ = self._client.id
        places: tuple[tuple[Scope, str], ...] = (
            ("subscription", id_.subscription_scope),
            ("group", id_.group_scope),
            ("workspace", self._client.path),
        )
        lists = await _together(*(self._permissions(path) for _, path in places))
        told: dict[Scope, Sequence[Permission]] = {}
        for (scope, _), permissions in zip(places, lists, strict=True):
            if permissions is None:
                return None
            told[scope] = permissions
        return can_buy(told)

    async def _permissions(self, path: str) -> tuple[Permission, ...] | None:
        """What the identity may do at a scope, inherited rights included; None where that cannot be read."""
        where = f"{path}/providers/Microsoft.Authorization/permissions"
        try:
            return read_permissions(await self._client.items("permissions", "permissions.list", where))
        except Refused as error:
            if error.code not in {"role_missing", "not_found", "endpoint_not_found", "request_refused"}:
                raise
            LOG.info("passed over: %s", error)
            return None


async def _together(*asked: Awaitable[Found]) -> list[Found]:
    """All answers, or the first error once all have ended."""
    answers = await asyncio.gather(*asked, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]
