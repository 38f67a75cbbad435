"""What the bot may do at an account: ARM's permissions held against what it needs (contract 2.3, 3.3)."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from providers.azure_openai.arm_wire import ArmPermission, read
from providers.azure_openai.resource_id import ResourceId
from providers.azure_openai.roles import NEEDS, Need, grant_line, scope_of
from providers.hosting import Right


def allows(permissions: Sequence[ArmPermission], action: str, *, data: bool = False) -> bool:
    """Whether any assignment has the action and does not take it away itself.

    `*` stands for any characters and case does not count; what one assignment takes away, another may give.
    """
    for one in permissions:
        given = one.data_actions if data else one.actions
        taken = one.not_data_actions if data else one.not_actions
        if _matches(action, given) and not _matches(action, taken):
            return True
    return False


def read_permissions(items: Iterable[Any]) -> list[ArmPermission]:
    """The items of ARM's list of permissions."""
    return [read(ArmPermission, item) for item in items]


def to_rights(
    permissions: Sequence[ArmPermission],
    resource: ResourceId,
    *,
    who: str,
    tried: Mapping[str, bool],
    calls_with_token: bool,
) -> list[Right]:
    """One right per need, in the table's order.

    Args:
        permissions: of the account.
        resource: the account.
        who: client id of the bot's identity, "" when the configuration does not name it.
        tried: outcome for actions whose scope is the subscription: the account's permissions do not tell, so they
            were simply done.
        calls_with_token: whether the data plane is called with a token; a key may call without a role.
    """
    rights = []
    for need in NEEDS:
        if need.data and not calls_with_token:
            continue
        held = tried.get(need.action, allows(permissions, need.action, data=need.data))
        rights.append(_right(need, resource, who, held=held))
    return rights


def _right(need: Need, resource: ResourceId, who: str, *, held: bool) -> Right:
    grant = "" if held else grant_line(need.role, scope_of(need, resource), who)
    return Right(action=need.action, held=held, needed_for=need.needed_for, grant=grant, vital=need.vital)


def _matches(action: str, patterns: Iterable[Any]) -> bool:
    wanted = action.lower()
    return any(isinstance(pattern, str) and fnmatchcase(wanted, _glob(pattern)) for pattern in patterns)


def _glob(pattern: str) -> str:
    """A role's pattern as a glob: `*` is all that it has, brackets and question marks mean themselves."""
    return pattern.lower().replace("[", "[[]").replace("?", "[?]")
