"""The buttons of deployments. Whoever approves need not be one who may train: what is decided asks for the role."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from bot.deployments import owning, reminders, rollout
from bot.deployments.again import wish_again
from bot.deployments.keep_form import checked, period_days
from bot.deployments.listing import get
from bot.deployments.record import DeploymentRecorder
from bot.store import people
from bot.store.deployments import Deployment
from handlers import deployment_words as words
from handlers.blocks import answers, deployment_buttons, deployment_snippet
from handlers.call import Call
from handlers.desk import Desk
from handlers.listeners import deploy_views, deployment_views
from handlers.listeners.actions import Action
from handlers.paging import Paged
from handlers.views import keep
from handlers.wording.deployments_modals import say
from handlers.wording.markup import inline, when


def _locale(connection: Connection, call: Call) -> str:
    """The language to speak to this person in."""
    person = people.get(connection, call.actor.user_id)
    return person.member.locale if person and person.member.locale else "en"


async def _found(desk: Desk, call: Call, value: str) -> Deployment:
    label = value.partition(":")[0]
    return await desk.deps.store.read(lambda c: get(c, call.actor, label))


async def _open(desk: Desk, call: Call, value: str, _: Any) -> None:
    await words.show_deployment(desk, call, await _found(desk, call, value))


async def _snippet(desk: Desk, call: Call, value: str, _: Any) -> None:
    one = await words.facts_of(desk, await _found(desk, call, value))
    await desk.reply(call, deployment_snippet.build(one, await desk.locale(call)))


def _keep_commit(desk: Desk, connection: Connection, call: Call, value: str) -> str:
    """`P12:period` is a decision where nobody has to be asked: it is written before the ack. What is said of it."""
    label, _, given = value.partition(":")
    if given != deployment_buttons.PERIOD:
        return ""
    deps, now = desk.deps, desk.deps.clock.now()
    deployment_views.not_barred(desk, connection, call)
    found = get(connection, call.actor, label)
    one = checked(connection, found, deps.settings, deps.providers, now=now)
    days = str(period_days(one, deps.providers))
    return words.order(desk, connection, call, found, days, _locale(connection, call))


async def _kept(desk: Desk, call: Call, value: str, text: str) -> None:
    if text:
        await desk.reply(call, answers.under_way(text, await desk.locale(call)))
        return
    found, given = await _found(desk, call, value), value.partition(":")[2]
    if given == deployment_buttons.PERIOD:
        given = ""
    offer = deployment_buttons.keep(await words.facts_of(desk, found), await desk.locale(call), given)
    await deployment_views.open_keep(desk, call, found, given, offer)


async def _take_down(desk: Desk, call: Call, value: str, _: Any) -> None:
    found, locale = await _found(desk, call, value), await desk.locale(call)
    offer = deployment_buttons.take_down(await words.facts_of(desk, found), locale)
    await deployment_views.open_take_down(desk, call, found, offer)


def _remind(desk: Desk, connection: Connection, call: Call, value: str) -> str:
    """A reminder is for whoever clicks and decides nothing."""
    deployment_views.not_barred(desk, connection, call)
    found = get(connection, call.actor, value)
    due = reminders.remind(
        connection,
        found,
        call.actor,
        settings=desk.deps.settings,
        now=desk.deps.clock.now(),
        corr=call.corr,
    )
    return say("reminding", _locale(connection, call), name=inline(found.title, 120), at=when(due))


async def _told(desk: Desk, call: Call, value: str, text: str) -> None:
    del value
    await desk.reply(call, answers.under_way(text, await desk.locale(call)))


def _retry(desk: Desk, connection: Connection, call: Call, value: str) -> str:
    """Planted before the ack; the task asks who this is and tells a refusal."""
    deployment_views.not_barred(desk, connection, call)
    found = get(connection, call.actor, value)
    now = desk.deps.clock.now()
    rollout.retry(connection, found, call.actor, click=call.key, now=now, corr=call.corr)
    return say("retrying", _locale(connection, call), name=inline(found.title, 120))


async def _again(desk: Desk, call: Call, value: str, _: Any) -> None:
    found = await _found(desk, call, value)
    await deploy_views.open_deploy(desk, call, wish_again(found, found.channel))


def _own(desk: Desk, connection: Connection, call: Call, value: str) -> str:
    found = get(connection, call.actor, value)
    deps = desk.deps
    owning.own(
        connection,
        found.id,
        call.actor,
        recorder=DeploymentRecorder(deps.settings, deps.providers),
        now=deps.clock.now(),
        corr=call.corr,
    )
    return say("owned", _locale(connection, call), name=inline(found.title, 120))


async def _owned(desk: Desk, call: Call, value: str, text: str) -> None:
    del value
    locale = await desk.locale(call)
    await desk.reply(call, answers.ok(text, locale))


async def _page(desk: Desk, call: Call, value: str, _: Any) -> None:
    """Another page of the list, or somebody else's."""
    await words.show_deployments(desk, call, Paged.read(value), replace_message=True)


TABLE: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "deployment_open": Action(_open, who="here"),
        "deployment_snippet": Action(_snippet, who="here"),
        "deployment_keep": Action(_kept, _keep_commit, who="here"),
        "deployment_take_down": Action(_take_down, who="here"),
        "deployment_remind": Action(_told, _remind, who="here"),
        "deployment_retry": Action(_told, _retry, who="here"),
        "deployment_again": Action(_again),
        "deployment_adopt": Action(_owned, write=_own),
        "deployments_page": Action(_page, who="here"),
        "deployments_scope": Action(_page, who="here"),
        keep.CHOICE_ACTION: Action(deployment_views.rebuild_keep, who="here"),
        keep.DAY_ACTION: Action(deployment_views.rebuild_keep, who="here"),
    }
)
