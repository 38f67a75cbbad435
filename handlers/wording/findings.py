"""What the checker found, in words: what is wrong, and what to do about it.

A message goes on where a place left off ("Line 88 `messages[2].content` is empty"), so it has no full stop; the remedy
follows after a colon. Every rule of `bot.datasets.rules.registry` has its words in a table here, which a test proves.
"""

from collections.abc import Mapping
from typing import NamedTuple

from handlers.wording.finding_tables import (
    file,
    forms,
    images,
    messages,
    plain,
    preference,
    risk,
    sets,
    study,
    syntax,
    tools,
)
from handlers.wording.finding_tables.words import Params, Words
from handlers.wording.said import Filled


class FindingText(NamedTuple):
    """What is wrong, and what to do."""

    message: str
    remedy: str


WORDS: Mapping[str, Words] = {
    **file.WORDS,
    **syntax.WORDS,
    **forms.WORDS,
    **plain.WORDS,
    **messages.WORDS,
    **tools.WORDS,
    **images.WORDS,
    **preference.WORDS,
    **risk.WORDS,
    **sets.WORDS,
    **study.WORDS,
}
_TYPES = {
    "object": "an object",
    "list": "a list",
    "string": "a text",
    "boolean": "true or false",
    "number": "a number",
    "null": "null",
}


def finding_text(rule: str, params: Params) -> FindingText:
    """Message and remedy for a finding.

    `params` are the finding's, with its `path` added where the message shall name the place. A rule without words (a
    report of another version) is shown by its id.
    """
    words = WORDS.get(rule)
    if words is None:
        return FindingText(rule.replace("_", " "), "")
    facts = _facts(words, params)
    path = facts.get("path", "")
    facts["subject"] = f"`{path}`" if path else words.subject.format_map(facts)
    return FindingText(words.message.format_map(facts), words.remedy.format_map(facts))


def several_text(rule: str, params: Params) -> FindingText:
    """As `finding_text` for several lines at once: `params` are the first one's, and `path` only where all share it.

    The message goes on after "17 lines": with a verb of its own, or after a colon.
    """
    words = WORDS.get(rule)
    if words is None or not words.many:
        said = finding_text(rule, params)
        return FindingText(f": {said.message}", said.remedy)
    facts = _facts(words, params)
    return FindingText(f" {words.many.format_map(facts)}", words.remedy.format_map(facts))


def _facts(words: Words, params: Params) -> dict[str, str]:
    """What sentences may name; a parameter that a report of another version lacks is shown as `…`."""
    facts = Filled({name: _shown(name, value) for name, value in params.items()})
    if words.derive is not None:
        facts.update(words.derive(params))
    return facts


def _shown(name: str, value: str | float) -> str:
    if name == "type":
        return _TYPES.get(str(value), str(value))
    if name == "encoding":
        return str(value).upper()
    if isinstance(value, str):
        # Backticks would end the code span that the value stands in.
        return value.replace("`", "'")
    return _size(int(value)) if name in ("bytes", "limit") and value >= 1024 else f"{value:,}"


def _size(count: int) -> str:
    if count < 1024 * 1024:
        return f"{count / 1024:.1f} KiB"
    size = f"{count / (1024 * 1024):,.1f}".removesuffix(".0")
    return f"{size} MiB"
