"""The service's log of a job, newest at the bottom."""

from collections.abc import Sequence

from bot.chat import Rendered
from bot.facts.jobs import JobFacts, LogLine
from handlers.blocks import job_buttons
from handlers.blocks.primitives import Block, actions, as_message, footer, section, sections
from handlers.wording import jobs, numbers
from handlers.wording.lists import say
from handlers.wording.markup import fallback, inline, time_of_day

SHOWN = 40


def build(job: JobFacts, lines: Sequence[LogLine], locale: str, earlier: int = 0) -> Rendered:
    """The last lines; `earlier` is how many older ones the caller has left out."""
    shown = lines[-SHOWN:]
    hidden = earlier + len(lines) - len(shown)
    title = say("log_title", locale, job=jobs.title(job))
    written = [_line(line, locale) for line in shown] or [say("log_none", locale)]
    more = say("log_more", locale, lines=numbers.count(hidden, "line", locale)) if hidden else ""
    blocks: list[Block] = [
        section(title),
        *sections(written),
        *actions([job_buttons.log(job, locale), job_buttons.opened(job, locale)], f"log:{job.id}"),
        *footer(
            more, say("log_source", locale, service=jobs.service(job.provider)), jobs.updated(job, locale)
        ),
    ]
    return Rendered(fallback(title, *written[-5:]), as_message(blocks))


def _line(line: LogLine, locale: str) -> str:
    level = f"*{say(f'level_{line.level}', locale)}* " if line.level != "info" else ""
    return f"{time_of_day(line.at)}  {level}{inline(line.message, 800)}"
