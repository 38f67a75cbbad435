"""A job or a dataset in two lines: what lists, the launcher and the Home tab share."""

from bot.facts.datasets import DatasetFacts
from bot.facts.jobs import JobFacts
from handlers.blocks import job_buttons
from handlers.blocks.primitives import Block, Element, button, section
from handlers.wording import datasets, jobs
from handlers.wording.actions import label
from handlers.wording.lists import say
from handlers.wording.markup import inline, when


def job_text(job: JobFacts, locale: str) -> str:
    """Headline, then model, connection, losses, age."""
    parts = [
        inline(job.model, 60),
        inline(job.connection, 40),
        jobs.data(job),
        *jobs.losses(job, locale)[:2],
        say("asked", locale, at=when(job.created_at)),
    ]
    return f"{jobs.headline(job, locale)}\n{' · '.join(part for part in parts if part)}"


def job_row(job: JobFacts, locale: str, accessory: Element | None = None) -> Block:
    """A job in a list with its button."""
    return section(job_text(job, locale), accessory or job_buttons.opened(job, locale), f"row:{job.id}")


def data_text(data: DatasetFacts, locale: str) -> str:
    """Headline, then the connection it is for and the figures; the list names the source of the prices."""
    figures = datasets.figures(data, locale, source=False) or when(data.created_at)
    parts = [inline(data.connection, 40), figures]
    return f"{datasets.headline(data, locale)}\n{' · '.join(part for part in parts if part)}"


def data_row(data: DatasetFacts, locale: str) -> Block:
    """A dataset in a list with its button."""
    accessory = button(label("open", locale), "data_open", data.id)
    return section(data_text(data, locale), accessory, f"row:{data.id}")
