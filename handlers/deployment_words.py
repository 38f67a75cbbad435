"""What the words about deployments that run do: `deployments`, `keep`, `undeploy`."""

import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from bot.deployments import keep as keeping
from bot.deployments import listing
from bot.deployments.facts import deployment_facts
from bot.deployments.keep_form import until_of
from bot.deployments.watch import look_soon
from bot.errors import NotThere
from bot.facts.deployments import DeploymentFacts, DeploymentList
from bot.filtering import filter_in
from bot.store import deployments as rows
from bot.store.deployments import Deployment
from bot.work import card_rows
from handlers.blocks import answers, deployment_buttons, deployment_card, deployment_list
from handlers.call import Call
from handlers.command_line import Command, permalink
from handlers.desk import Desk
from handlers.listeners import deployment_views
from handlers.paging import Paged, Scope
from handlers.wording import numbers
from handlers.wording.markup import day

PICKED_FROM: Final = 20
_DAY: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)


async def facts_of(desk: Desk, found: Deployment) -> DeploymentFacts:
    """A deployment as it stands."""
    deps, now = desk.deps, desk.deps.clock.now()
    return await deps.store.read(lambda c: deployment_facts(c, found, deps.settings, deps.providers, now=now))


async def find(desk: Desk, call: Call, given: str | None) -> Sequence[Deployment]:
    """The deployments that may be meant; by the thread when nothing was given. Raises `NotThere`."""
    place = (call.channel, call.thread_ts) if call.thread_ts else None
    link = permalink(given) if given else None
    if link is not None:
        given, place = None, (link.channel, link.thread_ts or link.ts)
    return await desk.deps.store.read(lambda c: listing.find(c, call.actor, given or "", place))


async def deployments(desk: Desk, call: Call, command: Command) -> None:
    """One deployment, or a page of them; in the thread of a deployment, that one."""
    if command.target is None:
        if call.thread_ts and not command.rest:
            with contextlib.suppress(NotThere):
                await show_deployment(desk, call, (await find(desk, call, None))[0])
                return
        await show_deployments(desk, call, Paged("all" if "all" in command.rest else "mine"))
        return
    where = filter_in(desk.deps.settings, (command.target,))
    if where:
        scope: Scope = "all" if "all" in command.rest else "mine"
        await show_deployments(desk, call, Paged(scope, 0, where))
        return
    found = await find(desk, call, command.target)
    if len(found) > 1:
        await _pick(desk, call, "deployments", found, command.target)
        return
    await show_deployment(desk, call, found[0])


async def show_deployments(desk: Desk, call: Call, wanted: Paged, *, replace_message: bool = False) -> None:
    """A page of deployments; the services are looked at soon, so that the next page is fresher."""
    deps, now = desk.deps, desk.deps.clock.now()

    def work(connection: Connection) -> DeploymentList:
        return listing.page(
            connection,
            call.actor,
            deps.settings,
            deps.providers,
            wanted.scope,
            wanted.offset,
            now=now,
            where=wanted.where,
        )

    def look(connection: Connection) -> None:
        for name, provider in deps.providers.items():
            if provider.hosting is not None:
                look_soon(connection, name, now=now, corr=call.corr)

    page = await deps.store.read(work)
    await desk.reply(call, deployment_list.build(page, await desk.locale(call)), replace=replace_message)
    if not wanted.offset:
        await deps.store.write(look)


async def show_deployment(desk: Desk, call: Call, found: Deployment) -> None:
    """A snapshot of one, with a link to its live card."""
    one = await facts_of(desk, found)
    place = await desk.deps.store.read(lambda c: card_rows.where(c, rows.card_key(found.id)))
    url = desk.permalink(*place) if place else ""
    await desk.reply(call, deployment_card.snapshot(one, await desk.locale(call), url))


async def _meant(desk: Desk, call: Call, word: str, given: str | None, until: str = "") -> Deployment | None:
    """The one deployment that is meant; None when a picker was answered instead."""
    if given is None and not call.thread_ts:
        await _pick_any(desk, call, word, until)
        return None
    try:
        found = await find(desk, call, given)
    except NotThere:
        if given is not None:
            raise
        await _pick_any(desk, call, word, until)  # the thread is not a deployment's
        return None
    if len(found) > 1:
        await _pick(desk, call, word, found, given or "", until)
        return None
    return found[0]


