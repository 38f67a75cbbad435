"""Buttons of data cards that make something: reports, repaired files, data made of other data.

Who sent the data may use them, and who administers the bot. What a click wants is written before the ack; the tasks ask
Slack again who this is before they hand anything over.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from bot.datasets import deriving, repairing, reporting
from bot.errors import Denied, NotThere, WrongState
from bot.ids import number_of
from bot.questions import Wish
from bot.store import datasets, jobs, small
from bot.store.datasets import Dataset
from bot.store.jobs import Job
from bot.training import guess
from bot.work.tasks import BULK, QUICK
from handlers import words
from handlers.blocks import answers
from handlers.call import Call
from handlers.desk import Desk
from handlers.listeners.actions import Action
from handlers.wording.datasets_told import say

Made = tuple[int, bool]


def _theirs(desk: Desk, connection: Connection, call: Call, value: str) -> Dataset:
    """The dataset that is meant, when this person may have its content."""
    number = number_of(value, "D")
    found = datasets.get(connection, number) if number else None
    hidden = found is None or found.team_id != call.actor.team_id
    if found is None or hidden or desk.deps.people.cached_not_owner(connection, call.actor, found.owner):
        raise NotThere("dataset", {"given": value[:40]})
    return found


def _checked(found: Dataset) -> Dataset:
    if found.state not in reporting.CHECKED:
        raise WrongState("dataset_state", {"dataset": found.label, "state": found.state})
    return found


def _file(kind: str, lane: str, said: str) -> Action:
    """A file that is made and sent into the direct messages; a second click while it is being made makes no second."""

    def commit(desk: Desk, connection: Connection, call: Call, value: str) -> bool:
        found = _checked(_theirs(desk, connection, call, value))
        now, user = desk.deps.clock.now(), call.actor.user_id
        new = reporting.plant(connection, kind, found, user, lane=lane, now=now, corr=call.corr)
        if new:
            small.record(
                connection,
                at=now,
                actor=user,
                via="button",
                action="dataset.report" if kind == reporting.KIND else "dataset.repaired",
                subject=found.label,
                corr=call.corr,
            )
        return new

    async def after(desk: Desk, call: Call, value: str, new: bool) -> None:
        locale = await desk.locale(call)
        text = say(said if new else "asked_before", locale, {"id": value})
        await desk.reply(call, answers.under_way(text, locale))

    return Action(after, commit)


def _use_repaired(desk: Desk, connection: Connection, call: Call, value: str) -> Made:
    found = _checked(_theirs(desk, connection, call, value))
    if not (found.report or {}).get("repairable"):
        raise WrongState("nothing_to_repair", {"dataset": found.label})
    now = desk.deps.clock.now()
    made = deriving.as_repaired(found)
    number, new = deriving.derive(
        connection,
        found,
        made,
        pair=found.pair,
        actor=call.actor.user_id,
        via="button",
        now=now,
        corr=call.corr,
    )
    if new and found.pair is not None:
        # The other half goes with the repaired one from now on.
        datasets.change(connection, found.pair, now=now, pair=number)
    return number, new


async def _derived(desk: Desk, call: Call, value: str, result: Made) -> None:
    number, new = result
    locale = await desk.locale(call)
    params = {"id": value, "made": f"D{number}"}
    text = say("derived" if new else "derived_before", locale, params)
    await desk.reply(call, answers.under_way(text, locale))


def _without(desk: Desk, connection: Connection, call: Call, value: str) -> Made:
    """The training data of a job without the lines that the guess names, for a training like that job."""
    job = _job(connection, call, value)
    if desk.deps.people.cached_not_owner(connection, call.actor, job.requester):
        raise Denied("not_owner", {"owner": job.requester})
    found = _theirs(desk, connection, call, f"D{job.train}")
    noted = job.asked.get(guess.NOTED)
    count = len(deriving.kept_lines(connection, int(noted))) if noted else 0
    if not noted or not count:
        raise WrongState("no_guess", {"job": job.label})
    return deriving.derive(
        connection,
        found,
        deriving.as_without(found, int(noted), count, job.id),
        pair=job.valid,
        actor=call.actor.user_id,
        via="button",
        now=desk.deps.clock.now(),
        corr=call.corr,
    )


async def _made_without(desk: Desk, call: Call, value: str, result: Made) -> None:
    job = await desk.deps.store.read(lambda c: _job(c, call, value))
    await _derived(desk, call, f"D{job.train}", result)


def _job(connection: Connection, call: Call, value: str) -> Job:
    number = number_of(value, "J")
    found = jobs.get(connection, number) if number else None
    if found is None or found.team_id != call.actor.team_id:
        raise NotThere("job", {"given": value[:40]})
    return found


async def _train_like(desk: Desk, call: Call, value: str, _: Any) -> None:
    """The training modal with the settings of a job and other data."""
    train, valid, like = [*value.split(","), "", ""][:3]
    wish = Wish(train=train, valid=valid or None, like=like or None, channel=desk.deps.settings.slack.channel)
    await words.open_train(desk, call, wish)


TABLE: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "data_report": _file(reporting.KIND, QUICK, "report_asked"),
        "data_repaired": _file(repairing.KIND, BULK, "repaired_asked"),
        "data_use_repaired": Action(_derived, _use_repaired),
        "data_train_like": Action(_train_like),
        "guess_without": Action(_made_without, _without),
    }
)
