"""One job as it is now: for the person who asked, with everything that the card leaves out."""

from bot.chat import Rendered
from bot.facts.jobs import DataRef, Facts, JobFacts
from handlers.blocks import job_buttons
from handlers.blocks.primitives import (
    Block,
    Element,
    actions,
    as_message,
    button,
    fields,
    footer,
    section,
    web_url,
)
from handlers.wording import failures, job_settings, jobs, numbers, requirements
from handlers.wording.actions import label
from handlers.wording.lists import say
from handlers.wording.markup import code, escape, fallback, inline, mention, quoted, when


class SnapshotOptions(Facts):
    """How one person sees it.

    Attributes:
        card_url: the permalink of the live card, empty when there is none.
        mine: the reader started the job, so its messages are theirs to mute.
    """

    card_url: str = ""
    mine: bool = True


def build(job: JobFacts, locale: str, options: SnapshotOptions | None = None) -> Rendered:
    """The snapshot: an ephemeral message with Refresh and a link to the live card."""
    options = options or SnapshotOptions()
    url, page = web_url(options.card_url), web_url(job.portal_url)
    headline = jobs.headline(job, locale)
    lines = [
        jobs.progress(job, locale),
        _why(job, locale),
        jobs.expectation(job, locale),
        jobs.next_step(job, locale),
    ]
    shown = [line for line in lines if line]
    blocks: list[Block] = [
        section("\n".join([headline, *shown])),
        *([section(asked)] if (asked := requirements.to_ask_for(job.failure, locale)) else []),
        *fields(_facts(job, locale)),
        *actions(_buttons(job, locale, mine=options.mine), f"snapshot:{job.id}"),
        *footer(
            say("card", locale, url=escape(url)) if url else "",
            say("page", locale, url=escape(page), service=jobs.service(job.provider)) if page else "",
            jobs.updated(job, locale),
            jobs.service_word(job, locale),
            *failures.small_print(job.failure, job.provider, locale),
        ),
    ]
    return Rendered(fallback(headline, *shown), as_message(blocks))


def _why(job: JobFacts, locale: str) -> str:
    if job.failure is None:
        return ""
    said = failures.explain(job, locale)
    text = quoted(job.failure.text, 900) if job.failure.text.strip() else ""
    return "\n".join(part for part in (f"{said.happened}. {said.meaning}".strip(), text, said.remedy) if part)


def _facts(job: JobFacts, locale: str) -> list[tuple[str, str]]:
    who = jobs.service(job.provider)
    money = jobs.price(job)
    tokens = ""
    if job.tokens_billed is not None:
        tokens = numbers.measured_tokens(job.tokens_billed, locale)
    elif job.tokens is not None:
        tokens = numbers.measured_tokens(job.tokens, locale)
    return [
        (say("requester", locale), mention(job.requester)),
        (say("model", locale), inline(job.model, 200)),
        (say("training", locale), _data(job.train, locale)),
        (say("validation", locale), _data(job.valid, locale) if job.valid else say("none", locale)),
        (
            say("connection", locale),
            " · ".join(p for p in (inline(job.connection, 80), inline(job.region, 60)) if p),
        ),
        (say("training_type", locale), jobs.training_type(job.training_type, locale)),
        (say("settings", locale), job_settings.settings(job, locale)),
        (say("cost", locale), numbers.cost(money, locale) if money else ""),
        (say("tokens", locale), tokens),
        (say("created", locale), when(job.created_at)),
        (say("submitted", locale), when(job.submitted_at) if job.submitted_at else ""),
        (say("finished", locale), when(job.finished_at) if job.finished_at else ""),
        (say("remote", locale, service=who), code(job.remote_id) if job.remote_id else ""),
        (say("result_model", locale), code(job.result_model) if job.result_model else ""),
    ]


def _data(data: DataRef, locale: str) -> str:
    parts = [inline(data.name, 120), inline(data.id, 20)]
    if data.examples is not None:
        parts.append(numbers.count(data.examples, "example", locale))
    return " · ".join(parts)


def _buttons(job: JobFacts, locale: str, *, mine: bool) -> list[Element]:
    row = [job_buttons.refresh(job, locale)]
    if job.state == "uncertain" and "answer" in job.can:
        row += job_buttons.answers(job, locale)
    row += job_buttons.controls(job, locale)
    if "results" in job.can:
        row.append(job_buttons.results(job, locale))
    if job_buttons.deployable(job):
        row.append(job_buttons.deploy(job, locale))
    if job.remote_id:
        row.append(job_buttons.log(job, locale))
    if "train_like" in job.can:
        row.append(job_buttons.train_like(job, locale))
    if mine:
        mute = "unmute" if job.muted else "mute"
        row.append(button(label(mute, locale), "job_mute", f"{mute}:{job.id}"))
    return row + job_buttons.portal(job, locale)
