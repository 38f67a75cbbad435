"""For every rule of the first pass: a smallest file that breaks it and only it."""

import importlib
import pkgutil

import pytest

from bot.datasets.options import FORMS, Form, Options
from bot.datasets.rules import registry
from handlers.wording.finding_tables import study
from tests.datasets import smallest
from tests.datasets.files import checked, found
from tests.datasets.smallest.case import Case
from tests.datasets.smallest.sound import PAIRS, sound_lines

SPECS = {spec.id: spec for spec in registry.SPECS}
SECOND_PASS = frozenset(study.WORDS)
TOO_LARGE = frozenset({"set_not_compared"})
"""Needs more examples than a test should make; the tests of the set have it."""
BACKGROUND = frozenset({"few_examples", "system_prompt_missing"})
"""True of every small file, and of one with a single system message."""


def _tables() -> dict[str, dict[str, Case]]:
    modules = [
        importlib.import_module(f"{smallest.__name__}.{one.name}")
        for one in pkgutil.iter_modules(smallest.__path__)
    ]
    return {module.__name__: dict(module.CASES) for module in modules if hasattr(module, "CASES")}


TABLES = _tables()
CASES = {rule: case for table in TABLES.values() for rule, case in table.items()}


def test_every_rule_has_one_case_and_every_case_a_rule() -> None:
    assert sum(map(len, TABLES.values())) == len(CASES), "a rule stands in two tables"
    assert CASES.keys() == SPECS.keys() - SECOND_PASS - TOO_LARGE
    assert len(SPECS) == len(registry.SPECS)


@pytest.mark.parametrize("rule", CASES)
def test_a_file_breaks_its_rule_and_only_that(rule: str) -> None:
    case = CASES[rule]
    report = checked(case.data(), case.options)
    told = report.totals.keys() - (BACKGROUND - {rule})
    assert told == {rule} | case.also, found(report)
    spec = SPECS[rule]
    for one in report.findings:
        if one.rule != rule:
            continue
        assert one.severity == spec.severity
        assert set(one.params) == set(spec.params)
        assert one.line is None or not case.many or one.line in case.lines
    errors = {spec.severity, *(SPECS[other].severity for other in case.also)} & {"error"}
    assert report.ok == (not errors)


@pytest.mark.parametrize("form", FORMS)
def test_the_lines_around_are_sound(form: Form) -> None:
    data = b"".join(line + b"\n" for line in sound_lines(len(PAIRS), form))
    service = "azure_openai" if form in ("chat", "preference", "reinforcement") else "databricks"
    report = checked(data, Options(profile=form, service=service, byte_order_mark=False))
    assert report.totals.keys() <= BACKGROUND | {"text_folder"}, found(report)
    assert report.examples == len(PAIRS)
