"""Lists of jobs: a page with its buttons, and the picker that answers a missing argument."""

from collections.abc import Sequence

from bot.chat import Rendered
from bot.facts.forms import JobList
from bot.facts.jobs import ForeignJob, JobFacts
from handlers.blocks import job_buttons
from handlers.blocks.primitives import Block, Element, actions, as_message, button, context, divider, section
from handlers.blocks.rows import job_row
from handlers.paging import Paged, Scope
from handlers.wording import jobs
from handlers.wording.actions import label
from handlers.wording.lists import say
from handlers.wording.markup import code, fallback, inline, when

PAGE = 10
_FOREIGN = 15


def build(page: JobList, locale: str) -> Rendered:
    """One page: jobs, then what runs at the service and was not started here, then the way to other pages."""
    title = say(f"jobs_{page.scope}", locale)
    if page.where:
        title = f"{title} · {inline(page.where, 60)}"
    shown = page.jobs[:20]
    if shown:
        last = page.offset + len(shown)
        range_ = say(
            "jobs_range",
            locale,
            first=f"{page.offset + 1:,}",
            last=f"{last:,}",
            total=f"{max(page.total, last):,}",
        )
        title = f"{title} · {range_}"
    nothing = say("jobs_none" if page.scope == "mine" else "jobs_none_all", locale)
    blocks: list[Block] = [section(title), *(job_row(job, locale) for job in shown)]
    if not shown:
        train = button(label("train", locale), "launch_train", "train", style="primary")
        blocks += [section(nothing), *actions([train], "jobs_start")]
    if page.foreign:
        blocks += [divider(), section(say("foreign", locale))]
        blocks += [_foreign(job, at, locale) for at, job in enumerate(page.foreign[:_FOREIGN])]
        if len(page.foreign) > _FOREIGN:
            blocks.append(context(say("not_shown", locale)))
    blocks += _pages(page, len(shown), locale)
    lines = [jobs.headline(job, locale) for job in shown] or [nothing]
    return Rendered(fallback(title, *lines), as_message(blocks))


def picker(word: str, among: Sequence[JobFacts], locale: str) -> Rendered:
    """Which job is meant: the jobs for which `word` is possible, each with the button that does it."""
    title = say(f"picker_{word}" if word in _PICKERS else "pick", locale)
    possible = [job for job in among if word not in _PICKERS or _possible(word, job)]
    rows = [job_row(job, locale, _pick_button(word, job, locale)) for job in possible[:20]]
    nothing = say(f"pick_none_{word}" if word in _PICKERS else "pick_none", locale)
    blocks = [section(title), *(rows or [section(nothing)])]
    lines = [jobs.headline(job, locale) for job in possible[:20]] or [nothing]
    return Rendered(fallback(title, *lines), as_message(blocks))


_PICKERS = frozenset({"pause", "resume", "cancel", "log", "results", "train"})


def _possible(word: str, job: JobFacts) -> bool:
    if word == "log":
        return job.remote_id is not None
    return ("train_like" if word == "train" else word) in job.can


def _pick_button(word: str, job: JobFacts, locale: str) -> Element:
    match word:
        case "pause" | "resume" | "cancel":
            return job_buttons.control(word, job, locale)
        case "log":
            return job_buttons.log(job, locale)
        case "results":
            return job_buttons.results(job, locale)
        case "train":
            return job_buttons.train_like(job, locale)
        case _:
            return job_buttons.opened(job, locale)


def _foreign(job: ForeignJob, at: int, locale: str) -> Block:
    text = say(
        "foreign_line",
        locale,
        model=inline(job.model, 80),
        connection=inline(job.connection, 60),
        state=inline(job.state, 40),
        at=when(job.created_at),
        id=code(job.remote_id),
    )
    adopt = button(label("adopt", locale), "foreign_adopt", f"{job.connection}/{job.remote_id}")
    return section(text, adopt, f"foreign:{at}")


def _pages(page: JobList, shown: int, locale: str) -> list[Block]:
    other: Scope = "all" if page.scope == "mine" else "mine"
    here = Paged(page.scope, page.offset, page.where)
    forward: list[Element] = []
    if page.offset + shown < page.total and shown:
        forward.append(button(label("more", locale), "jobs_page", here.at(page.offset + shown)))
    forward.append(
        button(label(f"{other}_jobs" if other == "all" else "my_jobs", locale), "jobs_scope", here.of(other))
    )
    back = [button(label("back", locale), "jobs_page", here.at(page.offset - PAGE))]
    return [*(actions(back, "jobs_back") if page.offset else []), *actions(forward, "jobs_forward")]
