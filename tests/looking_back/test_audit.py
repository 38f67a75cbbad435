"""The audit as it is read: pages, what belongs together, and who did something."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.looking_back import audit as reading
from bot.looking_back.audit_values import plain, values_of
from bot.store import small
from tests.deployments.asking_bench import TEAM, Asking, asking_in, settings_in
from tests.training.jobs_of import NOW

ADA, RIN = "U0APPROVE1", "U0REQUEST1"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Asking]:
    with asking_in(settings_in(tmp_path)) as bench:
        yield bench


def record(made: Asking, action: str, subject: str, *, actor: str = "tunesmith", minute: int = 0) -> None:
    small.record(
        made.c,
        at=NOW + timedelta(minutes=minute),
        actor=actor,
        via="task",
        action=action,
        subject=subject,
        before="pending",
        after={"name": "日本" * 300},
        corr=f"c-{minute}",
    )


def page(made: Asking, about: str = "", offset: int = 0) -> list[tuple[str, str]]:
    return [(one.action, one.subject) for one in reading.page(made.c, TEAM, about, offset).lines]


def test_newest_first_by_pages(made: Asking) -> None:
    for minute in range(40):
        record(made, "job.running", f"J{minute}", minute=minute)
    first = reading.page(made.c, TEAM, "", 0)
    assert (first.total, first.offset, len(first.lines)) == (40, 0, 15)
    assert [one.subject for one in first.lines[:2]] == ["J39", "J38"]
    last = reading.page(made.c, TEAM, "", 30)
    assert [one.subject for one in last.lines] == [f"J{n}" for n in range(9, -1, -1)]
    assert reading.page(made.c, TEAM, "", -5).offset == 0
    assert reading.page(made.c, TEAM, "", 400).lines == ()


def test_a_job_brings_its_request_and_its_deployment(made: Asking) -> None:
    asked = made.request({}, "prod-swc/support-v12", job=made.job)
    placed = made.deployment("support-v12", request=asked, job=made.job)
    for minute, (action, subject) in enumerate(
        (
            ("job.ordered", f"J{made.job}"),
            ("request.opened", f"A{asked}"),
            ("deployment.rollout", f"P{placed}"),
            ("job.ordered", "J77"),
            ("dataset.received", "D1"),
        )
    ):
        record(made, action, subject, minute=minute)
    together = [
        ("deployment.rollout", f"P{placed}"),
        ("request.opened", f"A{asked}"),
        ("job.ordered", f"J{made.job}"),
    ]
    assert page(made, f"J{made.job}") == together
    assert page(made, "support-v12") == together, "a job's suffix is a name for it"
    assert page(made, f"a{asked}") == together[:2]
    assert page(made, f"p{placed}") == together[:2]
    assert page(made, "prod-swc/support-v12") == together[:2]


def test_data_with_its_copies(made: Asking) -> None:
    record(made, "dataset.received", "D5")
    record(made, "dataset.processed", "D5@prod-swc")
    record(made, "dataset.processed", "D55@prod-swc")
    assert page(made, "d5") == [("dataset.processed", "D5@prod-swc"), ("dataset.received", "D5")]


def test_what_one_person_did(made: Asking) -> None:
    record(made, "vote.approve", "A1", actor=ADA)
    record(made, "request.opened", "A1", actor=RIN)
    assert page(made, ADA) == [("vote.approve", "A1")]


@pytest.mark.parametrize("about", ["J9999", "nothing-of-this", "%", "A0", "U0NOBODY99"])
def test_nothing_is_written_about_what_is_not_there(made: Asking, about: str) -> None:
    record(made, "job.running", "J1")
    found = reading.page(made.c, TEAM, about, 0)
    assert (found.lines, found.total, found.about) == ((), 0, about)


def test_a_line_is_short(made: Asking) -> None:
    record(made, "job.running", "J1")
    (line,) = reading.page(made.c, TEAM, "J1", 0).lines
    assert (plain(line.before), line.corr) == ("pending", "c-0")
    (name,) = line.after
    assert (name.name, name.text[:2], len(name.text)) == ("name", "日本", 200)


DIGEST = "3fa1" + "0" * 60


def test_why_and_who_come_first_and_a_digest_is_short() -> None:
    after = {"digest": DIGEST, "state": "approved", "round": 1, "by": [ADA, RIN], "reason": "It is urgent."}
    values = values_of(after)
    assert [one.name for one in values] == ["reason", "by", "state", "round", "digest"]
    assert values[1].people == (ADA, RIN)
    assert plain(values) == f"reason “It is urgent.”, by {ADA}, {RIN}, state approved, round 1, digest 3fa1"


def test_a_reason_is_whole_and_what_is_empty_is_left_out() -> None:
    reason = "An outage, " * 60
    assert plain(values_of({"reason": reason, "by": [], "code": None, "note": ""})) == f"reason “{reason}”"
    assert values_of(None) == values_of("") == ()


def test_a_name_that_only_looks_like_a_person_is_no_person() -> None:
    assert values_of({"name": "UPPERCASE1"})[0].people == ()
    assert values_of({"by": ["tunesmith"]})[0].text == "tunesmith"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)


@given(json_values, st.text(alphabet="0123456789abcdef", min_size=64, max_size=64))
def test_any_value_can_be_told(value: Any, digest: str) -> None:
    for one in (*values_of(value), *values_of({"spec": value, "digest": digest})):
        assert one.text or one.people
        assert len(one.text) <= 3000
    assert plain(values_of({"spec": value, "digest": digest})).startswith(f"digest {digest[:4]}")
