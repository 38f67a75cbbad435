"""Whatever JSON the service sends is read, or said to be unreadable; nothing else comes out."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_openai.catalogue import build
from providers.azure_openai.checkpoints import to_checkpoints
from providers.azure_openai.errors import AzureDialect
from providers.azure_openai.events import oldest_first
from providers.azure_openai.files import to_file
from providers.azure_openai.jobs import to_job
from providers.azure_openai.model_facts import load_facts
from providers.azure_openai.orders import is_made_by
from providers.azure_openai.wire import (
    UnreadableAnswerError,
    WireCheckpoint,
    WireEvent,
    WireFile,
    WireJob,
    WireModel,
    parse,
    parse_list,
)
from providers.calls import Call
from providers.errors import ProviderError, ServiceAnswer
from tests.providers.azure_openai.conftest import spec

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NAMES = sorted(
    {
        name
        for model in (WireFile, WireJob, WireEvent, WireCheckpoint, WireModel)
        for name in model.model_fields
    }
    | {
        "supervised",
        "reinforcement",
        "grader",
        "hyperparameters",
        "tunesmith_key",
        "fine_tune",
        "inference",
        "code",
        "message",
        "step",
        "train_loss",
        "epoch",
        "n_epochs",
        "type",
    }
)
LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["auto", "1e400"])
)
VALUE = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=8,
)
FIELDS = st.dictionaries(st.sampled_from(NAMES), VALUE, max_size=10)
ITEM = st.builds(lambda fields, name: {**fields, "id": name}, FIELDS, st.text(min_size=1, max_size=9)) | VALUE
LISTS = st.builds(lambda data, more: {"data": data, "has_more": more}, st.lists(ITEM, max_size=4), VALUE)


def sent(body: Any) -> bytes:
    return json.dumps(body).encode()


@given(LISTS)
def test_any_list_is_read(body: Any) -> None:
    for wire in parse_list(WireJob, sent(body))[0]:
        assert to_job(wire).created_at.tzinfo is UTC
        assert is_made_by(wire, spec("f"), NOW) in {True, False}
    checkpoints = to_checkpoints(parse_list(WireCheckpoint, sent(body))[0], "succeeded")
    assert [one.step for one in checkpoints] == sorted((one.step for one in checkpoints), reverse=True)
    events = oldest_first(parse_list(WireEvent, sent(body))[0])
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert all(point.step >= 0 for event in events for point in event.points)
    assert all(to_file(wire).id for wire in parse_list(WireFile, sent(body))[0])
    assert all(model.short for model in build(parse_list(WireModel, sent(body))[0], load_facts(), NOW))


@given(st.binary(max_size=200) | VALUE.map(sent))
def test_any_body_is_read_or_unreadable(content: bytes) -> None:
    for read in (lambda: parse(WireJob, content), lambda: parse_list(WireJob, content)):
        try:
            read()
        except UnreadableAnswerError:
            continue


def test_nesting_without_end_is_unreadable() -> None:
    with pytest.raises(UnreadableAnswerError):
        parse(WireJob, b"[" * 200_000)
    assert AzureDialect("key").read(b"[" * 200_000)[0] == ""


@given(
    st.binary(max_size=200) | VALUE.map(sent) | VALUE.map(lambda value: sent({"error": value})),
    st.integers(400, 599),
)
def test_any_refusal_is_an_error_of_ours(body: bytes, status: int) -> None:
    dialect = AzureDialect("key")
    code, message = dialect.read(body)
    for operation in ("jobs.create", "files.upload", "models.list"):
        call = Call(operation=operation, method="GET", path="/", repeatable=True)
        answer = ServiceAnswer(status=status, code=code, message=message)
        assert isinstance(dialect.refusal(answer, call), ProviderError)
