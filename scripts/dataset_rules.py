"""Writes docs/dataset-rules.md from the rules themselves and their words: `python -m scripts.dataset_rules`."""

import itertools
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from bot.datasets import sniff
from bot.datasets.rules import registry, shape, syntax
from bot.datasets.rules.base import RuleSpec
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
    tools,
)
from handlers.wording.finding_tables import syntax as syntax_words
from handlers.wording.finding_tables.words import Words
from handlers.wording.findings import FindingText, finding_text
from scripts.dataset_rule_peers import PEERS, answer

PAGE = Path(__file__).resolve().parents[1] / "docs" / "dataset-rules.md"
_SHOWN = {"yes": "●", "no": "–", "unknown": "?"}
_NUMBER = 7_654_321
_NUMBERS_SHOWN = ("7,654,321", "7.3 MiB", "7654321")


class Group(NamedTuple):
    """A section of the page: the rules whose words stand in one table.

    Attributes:
        title: of the section.
        forms: what kind of file they are asked of.
        words: the table.
        starts: the ids begin with this; empty = all that no other group of the table takes.
    """

    title: str
    forms: str
    words: Mapping[str, Words]
    starts: str = ""


_CHATS = "chat, preference, reinforcement"
GROUPS = (
    Group("The file as a whole", "all", file.WORDS),
    Group("Bytes and JSON of a line", "all", syntax_words.WORDS),
    Group("What a line is", "all", forms.WORDS),
    Group("Messages", _CHATS, messages.WORDS),
    Group("Tools and calls", _CHATS, tools.WORDS),
    Group("Images", _CHATS, images.WORDS),
    Group("Preference examples (DPO)", "preference", preference.WORDS),
    Group("Reinforcement examples (RFT)", "reinforcement", forms.WORDS, "reinforcement_"),
    Group("Pairs of prompt and response", "prompt_response", forms.WORDS, "pair_"),
    Group("Text", "text", forms.WORDS, "text_"),
    Group("Files of plain text", "text", plain.WORDS),
    Group("The examples as a set", "all", sets.WORDS),
    Group("Secrets, personal data, topics", "all", risk.WORDS),
    Group("The second pass: tokens, near duplicates, overlap", "all", study.WORDS),
)

_VALUES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "file_format": ("format", sniff.FORMATS),
    "encoding_invalid": ("kind", syntax.KINDS),
    "json_syntax": ("reason", syntax.REASONS),
    "format_other": ("format", shape.OTHER_FORMATS),
}
"""Rules whose sentence depends on a word of ours, and all the words there are."""

_DATABRICKS = "Databricks"
ONLY_FOR: Mapping[str, str] = {
    "answer_not_last": _DATABRICKS,
    "roles_alternate": _DATABRICKS,
    "system_not_first": _DATABRICKS,
    "system_refused": "Databricks, models of Mistral",
    "too_few_messages": _DATABRICKS,
    "example_key_refused": _DATABRICKS,
    "message_key_refused": _DATABRICKS,
    "byte_order_mark": _DATABRICKS,
    "text_folder": _DATABRICKS,
    "plain_zero_byte": _DATABRICKS,
    "plain_under_context": _DATABRICKS,
    "plain_little": _DATABRICKS,
    "plain_file_size": _DATABRICKS,
    "content_parts_refused": "Azure AI Studio, Databricks",
    "tools_refused": "Azure AI Studio, Databricks",
    "weight_refused": "Azure AI Studio, Databricks",
    "role_refused": "Azure AI Studio, Databricks",
    "images_refused": "Azure AI Studio, Databricks, models of Azure OpenAI that do not see",
    "pair_wrong_key": "Azure OpenAI, Azure AI Studio",
    "too_many_image_examples": "Azure OpenAI",
}
"""Rules that only some services ask; all others hold for all."""


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    specs = registry.SPECS
    numbers = {
        severity: sum(spec.severity == severity for spec in specs)
        for severity in ("error", "warning", "hint")
    }
    yield "# The rules of the dataset check"
    yield ""
    yield f"{len(specs)} rules: {numbers['error']} errors, {numbers['warning']} warnings, {numbers['hint']} hints."
    yield ""
    yield "This page is made from the rules themselves by `python -m scripts.dataset_rules`; a test fails when it is"
    yield "stale. An error refuses the file, a warning asks for a look, a hint is worth knowing. Every finding is"
    yield "counted, and the first twenty of each rule are shown with line and JSON path. A word in braces stands for"
    yield "what was found. *Repair* names what `tunesmith validate --fix` and the button in Slack mend."
    yield ""
    groups = [(group, found) for group in GROUPS if (found := members(group))]
    for group, found in groups:
        yield f"- [{group.title}](#{_anchor(group.title)}) ({len(found)})"
    yield "- [Other checkers, rule by rule](#other-checkers-rule-by-rule)"
    for group, found in groups:
        yield from _section(group, found)
    yield from _peers(specs)


