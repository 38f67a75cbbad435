"""Hypothesis strategies for everything that builders are given: ordinary values and the worst that may come.

Names, reasons and log lines come from people and services, so they may be very long, Japanese, emoji, or markup.
"""

from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.datasets.repair.kinds import KINDS
from bot.facts import datasets, forms, jobs, notices
from bot.facts.notice import Notice

HOSTILE = (
    "<!channel> <@U0AAAA> <#C0AAAA|x> <https://evil.example|click>",
    "a & b < c > d &amp; &lt;",
    "*bold* _italic_ ~struck~ `code` ```block```",
    "first line\nsecond line\r\n> quoted\tand\x00\x07",
    "\u202egnp.elif\u202c \u200bhidden",
    "\u682a\u5f0f\u4f1a\u793e\u306e\u5b66\u7fd2\u30c7\u30fc\u30bf" * 200,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 300,
    "\U0001f1ef\U0001f1f5\U0001f1e9\U0001f1ea" * 300,
    "e\u0301" * 2000,
    "x" * 5000,
    "&" * 3000,
    "<" * 4000,
    "word " * 1500,
    "",
    " ",
    "\u3000",
    "{name} {0} %s {",
    "None",
)

utc = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 -- Hypothesis wants naive bounds and adds the zone itself
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001 -- as above
    timezones=st.just(UTC),
)
# by index, so that a strategy does not print all of them
hostile = st.integers(min_value=0, max_value=len(HOSTILE) - 1).map(lambda at: HOSTILE[at])
text = st.one_of(hostile, st.text(max_size=80), st.sampled_from(["support-v12", "gpt-4.1-mini"]))
word = st.one_of(hostile, st.from_regex(r"[a-z_]{1,20}", fullmatch=True))
user = st.one_of(st.from_regex(r"U[A-Z0-9]{8,10}", fullmatch=True), text)
number = st.floats(allow_nan=False, allow_infinity=True, width=64)
loss = st.one_of(st.floats(min_value=0, max_value=20), st.floats(allow_nan=True, allow_infinity=True))
count = st.integers(min_value=0, max_value=10**12)
small = st.integers(min_value=0, max_value=10**6)


def ident(letter: str) -> st.SearchStrategy[str]:
    return st.integers(min_value=1, max_value=10**7).map(lambda n: f"{letter}{n}")


