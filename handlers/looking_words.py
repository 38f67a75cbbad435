"""What the words that look back do: `audit`, `costs`."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from bot.facts.deploy_forms import AuditFacts, CostFacts
from bot.looking_back import audit as audits
from bot.looking_back import costs as spent
from handlers.blocks import audit_list, cost_list
from handlers.call import Call
from handlers.command_line import Command, mentioned
from handlers.desk import Desk


async def audit(desk: Desk, call: Call, command: Command) -> None:
    """What was done: with one thing, by one person, or everything."""
    words = [command.target, *command.rest]
    person = next((found for one in words if one and (found := mentioned(one))), None)
    await show_audit(desk, call, person or command.target or "", 0)


async def show_audit(
    desk: Desk, call: Call, about: str, offset: int, *, replace_message: bool = False
) -> None:
    """A page of the audit."""

    def work(connection: Connection) -> AuditFacts:
        return audits.page(connection, call.actor.team_id, about, offset)

    page = await desk.deps.store.read(work)
    await desk.reply(call, audit_list.build(page, await desk.locale(call)), replace=replace_message)


async def costs(desk: Desk, call: Call, command: Command) -> None:
    """What this month cost so far."""
    del command
    deps, now = desk.deps, desk.deps.clock.now()

    def work(connection: Connection) -> CostFacts:
        return spent.month(connection, call.actor.team_id, deps.settings, deps.providers, now=now)

    facts = await deps.store.read(work)
    await desk.reply(call, cost_list.build(facts, await desk.locale(call)))


LOOKING_WORDS: Final[Mapping[str, Callable[[Desk, Call, Command], Awaitable[None]]]] = MappingProxyType(
    {"audit": audit, "costs": costs}
)
