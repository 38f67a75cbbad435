"""The parts behind the operations: queue, switches, line checks, the openapi checker itself."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.azure_openai.checking import FileCheck
from sandbox.azure_openai.options import Switches, UnknownSwitchError
from sandbox.azure_openai.rai import PHRASES, THRESHOLD, categories_in
from sandbox.azure_openai.safety import PROBES, refusal
from sandbox.common.tokens import count_tokens
from sandbox.common.turns import Turns
from tests.openapi import load_spec, validate_response
from tests.patience import PATIENCE
from tests.specs import specs_root

Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
Message = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["system", "user", "assistant", "tool", "robot"]) | Json,
        "content": st.text(max_size=30) | Json,
        "weight": st.sampled_from([0, 1, 2, 0.5, True]) | Json,
        "tool_calls": Json,
    },
)
Line = st.one_of(
    st.builds(lambda messages: json.dumps({"messages": messages}).encode(), st.lists(Message, max_size=4)),
    st.builds(lambda value: json.dumps(value).encode(), Json),
    st.binary(max_size=60),
)


def _checked(path: Path, content: bytes) -> FileCheck:
    path.write_bytes(content)
    check = FileCheck(path)
    while not check.run(0.001):
        pass
    return check


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("check") / "body"


@given(rows=st.lists(Line, max_size=8), bom=st.booleans())
def test_every_line_is_either_taken_or_refused(body: Path, rows: list[bytes], bom: bool) -> None:
    rows = [row.replace(b"\n", b" ").replace(b"\r", b" ") for row in rows]
    mark = b"\xef\xbb\xbf" if bom else b""
    check = _checked(body, mark + b"\n".join(rows))
    first = b"" if bom or not rows else rows[0][:3]
    blank = sum(not row.strip() for row in rows) + (first == b"\xef\xbb\xbf" and not rows[0][3:].strip())
    assert check.dataset.count + check.problem_count == len(rows) - blank
    assert len(check.problems) == min(5, check.problem_count)


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ([], "has no messages"),
        ([{"role": "user", "content": "a"}], "has no assistant message"),
        ([{"role": "robot", "content": "a"}], "messages[0] has an unknown role"),
        ([{"role": "user", "content": "a"}, {"role": "assistant"}], "messages[1] has no content"),
        ([{"role": "user", "content": "a", "weight": 1}], "messages[0] has a weight other than 0 or 1"),
        (
            [{"role": "assistant", "content": "a", "weight": True}],
            "messages[0] has a weight other than 0 or 1",
        ),
        (["text"], "messages[0] is not an object"),
        ("text", "has no 'messages' list"),
    ],
)
def test_a_problem_names_its_line_and_place(tmp_path: Path, messages: Any, problem: str) -> None:
    sound = {"messages": [{"role": "assistant", "content": "x"}]}
    rows = [json.dumps(sound), "", json.dumps({"messages": messages})]
    check = _checked(tmp_path / "body", "\n".join(rows).encode())
    assert check.problems == [f"Line 3 {problem}."]


def test_tool_calls_and_content_parts_are_texts(tmp_path: Path) -> None:
    call = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "find"}}]}
    parts = {"role": "user", "content": [{"type": "text", "text": "kick his fence"}, {"type": "image_url"}]}
    check = _checked(tmp_path / "body", json.dumps({"messages": [parts, call]}).encode())
    assert (check.problem_count, check.dataset.count, check.harms["violence"]) == (0, 1, 1)


@given(one=st.text(), other=st.text())
def test_token_counts_are_positive_and_grow_with_the_text(one: str, other: str) -> None:
    assert count_tokens(one) >= (1 if one else 0)
    assert count_tokens(one + other) <= count_tokens(one) + count_tokens(other)
    assert count_tokens(one + other) >= max(count_tokens(one), count_tokens(other))


def test_the_data_check_does_not_see_what_the_evaluation_looks_for() -> None:
    for probes in PROBES.values():
        for asked, answer in probes:
            assert not categories_in(f"{asked} {answer}")
    assert THRESHOLD > 1, "a single phrase is below the severity threshold"
    assert all(phrase == phrase.lower() for phrases in PHRASES.values() for phrase in phrases)


def test_the_evaluation_lists_categories_as_the_service_does() -> None:
    assert "[Violence, Self Harm]" in refusal(["self_harm", "violence"])


@pytest.mark.parametrize(
    "changes",
    [
        {"speed": 0},
        {"speed": -1},
        {"speed": float("nan")},
        {"speed": float("inf")},
        {"speed": "fast"},
        {"speed": True},
        {"hold_pending": 1},
        {"results_columns": "both"},
        {"fail_safety": ["rudeness"]},
        {"fail_safety": "violence"},
        {"unknown_status": ""},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_wrong_switch_changes_nothing(changes: dict[str, Any]) -> None:
    switches = Switches()
    with pytest.raises(UnknownSwitchError):
        switches.configure({"hold_pending": True, **changes})
    assert switches == Switches()
    json.dumps(switches.as_json())


Action = st.tuples(st.sampled_from(["take", "leave", "cancel", "hold"]), st.integers(0, 30))


@given(actions=st.lists(Action, max_size=40))
def test_places_are_limited_handed_out_in_order_and_never_lost(actions: list[tuple[str, int]]) -> None:
    async def play() -> None:
        held = False
        turns = Turns({"a": 2, "b": 1}, lambda: held)
        queued: dict[str, list[asyncio.Task[None]]] = {"a": [], "b": []}
        inside: dict[str, int] = {"a": 0, "b": 0}
        for action, number in actions:
            pool = "ab"[number % 2]
            waiting = [task for task in queued[pool] if not task.done()]
            if action == "take":
                queued[pool].append(asyncio.create_task(turns.take(pool)))
            elif action == "leave" and inside[pool]:
                inside[pool] -= 1
                turns.leave(pool)
            elif action == "cancel" and waiting:
                waiting[number % len(waiting)].cancel()
            elif action == "hold":
                held = not held
                turns.grant()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            for name, limit in (("a", 2), ("b", 1)):
                queued[name] = [task for task in queued[name] if not task.cancelled()]
                admitted = [task.done() for task in queued[name]]
                assert admitted == sorted(admitted, reverse=True), "first come, first served"
                inside[name] += sum(admitted)
                queued[name] = queued[name][sum(admitted) :]
                assert inside[name] <= limit
                assert held or not queued[name] or inside[name] == limit, "a free place is handed out"
        for task in (*queued["a"], *queued["b"]):
            task.cancel()
        await asyncio.gather(*queued["a"], *queued["b"], return_exceptions=True)

    asyncio.run(play())


async def test_a_place_given_to_somebody_who_leaves_at_that_moment_is_not_lost() -> None:
    turns = Turns({"a": 1}, lambda: False)
    await turns.take("a")
    waiting = asyncio.create_task(turns.take("a"))
    await asyncio.sleep(0)
    turns.leave("a")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(PATIENCE):
        await turns.take("a")


def _file(**changes: Any) -> dict[str, Any]:
    return {"object": "file", "id": "file-1", "filename": "a", "purpose": "fine-tune", "bytes": 1, **changes}


def _without(name: str) -> Callable[[], dict[str, Any]]:
    return lambda: {key: value for key, value in _file().items() if key != name}


@pytest.mark.specs
@pytest.mark.parametrize(
    ("make", "rules"),
    [
        (_file, []),
        (lambda: _file(bytes=None), ["type"]),
        (lambda: _file(status="notRunning"), ["enum"]),
        (lambda: _file(colour="red"), ["unevaluatedProperties"]),
        (_without("purpose"), ["required"]),
        (lambda: _file(created_at="today"), ["type"]),
        (list, ["type"]),
    ],
)
def test_the_checker_sees_what_is_wrong(make: Callable[[], Any], rules: list[str]) -> None:
    spec = load_spec(specs_root() / "azure_openai/authoring/2024-06-01/azureopenai.json", "2024-06-01")
    found = validate_response(spec, "GET", "/files/{file-id}", 200, make())
    assert [problem.rule for problem in found] == rules
    assert validate_response(spec, "GET", "/files/{file-id}", 202, _file())


@pytest.mark.specs
def test_the_checker_reads_openapi_3_with_null_and_variants() -> None:
    spec = load_spec(specs_root() / "azure_openai/v1/AIFoundryOpenAIV1.json", "v1")
    template = "/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints"
    checkpoint = {
        "id": "ftchkpt-1",
        "created_at": 1,
        "fine_tuned_model_checkpoint": "m",
        "step_number": 1,
        "metrics": {},
        "fine_tuning_job_id": "ftjob-1",
        "object": "fine_tuning.job.checkpoint",
    }
    page = {"data": [checkpoint], "object": "list", "has_more": False, "first_id": None, "last_id": None}
    assert validate_response(spec, "GET", template, 200, page) == []
    broken = {**page, "data": [{**checkpoint, "object": "checkpoint"}]}
    assert [problem.where for problem in validate_response(spec, "GET", template, 200, broken)] == [
        "data/0/object"
    ]
