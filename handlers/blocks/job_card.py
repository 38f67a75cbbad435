"""The card of a job: one message in the channel, edited in place."""

from bot.chat import Rendered
from bot.facts.jobs import JobFacts
from handlers.blocks import job_buttons
from handlers.blocks.primitives import Block, Element, actions, as_message, footer, section
from handlers.wording import failures, jobs, requests_bought, results
from handlers.wording.markup import fallback, inline, mention


def facts_line(job: JobFacts, locale: str) -> str:
    """`@requester · gpt-4.1-mini · D61 + D58 · prod-swc · Global training · about $18`."""
    parts = (
        mention(job.requester),
        inline(job.model, 80),
        jobs.data(job),
        jobs.held_back(job, locale),
        inline(job.connection, 60),
        jobs.chosen_method(job.method, locale),
        jobs.training_type(job.training_type, locale),
        jobs.money(job, locale),
    )
    return " · ".join(part for part in parts if part)


def outlook(job: JobFacts, locale: str) -> str:
    """When it ends, why it ended, what comes next."""
    parts = [jobs.expectation(job, locale)]
    if job.state in {"failed", "refused"} and job.failure is not None:
        parts.insert(0, f"{failures.explain(job, locale).happened}.")
    if job.state == "succeeded":
        parts.insert(0, results.of_job(job, locale)[0])
    parts.append(jobs.next_step(job, locale))
    return " ".join(part for part in parts if part)


def body(job: JobFacts, locale: str) -> list[str]:
    """The lines of the card below its headline."""
    lines = (
        facts_line(job, locale),
        requests_bought.of_job(job, locale),
        jobs.progress(job, locale),
        outlook(job, locale),
    )
    return [line for line in lines if line]


def buttons(job: JobFacts, locale: str) -> list[Element]:
    """What can be done to the job from its card."""
    row: list[Element] = []
    if job.state == "uncertain" and "answer" in job.can:
        row += job_buttons.answers(job, locale)
    row += job_buttons.controls(job, locale)
    if "results" in job.can:
        row.append(job_buttons.results(job, locale))
    if job_buttons.deployable(job):
        row.append(job_buttons.deploy(job, locale))
    if job.remote_id:
        row.append(job_buttons.log(job, locale))
    return row + job_buttons.more(job, locale)


def build(job: JobFacts, locale: str) -> Rendered:
    """The card as a message; its first line alone tells state, job and progress."""
    headline = jobs.headline(job, locale)
    lines = body(job, locale)
    blocks: list[Block] = [
        section("\n".join([headline, *lines])),
        *actions(buttons(job, locale), f"job:{job.id}"),
        *footer(
            jobs.updated(job, locale),
            jobs.service_word(job, locale),
            jobs.money_source(job, locale),
            jobs.muted(job, locale),
        ),
    ]
    return Rendered(fallback(headline, *lines), as_message(blocks))
