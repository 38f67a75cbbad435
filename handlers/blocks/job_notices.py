"""Messages about a job that are sent once, one function for each class of `bot.facts.notices`."""

from bot.chat import Rendered
from bot.facts import notices
from bot.facts.jobs import FailureFacts, JobFacts
from handlers.blocks import job_buttons
from handlers.blocks.primitives import Block, actions, as_message, footer, section
from handlers.wording import checkpoints, errors, failures, jobs, numbers, requirements, results, time
from handlers.wording.markup import code, fallback, inline, mention, when
from handlers.wording.notices import controlled, no_picture, say
from handlers.wording.said import Said


def _told(job: JobFacts) -> str:
    """The starter, mentioned; nobody when the messages are muted."""
    return "" if job.muted else mention(job.requester)


def _message(headline: str, lines: list[str], *rest: list[Block]) -> Rendered:
    shown = [line for line in lines if line]
    blocks = [section("\n".join([headline, *shown])), *(block for part in rest for block in part)]
    return Rendered(fallback(headline, *shown), as_message(blocks))


def moved(notice: notices.JobMoved, locale: str) -> Rendered:
    """One line in the thread: what the job is now."""
    job = notice.job
    headline = say(
        "moved",
        locale,
        dot=jobs.dot(notice.after),
        job=jobs.title(job),
        after=jobs.inside(
            jobs.state_of(job, locale) if notice.after == job.state else jobs.state_word(notice.after, locale)
        ),
    )
    parts = [say("moved_by", locale, who=mention(notice.by))] if notice.by else []
    parts.append(when(notice.at))
    word = jobs.service_word(job, locale) if notice.after == job.state else ""
    line = " · ".join([headline, *parts, *([word] if word else [])])
    return Rendered(fallback(line), as_message([section(line)]))


def pending_long(notice: notices.JobPendingLong, locale: str) -> Rendered:
    """Said once to the starter after the configured hours in the queue."""
    job = notice.job
    who = jobs.service(job.provider)
    headline = say(
        "pending_title",
        locale,
        job=jobs.title(job),
        hours=numbers.count(notice.hours, "hour", locale),
        service=who,
    )
    lines = [
        " ".join(part for part in (_told(job), say("pending_why", locale, service=who)) if part),
        say("pending_next", locale),
    ]
    row = [*job_buttons.controls(job, locale), job_buttons.log(job, locale)]
    if "train_like" in job.can:
        row.append(job_buttons.train_like(job, locale))
    return _message(headline, lines, actions(row, f"pending:{job.id}"))


def setting(notice: notices.JobSetting, locale: str) -> Rendered:
    """What stands in for the file of a long setting."""
    line = say("setting", locale, {"job": notice.job, "name": notice.name})
    return Rendered(fallback(line), as_message([section(line)]))


def _figures(job: JobFacts, locale: str) -> str:
    """What was trained, for how long and for how much."""
    from_model = inline(job.model, 80)
    parts = [_told(job), from_model]
    now = job.progress
    if now.epochs:
        parts.append(numbers.count(int(now.epochs), "epoch", locale))
    if now.steps:
        parts.append(numbers.count(now.steps, "step", locale))
    if job.finished_at is not None:
        took = time.between(job.submitted_at or job.created_at, job.finished_at)
        parts.append(say("took", locale, took=took))
    if job.tokens_billed is not None:
        parts.append(say("tokens_billed", locale, tokens=numbers.measured_tokens(job.tokens_billed, locale)))
    elif job.tokens is not None:
        tokens = numbers.measured_tokens(job.tokens, locale)
        parts.append(say("tokens_trained", locale, tokens=tokens, service=jobs.service(job.provider)))
    parts.append(jobs.billed(job, locale))
    return " · ".join(part for part in parts if part)


def _checkpoints(job: JobFacts, locale: str) -> str:
    usable = [one for one in job.checkpoints if one.deployable]
    if not usable:
        return ""
    shown = numbers.count(len(usable), "checkpoint", locale)
    best = checkpoints.best(job.checkpoints)
    if best is None or len(usable) == 1:
        return say("checkpoints_bare", locale, checkpoints=shown)
    score = best.full_valid_loss if best.full_valid_loss is not None else best.valid_loss
    return say(
        "checkpoints",
        locale,
        checkpoints=shown,
        step=f"{best.step:,}",
        loss=numbers.loss(score) if score is not None else "–",
    )


