"""docs/dataset-rules.md is what the rules say, and leaves none out."""

import re

import pytest

from bot.datasets.rules import registry
from bot.datasets.rules.base import RuleSpec
from handlers.wording.finding_tables import study
from scripts.dataset_rule_peers import PEERS, TESTED, answer
from scripts.dataset_rules import GROUPS, ONLY_FOR, PAGE, members, page

IDS = [spec.id for spec in registry.SPECS]
REPAIRS = {
    "byte_order_mark",
    "line_ends",
    "blank_lines",
    "trailing_comma",
    "smart_quotes",
    "functions",
    "trailing_turns",
    "stray_keys",
}


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.dataset_rules"


def test_every_rule_stands_in_one_group() -> None:
    assert sorted(spec.id for group in GROUPS for spec in members(group)) == sorted(IDS)
    assert sorted(re.findall(r"^### `(\w+)`", page(), re.MULTILINE)) == sorted(IDS)


@pytest.mark.parametrize("spec", registry.SPECS, ids=lambda spec: spec.id)
def test_every_rule_says_why_and_who_says_so(spec: RuleSpec) -> None:
    assert spec.why.endswith((".", "?"))
    assert spec.why[0].isupper() or spec.why[0] == "`"
    assert len(spec.source) > 10
    assert not spec.source.endswith(".")
    assert spec.repair in {"", *REPAIRS}
    assert spec.severity != "hint" or spec.repair in {"", "line_ends", "byte_order_mark"}


def test_links_lead_to_headings() -> None:
    text = page()
    headings = {
        re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-")
        for head in re.findall(r"^## (.+)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\(#([^)]+)\)", text)) == headings


def test_rules_of_some_services_and_rules_of_peers_exist() -> None:
    assert set(ONLY_FOR) <= set(IDS)
    assert set(TESTED) <= {*IDS, *study.WORDS}
    letters = {peer.letter for peer in PEERS}
    assert all(set(tested) <= letters for tested in TESTED.values())


def test_what_nobody_compared_is_not_claimed() -> None:
    known = {peer.letter: peer for peer in PEERS}
    assert answer("json_nesting", known["C"]) == "unknown"
    assert answer("json_nesting", known["T"]) == "no"
    assert answer("json_syntax", known["C"]) == "yes"
    assert answer("json_duplicate_key", known["C"]) == "no"
