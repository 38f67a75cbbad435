"""Which button does what."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from sqlalchemy import Connection

from bot.datasets import taking_in
from bot.datasets import upload as uploads
from bot.errors import Denied, NotThere, WrongState
from bot.ids import number_of
from bot.questions import Wish
from bot.store import datasets, jobs, small
from bot.store.datasets import Dataset
from bot.store.jobs import Job
from bot.training import adopt, control
from bot.work import queue, stuck
from bot.work.tasks import BULK
from handlers import words
from handlers.blocks import answers
from handlers.call import Call
from handlers.command_line import Command
from handlers.desk import Desk
from handlers.finding import find_job
from handlers.listeners import (
    clean_actions,
    data_actions,
    deployment_actions,
    looking_actions,
    request_actions,
)
from handlers.listeners.actions import Action, Who
from handlers.paging import Paged
from handlers.wording import replies


def _job(connection: Connection, call: Call, value: str) -> Job:
    number = number_of(value, "J")
    found = jobs.get(connection, number) if number else None
    if found is None or found.team_id != call.actor.team_id:
        raise NotThere("job", {"given": value[:40]})
    return found


def _dataset(connection: Connection, call: Call, value: str) -> Dataset:
    number = number_of(value, "D")
    found = datasets.get(connection, number) if number else None
    if found is None or (found.team_id, found.owner) != (call.actor.team_id, call.actor.user_id):
        raise NotThere("dataset", {"given": value[:40]})
    return found


def _control(action: Literal["pause", "resume", "cancel"]) -> Action:
    def commit(desk: Desk, connection: Connection, call: Call, value: str) -> Job | None:
        job = _job(connection, call, value)
        if desk.deps.people.cached_not_owner(connection, call.actor, job.requester):
            raise Denied("not_owner", {"owner": job.requester})
        control.check(job, action)
        new = control.plant(
            connection, job, action, call.actor, click=call.key, now=desk.deps.clock.now(), corr=call.corr
        )
        return job if new else None

    async def after(desk: Desk, call: Call, value: str, job: Job | None) -> None:
        del value
        if job is None:
            return  # a second click: the first was answered
        locale = await desk.locale(call)
        text = replies.say(
            "control_asked", locale, {"job": job.label, "action": replies.verb(action, locale)}
        )
        await desk.reply(call, answers.under_way(text, locale), replace=call.is_question)

    return Action(after, commit)


async def _show_log(desk: Desk, call: Call, value: str, _: Any) -> None:
    await words.show_log(desk, call, value)


async def _refresh(desk: Desk, call: Call, value: str, _: Any) -> None:
    await words.show_job(desk, call, value, replace_message=True)


async def _open_job(desk: Desk, call: Call, value: str, _: Any) -> None:
    await words.show_job(desk, call, value)


async def _results(desk: Desk, call: Call, value: str, _: Any) -> None:
    await words.show_results(desk, call, value)


async def _train_like(desk: Desk, call: Call, value: str, _: Any) -> None:
    given, _, option = value.partition(":")
    _, facts = await find_job(desk, call, given)
    wish = Wish(like=facts.id, channel=call.channel, new_data=option == "new_data")
    await words.open_train(desk, call, wish)


def _mute_write(desk: Desk, connection: Connection, call: Call, value: str) -> Job | None:
    """`mute:J142` and `unmute:J142` change something; the other options of the menu do not."""
    word, _, given = value.partition(":")
    if word not in ("mute", "unmute"):
        return None
    job = _job(connection, call, given)
    if job.requester != call.actor.user_id:
        raise Denied("not_starter", {"owner": job.requester})
    jobs.change(connection, job.id, now=desk.deps.clock.now(), muted=word == "mute")
    return job


async def _muted(desk: Desk, call: Call, value: str, job: Job | None) -> None:
    del value
    if job is not None:
        await words.show_job(desk, call, job.label, replace_message=True)


async def _dismissed(desk: Desk, call: Call, value: str, _: Any) -> None:
    """The question is answered: it shall not stand there with its buttons."""
    locale = await desk.locale(call)
    text = replies.say("left_alone", locale, {"job": value})
    await desk.reply(call, answers.plain(text), replace=call.is_question)


async def _more(desk: Desk, call: Call, value: str, _: Any) -> None:
    word, _, given = value.partition(":")
    if word == "train_like":
        await _train_like(desk, call, given, None)


def _uncertain(answer: str) -> Action:
    async def after(desk: Desk, call: Call, value: str, _: Any) -> None:
        job = await desk.deps.store.read(lambda c: _job(c, call, value))
        await desk.deps.people.require_owner(call.actor, job.requester)
        now, recorder = desk.deps.clock.now(), desk.engine.recorder
        decided = await desk.deps.store.write(
            lambda c: adopt.answer_uncertain(
                c, job.id, answer, call.actor, recorder=recorder, now=now, corr=call.corr
            )
        )
        if not decided:  # a second click, or somebody was faster: the card shows how
            await words.show_job(desk, call, job.label)
            return
        locale = await desk.locale(call)
        text = replies.say(f"uncertain_{answer}_done", locale, {"job": job.label})
        said = answers.ok if answer == "giveup" else answers.under_way
        await desk.reply(call, said(text, locale))

    return Action(after)


def _adopt_write(desk: Desk, connection: Connection, call: Call, value: str) -> str:
    name, _, remote_id = value.partition("/")
    number = adopt.adopt(
        connection,
        name,
        remote_id,
        call.actor,
        channel=desk.deps.settings.slack.channel,
        recorder=desk.engine.recorder,
        now=desk.deps.clock.now(),
        corr=call.corr,
    )
    return f"J{number}"


async def _adopted(desk: Desk, call: Call, value: str, result: str) -> None:
    del value
    await words.show_job(desk, call, result)


async def _page(desk: Desk, call: Call, value: str, _: Any) -> None:
    await words.show_jobs(desk, call, Paged.read(value), replace_message=True)


async def _data_train(desk: Desk, call: Call, value: str, _: Any) -> None:
    train, _, valid = value.partition(",")
    await words.open_train(
        desk, call, Wish(train=train, valid=valid or None, channel=desk.deps.settings.slack.channel)
    )


def _swap(desk: Desk, connection: Connection, call: Call, value: str) -> None:
    first, _, second = value.partition(",")
    one, other = _dataset(connection, call, first), _dataset(connection, call, second)
    taking_in.swap(
        connection, one.id, other.id, call.actor.user_id, now=desk.deps.clock.now(), corr=call.corr
    )


def _retry(desk: Desk, connection: Connection, call: Call, value: str) -> None:
    found = _dataset(connection, call, value)
    now = desk.deps.clock.now()
    small.record(
        connection,
        at=now,
        actor=call.actor.user_id,
        via="button",
        action="dataset.retry",
        subject=found.label,
        before=found.state,
        corr=call.corr,
    )
    if found.state == "unreadable":
        datasets.change(connection, found.id, now=now, state="received", problem=None)
        queue.enqueue(
            connection,
            "dataset.intake",
            f"intake:{found.id}",
            {"dataset": found.id},
            now=now,
            corr=call.corr,
            lane=BULK,
            lock_key=f"dataset:{found.id}",
        )
        return
    uploads.retry(connection, found.id, now=now, corr=call.corr)


async def _retried(desk: Desk, call: Call, value: str, _: Any) -> None:
    locale = await desk.locale(call)
    await desk.reply(call, answers.under_way(replies.say("data_again", locale, {"dataset": value}), locale))


async def _data_open(desk: Desk, call: Call, value: str, _: Any) -> None:
    await words.show_data(desk, call, value)


def _word(word: str, who: Who = "trainer") -> Action:
    async def after(desk: Desk, call: Call, value: str, _: Any) -> None:
        del value
        await words.WORDS[word](desk, call, Command(word))

    return Action(after, who=who)


def _parked(what: Literal["retry", "drop"]) -> Action:
    async def after(desk: Desk, call: Call, value: str, _: Any) -> None:
        if not await desk.deps.people.is_admin(call.actor):
            raise Denied("not_admin")
        number = int(value) if value.isdigit() else 0
        now = desk.deps.clock.now()
        done = await desk.deps.store.write(
            lambda c: stuck.decide(c, number, what, call.actor.user_id, now=now, corr=call.corr)
        )
        if not done:
            raise WrongState("task_state", {"task": number})
        locale = await desk.locale(call)
        text = replies.say(f"task_{what}_done", locale, {"task": number})
        said = answers.ok if what == "drop" else answers.under_way
        await desk.reply(call, said(text, locale))

    return Action(after)


NOTHING: Final = Action(open_to_all=True)

TABLE: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "job_pause": _control("pause"),
        "job_resume": _control("resume"),
        "job_cancel": _control("cancel"),
        "job_log": Action(_show_log),
        "job_refresh": Action(_refresh),
        "job_open": Action(_open_job),
        "job_results": Action(_results),
        "job_train_like": Action(_train_like),
        "job_more": Action(_more, write=_mute_write),
        "job_mute": Action(_muted, write=_mute_write),
        "job_portal": NOTHING,
        "dismiss": Action(_dismissed, open_to_all=True),
        "uncertain_found": _uncertain("found"),
        "uncertain_again": _uncertain("again"),
        "uncertain_giveup": _uncertain("giveup"),
        "foreign_adopt": Action(_adopted, write=_adopt_write),
        "jobs_page": Action(_page),
        "jobs_scope": Action(_page),
        "data_train": Action(_data_train),
        "data_train_pair": Action(_data_train),
        "data_swap": Action(None, _swap),
        "data_upload": _word("upload"),
        "data_open": Action(_data_open),
        "data_retry": Action(_retried, _retry),
        "launch_upload": _word("upload"),
        "launch_train": _word("train"),
        "launch_jobs": _word("jobs"),
        "launch_data": _word("data"),
        "launch_connections": _word("connections"),
        "launch_help": _word("help"),
        "launch_deploy": _word("deploy"),
        "launch_approvals": _word("approvals", "here"),
        "launch_deployments": _word("deployments", "here"),
        "task_retry": _parked("retry"),
        "task_drop": _parked("drop"),
        **data_actions.TABLE,
        **request_actions.TABLE,
        **deployment_actions.TABLE,
        **looking_actions.TABLE,
        **clean_actions.TABLE,
    }
)
