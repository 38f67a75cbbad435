"""The ARM id of a workspace (a project is one, too), taken apart (contract 1). ARM compares ids without case."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

PROVIDER: Final = "Microsoft.MachineLearningServices"
_ID: Final = re.compile(
    r"/?subscriptions/(?P<subscription>[^/?#\s]+)/resourceGroups/(?P<group>[^/?#\s]+)"
    r"/providers/Microsoft\.MachineLearningServices/workspaces/(?P<workspace>[^/?#\s]+)/?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WorkspaceId:
    """`/subscriptions/…/resourceGroups/…/providers/Microsoft.MachineLearningServices/workspaces/…`."""

    subscription: str
    group: str
    workspace: str

    @classmethod
    def parse(cls, text: str) -> "WorkspaceId":
        """Read an id in any case. Raises ValueError for anything else than a workspace's id."""
        match = _ID.fullmatch(text.strip())
        if match is None or {".", ".."} & set(match.groups()):
            message = "a resource id is /subscriptions/…/providers/Microsoft.MachineLearningServices/workspaces/NAME"
            raise ValueError(message)
        return cls(match["subscription"], match["group"], match["workspace"])

    def __str__(self) -> str:
        return f"{self.group_scope}/providers/{PROVIDER}/workspaces/{self.workspace}"

    @property
    def path(self) -> str:
        """The id as the path of a request."""
        return quote(str(self), safe="/")

    @property
    def subscription_scope(self) -> str:
        """What registrations of providers and purchases belong to."""
        return f"/subscriptions/{self.subscription}"

    @property
    def group_scope(self) -> str:
        """What Marketplace resources are created in."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
