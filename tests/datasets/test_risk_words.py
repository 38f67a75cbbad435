"""Every kind has words, and the words never hold what was found."""

import json

import pytest

from bot.datasets.risk import RISK
from bot.datasets.risk.national import KINDS as NUMBERS
from bot.datasets.risk.secret_kinds import KINDS as FORMS
from handlers.wording.finding_tables import risk
from handlers.wording.findings import finding_text, several_text
from tests.datasets.risk_samples import PERSONS, SECRETS
from tests.datasets.risk_tools import noted
from tests.datasets.smallest.risk import CASES


def test_rules_and_kinds_are_those_with_words() -> None:
    assert {spec.id for spec in RISK.specs} == risk.WORDS.keys()
    assert {form.kind for form in FORMS} == risk.SECRETS.keys()
    assert set(NUMBERS) == risk.IDS.keys()
    assert {sample.kind for sample in SECRETS} == risk.SECRETS.keys()
    assert {sample.kind for sample in PERSONS if sample.kind} == risk.IDS.keys()


def test_all_are_hints_with_a_reason_and_a_source() -> None:
    for spec in RISK.specs:
        assert spec.severity == "hint"
        assert spec.source
        assert spec.why.endswith(".")
        assert not spec.repair


@pytest.mark.parametrize("text", sorted({sample.text for sample in (*SECRETS, *PERSONS)}))
def test_what_is_said_has_no_more_than_four_characters_of_it(text: str) -> None:
    ((rule, path, params),) = noted({"text": text})
    for said in (finding_text(rule, {**params, "path": path}), several_text(rule, params)):
        words = f"{said.message} {said.remedy}"
        pieces = (text[at : at + 6] for at in range(len(text) - 5))
        assert not any(piece in words for piece in pieces if any(map(str.isdigit, piece)))


@pytest.mark.parametrize("rule", CASES)
def test_smallest_files_have_one_risk_each(rule: str) -> None:
    found = [
        (name, path) for line in CASES[rule].data().splitlines() for name, path, _ in noted(json.loads(line))
    ]
    assert found == [(rule, "messages[1].content")]


def test_every_rule_has_a_smallest_file() -> None:
    assert CASES.keys() == risk.WORDS.keys()
