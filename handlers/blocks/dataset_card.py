"""The card of a dataset in its owner's direct messages: findings, figures, where it is, what to do with it."""

from bot.chat import Rendered
from bot.facts.datasets import DatasetFacts
from handlers.blocks import findings
from handlers.blocks.primitives import Block, Element, actions, as_message, button, footer, section, sections
from handlers.wording import datasets, errors
from handlers.wording.actions import label
from handlers.wording.markup import fallback, inline


def _problem(data: DatasetFacts, locale: str) -> list[str]:
    said = errors.explain(data.problem or "gone", data.problem_params, locale)
    return [f"{said.happened}.", *said.lines()]


def body(data: DatasetFacts, locale: str) -> list[str]:
    """The lines below the headline, without findings."""
    lines = [datasets.figures(data, locale)]
    if data.state == "unreadable":
        lines += _problem(data, locale)
    if data.state in {"received", "checking"}:
        lines.append(datasets.say("wait", locale))
    if data.same_as:
        lines.append(datasets.say("same", locale, other=inline(data.same_as, 20)))
    lines.append(datasets.pair(data, locale))
    lines += [datasets.copy(one, locale) for one in data.copies[:20]]
    return [line for line in lines if line]


def buttons(data: DatasetFacts, locale: str) -> list[Element]:
    """What can be done with the data now."""
    row: list[Element] = []
    # as the listeners read it: training data first
    both = f"{data.pair},{data.id}" if data.role == "validation" else f"{data.id},{data.pair}"
    if data.state == "ready":
        if data.pair:
            row.append(button(label("train_pair", locale), "data_train_pair", both, style="primary"))
            row.append(button(label("swap", locale), "data_swap", both))
        else:
            row.append(button(label("train_with", locale), "data_train", data.id, style="primary"))
    if data.state == "unreadable" or any(one.state == "failed" for one in data.copies):
        row.append(button(label("retry_data", locale), "data_retry", data.id))
    if data.state in {"refused", "unreadable", "ready"}:
        row.append(button(label("another", locale), "data_upload", data.id))
    return row


def build(data: DatasetFacts, locale: str, *, alone: bool = False) -> Rendered:
    """The card as a message for the owner.

    Args:
        data: what is known of it.
        locale: whose words.
        alone: it stands where others read too and only the owner sees it; a direct message needs no such note.
    """
    headline = datasets.headline(data, locale)
    lines = body(data, locale)
    found = findings.lines(data, locale) if data.state in {"refused", "ready"} else []
    if data.state == "refused":
        found.append(datasets.say("repair", locale))
    blocks: list[Block] = [
        section("\n".join([headline, *lines])),
        *sections(found),
        *actions(buttons(data, locale), f"data:{data.id}"),
        *footer(datasets.turns(data, locale), datasets.say("only_you", locale) if alone else ""),
    ]
    return Rendered(fallback(headline, *lines, *found), as_message(blocks))
