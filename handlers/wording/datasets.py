"""Sentences about data: what was found, how large it is, where it went."""

from collections.abc import Iterable, Mapping
from typing import Literal

from bot.facts.datasets import CopyFacts, DatasetFacts
from bot.facts.jobs import Money
from handlers.wording import errors, jobs, numbers, time
from handlers.wording.finding_tables.languages import language
from handlers.wording.language import pick
from handlers.wording.markup import bold, code, inline, quoted
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
        "refused": "{name} · {id}: {errors}, nothing sent to {service}",
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
        "reused": "{connection}: ready there as the file of {other}, which has the same content; nothing was sent",
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
        "more_rules": "{found} more of other kinds: the full report has them.",
        "repairable": "can be repaired, {how}",
        "hints": "Worth a look:",
        "risk_line": "line {lines}",
        "risk_lines": "lines {lines}",
        "risk_secret_one": "{texts} looks like a secret ({lines}): take it out, and revoke it if it was ever real",
        "risk_secret_many": "{texts} look like secrets ({lines}): take them out, and revoke what was ever real",
        "risk_personal_one": "{texts} names data of a person ({lines}): replace it with invented data",
        "risk_personal_many": "{texts} name data of persons ({lines}): replace it with invented data",
        "risk_topic_one": "{texts} speaks of what safety checks often refuse ({lines}): look whether the model should "
        "learn it",
        "risk_topic_many": "{texts} speak of what safety checks often refuse ({lines}): look whether the model should "
        "learn them",
        "shared_one": "⚠ {examples} is also in {other}: validation loss will look better than it is",
        "shared_many": "⚠ {examples} are also in {other}: validation loss will look better than it is",
        "language": "{language} {share} %",
        "languages": "{languages} of a sample",
        "systems": "{systems} in use",
        "repaired_from": "Repaired from {id}. Content was not touched.",
        "copied": "Same content as {id}, checked for {connection}.",
        "held_validation": "{share} % of {id}, held back for validation.",
        "held_training": "{share} % of {id}; the rest is held back for validation.",
        "without": "Made of {id} without {lines}.",
        "like": "It was made to train like {job} again.",
        "not_trained": "This is {kind}. It was checked as such; no connection here trains with it.",
        "kind_is": "This is {kind}.",
        "kind_preference": "preference data (DPO)",
        "kind_reinforcement": "data for reinforcement fine-tuning",
        "kind_prompt_response": "data of prompts and responses",
        "kind_text": "plain text",
        "kind_other": "data of another kind",
        "role_training": "training data",
        "role_validation": "validation data",
        "pair": "It came together with {other}: this is taken as the {role}, the other as the {other_role}.",
        "pair_made": "It goes together with {other}: this is taken as the {role}, the other as the {other_role}.",
        "same": "Same content as {other}; one of the two is enough.",
        "only_you": "only you see this",
        "wait": "The findings come here when the check is done.",
        "reading_of": "Reading … {percent} of {size}, {found} so far",
        "reading": "Reading … {size}, {found} so far",
        "stalled": "Slack does not give the file at the moment. The bot keeps trying.",
        "none_found": "no errors",
        "first_errors": "First errors, while the rest is being read:",
        "repair": "Repair the file and send it again. Nothing has left Slack and the bot.",
        "taken_one": "Nothing in it is broken, it is {kind}: {connections} takes it. Write {command} to have it "
        "checked and sent there. Nothing has left Slack and the bot.",
        "taken_many": "Nothing in it is broken, it is {kind}: {connections} take it. Write {command} to have it "
        "checked and sent there. Nothing has left Slack and the bot.",
        "taken_nowhere": "Nothing in it is broken, but no other connection here trains with {kind}. Nothing has left "
        "Slack and the bot.",
        "kind_chat": "chats",
        "studying": "Exact tokens, near duplicates and overlap are still being looked for.",
        "repair_rest": "The bot can repair {repairable} of {all}; the rest needs you. "
        "Nothing has left Slack and the bot.",
        "repair_all": "The bot can repair all of it. Nothing has left Slack and the bot.",
        "roles": "turns: {turns}",
        "the_service": "the service",
    }
}
_TOLD_KINDS = frozenset({"preference", "reinforcement", "prompt_response", "text"})
_CHATS = frozenset({"", "chat", "tools", "vision"})
_LANGUAGE_SHOWN = 5
"""Per cent of a sample below which a language is a name or a quotation."""
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
        "other": "others",
    }
}


def say(key: str, locale: str, **markup: str) -> str:
    """One of the card's phrases; the parts are markup already."""
    return fill(pick(_WORDS, locale)[key], {}, **markup)


def headline(data: DatasetFacts, locale: str) -> str:
    """The first line of a data card: enough alone."""
    warnings = data.warnings + (1 if shared(data, locale) else 0)
    key = "ready_warnings" if data.state == "ready" and warnings else data.state
    text = fill(
        pick(_HEADLINES, locale)[key],
        {"name": data.name, "id": data.id},
        errors=numbers.count(data.errors, "error", locale),
        warnings=numbers.count(warnings, "warning", locale),
        service=jobs.service(data.service) if data.service else say("the_service", locale),
    )
    return f"{_DOTS.get(data.state, '⚪')} {bold(text)}"


def price(data: DatasetFacts) -> Money | None:
    """What training on it would cost; None for data that cannot be trained on, or that costs nothing."""
    if data.state == "refused" or data.role == "validation" or data.cost is None or data.cost.high <= 0:
        return None
    return data.cost


