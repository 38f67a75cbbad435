"""Quota: pools for each subscription and region, and what is used of them (contract 2.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.azure_control import market
from sandbox.azure_control.accounts import Accounts
from sandbox.azure_control.deployments import FAILED, Deployments
from sandbox.azure_openai.catalogue import BASE_MODELS, BaseModel
from sandbox.azure_openai.options import Account


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool, in thousands of tokens per minute."""

    name: str
    title: str
    used: int
    limit: int

    @property
    def free(self) -> int:
        """What is left of it."""
        return max(0, self.limit - self.used)

    def as_json(self) -> dict[str, Any]:
        """One usage."""
        return {
            "name": {"value": self.name, "localizedValue": self.title},
            "currentValue": self.used,
            "limit": self.limit,
            "unit": "Count",
        }


class Quota:
    """Counts what is deployed; a failed deployment uses nothing."""

    def __init__(self, accounts: Accounts, deployments: Deployments, limits: Mapping[str, int]) -> None:
        self._accounts = accounts
        self._deployments = deployments
        self._limits = limits

    def pool(self, account: Account, base: BaseModel, sku: str, *, tuned: bool) -> Pool:
        """The pool that a deployment in this account would draw from."""
        name = market.pool(base, sku, tuned=tuned)
        used = sum(
            found.capacity
            for place in self._accounts.at(account.subscription_id, account.location)
            for found in self._deployments.of(place.resource)
            if found.state != FAILED and market.pool(found.base, found.sku, tuned=found.fine_tuned) == name
        )
        limit = self._limits.get(name, market.pool_limit(sku, tuned=tuned))
        return Pool(name, market.pool_title(base, sku, tuned=tuned), used, limit)

    def usages(self, account: Account) -> list[Pool]:
        """Every pool of the account's subscription and region, by name."""
        pools = {
            pool.name: pool
            for base in BASE_MODELS.values()
            for tuned in (False, True)
            for sku in market.skus_at(base, account, tuned=tuned)
            for pool in (self.pool(account, base, sku, tuned=tuned),)
        }
        return [pools[name] for name in sorted(pools)]
