"""Hypothesis strategies for cleaning up and for the Home tab, the launcher and connections as they are now."""

from hypothesis import strategies as st

from bot.facts import deploy_forms, deployment_notices, deployments, forms
from bot.facts.deployments import ProblemFacts
from tests.strategies import (
    code,
    count,
    distinct_choices,
    ident,
    many_data,
    many_jobs,
    money,
    params,
    quota,
    small,
    text,
    unique_data,
    unique_jobs,
    user,
    utc,
    word,
)
from tests.strategies_deployments import rate, request

deployment = st.builds(
    deployments.DeploymentFacts,
    id=ident("P"),
    connection=text,
    region=text,
    name=text,
    title=text,
    state=st.sampled_from(
        ["approved", "sending", "creating", "starting", "live", "failed", "removing", "gone"]
    ),
    raw_state=word,
    model=text,
    model_short=text,
    base=text,
    owner=st.none() | user,
    foreign=st.booleans(),
    sku=word,
    sku_label=text,
    capacity=count,
    created_at=st.none() | utc,
    last_call=st.none() | utc,
    use=st.sampled_from(["called", "never", "unknown"]),
    calls_day=st.none() | count,
    idle_days=st.integers(0, 400),
    idle_spent=st.none() | money,
    rate=st.none() | rate,
    free=st.booleans(),
    day=st.none() | money,
    period=st.none() | money,
    expires=st.none()
    | st.builds(
        deployments.Expiry,
        rule=st.sampled_from(["idle", "age"]),
        at=utc,
        after_hours=st.sampled_from([24, 360]),
    ),
    can=st.sets(st.sampled_from(["keep", "take_down", "retry", "deploy_again"])).map(
        lambda names: tuple(sorted(names))
    ),
    updated_at=utc,
)
BLOCKED = (
    "clean_used",
    "clean_unread",
    "clean_arriving",
    "clean_deployed",
    "clean_wanted",
    "clean_trained_from",
    "clean_not_yours",
)
item = st.builds(
    deploy_forms.CleanItem,
    kind=st.sampled_from(["file", "model", "job"]),
    connection=text,
    id=st.from_regex(r"(file|ftjob)-[0-9a-f]{8,32}", fullmatch=True) | text,
    name=text,
    label=st.just("") | ident("D") | ident("J") | text,
    why=st.sampled_from(["failed", "unused", "results", "data", "model", "job", ""]),
    owner=st.none() | user,
    bytes=st.none() | count,
    used_at=st.none() | utc,
    created_at=st.none() | utc,
    used_by=st.lists(text, max_size=3).map(tuple),
    blocked=st.sampled_from(["", "", *BLOCKED]),
    blocked_by=st.lists(text, max_size=3).map(tuple),
)
# What the service calls a thing is unique there; the options of a select rest on that.
items = st.lists(item, max_size=6, unique_by=lambda one: (one.kind, one.id)).map(tuple)
many_items = st.tuples(item, st.integers(1, 330)).map(
    lambda given: tuple(
        given[0].model_copy(update={"id": f"file-{n}", "kind": ("file", "model", "job")[n % 3]})
        for n in range(given[1])
    )
)
gauge = st.builds(
    deploy_forms.Gauge,
    connection=text,
    what=st.sampled_from(["files", "files_bytes", "jobs", "deployments"]) | word,
    used=count,
    limit=count,
)
clean_form = st.builds(
    deploy_forms.CleanForm,
    connections=distinct_choices,
    connection=text,
    gauges=st.lists(gauge, max_size=5).map(tuple),
    items=items | many_items,
    more=small,
    read_at=st.none() | utc,
    error=st.sampled_from(["", "key_refused", "timed_out"]) | word,
    error_text=text,
    models=st.booleans(),
)
not_cleaned = st.builds(
    deployment_notices.NotCleaned,
    item=item,
    problem=st.builds(
        ProblemFacts,
        code=st.sampled_from([*BLOCKED, "clean_unknown", "model_in_use"]) | code,
        params=params,
        text=text,
        request_id=text,
    ),
)
clean_done = st.builds(
    deployment_notices.CleanDone,
    connection=text,
    done=items | many_items,
    failed=st.lists(not_cleaned, max_size=4).map(tuple) | not_cleaned.map(lambda one: (one,) * 60),
)
requests = st.lists(request, max_size=3, unique_by=lambda one: one.id).map(tuple) | request.map(
    lambda one: tuple(one.model_copy(update={"id": f"A{n}"}) for n in range(1, 31))
)
hosted = st.lists(deployment, max_size=3, unique_by=lambda one: one.id).map(tuple) | deployment.map(
    lambda one: tuple(one.model_copy(update={"id": f"P{n}"}) for n in range(1, 31))
)
home = st.builds(
    forms.HomeFacts,
    user=user,
    allowed=st.booleans(),
    denied=st.sampled_from(["", "not_trainer", "guest"]),
    approver=st.booleans(),
    jobs=unique_jobs | many_jobs,
    datasets=unique_data | many_data,
    more_jobs=small,
    more_datasets=small,
    waiting=requests,
    asked=requests,
    deployments=hosted,
    more_deployments=small,
    at=utc,
)
launcher = st.builds(
    forms.Launcher,
    command=text,
    running=unique_jobs | many_jobs,
    data_ready=small,
    trainer=st.booleans(),
    deployments=small,
    expiring=small,
    waiting=small,
)
connection = st.builds(
    forms.ConnectionFacts,
    name=text,
    provider=word,
    region=text,
    state=st.sampled_from(["unknown", "healthy", "failing"]),
    probed_at=st.none() | utc,
    error=st.sampled_from(["", "key_refused", "timed_out"]) | word,
    error_text=text,
    clock_skew=st.none() | st.floats(-1e5, 1e5),
    quotas=st.lists(quota, max_size=30).map(tuple),
    open_jobs=small,
    managed=st.booleans(),
    looked_at=st.none() | utc,
    used_at=st.none() | utc,
    unread=st.sampled_from(["", "deployments", "usage"]),
    unread_error=st.sampled_from(["", "role_missing", "metric_unknown"]) | word,
    unread_text=text,
)
