"""The ARM id of an account, taken apart (contract 2.1). ARM compares ids without case."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

_ID: Final = re.compile(
    r"/?subscriptions/(?P<subscription>[^/?#\s]+)/resourceGroups/(?P<group>[^/?#\s]+)"
    r"/providers/Microsoft\.CognitiveServices/accounts/(?P<account>[^/?#\s]+)/?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ResourceId:
    """`/subscriptions/…/resourceGroups/…/providers/Microsoft.CognitiveServices/accounts/…`."""

    subscription: str
    group: str
    account: str

    @classmethod
    def parse(cls, text: str) -> "ResourceId":
        """Read an id in any case. Raises ValueError for anything else than an account's id."""
        match = _ID.fullmatch(text.strip())
        if match is None or {".", ".."} & set(match.groups()):
            message = "a resource id is /subscriptions/…/providers/Microsoft.CognitiveServices/accounts/NAME"
            raise ValueError(message)
        return cls(match["subscription"], match["group"], match["account"])

    def __str__(self) -> str:
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
            f"/providers/Microsoft.CognitiveServices/accounts/{self.account}"
        )

    @property
    def path(self) -> str:
        """The id as the path of a request."""
        return quote(str(self), safe="/")

    @property
    def subscription_scope(self) -> str:
        """What quotas and models of a region belong to."""
        return f"/subscriptions/{self.subscription}"

    def location(self, region: str) -> str:
        """Path of a region in this subscription."""
        subscription, region = quote(self.subscription, safe=""), quote(region, safe="")
        return f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{region}"
