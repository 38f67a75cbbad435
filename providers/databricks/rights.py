"""What a principal may do in Unity Catalog and at endpoints, and the lines that grant it (contract 1, 2, 3, 5, 8)."""

import asyncio
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from providers.databricks.client import WorkspaceClient, path_of
from providers.databricks.serving import is_fine_tuned, served
from providers.databricks.serving_wire import WireEndpoint
from providers.errors import NotFound, ProviderError, Unauthorised, Unsupported
from providers.hosting import Right
from providers.mlflow.reading import rows, text

LOG = logging.getLogger(__name__)
CATALOG: Final = "/api/2.1/unity-catalog"
OPERATION: Final = "permissions.read"
ALL: Final = "ALL PRIVILEGES"
MANAGE: Final = "CAN_MANAGE"
QUERY: Final = frozenset({"CAN_QUERY", MANAGE})
SYSTEM: Final = "system"
SERVING: Final = "system.serving"
"""The schema of the usage tables."""
_PERSON_OR_APPLICATION: Final = re.compile(
    r"[^@\s]+@[^@\s]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE
)
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COLLECTIONS: Final[Mapping[str, str]] = {"catalog": "catalogs", "schema": "schemas", "volume": "volumes"}


@dataclass(frozen=True, slots=True)
class Securable:
    """A catalog, schema or volume by its full name."""

    kind: Literal["catalog", "schema", "volume"]
    name: str


@dataclass(frozen=True, slots=True)
class Need:
    """A privilege on something: `use` is `Right.needed_for`, `vital` False where the bot only knows less without."""

    privilege: str
    on: Securable
    use: str
    vital: bool = True


class Grants:
    """What we hold in Unity Catalog. One object asks for each securable once: make one for each question."""

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client
        self._held: dict[Securable, frozenset[str] | None] = {}
        self._lock = asyncio.Lock()

    async def holds(self, privilege: str, on: Securable) -> bool | None:
        """Whether we hold it, by a group or from above, too; None = that is not told to us."""
        async with self._lock:
            if on not in self._held:
                self._held[on] = await self._read(on)
        held = self._held[on]
        return None if held is None else privilege in held or ALL in held

    async def _read(self, on: Securable) -> frozenset[str] | None:
        path = f"{CATALOG}/effective-permissions" + path_of(on.kind, on.name)
        try:
            params = {"principal": await self._client.me()}
            told = await self._client.pages(OPERATION, path, "privilege_assignments", params)
            held = privileges_of(told)
            return held if ALL in held else await self._with_owner(on, held)
        except (NotFound, Unauthorised, Unsupported) as error:
            if error.code not in {"not_found", "privilege_missing", "feature_disabled", "endpoint_not_found"}:
                raise
            LOG.info("privileges on %s are not told: %s", on.name, error)
            return None

    async def _with_owner(self, on: Securable, held: frozenset[str]) -> frozenset[str] | None:
        """An owner may do everything and is in no list; whether we belong to a group that owns it is not told."""
        path = f"{CATALOG}/{_COLLECTIONS[on.kind]}" + path_of(on.name)
        try:
            owner = text((await self._client.get(OPERATION, path)).get("owner"))
        except (NotFound, Unauthorised):
            return held
        if owner and owner.lower() == (await self._client.me()).lower():
            return held | {ALL}
        return held if not owner or held or _PERSON_OR_APPLICATION.fullmatch(owner) else None


def privileges_of(assignments: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Privileges of an answer, spelled as in SQL (`USE CATALOG`; REST spells `USE_CATALOG`). Pure."""
    return frozenset(
        text(one.get("privilege")).replace("_", " ").upper()
        for assignment in assignments
        for one in rows(assignment.get("privileges"))
        if text(one.get("privilege"))
    )


def grant_line(privilege: str, on: Securable, principal: str) -> str:
    """The SQL that grants a privilege, names quoted where they need it."""
    names = ".".join(quoted(part) for part in on.name.split("."))
    return f"GRANT {privilege} ON {on.kind.upper()} {names} TO {quoted(principal)};"


def permission_line(thing: str, level: str, principal: str, *, of: str = "serving-endpoints") -> str:
    """The command that lets a principal use or manage an endpoint, or a thing `of` another group, by its id."""
    kind = "user_name" if "@" in principal else "service_principal_name"
    entry = {"access_control_list": [{kind: principal, "permission_level": level}]}
    body = json.dumps(entry).replace("'", "'\\''")
    return f"databricks {of} update-permissions {thing} --json '{body}'"


def quoted(name: str) -> str:
    """A name of Unity Catalog or of a principal, as SQL quotes it: only a name that is no plain word is."""
    if _PLAIN.fullmatch(name):
        return name
    return "`" + name.replace("`", "``") + "`"


def hosting_needs(register_to: str, *, usage: bool) -> tuple[Need, ...]:
    """What serving the models of a schema needs, and reading who calls them where that is configured."""
    schema = Securable("schema", register_to)
    needs = (
        Need("USE CATALOG", Securable("catalog", register_to.partition(".")[0]), "deploy"),
        Need("USE SCHEMA", schema, "deploy"),
        Need("EXECUTE", schema, "deploy"),
    )
    tables = (
        Need("USE CATALOG", Securable("catalog", SYSTEM), "usage", vital=False),
        Need("USE SCHEMA", Securable("schema", SERVING), "usage", vital=False),
        Need("SELECT", Securable("schema", SERVING), "usage", vital=False),
    )
    return needs + (tables if usage else ())


async def to_rights(client: WorkspaceClient, needs: Sequence[Need]) -> list[Right]:
    """One right per need that is told; what is not told is left out, and the service decides when it comes to it."""
    grants = Grants(client)
    found = []
    for need in needs:
        held = await grants.holds(need.privilege, need.on)
        if held is None:
            continue
        found.append(
            Right(
                action=f"{need.privilege} on {need.on.kind} {need.on.name}",
                held=held,
                needed_for=need.use,
                grant="" if held else grant_line(need.privilege, need.on, await client.me()),
                vital=need.vital,
            )
        )
    return found


def endpoint_rights(endpoints: Sequence[WireEndpoint], principal: str) -> list[Right]:
    """Rights on the endpoints that serve fine-tuned models, where the answer tells them. Pure.

    Whoever makes an endpoint manages it, so nothing is missing where there is none. Those of others are not vital.
    """
    told = [one for one in endpoints if one.permission and one.name and is_fine_tuned(served(one))]
    found: list[Right] = []
    for use, level, enough in (("remove", MANAGE, frozenset({MANAGE})), ("call", "CAN_QUERY", QUERY)):
        lacking = [one for one in told if one.permission not in enough]
        if not lacking:
            found.append(Right(action=f"{level} on serving endpoints", held=True, needed_for=use))
        found += [
            Right(
                action=f"{level} on serving endpoint {one.name}",
                held=False,
                needed_for=use,
                grant=permission_line(one.id, level, principal) if one.id else "",
                vital=False,
            )
            for one in lacking
        ]
    return found


def listing_right(error: ProviderError | None) -> Right:
    """Whether endpoints can be listed: an endpoint that is not shown to us is not in the list."""
    return Right(action="list serving endpoints", held=error is None, needed_for="read")
