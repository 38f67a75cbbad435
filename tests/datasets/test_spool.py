"""All findings on disk: nothing is lost within the bounds, and what is beyond them is counted."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.report import Finding
from bot.datasets.spool import LeftOut, Spool, spooled

FINDINGS = st.builds(
    Finding,
    rule=st.text(min_size=1, max_size=20),
    severity=st.sampled_from(["error", "warning", "hint"]),
    line=st.none() | st.integers(1, 10**9),
    path=st.text(max_size=40),
    params=st.dictionaries(st.text(max_size=10), st.integers(-(2**53), 2**53) | st.text(max_size=20)),
    repair=st.sampled_from(["", "blank_lines"]),
)


def written(path: Path, findings: list[Finding], **bounds: int) -> list[Finding | LeftOut]:
    spool = Spool(path, **bounds)
    for finding in findings:
        spool.write(finding)
    spool.close()
    return list(spooled(path))


@given(st.lists(FINDINGS, max_size=10))
def test_what_goes_in_comes_out(tmp_path_factory: "object", findings: list[Finding]) -> None:
    path = tmp_path_factory.mktemp("spool") / "d.findings"  # type: ignore[attr-defined]
    assert written(path, findings) == findings


def test_beyond_the_bounds_they_are_counted(tmp_path: Path) -> None:
    findings = [Finding("content_empty", "error", at) for at in range(1, 101)]
    path = tmp_path / "d.findings"
    assert written(path, findings, max_findings=30) == [*findings[:30], LeftOut(70)]
    kept = written(path, findings, max_bytes=1000)
    assert kept[-1] == LeftOut(100 - (len(kept) - 1))
    assert path.stat().st_size <= 1000 + 40
    # one that has no room does not let a shorter one behind it through
    long = Finding("content_empty", "error", 1, "x" * 900)
    assert written(path, [findings[0], long, findings[1]], max_bytes=950) == [findings[0], LeftOut(2)]


def test_only_we_can_read_it_and_it_can_be_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "d.findings"
    spool = Spool(path)
    assert path.stat().st_mode & 0o077 == 0
    spool.write(Finding("content_empty", "error", 1))
    spool.forget()
    spool.forget()
    assert not path.exists()


def test_without_a_path_nothing_is_kept() -> None:
    spool = Spool(None)
    spool.write(Finding("content_empty", "error", 1))
    spool.close()
    spool.forget()
