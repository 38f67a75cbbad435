"""What the bot may do in a workspace, held against what it needs (contract 3, 4, 7).

One built-in role has everything that belongs to the project. What the Marketplace needs belongs to the subscription and
the resource group, and only Owner, Contributor or a role of one's own has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from providers.azure_ai.access import WORKSPACES, Need, grant_line, need_of, scope_of
from providers.azure_ai.workspace_id import WorkspaceId
from providers.hosting import Right

BUYER: Final = "Contributor"
Scope = Literal["workspace", "group", "subscription"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """One need as the check of rights lists it.

    Attributes:
        needed_for: our word (`Right.needed_for`).
        also: other spellings of the same action; one of them suffices.
        vital: False where the bot only does or knows less without it.
    """

    need: Need
    needed_for: str
    also: tuple[str, ...] = ()
    vital: bool = True


WANTS: Final = (
    Want(need=need_of("workspace.get"), needed_for="read"),
    Want(need=need_of("endpoints.list"), needed_for="read"),
    Want(need=need_of("endpoints.create"), needed_for="deploy"),
    Want(need=need_of("endpoints.delete"), needed_for="remove"),
    Want(need=need_of("endpoints.keys"), needed_for="call"),
)
"""What hosting needs (4)."""

TRAIN: Final = Want(need=need_of("jobs.create"), needed_for="train")

# The documents write marketplaceModelSubscriptions, the type is marketplaceSubscriptions: a role should have both (7).
SUBSCRIBE: Final = Want(
    need=Need(action=f"{WORKSPACES}/marketplaceSubscriptions/write"),
    needed_for="buy",
    also=(f"{WORKSPACES}/marketplaceModelSubscriptions/write",),
    vital=False,
)

PURCHASE: Final[tuple[tuple[str, Scope], ...]] = (
    ("Microsoft.MarketplaceOrdering/agreements/offers/plans/read", "subscription"),
    ("Microsoft.MarketplaceOrdering/agreements/offers/plans/sign/action", "subscription"),
    ("Microsoft.MarketplaceOrdering/offerTypes/publishers/offers/plans/agreements/read", "subscription"),
    ("Microsoft.Marketplace/offerTypes/publishers/offers/plans/agreements/read", "subscription"),
    ("Microsoft.SaaS/register/action", "subscription"),
    ("Microsoft.SaaS/resources/read", "group"),
    ("Microsoft.SaaS/resources/write", "group"),
    (f"{WORKSPACES}/marketplaceModelSubscriptions/*", "workspace"),
    (f"{WORKSPACES}/marketplaceSubscriptions/*", "workspace"),
    (f"{WORKSPACES}/serverlessEndpoints/*", "workspace"),
)
"""The role of one's own for the first subscription to an offer, as the source document lists it (7)."""


def _patterns(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


Patterns = Annotated[tuple[str, ...], BeforeValidator(_patterns)]


class Permission(BaseModel):
    """What one role assignment allows, with what it takes away again."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    actions: Patterns = ()
    not_actions: Patterns = Field((), alias="notActions")


def read_permissions(items: Iterable[Any]) -> tuple[Permission, ...]:
    """The items of ARM's list of permissions; what is no object allows nothing."""
    return tuple(Permission.model_validate(item if isinstance(item, Mapping) else {}) for item in items)


def allows(permissions: Sequence[Permission], action: str) -> bool:
    """Whether any assignment has the action and does not take it away itself.

    `*` stands for any characters and case does not count; what one assignment takes away, another may give.
    """
    return any(_matches(action, one.actions) and not _matches(action, one.not_actions) for one in permissions)


def holds(permissions: Sequence[Permission], want: Want) -> bool:
    """Whether the want is met in one of its spellings."""
    return any(allows(permissions, action) for action in (want.need.action, *want.also))


def to_rights(
    permissions: Sequence[Permission], workspace: WorkspaceId, *, who: str, subscribes: bool
) -> list[Right]:
    """One right per want, in the table's order.

    Args:
        permissions: of the workspace, inherited ones included.
        workspace: where roles are assigned.
        who: client id of the bot's identity, "" when it is not configured.
        subscribes: whether the bot is to buy Marketplace subscriptions.
    """
    wants = (*WANTS, *((SUBSCRIBE,) if subscribes else ()))
    return [_right(want, workspace, who, held=holds(permissions, want)) for want in wants]


def purchase_grants(workspace: WorkspaceId, who: str = "") -> tuple[str, ...]:
    """What to ask for so that a first subscription can be bought: the built-in role, then each right at its scope."""
    command = grant_line(BUYER, workspace.subscription_scope, who)
    return (command, *(f"{action} @ {_scope(scope, workspace)}" for action, scope in PURCHASE))


def can_buy(by_scope: Mapping[Scope, Sequence[Permission]]) -> bool:
    """Whether everything that a first subscription takes is allowed at its scope; either spelling suffices."""
    asked = [(action, scope) for action, scope in PURCHASE if scope != "workspace"]
    elsewhere = all(allows(by_scope.get(scope, ()), action) for action, scope in asked)
    return elsewhere and holds(by_scope.get("workspace", ()), SUBSCRIBE)


def _right(want: Want, workspace: WorkspaceId, who: str, *, held: bool) -> Right:
    need = want.need
    grant = "" if held else grant_line(need.role, scope_of(need, workspace), who)
    return Right(action=need.action, held=held, needed_for=want.needed_for, grant=grant, vital=want.vital)


def _scope(scope: Scope, workspace: WorkspaceId) -> str:
    return scope_of(Need(action="", scope=scope), workspace)


def _matches(action: str, patterns: Iterable[str]) -> bool:
    wanted = action.lower()
    return any(fnmatchcase(wanted, _glob(pattern)) for pattern in patterns)


def _glob(pattern: str) -> str:
    """A role's pattern as a glob: `*` is all that it has, brackets and question marks mean themselves."""
    return pattern.lower().replace("[", "[[]").replace("?", "[?]")
