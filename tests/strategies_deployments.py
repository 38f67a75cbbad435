"""Hypothesis strategies for requests, the forms about them, and messages about them: ordinary values and the worst."""

from typing import Any

from hypothesis import strategies as st

from bot.facts import deploy_forms, deployment_notices, requests
from bot.facts.deployments import ProblemFacts
from tests.strategies import (
    code,
    count,
    data_ref,
    distinct_choices,
    ident,
    loss,
    money,
    params,
    small,
    text,
    user,
    utc,
    word,
)

request_id, deployment_id, job_id = ident("A"), ident("P"), ident("J")
group = st.one_of(st.from_regex(r"S[A-Z0-9]{8,10}", fullmatch=True), text)
amount = st.floats(min_value=0, max_value=1e9) | st.just(float("inf"))
decision = st.sampled_from(["approve", "reject", "changes"])
rate = st.builds(
    requests.Rate, per_hour=amount, currency=st.sampled_from(["USD", "EUR"]) | text, source=text, as_of=text
)
bill = st.builds(
    requests.Bill,
    before=amount,
    during=amount,
    after=amount,
    currency=st.just("USD") | text,
    unknown=small,
    asleep_before=amount,
    asleep_during=amount,
    asleep_after=amount,
)
quota = st.builds(requests.QuotaUse, pool=text, used=count, limit=count, wanted=count)
warning_codes = st.sampled_from(
    ["global_processing", "retires_soon", "not_final_checkpoint", "developer_24h", "unheard_of"]
)
warnings = st.lists(st.tuples(warning_codes | word, params), max_size=20).map(tuple)
deploy_ask = st.builds(
    requests.DeployAsk,
    connection=text,
    region=text,
    name=text,
    model=text,
    model_short=text,
    base=text,
    job=st.none() | job_id,
    step=st.none() | small,
    trained_at=text,
    sku=text,
    sku_label=text,
    processing=st.sampled_from(["region", "zone", "global"]),
    capacity=count,
    tokens_per_minute=st.none() | count,
    requests_per_minute=st.none() | count,
    content_filter=st.none() | text,
    tags=st.dictionaries(word, text, max_size=20),
    until=st.none() | utc,
    replaces=st.none() | deployment_id,
    replaces_name=text,
    grace_hours=st.integers(0, 10**4),
    rate=st.none() | rate,
    free=st.booleans(),
    bill=st.none() | bill,
    quota=st.none() | quota,
    count=st.none() | quota,
    valid_loss=st.none() | loss,
    compare=st.none() | st.tuples(job_id, loss),
    reading=st.sampled_from(["", "falling", "diverging"]) | word,
    safety_passed=st.sampled_from([None, True, False]),
    warnings=warnings,
)
train_ask = st.builds(
    requests.TrainAsk,
    job=job_id,
    name=text,
    model=text,
    connection=text,
    train=data_ref,
    cost=money,
    why=st.sampled_from(["above", "cap"]),
    limit=amount,
    spent=amount,
    currency=st.just("USD") | text,
)
keep_ask = st.builds(
    requests.KeepAsk,
    deployment=deployment_id,
    title=text,
    until=utc,
    cost=st.none() | money,
    rate=st.none() | rate,
    last_call=st.none() | utc,
    expires_at=st.none() | utc,
)
policy = st.builds(
    requests.PolicyFacts,
    count=st.integers(1, 20),
    users=st.lists(user, max_size=8).map(tuple),
    groups=st.lists(group, max_size=8).map(tuple),
    everyone=st.booleans(),
    self_approval=st.booleans(),
)
vote = st.builds(
    requests.VoteFacts,
    user=user,
    decision=decision,
    reason=text,
    groups=st.lists(group, max_size=6).map(tuple),
    at=utc,
)
votes = st.lists(vote, max_size=4).map(tuple) | vote.map(lambda one: (one,) * 25)
change = st.builds(
    requests.Change,
    field=st.sampled_from(["capacity", "until", "reason", "tags", "sku", "replaces", "bill"]) | word,
    before=st.none() | text | count | st.booleans() | st.floats(),
    after=st.none() | text | count | st.booleans() | st.floats(),
)


