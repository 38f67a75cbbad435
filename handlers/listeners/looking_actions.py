"""Buttons of what looks back."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from handlers import looking_words
from handlers.call import Call
from handlers.command_line import Command
from handlers.desk import Desk
from handlers.listeners.actions import Action


async def _page(desk: Desk, call: Call, value: str, _: Any) -> None:
    offset, _, about = value.partition(":")
    number = int(offset) if offset.isdigit() and len(offset) < 10 else 0
    await looking_words.show_audit(desk, call, about, number, replace_message=True)


async def _costs(desk: Desk, call: Call, value: str, _: Any) -> None:
    del value
    await looking_words.costs(desk, call, Command("costs"))


async def _audit(desk: Desk, call: Call, value: str, _: Any) -> None:
    await looking_words.show_audit(desk, call, value if value != "audit" else "", 0)


TABLE: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "audit_page": Action(_page, who="here"),
        "launch_audit": Action(_audit, who="here"),
        "launch_costs": Action(_costs, who="here"),
    }
)