job_id, data_id = ident("J"), ident("D")
money = st.builds(
    jobs.Money,
    low=st.floats(min_value=0, max_value=1e9),
    high=st.floats(min_value=0, max_value=1e9),
    currency=st.one_of(st.sampled_from(["USD", "EUR", "CHF"]), text),
    source=text,
    as_of=text,
)
data_ref = st.builds(jobs.DataRef, id=data_id, name=text, examples=st.none() | count)
progress = st.builds(
    jobs.Progress,
    step=st.none() | small,
    steps=st.none() | small,
    epoch=st.none() | st.floats(min_value=0, max_value=1000),
    epochs=st.none() | st.integers(min_value=0, max_value=1000),
    fraction=st.none() | st.floats(min_value=-1, max_value=2),
    train_first=st.none() | loss,
    train_last=st.none() | loss,
    valid_last=st.none() | loss,
    token_accuracy=st.none() | st.floats(min_value=0, max_value=1),
)
failure_kind = st.sampled_from(
    ["data_refused", "model_refused", "training_type", "capacity", "unknown", "server_error", "no such kind"]
)
failure = st.builds(
    jobs.FailureFacts,
    kind=failure_kind | word,
    categories=st.lists(word | st.just("self_harm"), max_size=12).map(tuple),
    text=text,
    code=word,
    charged=st.sampled_from([None, True, False]),
    tokens_billed=st.none() | count,
    request_id=text,
)
reading = st.builds(
    jobs.ReadingFacts,
    kind=st.sampled_from(["falling", "flat", "diverging", "rising", "too_short", "no_points", "other"]),
    numbers=st.dictionaries(
        st.sampled_from(
            ["first", "last", "best", "best_step", "valid_last", "valid_best", "valid_best_step", "gap_ratio"]
        ),
        st.floats(min_value=0, max_value=1e6),
    ),
)
checkpoint = st.builds(
    jobs.CheckpointFacts,
    id=text,
    step=count,
    epoch=st.none() | st.floats(min_value=0, max_value=100),
    model=text,
    deployable=st.booleans(),
    train_loss=st.none() | loss,
    valid_loss=st.none() | loss,
    full_valid_loss=st.none() | loss,
)
checkpoints = st.one_of(
    st.lists(checkpoint, max_size=4).map(tuple), checkpoint.map(lambda one: tuple([one] * 100))
)
state = st.sampled_from(
    sorted(jobs.ENDED | {"waiting", "submitting", "uncertain", "pending", "running", "paused"})
)
can = st.sets(st.sampled_from(["pause", "resume", "cancel", "train_like", "results", "answer"])).map(
    lambda names: tuple(sorted(names))
)
hyper = st.dictionaries(word, st.integers(-1, 10**6) | st.floats(-1e6, 1e6), max_size=6)
url = st.one_of(
    st.just(""), st.just("https://ai.azure.com/x?y=1&z=<2>"), text, st.just("https://x.example/" + "a" * 4000)
)
job = st.builds(
    jobs.JobFacts,
    id=job_id,
    name=text,
    state=state,
    raw_state=word,
    connection=text,
    region=text,
    provider=st.sampled_from(["azure_openai", "databricks"]) | word,
    requester=user,
    model=text,
    training_type=st.none() | st.sampled_from(["GlobalStandard", "Standard"]) | word,
    method=st.just("supervised") | word,
    train=data_ref,
    valid=st.none() | data_ref,
    hyperparameters=hyper,
    seed=count,
    suffix=st.none() | text,
    created_at=utc,
    submitted_at=st.none() | utc,
    finished_at=st.none() | utc,
    eta=st.none() | utc,
    progress=progress,
    estimate=st.none() | money,
    cost=st.none() | money,
    tokens=st.none() | count,
    tokens_billed=st.none() | count,
    result_model=st.none() | text,
    failure=st.none() | failure,
    reading=st.none() | reading,
    checkpoints=checkpoints,
    can=can,
    like=st.none() | job_id,
    compare=st.none() | st.tuples(job_id, loss),
    remote_id=st.none() | text,
    portal_url=url,
    muted=st.booleans(),
    waits=st.sampled_from(["", "data", "service", "answer", "approval"]),
    request=st.none() | ident("A"),
    waits_until=st.none() | utc,
    updated_at=utc,
)
log_line = st.builds(jobs.LogLine, at=utc, level=st.sampled_from(["info", "warning", "error"]), message=text)
foreign = st.builds(
    jobs.ForeignJob,
    connection=text,
    remote_id=text,
    model=text,
    state=text,
    created_at=utc,
    result_model=st.none() | text,
)
finding = st.builds(
    datasets.FindingLine,
    rule=word | st.sampled_from(["secret_token", "personal_mail", "topic_hate"]),
    severity=st.sampled_from(["error", "warning", "hint"]),
    line=st.none() | st.integers(1, 10**9),
    path=text,
    params=st.dictionaries(word, text | st.integers(), max_size=3),
    repair=st.sampled_from(["", *KINDS]) | word,
)
copy = st.builds(
    datasets.CopyFacts,
    connection=text,
    state=st.sampled_from(["waiting", "uploading", "processing", "processed", "failed", "uncertain"]),
    sent=count,
    bytes=count,
    detail=text,
    code=st.sampled_from(["", "import_failed", "file_quota"]) | word,
)
dataset = st.builds(
    datasets.DatasetFacts,
    id=data_id,
    name=text,
    owner=user,
    state=st.sampled_from(["received", "checking", "refused", "ready", "unreadable"]),
    bytes=st.none() | count,
    examples=st.none() | count,
    turns=st.dictionaries(word, count, max_size=10),
    tokens=st.none() | count,
    tokens_exact=st.booleans(),
    seconds=st.none() | st.floats(0, 1e5),
    errors=small,
    warnings=small,
    hints=small,
    findings=st.lists(finding, max_size=8).map(tuple) | finding.map(lambda one: (one,) * 20),
    totals=st.dictionaries(word, small, max_size=4),
    copies=st.lists(copy, max_size=3).map(tuple) | copy.map(lambda one: (one,) * 60),
    role=st.sampled_from(["training", "validation"]),
    pair=st.none() | data_id,
    pair_name=st.none() | text,
    cost=st.none() | money,
    cost_epochs=st.integers(1, 10),
    cost_model=text,
    problem=st.sampled_from(["", "login_page", "too_large"]) | word,
    problem_params=st.dictionaries(word, text, max_size=2),
    same_as=st.none() | data_id,
    profile=st.sampled_from(["", "chat", "preference", "text"]) | word,
    trainable=st.booleans(),
    service=st.sampled_from(["", "azure_openai"]) | word,
    repairable=small,
    languages=st.dictionaries(word, st.integers(0, 100), max_size=8),
    systems=small,
    shared=small,
    made_from=st.none()
    | st.builds(
        datasets.MadeFrom,
        id=data_id,
        how=st.sampled_from(["repaired", "without"]),
        lines=small,
        like=st.none() | job_id,
    ),
    created_at=utc,
)
choice = st.builds(forms.Choice, value=text, label=text, note=text)
distinct_choices = st.lists(choice, max_size=8, unique_by=lambda one: one.value).map(tuple) | st.integers(
    0, 130
).map(lambda n: tuple(forms.Choice(value=f"v{at}", label=HOSTILE[at % len(HOSTILE)]) for at in range(n)))
field_spec = st.builds(
    forms.FieldSpec,
    name=word,
    label=text,
    kind=st.sampled_from(["int", "float"]),
    minimum=st.none() | st.floats(-10, 0),
    maximum=st.none() | st.floats(100, 1e6),
    auto=st.none() | st.just(-1.0),
    value=st.none() | st.integers(0, 100).map(float) | st.just(-1.0),
    hint=text,
)
upload_form = st.builds(
    forms.UploadForm, connections=distinct_choices, connection=text, max_bytes=count, channel=text
)
train_form = st.builds(
    forms.TrainForm,
    connections=distinct_choices,
    connection=text,
    training_types=distinct_choices,
    training_type=st.none() | text,
    model=st.none() | choice,
    datasets=distinct_choices,
    train=st.none() | text,
    valid=st.none() | text,
    fields=st.lists(field_spec, max_size=6, unique_by=lambda one: one.name[:200]).map(tuple),
    seed=st.none() | st.integers(0, 2**31 - 1),
    suffix=text,
    suffix_maximum=st.sampled_from([0, 18, 40, 64]),
    suffix_advised=st.sampled_from([0, 18]),
    takes_seed=st.booleans(),
    takes_validation=st.booleans(),
    like=st.none() | job_id,
    channel=text,
    catalogue_at=st.none() | utc,
)
order = st.builds(
    forms.TrainOrder,
    connection=text,
    training_type=st.none() | text,
    model=text,
    train=data_id,
    valid=st.none() | data_id,
    hyperparameters=hyper,
    seed=st.none() | st.integers(0, 2**31 - 1),
    suffix=st.none() | text,
    like=st.none() | job_id,
    channel=text,
)
summary = st.builds(
    forms.TrainSummary,
    order=order,
    model=text,
    train=data_ref,
    valid=st.none() | data_ref,
    tokens=st.none() | count,
    tokens_exact=st.booleans(),
    billed_tokens=st.none() | count,
    epochs=st.none() | small,
    cost=st.none() | money,
    warnings=st.lists(
        st.tuples(
            st.sampled_from(["suffix_advised", "overlap", "model_retires", "price_any_type", "unheard_of"]),
            st.dictionaries(word, text | number, max_size=2),
        ),
        max_size=25,
    ).map(tuple),
    intent=st.from_regex(r"[a-z0-9:-]{1,60}", fullmatch=True),
)
quota = st.builds(
    forms.Quota, what=st.sampled_from(["files", "files_bytes", "jobs"]) | word, used=count, limit=count
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
    quotas=st.lists(quota, max_size=4).map(tuple),
    open_jobs=small,
)
# Ids of ours are unique in what the application hands over; block ids rest on that.
unique_jobs = st.lists(job, max_size=3, unique_by=lambda one: one.id).map(tuple)
many_jobs = job.map(lambda one: tuple(one.model_copy(update={"id": f"J{n}"}) for n in range(1, 61)))
unique_data = st.lists(dataset, max_size=3, unique_by=lambda one: one.id).map(tuple)
many_data = dataset.map(lambda one: tuple(one.model_copy(update={"id": f"D{n}"}) for n in range(1, 61)))
home = st.builds(
    forms.HomeFacts,
    user=user,
    allowed=st.booleans(),
    jobs=unique_jobs | many_jobs,
    datasets=unique_data | many_data,
    more_jobs=small,
    more_datasets=small,
    at=utc,
)
job_list = st.builds(
    forms.JobList,
    jobs=unique_jobs | many_jobs,
    foreign=st.lists(foreign, max_size=3).map(tuple) | foreign.map(lambda one: (one,) * 30),
    scope=st.sampled_from(["mine", "all"]),
    total=small,
    offset=small,
)
launcher = st.builds(forms.Launcher, command=text, running=unique_jobs | many_jobs, data_ready=small)
params = st.dictionaries(
    st.sampled_from(["job", "state", "action", "model", "given"]), text | number, max_size=3
)
code = st.sampled_from(["key_refused", "job_state", "throttled", "too_large", "nobody_knows_this"]) | word
notice: st.SearchStrategy[Notice] = st.one_of(
    st.builds(notices.JobMoved, job=job, before=state, after=state | word, at=utc, by=st.none() | user),
    st.builds(notices.JobPendingLong, job=job, hours=st.integers(1, 100)),
    st.builds(notices.JobSucceeded, job=job, picture=st.booleans(), picture_problem=word),
    st.builds(notices.JobFailed, job=job),
    st.builds(notices.JobCancelled, job=job, by=st.none() | user),
    st.builds(notices.JobUncertain, job=job, since=utc),
    st.builds(
        notices.ControlFailed,
        job=job,
        action=st.sampled_from(["pause", "resume", "cancel"]) | word,
        code=code,
        params=params,
        text=text,
    ),
    st.builds(
        notices.CopyFailed, dataset=data_id, name=text, connection=text, code=code, params=params, text=text
    ),
    st.builds(notices.IntakeFailed, dataset=data_id, name=text, code=code, params=params),
    st.builds(notices.TaskParked, task=small, task_kind=word, key=text, attempts=small, error=text),
)
