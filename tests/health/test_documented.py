"""The set-up guide tells of every number, and of no other."""

import re
from pathlib import Path

from handlers.metrics.meter import Meter
from handlers.metrics.page import page
from tests.health.bench import Scrape
from tests.health.test_page import NOTHING

GUIDE = (Path(__file__).parents[2] / "docs" / "setup.md").read_text(encoding="utf-8")


def test_every_number_is_in_the_guide_and_no_other() -> None:
    part = GUIDE.split("### `[health]`", 1)[1].split("\n### ", 1)[0]
    text = page(Meter(), NOTHING, {}, connected=True).decode()
    assert Scrape(text).samples
    made = set(re.findall(r"^# TYPE (tunesmith_\w+)", text, re.MULTILINE))
    rows = "\n".join(line for line in part.splitlines() if line.startswith("|"))
    assert set(re.findall(r"tunesmith_\w+", rows)) == made
    assert set(re.findall(r"tunesmith_\w+", part)) <= made
