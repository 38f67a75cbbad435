"""How long the examples of an order are, and how much text it has, against what is read at once. Pure."""

from typing import NamedTuple

from bot.datasets import services
from bot.datasets.fitting import parts
from bot.facts.requests import Warnings
from bot.training.checking import Checked


class Context(NamedTuple):
    """Tokens that are read at once, None = not known.

    `chosen`: the order says so, not the model. `label`: of the field that says it, "" = there is none.
    """

    tokens: int | None
    chosen: bool
    label: str


def context_of(checked: Checked, service: str) -> Context:
    """The smaller of what the model takes and what is ordered; what the service tells of the model before our table."""
    model = checked.model
    most = model.context_tokens or services.options(service, model.base).max_example_tokens
    name = services.limits(service).context_setting
    label = next(
        (one.label for one in model.parameters(checked.order.method) if name and one.name == name), ""
    )
    ordered = checked.order.hyperparameters.get(name) if label else None
    if not isinstance(ordered, int) or (most is not None and ordered >= most):
        return Context(most, chosen=False, label=label)
    return Context(ordered, chosen=True, label=label)


def length_warnings(checked: Checked, service: str) -> Warnings:
    """Examples that are longer than what is read at once, and data that does not fill it once where it should.

    `over_limit` and `under_limit` are about the model's limit, `over_chosen` and `under_chosen` about the ordered one;
    `under_limit_text` and `under_chosen_text` where text goes on from line to line, and too little of it makes no
    complete sample (contracts/databricks.md 1, 6). Which services want a full context is in
    `bot.datasets.services.Limits`. Tokens are counted with an encoding that need not be the model's own, so nothing is
    refused for them.
    """
    tokens, chosen, label = context_of(checked, service)
    if tokens is None:
        return ()
    by = "chosen" if chosen else "limit"
    about: dict[str, str | int | float] = {"limit": tokens, "model": checked.model.short}
    if label:
        about["label"] = label
    found: list[tuple[str, dict[str, str | int | float]]] = []
    longest = int(((checked.train.report or {}).get("tokens") or {}).get("longest", 0))
    if longest > tokens:
        found.append((f"over_{by}", {"longest": longest, **about}))
    total = _trained(checked)
    if services.limits(service).fills_context and total is not None and total < tokens:
        read_on = "" if parts(checked.order.method) else "_text"
        found.append((f"under_{by}{read_on}", {"tokens": total, **about}))
    return tuple(found)


def _trained(checked: Checked) -> int | None:
    """Tokens of the training data without the share that is held back of it; None = not counted."""
    total, share = checked.train.tokens, checked.order.split
    return total if total is None or share is None else round(total * (100 - share) / 100)
