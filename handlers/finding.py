"""Which job is meant, and the store's answers: what all words and buttons begin with."""

from sqlalchemy import Connection

from bot.facts.jobs import JobFacts
from bot.questions import Questions
from bot.store.jobs import Job
from handlers.call import Call
from handlers.command_line import permalink
from handlers.desk import Desk


def questions(desk: Desk) -> Questions:
    """The store's answers."""
    return Questions(desk.deps.settings, desk.deps.providers)


async def find_job(desk: Desk, call: Call, given: str | None) -> tuple[Job, JobFacts]:
    """The job that is meant. Raises `NotThere`."""
    place = (call.channel, call.thread_ts) if call.thread_ts else None
    link = permalink(given) if given else None
    if link is not None:
        given, place = None, (link.channel, link.thread_ts or link.ts)
    now = desk.deps.clock.now()
    ask = questions(desk)

    def work(connection: Connection) -> tuple[Job, JobFacts]:
        job = ask.job(connection, call.actor, given, place)
        return job, ask.facts(connection, job, now=now)

    return await desk.deps.store.read(work)
