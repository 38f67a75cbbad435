"""What the words about requests do: `deploy`, `approvals`, `settings`."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from sqlalchemy import Connection

from bot.approvals import listing
from bot.approvals.facts import request_facts
from bot.approvals.own_settings import own_settings
from bot.deployments.form import DeployWish
from bot.facts.requests import RequestFacts, RequestList, RoundFacts
from bot.ids import number_of
from handlers.blocks import own_settings as own_settings_blocks
from handlers.blocks import request_card, request_list
from handlers.call import Call
from handlers.command_line import Command, permalink
from handlers.desk import Desk
from handlers.finding import find_job
from handlers.listeners import deploy_views


async def deploy(desk: Desk, call: Call, command: Command) -> None:
    """The form; for a job, a checkpoint or a model filled in, and for a request the form that changes it."""
    given = command.target
    if given and number_of(given, "A"):
        await deploy_views.open_change(desk, call, given)
        return
    if (given is None and call.thread_ts) or (given and permalink(given)):
        _, facts = await find_job(desk, call, given)
        given = facts.id
    await deploy_views.open_deploy(desk, call, DeployWish(model=given, channel=call.channel))


async def approvals(desk: Desk, call: Call, command: Command) -> None:
    """One request, or those that wait: for this person, or everybody's."""
    if command.target:
        await show_request(desk, call, command.target)
        return
    await show_requests(desk, call, "all" if "all" in command.rest else "mine")


async def show_requests(desk: Desk, call: Call, scope: Literal["mine", "all"]) -> None:
    """Requests that wait."""
    now, deps = desk.deps.clock.now(), desk.deps

    def work(connection: Connection) -> RequestList:
        groups = deps.people.known_groups(connection, call.actor.user_id)
        return listing.listed(connection, call.actor, deps.settings, groups, scope, now=now)

    page = await deps.store.read(work)
    await desk.reply(call, request_list.build(page, await desk.locale(call)))


async def show_request(desk: Desk, call: Call, given: str) -> None:
    """One request as its card shows it (the requester sees their own copy), with its rounds and votes."""
    now, deps = desk.deps.clock.now(), desk.deps

    def work(connection: Connection) -> tuple[RequestFacts, tuple[RoundFacts, ...]]:
        request = listing.find(connection, call.actor, given)
        facts = request_facts(connection, request, deps.settings, now=now)
        return facts, listing.history(connection, request)

    facts, rounds = await deps.store.read(work)
    mine = facts.requester == call.actor.user_id
    await desk.reply(call, request_card.answer(facts, rounds, await desk.locale(call), own=mine))


async def settings(desk: Desk, call: Call, command: Command) -> None:
    """What the bot knows of this person and which rules hold for them."""
    del command
    deps = desk.deps
    member = await deps.people.refresh(call.actor.user_id)
    groups = await deps.store.read(lambda c: deps.people.known_groups(c, call.actor.user_id))
    own = own_settings(deps.settings, member, groups)
    await desk.reply(call, own_settings_blocks.build(own, await desk.locale(call)))


Word = Callable[[Desk, Call, Command], Awaitable[None]]

WORDS: Final[Mapping[str, Word]] = MappingProxyType(
    {"deploy": deploy, "approvals": approvals, "settings": settings}
)
