"""Hypothesis strategies for deployments, forms and messages about them: ordinary values and the worst."""

from typing import Any, get_args

from hypothesis import strategies as st

from bot.facts import deploy_forms, deployment_notices, deployments
from tests.strategies import code, count, money, small, text, url, user, utc, word
from tests.strategies import params as some_params
from tests.strategies_deployments import deployment_id, job_id, rate, request_id

expiry = st.builds(
    deployments.Expiry, rule=st.sampled_from(["idle", "age"]), at=utc, after_hours=st.integers(0, 10**4)
)
problem = st.builds(
    deployments.ProblemFacts,
    code=st.sampled_from(
        ["role_missing", "deployment_quota", "not_owner", "no_hosting", "successor_gone", "operation_failed"]
    )
    | code,
    params=some_params
    | st.fixed_dictionaries({"grant": text, "role": text, "pool": text, "needed": count, "available": count}),
    text=text,
    request_id=text,
)
snippet = st.builds(
    deployments.Snippet,
    url=url,
    deployment=text,
    api_version=word,
    auth=st.sampled_from(["key", "entra"]),
    scope=text,
)
can = st.sets(st.sampled_from(["keep", "take_down", "retry", "deploy_again"])).map(
    lambda names: tuple(sorted(names))
)
deployment = st.builds(
    deployments.DeploymentFacts,
    id=deployment_id,
    connection=text,
    region=text,
    name=text,
    title=text,
    state=st.sampled_from(get_args(deployments.HostedState)),
    raw_state=word,
    model=text,
    model_short=text,
    base=text,
    job=st.none() | job_id,
    request=st.none() | request_id,
    owner=st.none() | user,
    provider=st.sampled_from(["azure_openai", ""]) | word,
    foreign=st.booleans(),
    frozen=st.sampled_from(["", "freeze_file"]) | text,
    sku=text,
    sku_label=text,
    capacity=count,
    tokens_per_minute=st.none() | count,
    requests_per_minute=st.none() | count,
    until=st.none() | utc,
    replaces=st.none() | deployment_id,
    replaces_name=text,
    replaced_by=st.none() | deployment_id,
    take_down_at=st.none() | utc,
    created_at=st.none() | utc,
    first_ok_at=st.none() | utc,
    last_call=st.none() | utc,
    use=st.sampled_from(["called", "never", "unknown"]),
    calls_day=st.none() | count,
    idle_days=small,
    idle_spent=st.none() | money,
    rate=st.none() | rate,
    free=st.booleans(),
    spent=st.none() | money,
    day=st.none() | money,
    period=st.none() | money,
    expires=st.none() | expiry,
    training_ends=st.none() | utc,
    inference_ends=st.none() | utc,
    kept_at=st.none() | utc,
    keep_until=st.none() | utc,
    gone_at=st.none() | utc,
    gone_why=st.sampled_from(["", "person", "replaced", "service", "elsewhere"]) | word,
    problem=st.none() | problem,
    snippet=st.none() | snippet,
    can=can,
    portal_url=url,
    read_at=st.none() | utc,
    updated_at=utc,
)
# Ids of ours are unique in what the application hands over; block ids rest on that.
unique_deployments = st.lists(deployment, max_size=3, unique_by=lambda one: one.id).map(tuple)
many_deployments = deployment.map(
    lambda one: tuple(one.model_copy(update={"id": f"P{number}"}) for number in range(1, 61))
)
deployment_list = st.builds(
    deployments.DeploymentList,
    deployments=unique_deployments | many_deployments,
    scope=st.sampled_from(["mine", "all"]),
    total=small,
    offset=small,
    unread=st.lists(text, max_size=4).map(tuple) | text.map(lambda one: (one,) * 60),
    month=st.none() | money,
    unknown=small,
)
take_down_form = st.builds(
    deploy_forms.TakeDownForm,
    deployment=deployment,
    calls_day=st.none() | count,
    last_call=st.none() | utc,
    reading=st.booleans(),
    problem=st.none() | problem,
)
keep_choice = st.builds(
    deploy_forms.KeepChoice,
    value=st.sampled_from(["15", "30", "90", "2027-01-31"]),
    days=st.none() | st.integers(1, 9999),
    until=utc,
    cost=st.none() | money,
    needs_approval=st.booleans(),
)


def _keep_form(choices: list[deploy_forms.KeepChoice], one: Any) -> deploy_forms.KeepForm:
    return deploy_forms.KeepForm(deployment=one, choices=tuple(choices), chosen=choices[-1])


keep_form = st.builds(
    _keep_form, st.lists(keep_choice, min_size=1, max_size=4, unique_by=lambda one: one.value), deployment
)
hosted_notice: st.SearchStrategy[Any] = st.one_of(
    st.builds(deployment_notices.DeploymentLive, deployment=deployment, answer=text),
    st.builds(deployment_notices.DeploymentFailed, deployment=deployment),
    st.builds(deployment_notices.ReplacedSoon, deployment=deployment, successor=deployment),
    st.builds(
        deployment_notices.DeploymentsFound,
        deployments=(unique_deployments | many_deployments).filter(bool),
    ),
    st.builds(deployment_notices.IdleNudge, deployment=deployment),
    st.builds(
        deployment_notices.DeletionAhead,
        deployment=deployment,
        left=st.integers(-1, 10**4),
        unit=st.sampled_from(["days", "hours"]),
        late=st.booleans(),
    ),
    st.builds(
        deployment_notices.RetirementAhead,
        deployment=deployment,
        phase=st.sampled_from(["training", "inference"]),
        at=utc,
    ),
    st.builds(deployment_notices.UntilReached, deployment=deployment, ahead=st.booleans()),
    st.builds(deployment_notices.Kept, deployment=deployment, by=st.none() | user),
    st.builds(deployment_notices.KeepFailed, deployment=deployment, problem=problem),
    st.builds(deployment_notices.TakenDown, deployment=deployment, by=st.none() | user),
    st.builds(deployment_notices.TakeDownFailed, deployment=deployment, problem=problem),
    st.builds(deployment_notices.DeploymentGone, deployment=deployment, late=st.booleans()),
    st.builds(deployment_notices.DeploymentAltered, deployment=deployment, was=deployment),
    st.builds(
        deployment_notices.OfferChanged,
        deployment=deployment,
        offer=st.sampled_from(["good", "suspended", "ended"]),
    ),
    st.builds(deployment_notices.KeyKept, deployment=deployment),
    st.builds(deployment_notices.ReminderDue, deployment=deployment),
)
