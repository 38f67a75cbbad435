"""Facts as they are on an ordinary evening, for tests that read messages."""

from datetime import UTC, datetime, timedelta

from bot.facts.datasets import CopyFacts, DatasetFacts, FindingLine
from bot.facts.forms import Choice, FieldSpec, TrainForm, TrainOrder, TrainSummary
from bot.facts.jobs import CheckpointFacts, DataRef, FailureFacts, JobFacts, Money, Progress, ReadingFacts

NOW = datetime(2026, 11, 22, 15, 2, tzinfo=UTC)
PRICE = Money(low=18.2, high=18.2, currency="USD", source="tunesmith.toml", as_of="1 Nov 2026")

JOB = JobFacts(
    id="J142",
    name="support-v12",
    state="running",
    raw_state="running",
    connection="prod-swc",
    region="Sweden Central",
    provider="azure_openai",
    requester="U0REQUEST",
    model="gpt-4.1-mini",
    training_type="GlobalStandard",
    method="supervised",
    train=DataRef(id="D61", name="train_w47.jsonl", examples=2140),
    valid=DataRef(id="D58", name="valid_w47.jsonl", examples=200),
    hyperparameters={"n_epochs": 3, "batch_size": -1, "learning_rate_multiplier": 0.1},
    seed=105,
    suffix="support-v12",
    created_at=NOW - timedelta(minutes=41),
    submitted_at=NOW - timedelta(minutes=40),
    eta=NOW + timedelta(minutes=98),
    progress=Progress(
        step=372,
        steps=642,
        epoch=1.74,
        epochs=3,
        fraction=0.58,
        train_first=1.84,
        train_last=0.61,
        valid_last=0.74,
    ),
    estimate=PRICE,
    can=("pause", "cancel", "train_like"),
    compare=("J139", 0.81),
    compare_here=True,
    remote_id="ftjob-1",
    portal_url="https://ai.azure.com/x",
    updated_at=NOW,
)

REFUSED_BY_RAI = JOB.model_copy(
    update={
        "state": "failed",
        "raw_state": "failed",
        "can": ("train_like",),
        "finished_at": NOW,
        "progress": Progress(),
        "failure": FailureFacts(
            kind="data_refused",
            categories=("self_harm", "violence"),
            text="The provided training data failed RAI checks for harm types: [self_harm, violence]. "
            "Please fix the data and try again.",
            charged=False,
            tokens_billed=0,
            request_id="7f3c-11",
        ),
    }
)

TRAINED = JOB.model_copy(
    update={
        "state": "succeeded",
        "raw_state": "succeeded",
        "can": ("train_like", "results"),
        "finished_at": NOW,
        "tokens_billed": 3_630_000,
        "cost": PRICE,
        "result_model": "gpt-4.1-mini-2025-04-14.ft-0a1b-support-v12",
        "reading": ReadingFacts(kind="falling", numbers={"first": 1.84, "last": 0.55, "valid_last": 0.74}),
        "progress": JOB.progress.model_copy(update={"step": 642, "epoch": 3.0, "fraction": 1.0}),
        "checkpoints": tuple(
            CheckpointFacts(
                id=f"ftchkpt-{number}",
                step=214 * number,
                epoch=number,
                model=f"gpt-4.1-mini.ft-0a1b:ckpt-step-{214 * number}",
                deployable=True,
                train_loss=0.8 - 0.1 * number,
                valid_loss=0.8,
                full_valid_loss=0.8 - 0.02 * number,
            )
            for number in (3, 2, 1)
        ),
    }
)

FAULTY = DatasetFacts(
    id="D57",
    name="train_w47.jsonl",
    owner="U0REQUEST",
    state="refused",
    bytes=4_200_000,
    examples=2140,
    tokens=1_210_000,
    seconds=1.4,
    errors=14,
    turns={"user": 2140, "assistant": 2139},
    findings=(
        FindingLine(rule="content_empty", severity="error", line=88, path="messages[2].content"),
        *(
            FindingLine(rule="messages_empty", severity="error", line=line, path="messages")
            for line in (5, 31, 77, 412)
        ),
    ),
    totals={"content_empty": 1, "messages_empty": 13},
    cost=PRICE,
    cost_model="gpt-4.1-mini",
    service="azure_openai",
    profile="chat",
    created_at=NOW,
)

READY = FAULTY.model_copy(
    update={
        "state": "ready",
        "errors": 0,
        "findings": (),
        "totals": {},
        "copies": (CopyFacts(connection="prod-swc", state="uploading", sent=1_200_000, bytes=4_200_000),),
    }
)

EPOCHS = FieldSpec(
    name="n_epochs",
    label="Epochs",
    kind="int",
    minimum=1,
    maximum=25,
    auto=-1,
    value=-1,
    hint="Passes over the data.",
)
RATE = FieldSpec(
    name="learning_rate_multiplier",
    label="Learning-rate multiplier",
    kind="float",
    minimum=0.0001,
    maximum=10,
    auto=-1,
    value=0.1,
    hint="0.02 to 0.2 is advised.",
)

FORM = TrainForm(
    connections=(Choice(value="prod-swc", label="prod-swc", note="Sweden Central"),),
    connection="prod-swc",
    training_types=(
        Choice(value="Standard", label="Standard"),
        Choice(value="GlobalStandard", label="Global", note="10 to 30 % cheaper"),
    ),
    training_type="GlobalStandard",
    model=Choice(value="gpt-4.1-mini-2025-04-14", label="gpt-4.1-mini"),
    datasets=(Choice(value="D61", label="train.jsonl"), Choice(value="D58", label="valid.jsonl")),
    train="D61",
    valid=None,
    fields=(EPOCHS, RATE),
    seed=None,
    suffix="",
    suffix_maximum=40,
    suffix_advised=18,
    takes_seed=True,
    takes_validation=True,
    like=None,
    channel="C0FINE",
    catalogue_at=NOW,
)

ORDER = TrainOrder(
    connection="prod-swc",
    training_type="GlobalStandard",
    model="gpt-4.1-mini-2025-04-14",
    train="D61",
    valid="D58",
    hyperparameters={"n_epochs": 3},
    seed=105,
    suffix="support-v12",
    channel="C0FINE",
)

SUMMARY = TrainSummary(
    order=ORDER,
    model="gpt-4.1-mini",
    train=JOB.train,
    valid=JOB.valid,
    tokens=1_210_000,
    tokens_exact=False,
    billed_tokens=3_630_000,
    epochs=3,
    cost=PRICE,
    warnings=(("suffix_advised", {"advised": 18, "length": 21}),),
    intent="view:V1",
)
