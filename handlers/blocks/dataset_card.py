"""The card of a dataset in its owner's direct messages: findings, figures, where it is, what to do with it."""

from bot.chat import Rendered
from bot.facts.datasets import DatasetFacts
from handlers.blocks import findings
from handlers.blocks.primitives import (
    Block,
    Element,
    actions,
    as_message,
    button,
    context,
    footer,
    section,
    sections,
)
from handlers.wording import datasets, errors
from handlers.wording.actions import label
from handlers.wording.markup import fallback, inline

_CHECKED = frozenset({"refused", "ready"})


def _problem(data: DatasetFacts, locale: str) -> list[str]:
    said = errors.explain(data.problem or "gone", data.problem_params, locale)
    return [f"{said.happened}.", *said.lines()]


def body(data: DatasetFacts, locale: str) -> list[str]:
    """The lines below the headline, without findings."""
    lines = [datasets.figures(data, locale)]
    if data.state == "unreadable":
        lines += _problem(data, locale)
    if data.state in {"received", "checking"}:
        lines.append(datasets.reading(data, locale))
        lines.append(datasets.say("first_errors" if data.findings else "wait", locale))
    lines.append(datasets.mixture(data, locale) if data.state in _CHECKED else "")
    lines.append(datasets.made_from(data, locale))
    if data.state == "ready":
        lines.append(datasets.what_it_is(data, locale))
    if data.same_as:
        lines.append(datasets.say("same", locale, other=inline(data.same_as, 20)))
    if data.studying and data.state in _CHECKED:
        lines.append(datasets.say("studying", locale))
    lines.append(datasets.pair(data, locale))
    lines += [datasets.copy(one, locale) for one in data.copies[:20]]
    return [line for line in lines if line]


def buttons(data: DatasetFacts, locale: str) -> list[Element]:
    """What can be done with the data now."""
    row = _training(data, locale) if data.state == "ready" and data.trainable else []
    if data.state in _CHECKED:
        row += _mending(data, locale)
    if data.state == "unreadable" or any(one.state == "failed" for one in data.copies):
        row.append(button(label("retry_data", locale), "data_retry", data.id))
    if data.state in {"refused", "unreadable", "ready"}:
        row.append(button(label("another", locale), "data_upload", data.id))
    return row


def _training(data: DatasetFacts, locale: str) -> list[Element]:
    # as the listeners read it: training data first
    both = f"{data.pair},{data.id}" if data.role == "validation" else f"{data.id},{data.pair or ''}"
    made = data.made_from
    if made is not None and made.like:
        text = label("train_like_job", locale).format(job=made.like)
        return [button(text, "data_train_like", f"{both},{made.like}", style="primary")]
    if data.pair is None:
        return [button(label("train_with", locale), "data_train", data.id, style="primary")]
    return [
        button(label("train_pair", locale), "data_train_pair", both, style="primary"),
        button(label("swap", locale), "data_swap", both),
    ]


def _mending(data: DatasetFacts, locale: str) -> list[Element]:
    """What the bot can do about the findings."""
    row: list[Element] = []
    found = data.errors + data.warnings
    # a repair would not make it data that is trained with there
    if data.repairable and data.takers is None:
        part = f"{data.repairable:,}", f"{max(found, data.repairable):,}"
        row.append(button(label("repaired_file", locale).format(*part), "data_repaired", data.id))
        # what would be refused again cannot be used
        if _mends_all_errors(data):
            first = "primary" if data.state == "refused" else None
            row.append(button(label("use_repaired", locale), "data_use_repaired", data.id, style=first))
    if found or data.hints:
        row.append(button(label("full_report", locale), "data_report", data.id))
    return row


def _mends_all_errors(data: DatasetFacts) -> bool:
    return all(one.repair for one in data.findings if one.severity == "error")


def build(data: DatasetFacts, locale: str, *, alone: bool = False) -> Rendered:
    """The card as a message for the owner.

    Args:
        data: what is known of it.
        locale: whose words.
        alone: it stands where others read too and only the owner sees it; a direct message needs no such note.
    """
    headline = datasets.headline(data, locale)
    lines = body(data, locale)
    found = findings.lines(data, locale) if data.state in {*_CHECKED, "checking"} else []
    hints = findings.hints(data, locale) if data.state in _CHECKED else []
    if data.state in _CHECKED:
        found += [one for one in [datasets.shared(data, locale)] if one]
    if data.state == "refused":
        found.append(datasets.advice(data, locale))
    worth = [datasets.say("hints", locale), *hints] if hints else []
    blocks: list[Block] = [
        section("\n".join([headline, *lines])),
        *sections(found),
        *([context("\n".join(worth))] if worth else []),
        *actions(buttons(data, locale), f"data:{data.id}"),
        *footer(datasets.turns(data, locale), datasets.say("only_you", locale) if alone else ""),
    ]
    return Rendered(fallback(headline, *lines, *found, *worth), as_message(blocks))
