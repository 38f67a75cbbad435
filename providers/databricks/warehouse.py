"""The SQL warehouse that reads the usage tables: is it there, and may we use it? One GET, which does not start it.

The path and the states are those of `warehouses.get` of the package databricks-sdk (the contract names only statements,
section 5). The answer tells no level of permission: whoever is shown a warehouse counts as able to use it.
"""

from typing import Final

from providers.databricks.client import WorkspaceClient, path_of
from providers.databricks.rights import permission_line
from providers.errors import NotFound, Refused, Unauthorised
from providers.hosting import Right
from providers.mlflow.reading import text

WAREHOUSES: Final = "/api/2.0/sql/warehouses"
USE: Final = "CAN_USE"
_GONE: Final = frozenset({"DELETED", "DELETING"})


async def warehouse_right(client: WorkspaceClient, warehouse: str) -> Right:
    """The right to use it. There is nothing to grant (`grant` is empty) where the workspace has none of this id."""
    shown = f"SQL warehouse {warehouse}"
    absent = Right(
        action=f"{shown}, which is not there", held=False, needed_for="usage", grant="", vital=False
    )
    try:
        told = await client.get("warehouses.get", WAREHOUSES + path_of(warehouse))
    except NotFound as error:
        if error.code != "not_found":
            raise
        return absent
    except Unauthorised as error:
        if error.code != "privilege_missing":
            raise
        grant = permission_line(warehouse, USE, await client.me(), of="warehouses")
        return Right(action=f"{USE} on {shown}", held=False, needed_for="usage", grant=grant, vital=False)
    except Refused as error:
        if error.code != "request_refused":
            raise
        # An id that cannot be one.
        return absent
    if text(told.get("state")) in _GONE:
        return absent
    return Right(action=f"{USE} on {shown}", held=True, needed_for="usage", vital=False)
