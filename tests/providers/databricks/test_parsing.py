"""What the service sends, however it is shaped: runs, events, cursors, constants, durations."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from providers.base import JobEvent, epochs
from providers.databricks.catalogue import base_models, read_constants, short_name
from providers.databricks.curves import series_of
from providers.databricks.events import Cursor, advanced, later, measured, read_cursor, read_events
from providers.databricks.hyperparameters import hyperparameters, prompts_of
from providers.databricks.model_facts import load_facts
from providers.databricks.registry import Version
from providers.databricks.runs import STATES, Tracked, moment, state_of, to_job
from providers.mlflow.values import Metric

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOST = "https://adb-1.2.azuredatabricks.net"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["name", "status", "createdAt", "completedAt", "estimatedEndTime", "reason", "details", "isDeleted"]
)
DETAILS = st.sampled_from(
    ["model", "taskType", "trainDataPath", "evalDataPath", "evalPrompts", "trainingDuration", "learningRate",
     "contextLength", "experimentTracker", "customWeightsPath"]
)  # fmt: skip


@given(st.dictionaries(FIELDS, JSON), st.dictionaries(DETAILS, JSON))
def test_a_row_of_any_shape_is_a_job_or_none(row: dict[str, object], details: dict[str, object]) -> None:
    assert to_job({**row, "name": "", "createdAt": NOW.isoformat()}, HOST) is None
    job = to_job({**row, "details": details, "name": "run-1", "createdAt": NOW.isoformat()}, HOST)
    assert job is not None
    assert (job.id, job.created_at) == ("run-1", NOW)


@given(st.text())
def test_an_unknown_status_counts_as_running_and_is_kept(raw: str) -> None:
    assert state_of(raw) == STATES.get(raw.upper(), "running")
    job = to_job({"name": "r", "createdAt": NOW.isoformat(), "status": raw or "PENDING"}, HOST)
    assert job is not None
    assert job.raw_state == (raw or "PENDING")


def test_a_failed_run_carries_its_reason_and_no_finish_to_come() -> None:
    row = {
        "name": "r", "createdAt": "2026-11-22T12:00:00.123456789Z", "completedAt": "2026-11-22T13:00:00Z",
        "estimatedEndTime": "2026-11-22T14:00:00Z", "status": "FAILED", "reason": "ChatTemplateError: x",
        "details": {"experimentTracker": {"mlflow": {"modelRegistryPath": "main.ft.lamp"}}},
    }  # fmt: skip
    job = to_job(row, HOST)
    assert job is not None
    assert job.failure is not None
    assert job.failure.message == "ChatTemplateError: x"
    assert (job.suffix, job.estimated_finish, job.finished_at) == ("lamp", None, NOW + timedelta(hours=1))
    assert job.created_at == NOW + timedelta(microseconds=123456)


@given(
    st.integers(10**12, 10**14).map(
        lambda seconds: NOW.replace(year=1971) + timedelta(microseconds=seconds * 2000)
    )
)
def test_times_are_read_as_text_and_as_milliseconds(at: datetime) -> None:
    assert moment(at.isoformat()) == at
    assert moment(at.replace(tzinfo=None).isoformat() + "Z") == at
    whole = at.replace(microsecond=0)
    assert moment(int(whole.timestamp() * 1000)) == whole


@pytest.mark.parametrize("wrong", [None, "", "yesterday", 0, -1, 10**18, [], True, float("nan")])
def test_what_is_no_time(wrong: object) -> None:
    assert moment(wrong) is None


def event(minute: int, kind: str = "TRAIN_UPDATED", words: str = "") -> dict[str, str]:
    return {
        "eventType": kind,
        "eventTime": (NOW + timedelta(minutes=minute)).isoformat(),
        "eventMessage": words,
    }


EVENTS = st.lists(
    st.builds(event, st.integers(0, 5), st.sampled_from(["STARTED", "FAILED", "X"]), st.text(max_size=3))
)


@given(EVENTS, st.lists(st.integers(0, 20)))
def test_a_log_read_in_pieces_is_the_log(rows: list[dict[str, str]], cuts: list[int]) -> None:
    """The service's log grows by time; each look sees more of it and hands out only what is new."""
    rows = sorted(rows, key=lambda row: row["eventTime"])
    kept: str | None = None
    told: list[JobEvent] = []
    for end in [*sorted(cuts), len(rows)]:
        cursor = read_cursor(kept)
        fresh = later(read_events(rows[:end]), cursor)
        told.extend(fresh)
        kept = str(advanced(cursor, fresh, cursor.steps))
    assert told == read_events(rows)
    assert later(read_events(rows), read_cursor(kept)) == []


@given(JSON)
def test_events_of_any_shape(answer: object) -> None:
    assert read_events(answer) == []
    assert read_events([answer, event(0, "FAILED", "x")])[-1].level == "error"


@given(st.text())
def test_a_cursor_of_any_shape_means_the_beginning(kept: str) -> None:
    cursor = read_cursor(kept)
    assert read_cursor(str(cursor)) == cursor


@given(st.dictionaries(st.text(), st.integers(-(2**53), 2**53)))
def test_a_cursor_survives_as_text(steps: dict[str, int]) -> None:
    cursor = Cursor(NOW, frozenset({"a", "b"}), steps)
    assert read_cursor(str(cursor)) == cursor


