"""What each word of the command does. The same functions answer the command, buttons and mentions."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from bot.approvals.own_settings import decides
from bot.datasets import deriving
from bot.errors import Denied, NotThere, WrongState
from bot.facts.forms import Launcher
from bot.filtering import filter_in
from bot.questions import Wish
from bot.store.jobs import card_key
from bot.training import control
from bot.training.record import poll_soon
from bot.work import card_rows
from handlers.blocks import (
    answers,
    connections,
    data_list,
    dataset_card,
    job_list,
    job_log,
    job_snapshot,
    launcher,
    results,
)
from handlers.blocks import help as help_blocks
from handlers.blocks.job_snapshot import SnapshotOptions
from handlers.call import Call
from handlers.command_line import Command
from handlers.deployment_words import WORDS as DEPLOYMENT_WORDS
from handlers.desk import Desk
from handlers.finding import find_job, questions
from handlers.handing_in import addresses_in, take_addresses
from handlers.listeners.clean_actions import CLEAN_WORDS
from handlers.looking_words import LOOKING_WORDS
from handlers.paging import Paged
from handlers.picture import with_picture
from handlers.request_words import WORDS as REQUEST_WORDS
from handlers.views import launcher as launcher_view
from handlers.views import train, upload
from handlers.wording.datasets_told import say as say_data
from handlers.wording.services import service_name

Word = Callable[[Desk, Call, Command], Awaitable[None]]
PICKED_FROM = 20


async def _launcher(desk: Desk, call: Call, command: Command) -> None:
    del command
    facts = await _launcher_facts(desk, call)
    await desk.reply(call, launcher.build(facts, await desk.locale(call)))


async def _launcher_facts(desk: Desk, call: Call) -> Launcher:
    """What is this person's own, for who may train or decides about requests.

    Raises:
        Denied: neither. ChatError: Slack cannot be asked.
    """
    deps, now, trainer = desk.deps, desk.deps.clock.now(), True
    try:
        await deps.people.require(call.actor)
    except Denied as denied:
        if denied.code != "not_trainer" or not await _decides(desk, call):
            raise
        trainer = False

    def work(connection: Connection) -> Launcher:
        groups = deps.people.known_groups(connection, call.actor.user_id)
        return questions(desk).launcher(connection, call.actor, now=now, groups=groups, trainer=trainer)

    return await deps.store.read(work)


async def _decides(desk: Desk, call: Call) -> bool:
    member = await desk.deps.people.refresh(call.actor.user_id)
    groups = await desk.deps.store.read(lambda c: desk.deps.people.known_groups(c, member.user_id))
    return decides(desk.deps.settings, member, groups)


async def open_launcher(desk: Desk, call: Call) -> None:
    """The launcher as a modal."""
    facts = await _launcher_facts(desk, call)
    view = launcher_view.build(facts, desk.deps.settings.slack.app_name, await desk.locale(call))
    await desk.open_view(call, view)


async def _help(desk: Desk, call: Call, command: Command) -> None:
    del command
    slack = desk.deps.settings.slack
    await desk.reply(call, help_blocks.build(slack.command, slack.app_name, await desk.locale(call)))


async def _upload(desk: Desk, call: Call, command: Command) -> None:
    if addresses_in(command):
        await take_addresses(desk, call, command)
        return
    locale = await desk.locale(call)
    if not call.trigger_id:
        await _launcher(desk, call, Command("launcher"))
        return
    form = questions(desk).upload_form(call.actor, call.channel)
    await desk.open_view(call, upload.build(form, locale))


async def _train(desk: Desk, call: Call, command: Command) -> None:
    like: str | None = None
    data: str | None = None
    if "like" in command.rest:
        _, facts = await find_job(desk, call, command.target)
        like = facts.id
    elif command.target and command.target.upper().startswith("D"):
        data = command.target
    elif command.target:
        _, facts = await find_job(desk, call, command.target)
        like = facts.id
    await open_train(desk, call, Wish(like=like, train=data, channel=call.channel))


async def open_train(desk: Desk, call: Call, wish: Wish) -> None:
    """Open the training modal; where there is no trigger (a mention), offer the button that has one."""
    if not call.trigger_id:
        await _launcher(desk, call, Command("launcher"))
        return
    form = await desk.deps.store.read(lambda c: questions(desk).train_form(c, call.actor, wish))
    await desk.open_view(call, train.build(form, await desk.locale(call)))


async def _jobs(desk: Desk, call: Call, command: Command) -> None:
    given = [*([command.target] if command.target else []), *command.rest]
    where = filter_in(desk.deps.settings, given)
    if command.target and not where:
        raise NotThere("connection", {"given": command.target[:80]})
    await show_jobs(desk, call, Paged("all" if "all" in command.rest else "mine", 0, where))


async def show_jobs(desk: Desk, call: Call, page: Paged, *, replace_message: bool = False) -> None:
    """A page of jobs. Everybody's jobs include those made elsewhere, so the services are looked at soon."""
    now = desk.deps.clock.now()
    if page.scope == "all":
        await look_soon(desk, call)
    found = await desk.deps.store.read(
        lambda c: questions(desk).job_list(c, call.actor, page.scope, page.offset, now=now, where=page.where)
    )
    await desk.reply(call, job_list.build(found, await desk.locale(call)), replace=replace_message)


async def look_soon(desk: Desk, call: Call) -> None:
    """Have every connection listed within moments: an idle one is looked at seldom."""
    now = desk.deps.clock.now()

    def work(connection: Connection) -> None:
        for name in desk.deps.providers:
            poll_soon(connection, name, now=now, seconds=0, corr=call.corr)

    await desk.deps.store.write(work)


