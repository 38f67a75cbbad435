"""What a rule says can be repaired is repaired, and no repair makes a file worse."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.datasets.checker import check_path
from bot.datasets.repair.file import repair
from bot.datasets.report import Report
from tests.datasets.test_smallest import CASES, SPECS

LEFT_TO_A_PERSON = frozenset({"message_unknown_key"})
"""Its smallest file has a misspelt `weight`, which nobody may cut; other keys are cut (test_repair.py)."""
MENDED = sorted(rule for rule in CASES if SPECS[rule].repair and rule not in LEFT_TO_A_PERSON)


def before_and_after(tmp_path: Path, rule: str) -> tuple[Report, Report]:
    case = CASES[rule]
    source, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    source.write_bytes(case.data())
    before = check_path(source, case.options)
    # what the file was taken for must not hang on what was repaired
    options = replace(case.options, profile=before.profile)
    repair(source, target, options)
    return before, check_path(target, options)


@pytest.mark.parametrize("rule", MENDED)
def test_what_can_be_repaired_is_repaired(tmp_path: Path, rule: str) -> None:
    before, after = before_and_after(tmp_path, rule)
    assert rule in before.totals
    assert rule not in after.totals
    if SPECS[rule].severity != "hint":
        assert before.repairable
        assert not after.repairable


@pytest.mark.parametrize("rule", CASES)
def test_a_repair_never_adds_an_error(tmp_path: Path, rule: str) -> None:
    before, after = before_and_after(tmp_path, rule)
    errors = {rule for rule, total in after.totals.items() if SPECS[rule].severity == "error" and total}
    assert errors <= before.totals.keys()
