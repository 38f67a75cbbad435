"""Messages about data that are sent once, one function for each class of `bot.facts.notices`."""

from bot.chat import Rendered
from bot.datasets.repair.kinds import KINDS
from bot.facts import notices
from handlers.blocks import job_buttons
from handlers.blocks.primitives import Block, Element, actions, as_message, button, footer, section
from handlers.wording import errors, failures, jobs, numbers
from handlers.wording.actions import label
from handlers.wording.datasets_told import say
from handlers.wording.markup import fallback, inline
from handlers.wording.repairs import repair_text


def _message(headline: str, lines: list[str], *rest: list[Block]) -> Rendered:
    shown = [line for line in lines if line]
    blocks = [section("\n".join([headline, *shown])), *(block for part in rest for block in part)]
    return Rendered(fallback(headline, *shown), as_message(blocks))


def repaired(notice: notices.DataRepaired, locale: str) -> Rendered:
    """What was repaired in the file beside this message."""
    headline = say(
        "repaired_but" if notice.left else "repaired",
        locale,
        name=inline(notice.name, 80),
        id=inline(notice.dataset, 20),
        found=numbers.count(notice.left, "finding", locale),
    )
    lines = [
        say(
            "repaired_kind",
            locale,
            what=inline(repair_text(kind, notice.counts[kind], notice.lines.get(kind, ()), locale), 400),
        )
        for kind in KINDS
        if kind in notice.counts
    ]
    if not lines:
        end = say("repaired_nothing", locale)
    elif notice.left:
        end = say("repaired_left", locale)
    else:
        end = say("repaired_whole", locale)
    use = button(label("use_repaired", locale), "data_use_repaired", notice.dataset)
    row = [use] if lines else []
    return _message(headline, [*lines, end], actions(row, f"repaired:{notice.dataset}"))


def file_failed(notice: notices.DataFileFailed, locale: str) -> Rendered:
    """A file or a guess that somebody waited for and that does not come."""
    said = errors.explain(notice.code, notice.params, locale)
    headline = say(
        f"failed_{notice.what}", locale, name=inline(notice.name, 80), id=inline(notice.dataset, 20)
    )
    return _message(headline, [f"{said.happened}.", *said.lines()])


def suspects(notice: notices.DataSuspects, locale: str) -> Rendered:
    """Which lines were probably refused, with a way to train without them."""
    job, data = notice.job, notice.data
    who = jobs.service(job.provider)
    name, dataset = inline(data.name, 80), inline(data.id, 20)
    headline = say(
        "suspects" if notice.count else "suspects_not",
        locale,
        job=jobs.title(job),
        service=who,
        part=_part(notice, locale),
    )
    found = tuple(name for name, count in notice.categories.items() if count)
    row: list[Element] = []
    if notice.count:
        lines = [
            _lines(notice, failures.categories(found, locale), locale),
            say("suspects_service", locale, service=who),
        ]
        if notice.own and not notice.cut and notice.count < (data.examples or 0):
            row.append(button(label("without_them", locale), "guess_without", job.id, style="primary"))
    else:
        asked = failures.categories(tuple(notice.categories), locale)
        lines = [
            say("suspects_none", locale, what=asked, name=name, id=dataset) if notice.categories else "",
            say("suspects_none_next", locale, service=who),
        ]
    if notice.unknown:
        lines.append(say("suspects_unknown", locale, what=failures.categories(notice.unknown, locale)))
    if notice.own:
        row.append(job_buttons.data_report(job, locale))
    small = footer(say("suspects_private", locale))
    return _message(headline, lines, actions(row, f"suspects:{job.id}"), small)


def _part(notice: notices.DataSuspects, locale: str) -> str:
    """`23 of 2,140 examples`; with `at least` where not all were looked at."""
    count = f"{notice.count:,}"
    if notice.cut:
        count = say("suspects_more", locale, count=count)
    examples = numbers.count(notice.data.examples or notice.count, "example", locale)
    return say("suspects_part", locale, count=count, examples=examples)


def _lines(notice: notices.DataSuspects, what: str, locale: str) -> str:
    """`Lines 12, 88, … of a.jsonl · D57 hold words of *violence*`."""
    shown = ", ".join(f"{line:,}" for line in notice.lines) + (
        ", …" if notice.count > len(notice.lines) else ""
    )
    key = "suspects_lines_one" if notice.count == 1 else "suspects_lines_many"
    name, dataset = inline(notice.data.name, 80), inline(notice.data.id, 20)
    return say(key, locale, lines=shown, what=what, name=name, id=dataset)
