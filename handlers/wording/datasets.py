"""Sentences about data: what was found, how large it is, where it went."""

from collections.abc import Iterable, Mapping

from bot.facts.datasets import CopyFacts, DatasetFacts
from bot.facts.jobs import Money
from handlers.wording import errors, numbers, time
from handlers.wording.language import pick
from handlers.wording.markup import bold, inline, quoted
from handlers.wording.said import fill

_DOTS: Mapping[str, str] = {
    "received": "⚪",
    "checking": "⚪",
    "refused": "❌",
    "ready": "✅",
    "unreadable": "❌",
}
_HEADLINES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "received": "{name} · {id}: received",
        "checking": "{name} · {id}: being checked",
        "refused": "{name} · {id}: {errors}, nothing was uploaded",
        "ready": "{name} · {id}: ready to train with",
        "ready_warnings": "{name} · {id}: ready to train with, {warnings}",
        "unreadable": "{name} · {id}: could not be read, nothing was uploaded",
    }
}
_COPIES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "waiting": "{connection}: waiting for its turn",
        "uploading": "{connection}: uploading, {sent} of {bytes}",
        "processing": "{connection}: uploaded, the service is taking it in",
        "processed": "{connection}: ready there",
        "failed": "{connection}: failed",
        "uncertain": "{connection}: sent, no answer came; the bot is looking for it there",
    }
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "cost": "{epochs} on {model} would cost {cost}",
        "cost_any": "{epochs} would cost {cost}",
        "checked": "checked in {took}",
        "line": "Line {line}",
        "lines": "{lines} ({first})",
        "within": "{line}, {places}",
        "file": "Whole file",
        "in_first": "(in the first)",
        "more_rules": "{errors} and {warnings} more of other kinds are not shown.",
        "role_training": "training data",
        "role_validation": "validation data",
        "pair": "It came together with {other}: this is taken as the {role}, the other as the {other_role}.",
        "same": "Same content as {other}; one of the two is enough.",
        "only_you": "only you see this",
        "wait": "The findings come here when the check is done.",
        "repair": "Repair the file and send it again. Nothing has left Slack and the bot.",
        "roles": "turns: {turns}",
    }
}
_WORTH_TELLING = 0.1
"""Seconds of a check below which nobody waited for it."""
_ROLES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "system": "system",
        "developer": "developer",
        "user": "user",
        "assistant": "assistant",
        "tool": "tool",
        "function": "function",
    }
}


def say(key: str, locale: str, **markup: str) -> str:
    """One of the card's phrases; the parts are markup already."""
    return fill(pick(_WORDS, locale)[key], {}, **markup)


def headline(data: DatasetFacts, locale: str) -> str:
    """The first line of a data card: enough alone."""
    key = "ready_warnings" if data.state == "ready" and data.warnings else data.state
    text = fill(
        pick(_HEADLINES, locale)[key],
        {"name": data.name, "id": data.id},
        errors=numbers.count(data.errors, "error", locale),
        warnings=numbers.count(data.warnings, "warning", locale),
    )
    return f"{_DOTS.get(data.state, '⚪')} {bold(text)}"


def price(data: DatasetFacts) -> Money | None:
    """What training on it would cost; None for data that is not trained on, or that costs nothing."""
    if data.role == "validation" or data.cost is None or data.cost.high <= 0:
        return None
    return data.cost


def sources(found: Iterable[DatasetFacts], locale: str) -> str:
    """Where the prices of a list come from, each once."""
    prices = (price(data) for data in found)
    return " · ".join(dict.fromkeys(numbers.money_source(one, locale) for one in prices if one is not None))


def figures(data: DatasetFacts, locale: str, *, source: bool = True) -> str:
    """`2,140 examples · 1.21 M tokens (estimate) · 3 epochs would cost about $18 · checked in 1.4 s`.

    Without `source` the list that it stands in names the price's source.
    """
    parts: list[str] = []
    # nothing that could be counted: the findings tell why
    if data.examples:
        parts.append(numbers.count(data.examples, "example", locale))
    if data.bytes is not None:
        parts.append(numbers.size(data.bytes))
    if data.tokens:
        parts.append(numbers.tokens(data.tokens, data.tokens_exact, locale))
    money = price(data)
    if money is not None:
        epochs = numbers.count(data.cost_epochs, "epoch", locale)
        cost = numbers.cost(money, locale) if source else numbers.money(money, locale)
        key = "cost" if data.cost_model else "cost_any"
        parts.append(say(key, locale, epochs=epochs, model=inline(data.cost_model, 60), cost=cost))
    if data.seconds is not None and data.seconds >= _WORTH_TELLING:
        parts.append(say("checked", locale, took=time.duration(data.seconds)))
    return " · ".join(parts)


def turns(data: DatasetFacts, locale: str) -> str:
    """`turns: user 2,140, assistant 2,140`."""
    names = pick(_ROLES, locale)
    shown = [
        f"{names.get(role, inline(role, 30))} {number:,}" for role, number in list(data.turns.items())[:8]
    ]
    return say("roles", locale, turns=", ".join(shown)) if shown else ""


def copy(one: CopyFacts, locale: str) -> str:
    """Where the data is at one connection; a failure with the service's own reason."""
    text = fill(
        pick(_COPIES, locale)[one.state],
        {"connection": one.connection},
        sent=numbers.size(one.sent),
        bytes=numbers.size(one.bytes),
    )
    if one.state != "failed":
        return text
    said = errors.explain(one.code or "import_failed", {}, locale)
    reason = quoted(one.detail, 600) if one.detail.strip() else ""
    return " · ".join(part for part in (text, said.happened, reason, said.remedy) if part)


def pair(data: DatasetFacts, locale: str) -> str:
    """Which half of a pair this was taken for."""
    if data.pair is None:
        return ""
    role = "validation" if data.role == "validation" else "training"
    other = "training" if role == "validation" else "validation"
    name = f"{inline(data.pair_name, 80)} · " if data.pair_name else ""
    return say(
        "pair",
        locale,
        other=f"{name}{inline(data.pair, 20)}",
        role=say(f"role_{role}", locale),
        other_role=say(f"role_{other}", locale),
    )
