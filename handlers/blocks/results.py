"""Results of a job: what the curves say, numbers, and the table of checkpoints."""

from bot.chat import Rendered
from bot.facts.jobs import CheckpointFacts, JobFacts
from handlers.blocks import job_buttons
from handlers.blocks.primitives import Block, Element, actions, as_message, footer, section
from handlers.wording import jobs, numbers, results
from handlers.wording.lists import say
from handlers.wording.markup import code, fallback, plain_text
from handlers.wording.notices import say as say_notice

_COLUMNS = ("step", "epoch", "train", "valid", "full_valid", "deployable", "model")
_ROWS = 40
_CELL = 160


def build(job: JobFacts, locale: str) -> Rendered:
    """The results as a message; the picture is a message of its own."""
    title = say("results_title", locale, job=jobs.title(job))
    sentence, remedy = results.of_job(job, locale)
    losses = jobs.losses(job, locale)
    numbers_line = " · ".join([losses[0][:1].upper() + losses[0][1:], *losses[1:]]) if losses else ""
    usable = sum(1 for one in job.checkpoints if one.deployable)
    checkpoints = (
        say("checkpoints", locale, deployable=f"{usable:,}", all=f"{len(job.checkpoints):,}")
        if job.checkpoints
        else say("checkpoints_none", locale)
    )
    lines = [
        numbers_line or say("results_none", locale),
        " ".join(part for part in (sentence, remedy) if part),
        say_notice("model", locale, model=code(job.result_model)) if job.result_model else "",
        checkpoints,
    ]
    shown = [line for line in lines if line]
    row = [job_buttons.deploy(job, locale)] if job_buttons.deployable(job) else []
    if job.remote_id:
        row.append(job_buttons.log(job, locale))
    if "train_like" in job.can:
        row.append(job_buttons.train_like(job, locale))
    blocks: list[Block] = [
        section("\n".join([title, *shown])),
        *([table(job.checkpoints[:_ROWS], locale)] if job.checkpoints else []),
        *actions(row, f"results:{job.id}"),
        *footer(
            say("checkpoints_cut", locale, shown=str(_ROWS)) if len(job.checkpoints) > _ROWS else "",
            jobs.updated(job, locale),
        ),
    ]
    return Rendered(fallback(title, *shown), as_message(blocks))


def table(checkpoints: tuple[CheckpointFacts, ...], locale: str) -> Block:
    """Step, epoch, losses, whether it can be deployed, and the name to use; no column without a value."""
    words = results.words(locale)
    columns = {name: [_value(one, name, locale) for one in checkpoints] for name in _COLUMNS}
    shown = {name: values for name, values in columns.items() if any(values)}
    rows = [[_cell(words[name]) for name in shown]]
    rows += [[_cell(one or words["without"]) for one in row] for row in zip(*shown.values(), strict=True)]
    return {"type": "table", "rows": rows}


def _value(one: CheckpointFacts, column: str, locale: str) -> str:
    """What stands in a column, "" when there is nothing."""
    words = results.words(locale)
    losses = {"train": one.train_loss, "valid": one.valid_loss, "full_valid": one.full_valid_loss}
    if column in losses:
        loss = losses[column]
        return numbers.loss(loss) if loss is not None else ""
    if column == "epoch":
        return numbers.plain(one.epoch) if one.epoch is not None else ""
    if column == "deployable":
        return words["yes"] if one.deployable else words["no"]
    return f"{one.step:,}" if column == "step" else one.model or one.id


def _cell(text: str) -> Element:
    return {"type": "raw_text", "text": plain_text(text, _CELL)}