def members(group: Group) -> list[RuleSpec]:
    """The rules of a group, in the order of the registry."""
    taken = tuple(one.starts for one in GROUPS if one.words is group.words and one.starts)
    return [
        spec
        for spec in registry.SPECS
        if spec.id in group.words
        and (spec.id.startswith(group.starts) if group.starts else not (taken and spec.id.startswith(taken)))
    ]


def _section(group: Group, found: list[RuleSpec]) -> Iterator[str]:
    yield ""
    yield f"## {group.title}"
    yield ""
    yield f"Forms: {group.forms}."
    for spec in found:
        said = _said(spec)
        yield ""
        yield f"### `{spec.id}`: {spec.severity}"
        yield ""
        yield f"- What: {said.message}"
        yield f"- Why: {spec.why}"
        yield f"- Remedy: {said.remedy}"
        if spec.repair:
            yield f"- Repair: `{spec.repair}`"
        yield f"- Services: {ONLY_FOR.get(spec.id, 'all')}"
        yield f"- Source: {spec.published}"
        if spec.id in _VALUES:
            yield from _values(spec)


def _values(spec: RuleSpec) -> Iterator[str]:
    name, words = _VALUES[spec.id]
    yield f"- `{{{name}}}` is one of:"
    for word in words:
        yield f"  - {_said(spec, {name: word}).message}"


def _said(spec: RuleSpec, known: Mapping[str, str] | None = None) -> FindingText:
    """The words with the names of the parameters in the place of what was found."""
    fixed = known or {}
    free = [name for name in spec.params if name not in fixed]
    for kinds in itertools.product((True, False), repeat=len(free)):
        params: dict[str, str | int] = {
            name: f"{{{name}}}" if as_text else _NUMBER for name, as_text in zip(free, kinds, strict=True)
        }
        shown = _tried(spec.id, {**params, **fixed})
        if shown is not None:
            return FindingText(*(_with_n(text) for text in shown))
    raise KeyError(spec.id)


def _tried(rule: str, params: Mapping[str, str | int]) -> FindingText | None:
    """Words that count need a number, others take any text: ValueError tells them apart."""
    try:
        return finding_text(rule, params)
    except ValueError:
        return None


def _with_n(text: str) -> str:
    for number in _NUMBERS_SHOWN:
        text = text.replace(number, "N")
    return re.sub(r"\{[A-Z_]+\}", lambda found: found[0].lower(), text)


def _peers(specs: tuple[RuleSpec, ...]) -> Iterator[str]:
    yield ""
    yield "## Other checkers, rule by rule"
    yield ""
    yield "● it tests this, – it does not, ? not known. Where each was read:"
    yield ""
    for peer in PEERS:
        tested = sum(answer(spec.id, peer) == "yes" for spec in specs)
        yield f"- {peer.name}: {peer.read}; {tested} of {len(specs)}"
    yield ""
    yield f"| rule | {' | '.join(peer.name for peer in PEERS)} |"
    yield f"|---|{'---|' * len(PEERS)}"
    for spec in specs:
        yield f"| `{spec.id}` | {' | '.join(_SHOWN[answer(spec.id, peer)] for peer in PEERS)} |"


def _anchor(title: str) -> str:
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -")
    return kept.replace(" ", "-")


def main() -> int:
    """Write the page; with `--check` only say whether it is as it should be."""
    made = page()
    if "--check" in sys.argv[1:]:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