def _request(kind: str) -> st.SearchStrategy[requests.RequestFacts]:
    name = {"deployment": "deploy", "training": "train", "keep": "keep"}[kind]
    ask: dict[str, Any] = {name: {"deploy": deploy_ask, "train": train_ask, "keep": keep_ask}[name]}
    return st.builds(
        requests.RequestFacts,
        id=request_id,
        kind=st.just(kind),
        state=st.sampled_from(["open", "changes", "approved", "rejected", "expired", "withdrawn"]),
        round=st.integers(1, 4),
        shown_round=st.integers(1, 4),
        digest=word,
        requester=user,
        reason=text,
        channel=text,
        policy=policy,
        votes=votes,
        changes=st.lists(change, max_size=20).map(tuple),
        problem=st.sampled_from(["", "no_approvers", "only_requester"]) | word,
        created_at=utc,
        closes_at=utc,
        decided_at=st.none() | utc,
        decided_by=st.lists(user, max_size=8).map(tuple),
        decision_reason=text,
        auto=st.just("") | text,
        glass=st.none() | vote,
        frozen=st.sampled_from(["", "freeze_file", "freeze_file_unreadable"]) | text,
        deployment=st.none() | deployment_id,
        job=st.none() | job_id,
        rollout=st.sampled_from(["", "approved", "creating", "live", "failed", "pending"]) | word,
        remind_at=st.none() | utc,
        updated_at=utc,
        **ask,
    )


request = st.one_of(_request("deployment"), _request("training"), _request("keep"))
unique_requests = st.lists(request, max_size=3, unique_by=lambda one: one.id).map(tuple)
many_requests = request.map(
    lambda one: tuple(one.model_copy(update={"id": f"A{number}"}) for number in range(1, 26))
)
request_list = st.builds(
    requests.RequestList,
    scope=st.sampled_from(["mine", "all"]),
    requests=unique_requests | many_requests,
    asked=unique_requests | many_requests,
    more=small,
)
round_facts = st.builds(
    requests.RoundFacts, n=st.integers(1, 30), at=utc, by=user, reason=text, digest=word, votes=votes
)
rounds = st.lists(round_facts, max_size=3).map(tuple) | round_facts.map(lambda one: (one,) * 40)
policy_line = st.builds(
    requests.PolicyLine,
    kind=st.sampled_from(["deployment", "training", "keep"]),
    connection=st.just("") | text,
    policy=policy,
)
own_settings = st.builds(
    requests.OwnSettings,
    user=user,
    trainer=st.booleans(),
    approves=st.lists(st.sampled_from(["deployment", "training", "keep"]), unique=True).map(tuple),
    glass=st.booleans(),
    admin=st.booleans(),
    policies=st.lists(policy_line, max_size=4).map(tuple) | policy_line.map(lambda one: (one,) * 60),
    locale=text,
    tz=text,
    channel=st.just("C0FINETUNE") | text,
    approvals_channel=st.just("C0APPROVAL") | text,
    training_above=st.none() | amount,
    monthly_cap=st.none() | amount,
    currency=st.just("USD") | text,
)
deploy_form = st.builds(
    deploy_forms.DeployForm,
    models=distinct_choices,
    model=st.none() | text,
    connections=distinct_choices,
    connection=text,
    name=text,
    skus=distinct_choices,
    sku=st.none() | text,
    capacity=st.none() | st.integers(-5, 10**9),
    capacity_minimum=st.integers(0, 100),
    capacity_maximum=st.none() | st.integers(0, 10**6),
    capacity_step=st.integers(1, 100),
    tokens_per_unit=st.none() | small,
    requests_per_unit=st.none() | small,
    filters=distinct_choices,
    content_filter=st.none() | text,
    tags=text,
    reason=text,
    until=st.none() | text | st.just("2027-01-31"),
    replaceable=distinct_choices,
    replaces=st.none() | text,
    rate=st.none() | rate,
    free=st.booleans(),
    bill=st.none() | bill,
    quota=st.none() | quota,
    count=st.none() | quota,
    read_at=st.none() | utc,
    warnings=warnings,
    problems=st.lists(st.tuples(word, code, params), max_size=12).map(tuple),
    request=st.none() | request_id,
    channel=text,
)
problem = st.builds(
    ProblemFacts,
    code=st.sampled_from(["already_decided", "not_approver", "round_replaced", "voted"]) | code,
    params=params,
    text=text,
    request_id=text,
)
request_notice: st.SearchStrategy[Any] = st.one_of(
    st.builds(
        deployment_notices.RequestReminder, request=request, nth=st.integers(1, 20), next_at=st.none() | utc
    ),
    st.builds(
        deployment_notices.RequestDecided, request=request, to=st.sampled_from(["requester", "thread"])
    ),
    st.builds(deployment_notices.ChangesAsked, request=request, by=user, reason=text),
    st.builds(deployment_notices.NewRound, request=request),
    st.builds(deployment_notices.VoteRefused, request=request, problem=problem),
    st.builds(deployment_notices.GlassBroken, request=request),
)
