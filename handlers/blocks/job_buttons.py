"""The buttons of a job: which ones is in `JobFacts.can`."""

from bot.facts.jobs import JobFacts
from handlers.blocks.primitives import Element, button, confirm, option, overflow, web_url
from handlers.wording.actions import label, question
from handlers.wording.approvals import label as label_of


def asked(name: str, job: JobFacts, locale: str, *, danger: bool = False) -> Element:
    """The dialog before a button does something to a job."""
    words = question(name, job, locale)
    return confirm(words.title, words.text, words.yes, words.no, danger=danger)


def control(name: str, job: JobFacts, locale: str, *, ask: bool = True) -> Element:
    """`pause`, `resume` or `cancel`; `ask` puts Slack's own dialog before it."""
    danger = name == "cancel"
    dialog = asked(name, job, locale, danger=danger) if ask else None
    # "Cancel" beside "No, leave it" could mean either
    text = label("cancel_job" if danger and not ask else name, locale)
    return button(text, f"job_{name}", job.id, style="danger" if danger else None, confirm=dialog)


def controls(job: JobFacts, locale: str) -> list[Element]:
    """What the service can do to it now."""
    return [control(name, job, locale) for name in ("pause", "resume", "cancel") if name in job.can]


def log(job: JobFacts, locale: str) -> Element:
    """The log of the job."""
    return button(label("log", locale), "job_log", job.id)


def refresh(job: JobFacts, locale: str) -> Element:
    """Read again."""
    return button(label("refresh", locale), "job_refresh", job.id)


def results(job: JobFacts, locale: str) -> Element:
    """Charts, numbers and checkpoints."""
    return button(label("results", locale), "job_results", job.id, style="primary")


def train_like(job: JobFacts, locale: str, *, new_data: bool = False) -> Element:
    """A form filled with this job's settings."""
    name = "train_like_new_data" if new_data else "train_like"
    value = f"{job.id}:new_data" if new_data else job.id
    return button(label(name, locale), "job_train_like", value)


def opened(job: JobFacts, locale: str) -> Element:
    """A snapshot of the job."""
    return button(label("open", locale), "job_open", job.id)


def deployable(job: JobFacts) -> bool:
    """Whether it has a model, or a checkpoint, that can be deployed."""
    return job.state == "succeeded" and bool(
        job.result_model or any(one.deployable for one in job.checkpoints)
    )


def deploy(job: JobFacts, locale: str) -> Element:
    """The form that asks to deploy it."""
    return button(label_of("deploy", locale), "job_deploy", job.id)


def answers(job: JobFacts, locale: str) -> list[Element]:
    """What the person found out about a job that may or may not exist."""
    return [
        button(label("found", locale), "uncertain_found", job.id, style="primary"),
        button(label("again", locale), "uncertain_again", job.id, confirm=asked("again", job, locale)),
        button(label("give_up", locale), "uncertain_giveup", job.id, confirm=asked("give_up", job, locale)),
    ]


def portal(job: JobFacts, locale: str) -> list[Element]:
    """A link to the service's own page, where there is one."""
    url = web_url(job.portal_url)
    return [button(label("portal", locale), "job_portal", job.id, url=url)] if url else []


def more(job: JobFacts, locale: str) -> list[Element]:
    """The `⋯` menu: train like this, mute, open in portal."""
    options: list[Element] = []
    if "train_like" in job.can:
        options.append(option(label("train_like", locale), f"train_like:{job.id}"))
    mute = "unmute" if job.muted else "mute"
    options.append(option(label(mute, locale), f"{mute}:{job.id}"))
    url = web_url(job.portal_url)
    if url:
        options.append(option(label("portal", locale), f"portal:{job.id}", url=url))
    return [overflow("job_more", options)]


def data_report(job: JobFacts, locale: str) -> Element:
    """The findings about the job's training data."""
    return button(label("data", locale), "data_open", job.train.id)
