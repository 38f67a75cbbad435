"""Sentences of messages about data that are sent once. `{…}` parts are markup already."""

from collections.abc import Mapping

from handlers.wording.language import pick
from handlers.wording.said import Params, fill

_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "repaired": "*{name} · repaired from {id}*",
        "repaired_but": "*{name} · repaired from {id}, {found} left for you*",
        "repaired_kind": "• {what}",
        "repaired_left": "The full report names what is left. Nothing else in the file was changed.",
        "repaired_whole": "That was all. Nothing else in the file was changed.",
        "repaired_nothing": "There was nothing to repair: it is the same file.",
        "failed_report": "⚠ *{name} · {id}: the full report could not be made*",
        "failed_repaired": "⚠ *{name} · {id}: the repaired file could not be made*",
        "failed_suspects": "⚠ *{name} · {id}: the bot could not guess which lines were refused*",
        "suspects": "*{job}: our guess which lines {service} means, {part}*",
        "suspects_not": "*{job}: we cannot guess which lines {service} means*",
        "suspects_lines_one": "Line {lines} of {name} · {id} holds words of {what}.",
        "suspects_lines_many": "Lines {lines} of {name} · {id} hold words of {what}.",
        "suspects_part": "{count} of {examples}",
        "suspects_more": "at least {count}",
        "suspects_service": "{service} does not say which; check them. "
        "Texts that only speak of a topic are often sound.",
        "suspects_none": "No line of {name} · {id} holds words that we know of {what}.",
        "suspects_none_next": "{service} judges by more than words: look for examples on these topics yourself.",
        "suspects_unknown": "For {what} we have no words.",
        "suspects_private": "only you see this",
        "checked_for": "Checking {id} for {connection} as {made}. Its card comes to you as a direct message.",
        "checked_for_same": "{id} was checked by the rules of {service} already, which are those of {connection} too: "
        "no second copy is needed. `data {id}` shows what was found.",
        "checked_for_before": "That was checked before: it is {made}. `data {made}` shows what was found.",
        "derived": "Making {made} of {id}. Its card comes to you as a direct message.",
        "derived_before": "That was made before: it is {made}. `data {made}` shows what was found.",
        "report_asked": "Making the report of {id}. It comes to you as a direct message.",
        "repaired_asked": "Repairing {id}. The file comes to you as a direct message.",
        "asked_before": "The bot is at it already.",
    }
}


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One sentence; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_SENTENCES, locale)[key], params or {}, **markup)