async def _job(desk: Desk, call: Call, command: Command) -> None:
    await show_job(desk, call, command.target)


async def show_job(desk: Desk, call: Call, given: str | None, *, replace_message: bool = False) -> None:
    """A snapshot of a job, with a link to its live card."""
    job, facts = await find_job(desk, call, given)
    place = await desk.deps.store.read(lambda c: card_rows.where(c, card_key(job.id)))
    url = desk.permalink(*place) if place else ""
    options = SnapshotOptions(card_url=url, mine=facts.requester == call.actor.user_id)
    message = job_snapshot.build(facts, await desk.locale(call), options)
    await desk.reply(call, message, replace=replace_message)


async def show_log(desk: Desk, call: Call, given: str | None) -> None:
    """The newest lines of a job's log."""
    job, facts = await find_job(desk, call, given)
    lines, earlier = await desk.deps.store.read(lambda c: questions(desk).log(c, job))
    await desk.reply(call, job_log.build(facts, lines, await desk.locale(call), earlier))


async def _log(desk: Desk, call: Call, command: Command) -> None:
    await show_log(desk, call, command.target)


async def show_results(desk: Desk, call: Call, given: str | None) -> None:
    """Charts, numbers and deployable checkpoints of a job that succeeded."""
    job, facts = await find_job(desk, call, given)
    if facts.state != "succeeded":
        raise WrongState("job_state", {"job": facts.id, "action": "results", "state": facts.state})
    locale = await desk.locale(call)
    await desk.reply(call, await with_picture(desk, job, results.build(facts, locale)))


async def _results(desk: Desk, call: Call, command: Command) -> None:
    if command.target is None and not call.thread_ts:
        await _pick(desk, call, "results")
        return
    await show_results(desk, call, command.target)


async def _control(desk: Desk, call: Call, command: Command) -> None:
    """Ask Yes or No; without a job, ask which."""
    if command.target is None and not call.thread_ts:
        await _pick(desk, call, command.word)
        return
    job, facts = await find_job(desk, call, command.target)
    if command.word not in facts.can:
        control.check(job, command.word)
        raise WrongState("service_cannot", {"job": facts.id, "action": command.word})
    await desk.deps.people.require_owner(call.actor, job.requester)
    await desk.reply(call, answers.confirm(command.word, facts, await desk.locale(call)))


async def _pick(desk: Desk, call: Call, word: str) -> None:
    now = desk.deps.clock.now()
    page = await desk.deps.store.read(lambda c: questions(desk).job_list(c, call.actor, "mine", 0, now=now))
    if not page.jobs:
        raise NotThere("no_jobs")
    await desk.reply(call, job_list.picker(word, page.jobs[:PICKED_FROM], await desk.locale(call)))


async def show_data(desk: Desk, call: Call, given: str) -> None:
    """One dataset of the person's own, as its card shows it."""
    facts = await desk.deps.store.read(lambda c: questions(desk).dataset(c, call.actor, given))
    await desk.reply(
        call, dataset_card.build(facts, await desk.locale(call), alone=not call.channel.startswith("D"))
    )


async def _data(desk: Desk, call: Call, command: Command) -> None:
    if command.target and "for" in command.rest:
        await _check_for(desk, call, command)
        return
    if command.target:
        await show_data(desk, call, command.target)
        return
    found, more = await desk.deps.store.read(lambda c: questions(desk).data(c, call.actor))
    await desk.reply(call, data_list.build(found, await desk.locale(call), more))


async def _check_for(desk: Desk, call: Call, command: Command) -> None:
    """`data D57 for dbx-eus`: the same data, checked by that service's rules and sent there when it is sound."""
    at = command.rest.index("for")
    name = command.rest[at + 1] if at + 1 < len(command.rest) else ""
    corr, now = desk.deps.new_id(), desk.deps.clock.now()
    if name not in desk.deps.providers:
        raise NotThere("connection", {"given": name[:80]})
    kinds = {one.name: one.provider for one in desk.deps.settings.connections}

    def work(connection: Connection) -> tuple[str, str]:
        found = questions(desk).owned(connection, call.actor, command.target or "")
        if kinds.get(str(found.source.get("connection", ""))) == kinds[name]:
            return found.label, "checked_for_same"
        made = deriving.as_copied(found, name)
        number, new = deriving.derive(
            connection,
            found,
            made,
            pair=None,
            actor=call.actor.user_id,
            via="command",
            now=now,
            corr=corr,
            at=name,
        )
        return f"D{number}", "checked_for" if new else "checked_for_before"

    number, key = await desk.deps.store.write(work)
    locale = await desk.locale(call)
    params = {
        "id": command.target or "",
        "made": number,
        "connection": name,
        "service": service_name(kinds[name]),
    }
    text = say_data(key, locale, params)
    await desk.reply(call, answers.under_way(text, locale))


async def _connections(desk: Desk, call: Call, command: Command) -> None:
    del command
    found = await desk.deps.store.read(questions(desk).connections)
    await desk.reply(call, connections.build(found, await desk.locale(call)))


WORDS: Final[Mapping[str, Word]] = MappingProxyType(
    {
        "launcher": _launcher,
        "help": _help,
        "upload": _upload,
        "train": _train,
        "jobs": _jobs,
        "job": _job,
        "log": _log,
        "results": _results,
        "pause": _control,
        "resume": _control,
        "cancel": _control,
        "data": _data,
        "connections": _connections,
        **REQUEST_WORDS,
        **DEPLOYMENT_WORDS,
        **LOOKING_WORDS,
        **CLEAN_WORDS,
    }
)
