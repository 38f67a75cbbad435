"""What the bot's identity may do, as Resource Manager lists it (`…/permissions`) and enforces it."""

from fnmatch import fnmatchcase
from typing import Any, Final

from sandbox.azure_ml.options import PROVIDER, Switches

_WORKSPACES: Final = f"{PROVIDER}/workspaces"
_MARKET: Final = (
    "Microsoft.MarketplaceOrdering/*",
    "Microsoft.Marketplace/*",
    "Microsoft.SaaS/*",
)
_DEVELOPER: Final = (
    *(f"{_WORKSPACES}/*/{verb}" for verb in ("read", "action", "delete", "write")),
    f"{_WORKSPACES}/read",
    f"{PROVIDER}/locations/*/read",
    "Microsoft.Authorization/*/read",
    "Microsoft.Resources/*/read",
)
_WITHOUT: Final = (f"{_WORKSPACES}/delete", f"{_WORKSPACES}/write", f"{_WORKSPACES}/listKeys/action")
_ROLES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "owner": (("*",), ()),
    "developer": (_DEVELOPER, _WITHOUT),
    "scientist": (_DEVELOPER, (*_WITHOUT, f"{_WORKSPACES}/datastores/listSecrets/action")),
    "reader": (("*/read",), ()),
    "none": ((), ()),
}


def _granted(switches: Switches) -> tuple[tuple[str, ...], tuple[str, ...]]:
    actions, without = _ROLES[switches.role]
    return actions, without if switches.marketplace_rights else (*without, *_MARKET)


def allows(switches: Switches, action: str) -> bool:
    """Whether the identity's role has this action; case does not count."""
    actions, without = _granted(switches)
    return _covers(actions, action) and not _covers(without, action)


def _covers(patterns: tuple[str, ...], action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


def permissions(switches: Switches) -> list[dict[str, Any]]:
    """The rows of the list of permissions; none without any role."""
    actions, without = _granted(switches)
    if not actions:
        return []
    row = {"actions": [*actions], "notActions": [*without], "dataActions": [], "notDataActions": []}
    return [row]
