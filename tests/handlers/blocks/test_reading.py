"""The card of data that is still being read: how far it is, what was found so far, and that Slack is waited for."""

import pytest

from bot.facts.datasets import DatasetFacts, FindingLine, ReadingFacts
from handlers.blocks import dataset_card
from tests.handlers.samples import READY

EN = "en"
EMPTY = FindingLine(rule="content_empty", severity="error", line=88, path="messages[2].content")


def under_way(reading: ReadingFacts | None, errors: int = 0, *findings: FindingLine) -> DatasetFacts:
    nothing: dict[str, object] = {
        "bytes": None,
        "examples": None,
        "tokens": None,
        "cost": None,
        "seconds": None,
        "turns": {},
    }
    found: dict[str, object] = {"errors": errors, "findings": findings, "totals": {}, "copies": ()}
    return READY.model_copy(update={"state": "checking", "reading": reading, **nothing, **found})


@pytest.mark.parametrize(
    ("reading", "errors", "line"),
    [
        (ReadingFacts(bytes=174_080_000, of=512_000_000), 2, "Reading … 34 % of 512 MB, 2 errors so far"),
        (ReadingFacts(bytes=0, of=512_000_000), 0, "Reading … 0 % of 512 MB, no errors so far"),
        (ReadingFacts(bytes=512_000_001, of=512_000_000), 1, "Reading … 100 % of 512 MB, 1 error so far"),
        (ReadingFacts(bytes=4_200_000), 0, "Reading … 4.2 MB, no errors so far"),
        (ReadingFacts(stalled=True), 0, "Slack does not give the file at the moment. The bot keeps trying."),
    ],
)
def test_how_far_it_is(reading: ReadingFacts, errors: int, line: str) -> None:
    assert line in dataset_card.build(under_way(reading, errors), EN).text.splitlines()


def test_the_first_errors_are_shown_and_nothing_can_be_done_yet() -> None:
    card = dataset_card.build(under_way(ReadingFacts(bytes=10, of=1000), 1, EMPTY), EN)
    assert "First errors, while the rest is being read:" in card.text
    assert "88" in card.text
    assert not any(block["type"] == "actions" for block in card.blocks)


def test_before_anything_is_known_the_findings_are_announced() -> None:
    text = dataset_card.build(under_way(None), EN).text
    assert "The findings come here when the check is done." in text
    assert "Reading" not in text
