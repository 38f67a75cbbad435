"""The full report as a file: everything that was found, by rule, and never larger than may be sent."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.report import Finding
from bot.datasets.spool import LeftOut
from bot.facts.datasets import DatasetFacts, FindingLine
from handlers.renderer import Renderer
from tests import strategies as facts
from tests.handlers.samples import FAULTY

ROOM = 20_000_000


def report(*findings: Finding | LeftOut, data: DatasetFacts = FAULTY, limit: int = ROOM) -> str:
    return Renderer().data_report(data, iter(findings), limit, "en").decode()


def empty(line: int, severity: str = "error") -> Finding:
    return Finding("content_empty", severity, line, "messages[1].content")  # type: ignore[arg-type]


DATA = FAULTY.model_copy(update={"findings": (), "totals": {}})


def test_figures_come_first_then_rules_by_severity_with_what_why_source_and_remedy() -> None:
    text = report(
        Finding(
            "secret_token", "hint", 3, "messages[0].content", {"kind": "github", "head": "ghp_", "length": 40}
        ),
        Finding("line_blank", "warning", 4, "", {}, "blank_lines"),
        empty(5),
        empty(90),
        data=DATA,
    )
    assert text.startswith(
        "train_w47.jsonl · D57: full report\n14 errors\n2,140 examples · 4.2 MB · 1.21 M tokens (estimate)"
    )
    assert "checked as chat for Azure OpenAI" in text
    assert [line.split(" · ")[0] for line in text.splitlines() if line.split(" · ")[0].isupper()] == [
        "ERROR",
        "WARNING",
        "HINT",
    ]
    rule = text[text.index("ERROR · content_empty · 2 places") :].split("\n\n")[0].splitlines()
    assert [line.split(":")[0].strip() for line in rule[1:4]] == ["why", "source", "remedy"]
    assert rule[4:] == [
        "    line 5 messages[1].content: `content` is empty",
        "    line 90 messages[1].content: `content` is empty",
    ]
    assert "repair: the bot can do it, blank lines are left out" in text


def test_what_the_spool_does_not_have_is_taken_from_the_report() -> None:
    studied = FindingLine(
        rule="near_duplicate", severity="hint", line=7, path="", params={"first": 2, "likeness": 90}
    )
    kept = FindingLine(rule="content_empty", severity="error", line=5, path="messages[1].content")
    data = DATA.model_copy(update={"findings": (studied, kept), "totals": {"near_duplicate": 44}})
    text = report(empty(5), data=data)
    assert "HINT · near_duplicate · 44 places" in text
    assert "… and 43 more" in text
    assert text.count("line 5 ") == 1


def test_one_rule_leaves_room_for_the_others_and_the_end_says_what_is_missing() -> None:
    def many() -> Iterator[Finding | LeftOut]:
        for line in range(1, 5001):
            yield empty(line)
        yield Finding("line_blank", "warning", 6000, "")
        yield LeftOut(12)

    data = Renderer().data_report(DATA, many(), 50_000, "en")
    text = data.decode()
    assert len(data) <= 50_000
    assert "ERROR · content_empty · 5,000 places" in text
    assert "    line 6,000: is blank" in text
    shown = text.count("`content` is empty")
    assert f"… and {5000 - shown:,} more" in text
    assert "12 more were counted and not kept." in text
    assert "larger than 50 KB" in text


def test_markup_of_names_and_mentions_is_plain_text() -> None:
    text = report(data=DATA.model_copy(update={"name": "<!channel> & *x*.jsonl"}))
    assert text.startswith("<!channel> & *x*.jsonl · D57: full report")


@given(facts.dataset, st.lists(facts.finding, max_size=30), st.integers(1_000, 100_000))
def test_whatever_was_found_it_is_text_within_the_limit(
    data: DatasetFacts, found: list[FindingLine], limit: int
) -> None:
    findings = [Finding(one.rule, one.severity, one.line, one.path, one.params, one.repair) for one in found]
    built = Renderer().data_report(data, iter(findings), limit, "en")
    assert len(built) <= limit
    built.decode(errors="ignore")
