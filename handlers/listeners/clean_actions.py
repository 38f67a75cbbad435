"""The word `clean` and its buttons."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from handlers.call import Call
from handlers.command_line import Command
from handlers.desk import Desk
from handlers.listeners import clean_views
from handlers.listeners.actions import Action


async def clean(desk: Desk, call: Call, command: Command) -> None:
    """The picker of what can be deleted, for the connection that is named or the first one."""
    await clean_views.open_clean(desk, call, command.target)


async def _launched(desk: Desk, call: Call, value: str, _: Any) -> None:
    await clean_views.open_clean(desk, call, value)


CLEAN_WORDS: Final[Mapping[str, Callable[[Desk, Call, Command], Awaitable[None]]]] = MappingProxyType(
    {"clean": clean}
)
TABLE: Final[Mapping[str, Action]] = MappingProxyType(
    {"launch_clean": Action(_launched, who="here"), **clean_views.ACTIONS}
)