def test_an_event_of_an_unknown_type_is_a_line() -> None:
    (one,) = read_events([event(0, "COFFEE_BREAK", "back soon")])
    assert (one.level, one.message) == ("info", "COFFEE_BREAK: back soon")
    levels = [
        one.level for one in read_events([event(0, "CANCELED"), event(1, "FAILED"), event(2, "CHECK_FAILED")])
    ]
    assert levels == ["warning", "error", "error"]


def test_measurements_are_one_line_a_look() -> None:
    fresh = [("loss/train/total", Metric(value=1 / step, step=step, timestamp=NOW)) for step in (1, 2, 4)]
    (one,) = measured("run", fresh, NOW)
    assert (one.kind, one.at, [point.step for point in one.points]) == ("metrics", NOW, [1, 2, 4])
    assert measured("run", fresh, NOW)[0].id == one.id
    assert measured("run", [], NOW) == []


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("loss/train/total", ("loss", "train")),
        ("metrics/train/LanguageCrossEntropy", None),
        ("metrics/train/TokenAccuracy", ("token_accuracy", "train")),
        ("metrics/eval/LanguageCrossEntropy", ("loss", "valid")),
        ("metrics/eval/TokenAccuracy", ("token_accuracy", "valid")),
        ("metrics/my-eval/LanguagePerplexity", ("perplexity", "valid")),
        ("metrics/eval/Own", ("metrics/eval/Own", "valid")),
        ("lr-DecoupledLionW/group0", None),
        ("time/batch", None),
        ("throughput/tokens_per_sec", None),
        ("anything", None),
    ],
)
def test_keys_are_series(key: str, wanted: tuple[str, str] | None) -> None:
    assert series_of(key) == wanted


def described(name: str) -> tuple[str, str]:
    (one,) = [one for one in hyperparameters(4096) if one.name == name]
    return one.name, one.pattern


MOST = {"ep": 1_000, "ba": 10**6, "tok": 10**12}


@given(st.data(), st.sampled_from(list(MOST)), st.booleans())
def test_durations_are_taken(data: st.DataObject, unit: str, grouped: bool) -> None:
    count = data.draw(st.integers(1, MOST[unit]) | st.just(MOST[unit]))
    text = f"{count:_}{unit}" if grouped else f"{count}{unit}"
    _, pattern = described("training_duration")
    assert re.fullmatch(pattern, text)
    wanted = count if unit == "ep" else None
    assert epochs(hyperparameters(None), {"training_duration": text}) == wanted


@given(st.from_regex(r"[0-9_]{0,15}(ep|ba|tok|)", fullmatch=True) | st.text(max_size=20))
@example("0ep")
@example("1_0ep")
@example("1_00_000tok")
@example("1_001ep")
@example("1000001ba")
@example("1_000_000_000_001tok")
def test_nothing_else_is_a_duration(text: str) -> None:
    _, pattern = described("training_duration")
    found = re.fullmatch(r"([0-9]+(?:_[0-9]+)*)(ep|ba|tok)", text, re.ASCII)
    count = int(found[1]) if found else 0
    sound = found is not None and found[1] in (f"{count}", f"{count:_}") and 1 <= count <= MOST[found[2]]
    assert bool(re.fullmatch(pattern, text)) == sound


def test_hyperparameters_know_the_context_and_the_defaults() -> None:
    short = {one.name: one for one in hyperparameters(8192)}
    assert short["context_length"].maximum == 8192
    assert {one.name: one for one in hyperparameters(None)}["context_length"].maximum is None
    assert short["learning_rate"].default == 5e-7
    assert short["training_duration"].default == "1ep"
    assert short["eval_prompts"].methods == ("supervised", "instruction")
    assert prompts_of(" one \n\n two\n") == ["one", "two"]


def test_the_services_list_wins_over_the_table() -> None:
    offered = read_constants(
        [
            {"name": "meta-llama/Meta-Llama-3-8B", "maxContextLength": 16},
            {"name": "new/Model", "displayName": "New"},
            {"maxContextLength": 3},
        ]
    )
    models = {model.id: model for model in base_models(offered, load_facts(), NOW)}
    told = models["meta-llama/Meta-Llama-3-8B"]
    assert (told.trainable, told.training_ends, told.context_tokens) == (True, None, 16)
    assert (models["new/Model"].trainable, models["new/Model"].context_tokens) == (True, None)
    retired = models["meta-llama/Llama-2-7b-chat-hf"]
    assert (retired.trainable, retired.lifecycle) == (False, "retired")
    assert retired.training_ends == datetime(2024, 12, 13, tzinfo=UTC)
    assert retired.replacement == "meta-llama/Meta-Llama-3.1-8B-Instruct"
    assert "checked 2026-11-22" in retired.dates_source
    assert not models["databricks/dbrx-base"].trainable
    assert not any(model.trainable for model in base_models(None, load_facts(), NOW))


def test_replacements_are_in_the_table() -> None:
    facts = load_facts()
    for row in facts.models:
        if row.replacement:
            found = facts.of(row.replacement)
            assert found is not None
            assert found.training_ends is None


@given(st.text(min_size=1, max_size=200), st.integers(1, 10**6), st.text(max_size=100))
def test_short_names_fit_an_option(name: str, number: int, base: str) -> None:
    version = Version(model=f"main.ft.{name}", number=number, run_id="", ready=True, created_at=None)
    assert 0 < len(short_name(version, base)) <= 75


def test_a_registered_model_is_named_after_its_run_or_its_suffix() -> None:
    assert Tracked(registry="main.ft").model("run-1") == "main.ft.run-1"
    assert Tracked(registry="main.ft.lamp").model("run-1") == "main.ft.lamp"
    assert Tracked().model("run-1") == ""
