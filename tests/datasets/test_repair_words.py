"""Every kind of repair has words, and every rule names a kind that there is."""

import pytest

from bot.datasets.repair.kinds import KINDS, Kind
from bot.datasets.rules.registry import SPECS
from handlers.wording.repairs import repair_text, repairable_text


@pytest.mark.parametrize("kind", KINDS)
def test_a_repair_in_words(kind: Kind) -> None:
    said = repair_text(kind, 3, (5, 31, 1077), "en")
    assert said.endswith(": 3 lines (5, 31, 1,077)")
    assert "_" not in said
    assert repair_text(kind, 21, tuple(range(1, 21)), "en").endswith("19, 20, …)")
    assert repairable_text({kind: 1200}, "en").endswith(" 1,200")


def test_no_two_kinds_read_the_same() -> None:
    assert len({repair_text(kind, 1, (1,), "en") for kind in KINDS}) == len(KINDS)
    assert len({repairable_text({kind: 1}, "en") for kind in KINDS}) == len(KINDS)


def test_rules_name_kinds_that_there_are() -> None:
    assert {spec.repair for spec in SPECS} - {""} <= set(KINDS)
