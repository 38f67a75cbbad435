"""Short answers that only the person sees: done, not possible, not understood, are you sure."""

from bot.chat import Rendered
from bot.facts.jobs import JobFacts
from handlers.blocks import job_buttons
from handlers.blocks.launcher import starters
from handlers.blocks.primitives import Block, actions, as_message, button, footer, section
from handlers.wording import jobs
from handlers.wording.actions import label, question
from handlers.wording.help import say as say_help
from handlers.wording.lists import say
from handlers.wording.markup import escape, fallback
from handlers.wording.said import Said


def ok(markup: str, locale: str) -> Rendered:
    """It is done; `markup` is escaped already."""
    text = say("ok", locale, text=markup)
    return Rendered(fallback(text), as_message([section(text)]))


def under_way(markup: str, locale: str) -> Rendered:
    """It was asked for and has not succeeded yet, so no sign of success stands before it; escaped already."""
    text = say("under_way", locale, text=markup)
    return Rendered(fallback(text), as_message([section(text)]))


def plain(markup: str) -> Rendered:
    """A plain sentence; `markup` is escaped already."""
    return Rendered(fallback(markup), as_message([section(markup)]))


def problem(said: Said, locale: str) -> Rendered:
    """What happened, what it means, what to do."""
    headline = say("problem", locale, text=said.happened)
    lines = said.lines()
    request = say("request", locale, {"id": said.request_id}) if said.request_id else ""
    blocks: list[Block] = [section("\n".join([headline, *lines])), *footer(request)]
    return Rendered(fallback(headline, *lines, request), as_message(blocks))


def unknown(given: str, nearest: str | None, locale: str) -> Rendered:
    """A word that does not exist, with the one that was probably meant."""
    title = say_help("unknown", locale, given=given)
    line = " ".join(
        part
        for part in (
            say_help("nearest", locale, nearest=nearest) if nearest else "",
            say_help("see_help", locale),
        )
        if part
    )
    blocks = [section(f"{title}\n{line}"), *actions(starters(locale), "unknown")]
    return Rendered(fallback(title, line), as_message(blocks))


def confirm(action: str, job: JobFacts, locale: str) -> Rendered:
    """Yes or No to `pause`, `resume` or `cancel` as it was typed: the Yes button asks nothing more."""
    words = question(action, job, locale)
    about = f"{jobs.title(job)} · {jobs.inside(jobs.state_of(job, locale))}"
    title = f"*{escape(words.title)}* {about}"
    no = button(label("keep", locale), "dismiss", job.id)
    blocks = [
        section(f"{title}\n{escape(words.text)}"),
        *actions([job_buttons.control(action, job, locale, ask=False), no], f"confirm:{job.id}"),
    ]
    return Rendered(fallback(title, escape(words.text)), as_message(blocks))
