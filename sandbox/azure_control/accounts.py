"""The accounts that Resource Manager knows, their ids and their JSON (contract 2.1)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.azure_openai.options import Account

TYPE: Final = "Microsoft.CognitiveServices/accounts"
_ID: Final = re.compile(
    r"/*subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/Microsoft\.CognitiveServices/accounts/(?P<name>[^/]+)/*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """An account with its name; `resource` is the name as the data plane and `Deployments` know it."""

    name: str
    account: Account

    @property
    def resource(self) -> str:
        """The name in lower case."""
        return self.name.lower()

    @property
    def id(self) -> str:
        """The ARM id of the account."""
        account = self.account
        group = f"/subscriptions/{account.subscription_id}/resourceGroups/{account.resource_group}"
        return f"{group}/providers/{TYPE}/{self.name}"

    def as_json(self, origin: str) -> dict[str, Any]:
        """The account object; its endpoint is where this sandbox serves the data plane."""
        return {
            "id": self.id,
            "name": self.name,
            "type": TYPE,
            "location": self.account.location,
            "kind": "OpenAI",
            "sku": {"name": "S0"},
            "etag": '"sandbox"',
            "properties": {
                "endpoint": f"{origin}/azure/{self.resource}/",
                "provisioningState": "Succeeded",
                "customSubDomainName": self.resource,
                "publicNetworkAccess": "Enabled",
            },
        }


class Accounts:
    """Looks accounts up; names, groups and locations are compared without case, locations without spaces."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._places = {name.lower(): Place(name, account) for name, account in accounts.items()}

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places.values())

    def named(self, resource: str) -> Place | None:
        """The account of a resource of the data plane, or None."""
        return self._places.get(resource.lower())

    def find(self, subscription: str, group: str, name: str) -> Place | None:
        """The account at an ARM address, or None."""
        place = self.named(name)
        if place is None or place.account.subscription_id.lower() != subscription.lower():
            return None
        return place if place.account.resource_group.lower() == group.lower() else None

    def by_id(self, arm_id: str) -> Place | None:
        """The account with this ARM id, or None."""
        found = _ID.fullmatch(arm_id)
        return self.find(found["subscription"], found["group"], found["name"]) if found else None

    def has_subscription(self, subscription: str) -> bool:
        """Whether any account is in it."""
        return any(place.account.subscription_id.lower() == subscription.lower() for place in self)

    def has_group(self, subscription: str, group: str) -> bool:
        """Whether any account of the subscription is in this resource group."""
        mine = (place.account for place in self)
        wanted = (subscription.lower(), group.lower())
        return any((one.subscription_id.lower(), one.resource_group.lower()) == wanted for one in mine)

    def at(self, subscription: str, location: str) -> list[Place]:
        """The accounts of a subscription in a location ("swedencentral" and "Sweden Central" are the same)."""
        wanted = location.lower().replace(" ", "")
        return [
            place
            for place in self
            if place.account.subscription_id.lower() == subscription.lower()
            and place.account.location == wanted
        ]


def subscription_of(arm_id: str) -> str | None:
    """The subscription in an account's ARM id; None for what is no such id."""
    found = _ID.fullmatch(arm_id)
    return found["subscription"].lower() if found else None
