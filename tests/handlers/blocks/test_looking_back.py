"""What is looked back at: Slack takes every page, and it says what was done and what it cost."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.chat import Rendered
from bot.facts.deploy_forms import AuditFacts, AuditLine, AuditValue, CostFacts, CostLine
from bot.facts.jobs import Money
from bot.facts.notices import PoliciesUnsatisfiable, PolicyProblem
from bot.facts.requests import PolicyFacts
from handlers.blocks import audit_list, cost_list
from handlers.listeners.action_table import TABLE
from handlers.renderer import Renderer
from sandbox.slack.blocks import check_blocks
from tests import strategies_looking_back as facts
from tests.blockkit import message_problems
from tests.specs import specs_root

thorough = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
EN = "en"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def fine(rendered: Rendered) -> None:
    specs_root()
    blocks: list[Mapping[str, Any]] = [dict(block) for block in rendered.blocks]
    assert message_problems(rendered.text, blocks) == []
    assert check_blocks(json.loads(json.dumps(blocks)), "message") == []
    assert rendered.text.splitlines()[0].strip()


@pytest.mark.specs
@thorough
@given(facts.audit)
def test_a_page_of_the_audit(page: AuditFacts) -> None:
    fine(audit_list.build(page, EN))


@pytest.mark.specs
@thorough
@given(facts.costs)
def test_costs(found: CostFacts) -> None:
    fine(cost_list.build(found, EN))


@pytest.mark.specs
@thorough
@given(facts.unsatisfiable)
def test_policies_that_nobody_can_satisfy(notice: PoliciesUnsatisfiable) -> None:
    fine(Renderer().message(notice, EN))


def line(**given: Any) -> AuditLine:
    values = {
        "at": NOW,
        "actor": "U0ADA",
        "via": "button",
        "action": "vote.approve",
        "subject": "A31",
        "before": (AuditValue(name="", text="open"),),
        "after": (AuditValue(name="", text="approved"),),
        "corr": "c-1",
        **given,
    }
    return AuditLine(**values)


def page(*lines: AuditLine, **given: Any) -> AuditFacts:
    return AuditFacts(**{"lines": lines, "about": "", "total": len(lines), "offset": 0, **given})


def said(rendered: Rendered) -> str:
    return json.dumps(rendered.blocks, ensure_ascii=False, default=str)


def buttons(rendered: Rendered) -> list[tuple[str, str]]:
    found = [one for block in rendered.blocks for one in block.get("elements", ())]  # type: ignore[attr-defined]
    return [(one["action_id"], one["value"]) for one in found if one.get("type") == "button"]


def test_a_line_says_who_did_what_through_what() -> None:
    told = said(audit_list.build(page(line(), line(actor="tunesmith", action="deployment.live")), EN))
    for part in (
        "<@U0ADA>",
        "voted to approve",
        "A31",
        "through button",
        "open → approved",
        "c-1",
        "the bot",
    ):
        assert part in told


def test_people_are_mentioned_and_a_reason_is_told_whole() -> None:
    reason = "nobody of <@U0BRUNO> " * 15
    after = (
        AuditValue(name="reason", text=reason.strip()),
        AuditValue(name="by", people=("U0ADA", "U0BRUNO")),
        AuditValue(name="digest", text="3fa1"),
    )
    told = said(audit_list.build(page(line(before=(), after=after)), EN))
    assert "by <@U0ADA>, <@U0BRUNO>" in told
    assert told.count("nobody of &lt;@U0BRUNO&gt;") == 15
    assert told.index("nobody of") < told.index("<@U0BRUNO>")
    assert "…" not in told


def test_pages_lead_to_each_other_and_stay_with_what_was_asked_for() -> None:
    first = audit_list.build(page(*[line()] * 15, about="J142", total=40), EN)
    assert buttons(first) == [("audit_page", "15:J142")]
    assert "1 to 15 of 40" in said(first)
    middle = audit_list.build(page(*[line()] * 15, about="J142", total=40, offset=15), EN)
    assert buttons(middle) == [("audit_page", "0:J142"), ("audit_page", "30:J142")]
    last = audit_list.build(page(*[line()] * 10, about="J142", total=40, offset=30), EN)
    assert buttons(last) == [("audit_page", "15:J142")]
    assert "audit_page" in TABLE


def test_about_a_person_and_about_nothing() -> None:
    assert "<@U0ADA>" in said(audit_list.build(page(line(), about="U0ADA"), EN))
    empty = audit_list.build(page(about="J9"), EN)
    assert "Nothing is written about that" in said(empty)
    assert buttons(empty) == []


def money(amount: float) -> Money:
    return Money(low=amount, high=amount, currency="USD", source="price sheet", as_of="2026-11-01")


def cost(kind: str, **given: Any) -> CostLine:
    values = {"label": "P1", "title": "prod-swc/support-v11", "owner": "U0RIN", "so_far": None, **given}
    return CostLine(kind=kind, **values)


def month(*lines: CostLine, **given: Any) -> CostFacts:
    values = {
        "month": "2026-11",
        "lines": lines,
        "hosting": None,
        "training": None,
        "cap": None,
        "at": NOW,
        **given,
    }
    return CostFacts(**values)


def test_totals_lines_and_where_the_prices_come_from() -> None:
    found = month(
        cost("hosting", so_far=money(877.2), whole_month=money(1224), idle=money(530)),
        cost("training", label="J142", title="support-v12", estimated=money(18)),
        cost("hosting", title="dev/new", owner=None),
        hosting=money(877.2),
        training=money(18),
        cap=money(500),
        unknown=1,
    )
    told = said(cost_list.build(found, EN))
    for part in (
        "Hosting $877",
        "Training $18",
        "together $895",
        "$1,224 by the end of the month",
        "$530 of it idle",
        "$18 estimated",
        "no price known",
        "<@U0RIN>",
        "1 without a price",
        "price sheet",
        "from $500 on",
    ):
        assert part in told, part


def test_totals_are_the_sum_of_what_is_shown() -> None:
    found = month(
        cost("hosting", so_far=money(0.0449)),
        cost("hosting", so_far=money(0.0449)),
        cost("training", label="J1", estimated=money(0.0149)),
        hosting=money(0.0898),
        training=money(0.0149),
    )
    told = said(cost_list.build(found, EN))
    assert "Hosting $0.08 · Training $0.01 · together $0.09 · estimates included" in told
    only = month(cost("hosting", so_far=money(1)), hosting=money(1))
    assert "estimates" not in said(cost_list.build(only, EN))


def test_a_month_in_which_nothing_cost_anything() -> None:
    assert "Nothing of this month" in said(cost_list.build(month(), EN))


def test_why_nobody_could_approve_is_said_for_each_policy() -> None:
    notice = PoliciesUnsatisfiable(
        problems=(
            PolicyProblem(
                kinds=("deployment", "keep"),
                connections=("prod-swc",),
                policy=PolicyFacts(count=2, groups=("S0LEADS",)),
                code="too_few_approvers",
            ),
            PolicyProblem(
                kinds=("training",),
                connections=("dev-eus2",),
                policy=PolicyFacts(count=1),
                code="no_approvers",
            ),
        )
    )
    told = said(Renderer().message(notice, EN))
    assert "two of <!subteam^S0LEADS>. There are fewer people than that who can approve." in told
    assert "*dev-eus2*, expensive trainings: nobody is named who could approve." in told
    assert "tunesmith check" in told


def test_hosting_that_sleeps_costs_at_most_that() -> None:
    found = month(
        cost("hosting", so_far=money(877.2), whole_month=money(1224), sleeps=True), hosting=money(877.2)
    )
    shown = cost_list.build(found, EN)
    assert "Hosting at most $877" in shown.text
    assert "at most $1,224 by the end of the month" in shown.text
    assert "sleeps without calls" in str(shown.blocks)
