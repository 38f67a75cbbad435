"""Who decides, whether anybody can, what needs nobody, and when nothing is rolled out."""

import os
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.approvals import policy
from bot.approvals.policy import Policy, auto_rule, frozen, held, pinned, why_unsatisfiable
from bot.config.approvals import AutoApproval, Freeze, PolicyRule, Role
from bot.people import approver_denial
from tests.approvals.samples import (
    ADA,
    BRUNO,
    CY,
    DEV,
    GUEST,
    LEADS,
    NOW,
    ODD,
    OTHER_TEAM,
    PROD,
    RIN,
    STRANGER,
    TEAM,
    deploy_ask,
    keep_ask,
    member,
    money,
    rate,
    settings_in,
    train_ask,
)


def asked(**given: Any) -> Policy:
    return Policy(**{"count": 1, "closes_hours": 72, **given})


def test_the_first_rule_that_fits_counts_and_the_rest_is_as_configured(tmp_path: Path) -> None:
    rules = (
        PolicyRule(kind="keep", count=3),
        PolicyRule(connection="dev*", approvers=Role(users=(ODD,)), closes_hours=1),
        PolicyRule(connection="dev-eus2", count=9),
    )
    settings = settings_in(tmp_path, count=2, closes_hours=48, rules=rules)
    usual = pinned(settings, "deployment", PROD)
    assert usual == asked(count=2, users=(CY, GUEST), groups=(LEADS,), closes_hours=48)
    assert pinned(settings, "keep", DEV).count == 3
    assert pinned(settings, "deployment", DEV) == asked(count=2, users=(ODD,), closes_hours=1)


@pytest.mark.parametrize(
    ("given", "members", "requester", "code"),
    [
        ({}, {}, RIN, "no_approvers"),
        ({"groups": (LEADS,)}, {}, RIN, "no_approvers"),
        ({"users": (GUEST,)}, {}, RIN, "no_approvers"),
        ({"users": (RIN,)}, {}, RIN, "only_requester"),
        ({"users": (RIN,), "self_approval": True}, {}, RIN, None),
        ({"users": (RIN, ADA), "count": 2}, {}, RIN, "too_few_approvers"),
        ({"users": (RIN, ADA), "count": 2, "self_approval": True}, {}, RIN, None),
        ({"users": (ADA,), "groups": (LEADS,), "count": 2}, {LEADS: {ADA, GUEST}}, RIN, "too_few_approvers"),
        ({"users": (ADA,), "groups": (LEADS,), "count": 2}, {LEADS: {BRUNO}}, RIN, None),
        ({"everyone": True, "count": 20}, {}, RIN, None),
        ({"users": (ADA,)}, {}, "", None),
    ],
)
def test_a_policy_that_nobody_can_satisfy_is_known(
    given: dict[str, Any], members: dict[str, set[str]], requester: str, code: str | None
) -> None:
    found = {group: frozenset(users) for group, users in members.items()}
    assert why_unsatisfiable(asked(**given), found, requester, lambda user: user != GUEST) == code


@pytest.mark.parametrize(
    ("user", "given", "guests", "code"),
    [
        (ADA, {"groups": (LEADS,)}, False, None),
        (CY, {"users": (CY,)}, False, None),
        (ODD, {"users": (CY,), "groups": ("S0OTHERS01",)}, False, "not_approver"),
        (ODD, {"everyone": True}, False, None),
        (GUEST, {"everyone": True}, True, "guest"),
        (GUEST, {"groups": (LEADS,)}, True, "guest"),
        (GUEST, {"users": (GUEST,)}, False, "guest"),
        (GUEST, {"users": (GUEST,)}, True, None),
        (STRANGER, {"users": (STRANGER,), "everyone": True}, True, "foreign_team"),
    ],
)
def test_guests_and_other_teams_do_not_decide(
    tmp_path: Path, user: str, given: dict[str, Any], guests: bool, code: str | None
) -> None:
    roles = settings_in(tmp_path).roles.model_copy(update={"guests": guests})
    groups = frozenset({LEADS}) if user != ODD else frozenset[str]()
    assert approver_denial(asked(**given), roles, [TEAM], member(user), groups) == code
    assert OTHER_TEAM != TEAM


@pytest.mark.parametrize(
    ("rule", "ask", "fits"),
    [
        ({}, deploy_ask(rate=None), True),
        ({"kind": "keep"}, deploy_ask(), False),
        ({"connection": "dev*"}, deploy_ask(), False),
        ({"sku": "globalstandard"}, deploy_ask(), True),
        ({"sku": "DeveloperTier"}, deploy_ask(), False),
        ({"below": Decimal(1224)}, deploy_ask(rate=rate(1.7)), False),
        ({"below": Decimal(1225)}, deploy_ask(rate=rate(1.7)), True),
        ({"below": Decimal(1225)}, deploy_ask(rate=rate(1.7, "EUR")), False),
        ({"below": Decimal(1225)}, deploy_ask(rate=None), False),
        ({"below": Decimal(1)}, deploy_ask(rate=None, free=True), True),
        ({"kind": "training", "below": Decimal(80)}, train_ask(cost=money(80)), False),
        ({"kind": "training", "below": Decimal(81)}, train_ask(cost=money(80)), True),
        ({"kind": "keep", "connection": PROD}, keep_ask(), True),
        ({"kind": "keep", "connection": DEV}, keep_ask(), False),
        ({"kind": "keep", "sku": "GlobalStandard"}, keep_ask(), False),
    ],
)
def test_what_needs_nobody_fits_in_everything(
    tmp_path: Path, rule: dict[str, Any], ask: policy.Ask, fits: bool
) -> None:
    settings = settings_in(tmp_path, auto=(AutoApproval(name="small things", **rule),))
    assert auto_rule(settings, ask) == ("small things" if fits else None)


def test_a_planned_freeze_holds_from_its_start_until_its_end(tmp_path: Path) -> None:
    freeze = Freeze(start=NOW, end=NOW + timedelta(hours=1), reason="quarter end")
    settings = settings_in(tmp_path, freezes=(freeze,))
    assert frozen(settings, NOW - timedelta(seconds=1)) is None
    assert frozen(settings, NOW) == "quarter end"
    assert held(settings, {"user": ODD}, NOW) is None, "broken glass ends the wait"
    assert held(settings, None, NOW) == "quarter end"
    assert frozen(settings, NOW + timedelta(hours=1)) is None


@pytest.fixture
def no_way_in(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


def test_a_freeze_file_that_cannot_be_looked_at_freezes(tmp_path: Path, no_way_in: Path) -> None:
    def said(path: Path) -> str | None:
        return frozen(settings_in(tmp_path, freeze_file=path), NOW)

    file = tmp_path / "freeze"
    assert said(file) is None
    file.write_text("  until the audit\n is over ", encoding="utf-8")
    assert said(file) == "until the audit is over"
    file.write_bytes(b"")
    assert said(file) == policy.FREEZE_FILE
    file.write_bytes(b"\xff" * 9000)
    assert len(said(file) or "") == policy.REASON_SHOWN
    assert said(tmp_path) == policy.FREEZE_FILE_UNREADABLE, "a folder"
    assert said(tmp_path / "share" / "freeze") == policy.FREEZE_FILE_UNREADABLE, "its folder is not there"
    assert said(file / "freeze") == policy.FREEZE_FILE_UNREADABLE, "its folder is a file"
    if os.geteuid() != 0:
        assert said(no_way_in / "freeze") == policy.FREEZE_FILE_UNREADABLE
