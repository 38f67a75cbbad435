"""Words, numbers and names of the service: states, hyperparameters, measurements, addresses. Pure."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_ai.addresses import FOLDER, asset_for, path_for, read_asset, read_path
from providers.azure_ai.blobs import block_id, read_list
from providers.azure_ai.events import Told, read_cursor
from providers.azure_ai.facts import load_facts
from providers.azure_ai.files import count_lines
from providers.azure_ai.hyperparameters import batch_size, described, from_wire, to_wire
from providers.azure_ai.jobs import STATES, job_id, model_name, state_of, to_job
from providers.azure_ai.metrics import points_of, series_of, steps_of
from providers.azure_ai.names import read_base, read_own, short_name
from providers.azure_ai.reading import moment
from providers.azure_ai.workspace import Workspace
from providers.azure_ai.workspace_id import WorkspaceId
from providers.base import JobSpec
from providers.mlflow.values import Metric
from tests.providers.azure_ai.conftest import PHI, spec

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
PLACE = Workspace(id=WorkspaceId("s", "g", "w"), region="eastus2", guid="guid-1")


@given(raw=st.text(max_size=30))
def test_an_unknown_state_is_running(raw: str) -> None:
    assert state_of(raw) == STATES.get(raw.lower(), "running")


@given(value=JSON, status=st.sampled_from(["Completed", "Failed", "Running", "Nonsense", ""]))
def test_any_job_can_be_read(value: object, status: str) -> None:
    odd = {
        "name": "j",
        "properties": {"status": status, "fineTuningDetails": value, "outputs": value, "tags": value},
    }
    for one in (odd, {"name": "j", "properties": value}, value):
        job = to_job(one, PLACE)
        assert job.state in {"pending", "running", "paused", "succeeded", "failed", "cancelled"}
        assert job.created_at.tzinfo is not None


@pytest.mark.parametrize(
    ("output", "model"),
    [
        ({"assetName": "support-v12-j1"}, "support-v12-j1/versions/1"),
        (
            {"uri": "azureml://locations/x/workspaces/y/models/other/versions/3", "assetName": "a"},
            "other/versions/3",
        ),
        ({"assetName": "not allowed_here"}, "not-allowed-here/versions/1"),
    ],
)
def test_the_trained_model_by_what_is_told(output: dict[str, str], model: str) -> None:
    value = {"name": "j", "properties": {"status": "Completed", "outputs": {"registered_model": output}}}
    assert (
        to_job(value, PLACE).result_model == f"azureml://locations/eastus2/workspaces/guid-1/models/{model}"
    )


@given(key=st.text(max_size=80), suffix=st.none() | st.text(max_size=80))
def test_ids_are_of_the_services_alphabet_and_stable(key: str, suffix: str | None) -> None:
    import re

    order: JobSpec = spec("f", key=key, suffix=suffix)
    assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}", job_id(order))
    assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9\-]{0,254}", model_name(order))
    assert job_id(order) == job_id(spec("g", key=key, suffix="other"))


@pytest.mark.parametrize(
    ("examples", "size"), [(0, 1), (10, 1), (1000, 2), (3000, 6), (128_000, 256), (10**9, 256)]
)
def test_minus_one_is_a_share_of_the_examples(examples: int, size: int) -> None:
    assert batch_size(examples) == size


def test_what_is_chosen_and_what_is_sent() -> None:
    chosen = {"num_train_epochs": 3, "per_device_train_batch_size": -1, "learning_rate_multiplier": 0.5}
    assert to_wire(chosen, rate=2e-5, examples=2000) == {
        "num_train_epochs": "3",
        "per_device_train_batch_size": "4",
        "learning_rate": "0.00001",
    }
    assert to_wire({"per_device_train_batch_size": -1}, rate=2e-5, examples=None) == {}
    assert to_wire({"learning_rate": 5e-7}, rate=1.0, examples=None) == {"learning_rate": "0.0000005"}


@given(multiplier=st.floats(0, 5), row=st.sampled_from(load_facts().models))
def test_a_rate_comes_back_as_it_was_sent(multiplier: float, row: object) -> None:
    from providers.azure_ai.facts import FactRow

    assert isinstance(row, FactRow)
    sent = to_wire({"learning_rate_multiplier": multiplier}, rate=row.learning_rate, examples=None)
    assert "e" not in sent["learning_rate"]
    back = from_wire(sent)["learning_rate"]
    assert isinstance(back, int | float)
    assert math.isclose(back, multiplier * row.learning_rate, rel_tol=1e-11)


def test_every_model_offers_what_its_wizard_offers() -> None:
    for row in load_facts().models:
        names = [one.name for one in described(row)]
        third = "learning_rate_multiplier" if row.registry != "azureml" else "learning_rate"
        assert names == ["num_train_epochs", "per_device_train_batch_size", third]
        assert all(len(one.hint) <= 150 for one in described(row))


def test_what_is_usual_of_learning_rates_is_told_for_warnings() -> None:
    for row in load_facts().models:
        low, high = described(row)[2].advised or (0, 0)
        usual = 1 if row.marketplace else row.learning_rate
        assert 0 < low < usual < high


@given(rate=st.floats(min_value=1e-300, max_value=1e9))
def test_no_positive_number_becomes_nothing_on_the_wire(rate: float) -> None:
    sent = to_wire({"learning_rate": rate}, rate=1.0, examples=None)["learning_rate"]
    assert "e" not in sent
    assert float(sent) > 0
    assert math.isclose(float(sent), rate, rel_tol=1e-11)


@pytest.mark.parametrize(
    ("key", "keys", "series"),
    [
        ("loss", ["loss"], ("loss", "train")),
        ("train_loss", ["loss", "train_loss"], None),
        ("train_loss", ["train_loss"], ("loss", "train")),
        ("eval_loss", [], ("loss", "valid")),
        ("validation_loss", [], ("loss", "valid")),
        ("eval_mean_token_accuracy", [], ("token_accuracy", "valid")),
        ("learning_rate", [], ("learning_rate", "train")),
        ("grad_norm", [], ("grad_norm", "train")),
        ("epoch", [], None),
        ("eval_runtime", [], None),
        ("train_samples_per_second", [], None),
        ("checkpoint_save_step", [], None),
    ],
)
def test_keys_of_the_trainer(key: str, keys: list[str], series: tuple[str, str] | None) -> None:
    assert series_of(key, keys) == series


METRICS = st.lists(st.builds(Metric, value=st.floats(-1e6, 1e6), step=st.integers(-2, 50)), max_size=20)


@given(history=METRICS)
def test_steps_grow_and_begin_above_nothing(history: list[Metric]) -> None:
    steps = steps_of(history)
    assert len(steps) == len(history)
    assert all(one > 0 for one in steps[:1])
    assert steps == sorted(set(steps))


@given(history=METRICS, epochs=METRICS)
def test_every_measurement_is_a_point(history: list[Metric], epochs: list[Metric]) -> None:
    points = points_of("eval_loss", history, epochs)
    assert [one.value for one in points] == [one.value for one in history]
    assert {one.split for one in points} <= {"valid"}


@given(
    lines=st.frozensets(st.text(max_size=12), max_size=4),
    warnings=st.integers(0, 99),
    metrics=st.dictionaries(
        st.text(max_size=10), st.tuples(st.integers(), st.integers(), st.integers()), max_size=4
    ),
)
def test_a_cursor_comes_back(
    lines: frozenset[str], warnings: int, metrics: dict[str, tuple[int, int, int]]
) -> None:
    told = Told(lines, warnings, metrics)
    assert read_cursor(told.cursor()) == told


@given(text=st.none() | st.text(max_size=60) | JSON.map(str))
def test_any_cursor_can_be_read(text: str | None) -> None:
    read_cursor(text)


@given(name=st.text(min_size=1, max_size=80))
def test_addresses_come_back(name: str) -> None:
    place = path_for("store", name)
    assert read_path(place.uri) == place
    assert place.ours
    assert place.path.startswith(f"{FOLDER}/")
    asset = asset_for(place.name)
    assert (
        read_asset(f"/subscriptions/s/resourceGroups/g/providers/p/workspaces/w/data/{asset.name}/versions/1")
        == asset
    )


@pytest.mark.parametrize("path", ["LocalUpload/other/x.jsonl", "LocalUpload/tunesmith/../x", "x"])
def test_what_is_not_ours(path: str) -> None:
    found = read_path(f"azureml://datastores/d/paths/{path}")
    assert found is not None
    assert not found.ours


def test_long_addresses_are_read_too() -> None:
    long = (
        "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/d/paths/LocalUpload/a%20b.jsonl"
    )
    found = read_path(long)
    assert found is not None
    assert (found.store, found.path) == ("d", "LocalUpload/a b.jsonl")


def test_names_of_models() -> None:
    base = read_base(f"{PHI}/versions/7")
    assert base is not None
    assert (base.id, base.version) == (PHI, "7")
    own = read_own("azureml://locations/eastus2/workspaces/guid/models/support-v12-j1/versions/2")
    assert own is not None
    assert (own.name, own.version) == ("support-v12-j1", "2")
    assert read_own(PHI + "/versions/7") is None
    assert short_name(PHI) == "Phi-4-mini-instruct"
    assert short_name("x" * 100) == "x" * 74 + "…"


@given(data=st.binary(max_size=300), cut=st.integers(1, 300))
def test_lines_are_counted_and_estimated(data: bytes, cut: int) -> None:
    exact = len(data.splitlines()) if b"\r" not in data and b"\x0b" not in data else None
    if exact is not None and not set(data) & {0x0C, 0x1C, 0x1D, 0x1E, 0x85}:
        assert count_lines(data, len(data)) == exact
    guess = count_lines(data[:cut], max(len(data), cut))
    assert guess is None or guess >= 0


def test_the_list_of_blobs() -> None:
    text = (
        "<EnumerationResults><Blobs><Blob><Name>a&amp;b.jsonl</Name><Properties>"
        "<Last-Modified>Sun, 22 Nov 2026 12:00:00 GMT</Last-Modified><Content-Length>12</Content-Length></Properties>"
        "</Blob>"
        "<Blob><Name>half</Name></Blob></Blobs></EnumerationResults>"
    )
    (found,) = read_list(text)
    assert (found.path, found.size, found.written_at) == (
        "a&b.jsonl",
        12,
        datetime(2026, 11, 22, 12, tzinfo=UTC),
    )
    assert len({len(block_id(number)) for number in (0, 9, 49_999)}) == 1


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-22T10:00:00.1234567+00:00", datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-22T10:00:00.12Z", datetime(2026, 11, 22, 10, 0, 0, 120000, tzinfo=UTC)),
        ("2026-11-22T12:00:00+02:00", datetime(2026, 11, 22, 10, 0, tzinfo=UTC)),
        ("2026-11-22T10:00:00", datetime(2026, 11, 22, 10, 0, tzinfo=UTC)),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_times(text: str | None, at: datetime | None) -> None:
    assert moment(text) == at
