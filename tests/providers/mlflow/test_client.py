"""The tracking client: pages, odd values, what is not there."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from providers.auth import KeyAuth
from providers.databricks.errors import DatabricksDialect
from providers.errors import NotFound, Unavailable
from providers.http import HttpService, NetworkOptions, RetryPolicy, make_client
from providers.mlflow.client import MlflowClient
from providers.mlflow.reading import (
    UnreadableAnswerError,
    moment,
    number,
    read_artifact,
    read_metric,
    read_object,
    read_run,
    rows,
)
from providers.mlflow.values import Metric
from tests.providers.helpers import NotedSleep, StandingClock, half, serving

KEY = "loss/train/total"
AT = 1_760_000_000_000


class Server:
    """Answers by path; keeps what was asked."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.asked: list[web.Request] = []
        self.bodies: list[Any] = []

    async def answered(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        self.bodies.append(await request.json() if request.can_read_body else None)
        answer = self.answers.get(request.path.removeprefix("/pre/fix/"))
        if isinstance(answer, list):
            token = request.query.get("page_token")
            answer = answer[int(token) if token else 0]
        if answer is None:
            return web.json_response({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"}, status=404)
        return web.json_response(text=json.dumps(answer))


@asynccontextmanager
async def tracking(server: Server, **options: Any) -> AsyncIterator[MlflowClient]:
    async with serving(server.answered) as url:
        service = HttpService(
            url, client=make_client(NetworkOptions()), auth=KeyAuth(header="x-key", key="k"),
            dialect=DatabricksDialect("key"), clock=StandingClock(), sleep=NotedSleep(), random=half,
            policy=RetryPolicy(),
        )  # fmt: skip
        yield MlflowClient(service, "/pre/fix/", **options)
        await service.aclose()


def measured(*steps: int) -> list[dict[str, Any]]:
    return [{"key": KEY, "value": 1 / step, "step": str(step), "timestamp": AT + step} for step in steps]


async def test_a_history_is_read_page_by_page() -> None:
    pages = [
        {"metrics": measured(1, 2), "next_page_token": "1"},
        {"metrics": [*measured(3), {"key": KEY, "value": "NaN", "step": 4}], "next_page_token": "2"},
        {"metrics": measured(5)},
    ]
    server = Server({"metrics/get-history": pages})
    async with tracking(server, page=2) as client:
        history = await client.history("r1", KEY)
    assert [(one.step, one.value) for one in history] == [(1, 1.0), (2, 0.5), (3, 1 / 3), (5, 0.2)]
    assert history[0].timestamp == datetime.fromtimestamp((AT + 1) / 1000, UTC)
    assert [dict(request.query) for request in server.asked] == [
        {"run_id": "r1", "metric_key": KEY, "max_results": "2"},
        {"run_id": "r1", "metric_key": KEY, "max_results": "2", "page_token": "1"},
        {"run_id": "r1", "metric_key": KEY, "max_results": "2", "page_token": "2"},
    ]
    assert "loss%2Ftrain%2Ftotal" in server.asked[0].raw_path


async def test_a_token_that_comes_twice_ends_the_walk() -> None:
    page = {"metrics": measured(1), "next_page_token": "0"}
    server = Server({"metrics/get-history": [page]})
    async with tracking(server) as client:
        assert [one.step for one in await client.history("r1", KEY)] == [1, 1]
    assert len(server.asked) == 2


async def test_a_run_with_its_newest_measurements() -> None:
    run = {
        "info": {
            "run_id": "r1", "run_name": "n", "experiment_id": "12", "status": "RUNNING", "start_time": str(AT),
            "artifact_uri": "dbfs:/x",
        },
        "data": {
            "metrics": [*measured(3), {"key": "bad", "value": "Infinity", "step": 1}, {"value": 1}],
            "params": [{"key": "model", "value": "m"}, {"value": "x"}],
            "tags": [{"key": "t", "value": "v"}],
        },
    }  # fmt: skip
    async with tracking(Server({"runs/get": {"run": run}})) as client:
        read = await client.run("r1")
    assert (read.id, read.name, read.experiment_id, read.status, read.artifact_uri) == (
        "r1", "n", "12", "RUNNING", "dbfs:/x",
    )  # fmt: skip
    assert read.started_at == datetime.fromtimestamp(AT / 1000, UTC)
    assert read.ended_at is None
    assert dict(read.metrics) == {
        KEY: Metric(value=1 / 3, step=3, timestamp=datetime.fromtimestamp((AT + 3) / 1000, UTC))
    }
    assert (read.params, read.tags) == ({"model": "m"}, {"t": "v"})


async def test_artifacts_experiments_and_searches() -> None:
    server = Server(
        {
            "artifacts/list": [
                {"files": [{"path": "a/ep1-ba2", "is_dir": True}], "next_page_token": "1"},
                {"files": [{"path": "a/b.pt", "is_dir": False, "file_size": "12"}, {"is_dir": True}]},
            ],
            "experiments/get-by-name": {"experiment": {"experiment_id": "12"}},
            "runs/search": {"runs": [{"info": {"run_id": "r2"}}]},
        }
    )
    async with tracking(server) as client:
        found = await client.artifacts("r1", "a")
        assert [(one.name, one.is_dir, one.bytes) for one in found] == [
            ("ep1-ba2", True, None), ("b.pt", False, 12),
        ]  # fmt: skip
        assert await client.experiment_id("/Shared/slack-ft") == "12"
        (run,) = await client.search(["12"], "tags.a = 'b'")
    assert run.id == "r2"
    assert server.bodies[-1]["experiment_ids"] == ["12"]
    assert server.bodies[-1]["filter"] == "tags.a = 'b'"


async def test_what_is_not_there() -> None:
    async with tracking(Server({})) as client:
        assert await client.experiment_id("/nowhere") is None
        with pytest.raises(NotFound):
            await client.run("r1")
        with pytest.raises(NotFound):
            await client.history("r1", KEY)


@pytest.mark.parametrize("answer", [{"run": {}}, {"run": []}, [], "text", 7])
async def test_an_answer_of_something_else(answer: object) -> None:
    async with tracking(Server({"runs/get": [answer]})) as client:
        with pytest.raises(Unavailable) as told:
            await client.run("r1")
    assert told.value.code == "unreadable_answer"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["key", "value", "step", "timestamp", "path", "is_dir", "file_size", "info", "data", "run_id"]
)


@given(st.dictionaries(KEYS, JSON))
def test_rows_of_any_shape(row: dict[str, Any]) -> None:
    metric = read_metric(row)
    assert metric is None or number(row["value"]) == metric.value
    artifact = read_artifact(row)
    assert artifact is None or artifact.path == row["path"]
    try:
        assert read_run(row).id == row["info"]["run_id"]
    except UnreadableAnswerError:
        assert not (isinstance(row.get("info"), dict) and row["info"].get("run_id"))


@given(JSON)
def test_lists_and_numbers_of_any_shape(value: Any) -> None:
    assert all(isinstance(one, Mapping) for one in rows(value))
    read = number(value)
    assert read is None or abs(read) < float("inf")
    at = moment(value)
    assert at is None or at.tzinfo is UTC


@given(st.binary(max_size=100))
def test_bytes_of_any_shape(content: bytes) -> None:
    try:
        assert isinstance(read_object(content), dict)
    except UnreadableAnswerError:
        assert content.strip()
