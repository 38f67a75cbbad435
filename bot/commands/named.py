"""How `tunesmith check` names the settings of a connection."""

from bot.config.connections import Connection
from bot.config.variables import CONNECTION, variable_part


def settings_named(connection: Connection) -> dict[str, str]:
    """`table` as in the file's mistakes (`connections.prod-swc`), `begin` of its variables without the last `_`."""
    return {
        "table": f"connections.{connection.name}",
        "begin": f"{CONNECTION}{variable_part(connection.name)}",
    }