def succeeded(notice: notices.JobSucceeded, locale: str) -> Rendered:
    """The end, with the reading of the curves; the picture is the next message."""
    job = notice.job
    sentence, remedy = results.of_job(job, locale)
    picture = (
        say("picture", locale)
        if notice.picture
        else say("no_picture", locale, why=no_picture(notice.picture_problem, locale))
    )
    losses = jobs.losses(job, locale)
    lines = [
        _figures(job, locale),
        " · ".join([losses[0][:1].upper() + losses[0][1:], *losses[1:]]) if losses else "",
        " ".join(part for part in (sentence, remedy) if part),
        " ".join(part for part in (_checkpoints(job, locale), picture) if part),
    ]
    row = [job_buttons.results(job, locale)] if "results" in job.can else []
    if job_buttons.deployable(job):
        row.append(job_buttons.deploy(job, locale))
    if "train_like" in job.can:
        row.append(job_buttons.train_like(job, locale))
    small = footer(jobs.money_source(job, locale))
    if job.result_model:
        small = footer(say("model", locale, model=code(job.result_model)), jobs.money_source(job, locale))
    return _message(
        say("succeeded", locale, job=jobs.title(job)),
        lines,
        actions(row, f"succeeded:{job.id}"),
        small,
    )


def failed(notice: notices.JobFailed, locale: str) -> Rendered:
    """The end: what the service found, its own words, what to do."""
    job = notice.job
    said = failures.explain(job, locale)
    failure = job.failure or FailureFacts(kind="unknown")
    charge = failures.charge(failure, job.provider, locale, created=job.state != "refused")
    lines = [
        " ".join(part for part in (_told(job), said.meaning, charge) if part),
        said.quote,
        said.remedy,
    ]
    row = []
    if "train_like" in job.can:
        row.append(job_buttons.train_like(job, locale, new_data=failure.kind in failures.ABOUT_DATA))
    if failure.kind in failures.ABOUT_DATA:
        row.append(job_buttons.data_report(job, locale))
    if job.remote_id:
        row.append(job_buttons.log(job, locale))
    return _message(
        say("failed", locale, job=jobs.title(job), what=said.happened),
        lines,
        [section(asked)] if (asked := requirements.to_ask_for(failure, locale)) else [],
        actions(row, f"failed:{job.id}"),
        footer(*failures.small_print(failure, job.provider, locale)),
    )


def cancelled(notice: notices.JobCancelled, locale: str) -> Rendered:
    """The end: by whom, and what may be charged."""
    job = notice.job
    who = jobs.service(job.provider)
    by = (
        say("cancelled_by", locale, who=mention(notice.by))
        if notice.by
        else say("cancelled_outside", locale, service=who)
    )
    failure = job.failure or FailureFacts(kind="unknown", tokens_billed=job.tokens_billed)
    charge = (
        failures.charge(failure, job.provider, locale, created=job.remote_id is not None)
        if failure.tokens_billed is not None or failure.charged is False or job.remote_id is None
        else say("cancelled_charge", locale, service=who)
    )
    told = _told(job) if notice.by != job.requester else ""
    row = [job_buttons.train_like(job, locale)] if "train_like" in job.can else []
    return _message(
        say("cancelled", locale, job=jobs.title(job)),
        [" ".join(part for part in (told, by, charge) if part)],
        actions(row, f"cancelled:{job.id}"),
    )


def uncertain(notice: notices.JobUncertain, locale: str) -> Rendered:
    """The starter has to look, because asking again could pay twice."""
    job = notice.job
    who = jobs.service(job.provider)
    lines = [
        " ".join(
            part
            for part in (mention(job.requester), say("uncertain_what", locale, at=when(notice.since)))
            if part
        ),
        say(
            "uncertain_next",
            locale,
            service=who,
            connection=inline(job.connection, 60),
            seed=str(job.seed),
        ),
    ]
    row = job_buttons.answers(job, locale) + job_buttons.portal(job, locale)
    return _message(
        say("uncertain", locale, job=jobs.title(job), service=who),
        lines,
        actions(row, f"uncertain:{job.id}"),
    )


def control_failed(notice: notices.ControlFailed, locale: str) -> Rendered:
    """A pause, resume or cancel that did not work."""
    job = notice.job
    said: Said = errors.explain(
        notice.code,
        {"job": job.id, "state": job.state, "action": notice.action, **notice.params},
        locale,
        text=notice.text,
        provider=job.provider,
    )
    headline = say(
        "control",
        locale,
        job=jobs.title(job),
        action=controlled(notice.action, locale),
        what=said.happened[:1].lower() + said.happened[1:]
        if said.happened.startswith("The ")
        else said.happened,
    )
    state = say("control_state", locale, state=jobs.inside(jobs.state_of(job, locale)))
    lines = [" ".join(part for part in (_told(job), state) if part), *said.lines()]
    return _message(headline, lines, actions(job_buttons.controls(job, locale), f"control:{job.id}"))
