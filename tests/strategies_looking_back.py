"""Hypothesis strategies for what is looked back at: the audit, costs, policies that cannot be satisfied."""

from hypothesis import strategies as st

from bot.facts import deploy_forms, notices
from tests.strategies import count, money, small, text, user, utc, word
from tests.strategies_deployments import policy

audit_values = st.lists(
    st.builds(
        deploy_forms.AuditValue,
        name=st.sampled_from(["", "reason", "by", "state", "digest", "spec"]) | text,
        text=text,
        people=st.just(()) | st.lists(user, min_size=1, max_size=30).map(tuple),
    ),
    max_size=6,
).map(tuple)
audit_line = st.builds(
    deploy_forms.AuditLine,
    at=utc,
    actor=user | st.just("tunesmith"),
    via=word,
    action=st.sampled_from(["vote.approve", "job.running", "deployment.live"]) | text,
    subject=text | st.sampled_from(["J142", "D57@prod-swc"]),
    before=audit_values,
    after=audit_values,
    corr=word,
)
audit = st.builds(
    deploy_forms.AuditFacts,
    lines=st.lists(audit_line, max_size=4).map(tuple) | audit_line.map(lambda one: (one,) * 15),
    about=text | user | st.just(""),
    total=count,
    offset=small,
)
cost_line = st.builds(
    deploy_forms.CostLine,
    kind=st.sampled_from(["hosting", "training"]),
    label=text,
    title=text,
    owner=st.none() | user,
    so_far=st.none() | money,
    whole_month=st.none() | money,
    estimated=st.none() | money,
    idle=st.none() | money,
)
costs = st.builds(
    deploy_forms.CostFacts,
    month=st.just("2026-11") | text,
    lines=st.lists(cost_line, max_size=4).map(tuple) | cost_line.map(lambda one: (one,) * 60),
    hosting=st.none() | money,
    training=st.none() | money,
    cap=st.none() | money,
    unknown=small,
    at=utc,
)
policy_problem = st.builds(
    notices.PolicyProblem,
    kinds=st.lists(st.sampled_from(["deployment", "training", "keep"]) | text, min_size=1, max_size=3).map(
        tuple
    ),
    connections=st.lists(text, min_size=1, max_size=3).map(tuple) | text.map(lambda one: (one,) * 40),
    policy=policy,
    code=st.sampled_from(["no_approvers", "too_few_approvers", "approvers_unreadable"]) | word,
)
unsatisfiable = st.builds(
    notices.PoliciesUnsatisfiable,
    problems=st.lists(policy_problem, min_size=1, max_size=3).map(tuple)
    | policy_problem.map(lambda one: (one,) * 30),
)