def sources(found: Iterable[DatasetFacts], locale: str) -> str:
    """Where the prices of a list come from, each once."""
    prices = (price(data) for data in found)
    return " · ".join(dict.fromkeys(numbers.money_source(one, locale) for one in prices if one is not None))


def figures(data: DatasetFacts, locale: str, *, source: bool = True) -> str:
    """`2,140 examples · 1.21 M tokens (estimate) · 3 epochs would cost about $18 · checked in 1.4 s`.

    Without `source` something else names the price's source: the list that it stands in, or the full report.
    """
    parts: list[str] = []
    # nothing that could be counted: the findings tell why
    if data.examples:
        unit: Literal["line", "example"] = "line" if data.profile == "text" else "example"
        parts.append(numbers.count(data.examples, unit, locale))
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


def mixture(data: DatasetFacts, locale: str) -> str:
    """`German 71 %, English 29 % of a sample · 3 system prompts in use`: where they say something."""
    spoken = sorted(
        ((share, code) for code, share in data.languages.items() if share >= _LANGUAGE_SHOWN), reverse=True
    )
    parts: list[str] = []
    if len(spoken) > 1:
        shown = [
            say("language", locale, language=inline(language(code), 40), share=str(share))
            for share, code in spoken[:5]
        ]
        parts.append(say("languages", locale, languages=", ".join(shown)))
    if data.systems > 1:
        parts.append(say("systems", locale, systems=numbers.count(data.systems, "system prompt", locale)))
    return " · ".join(parts)


def shared(data: DatasetFacts, locale: str) -> str:
    """`⚠ 9 examples are also in valid_w47.jsonl: validation loss will look better than it is`."""
    if not data.shared or data.pair is None:
        return ""
    return say(
        "shared_one" if data.shared == 1 else "shared_many",
        locale,
        examples=numbers.count(data.shared, "example", locale),
        other=inline(data.pair_name or data.pair, 80),
    )


def made_from(data: DatasetFacts, locale: str) -> str:
    """Which data this was made of, and how."""
    made = data.made_from
    if made is None:
        return ""
    of = inline(made.id, 20)
    if made.how == "repaired":
        return say("repaired_from", locale, id=of)
    if made.how == "copied":
        return say("copied", locale, id=of, connection=inline(data.connection, 60))
    if made.how == "held":
        share = made.share if data.role == "validation" else 100 - made.share
        return say(f"held_{data.role}", locale, id=of, share=str(share))
    said = say("without", locale, id=of, lines=numbers.count(made.lines, "line", locale))
    return f"{said} {say('like', locale, job=inline(made.like, 20))}" if made.like else said


def what_it_is(data: DatasetFacts, locale: str) -> str:
    """What kind of data it is, where it is no chat, and why there is no button to train with it."""
    if data.trainable and data.profile not in _TOLD_KINDS:
        return ""
    if data.trainable:
        return say("kind_is", locale, kind=kind(data.profile, locale))
    return say("not_trained", locale, kind=kind(data.profile, locale))


def kind(profile: str, locale: str) -> str:
    """`preference data (DPO)`, for data that is no chat."""
    words = pick(_WORDS, locale)
    return words.get(f"kind_{profile}", words["kind_other"])


def advice(data: DatasetFacts, locale: str) -> str:
    """What to do with refused data: how much of it a repair mends."""
    if data.takers is not None:
        return _taken(data, data.takers, locale)
    found = data.errors + data.warnings
    if not data.repairable or data.repairable > found:
        return say("repair", locale)
    if data.repairable == found:
        return say("repair_all", locale)
    return say("repair_rest", locale, repairable=f"{data.repairable:,}", all=f"{found:,}")


def _taken(data: DatasetFacts, takers: tuple[str, ...], locale: str) -> str:
    """Who takes sound data that its own connection does not train with."""
    told = kind("chat" if data.profile in _CHATS else data.profile, locale)
    if not takers:
        return say("taken_nowhere", locale, kind=told)
    return say(
        "taken_one" if len(takers) == 1 else "taken_many",
        locale,
        kind=told,
        connections=", ".join(inline(one, 60) for one in takers),
        command=code(f"data {data.id} for {takers[0]}", 80),
    )


def reading(data: DatasetFacts, locale: str) -> str:
    """`Reading … 34 % of 512 MB, 2 errors so far`."""
    far = data.reading
    if far is None:
        return ""
    if far.stalled:
        return say("stalled", locale)
    found = numbers.count(data.errors, "error", locale) if data.errors else say("none_found", locale)
    if not far.of:
        return say("reading", locale, size=numbers.size(far.bytes), found=found)
    percent = f"{min(100, far.bytes * 100 // far.of)} %"
    return say("reading_of", locale, percent=percent, size=numbers.size(far.of), found=found)


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
        pick(_COPIES, locale)["reused" if one.state == "processed" and one.reused_from else one.state],
        {"connection": one.connection},
        sent=numbers.size(one.sent),
        bytes=numbers.size(one.bytes),
        other=inline(one.reused_from, 20),
    )
    if one.state != "failed":
        return text
    said = errors.explain(one.code or "import_failed", one.params, locale)
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
        "pair_made" if data.made_from else "pair",
        locale,
        other=f"{name}{inline(data.pair, 20)}",
        role=say(f"role_{role}", locale),
        other_role=say(f"role_{other}", locale),
    )