async def _pick(
    desk: Desk, call: Call, word: str, among: Sequence[Deployment], given: str, until: str = ""
) -> None:
    """Several have this name: each with the button for what was asked."""
    facts = [await facts_of(desk, one) for one in among[:PICKED_FROM]]
    locale = await desk.locale(call)
    message = deployment_list.picker(word, facts, locale, given=given, until=until)
    await desk.reply(call, message)


async def _pick_any(desk: Desk, call: Call, word: str, until: str) -> None:
    """Nothing was named: the person's own first, then everybody's."""
    deps, now = desk.deps, desk.deps.clock.now()

    def work(connection: Connection) -> list[DeploymentFacts]:
        return listing.all_facts(connection, call.actor, deps.settings, deps.providers, "all", now=now)

    found = await deps.store.read(work)
    found.sort(key=lambda one: one.owner != call.actor.user_id)
    message = deployment_list.picker(word, found, await desk.locale(call), until=until)
    await desk.reply(call, message)


def until_in(command: Command) -> tuple[str | None, str]:
    """(what was named, the day until which) of `keep NAME until 2027-01-31`; a day alone names nothing."""
    given = [one for one in (command.target, *command.rest) if one and one != "until"]
    days = [one for one in given if _DAY.fullmatch(one)]
    if "until" in command.rest and not days:
        # What stands after `until` and is no day is refused as one, rather than left out.
        others = [one for one in command.rest if one not in ("until", command.target)]
        days = others[-1:]
    until = days[-1] if days else ""
    named = next((one for one in given if one != until), None)
    return named, until


async def keep(desk: Desk, call: Call, command: Command) -> None:
    """Keep it until a day; without one, or when somebody has to be asked, the form."""
    named, until = until_in(command)
    found = await _meant(desk, call, "keep", named, until)
    if found is not None:
        await keep_until(desk, call, found, until)


async def keep_until(desk: Desk, call: Call, found: Deployment, given: str) -> None:
    """Order it at once where nobody has to be asked for this date; else open the form with it."""
    one = await facts_of(desk, found)
    locale = await desk.locale(call)
    if given:
        await deployment_views.may(desk, call, found)
        text = await desk.deps.store.write(lambda c: order(desk, c, call, found, given, locale))
        if text:
            await desk.reply(call, answers.under_way(text, locale))
            return
    offer = deployment_buttons.keep(one, locale, given)
    await deployment_views.open_keep(desk, call, found, given, offer)


def order(desk: Desk, connection: Connection, call: Call, found: Deployment, given: str, locale: str) -> str:
    """Have it kept until then; "" when the approvers are asked first, which takes a reason.

    Raises:
        Invalid: `until_form`, `until_past`. WrongState: `deployment_state`, `keep_useless`.
    """
    deps, now = desk.deps, desk.deps.clock.now()
    until = until_of(connection, deps.settings, call.actor, given, now)
    one = deployment_facts(connection, found, deps.settings, deps.providers, now=now)
    cost = keeping.cost_until(one, until, now)
    if "keep" in one.can and keeping.needs_approval(deps.settings, one, cost):
        return ""
    keeping.ask_keep(
        connection,
        found,
        until,
        call.actor,
        reason="",
        channel=deps.settings.slack.channel,
        settings=deps.settings,
        providers=deps.providers,
        intent=f"{call.actor.user_id}:{call.key}",
        now=now,
        corr=call.corr,
    )
    shown = numbers.exact(cost, locale) if cost is not None else ""
    return deployment_views.ordered(one, shown, day(until), locale)


async def undeploy(desk: Desk, call: Call, command: Command) -> None:
    """The form that shows who calls it, and asks."""
    found = await _meant(desk, call, "undeploy", command.target)
    if found is None:
        return
    offer = deployment_buttons.take_down(await facts_of(desk, found), await desk.locale(call))
    await deployment_views.open_take_down(desk, call, found, offer)


WORDS: Final[Mapping[str, Callable[[Desk, Call, Command], Awaitable[None]]]] = MappingProxyType(
    {"deployments": deployments, "keep": keep, "undeploy": undeploy}
)
