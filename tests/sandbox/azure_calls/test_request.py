"""Reading chat requests: each wrong one is refused with the parameter that is wrong."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.azure_calls.refusals import ChatRefusal
from sandbox.azure_calls.request import read_request

HELLO = [{"role": "user", "content": "Hello"}]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("messages", "temperature", "top_p", "n", "seed", "stop", "stream", "max_tokens", "role", "content")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ([], None),
        ({}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": ["hello"]}, "messages[0]"),
        ({"messages": [{"content": "hello"}]}, "messages[0].role"),
        ({"messages": [{"role": "boss", "content": "hello"}]}, "messages[0].role"),
        ({"messages": [{"role": ["user"], "content": "hello"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [*HELLO, {"role": "assistant", "content": None}]}, "messages[1].content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content"),
        ({"messages": HELLO, "temperature": 2.1}, "temperature"),
        ({"messages": HELLO, "top_p": "1"}, "top_p"),
        ({"messages": HELLO, "max_tokens": 0}, "max_tokens"),
        ({"messages": HELLO, "max_tokens": 5, "max_completion_tokens": 5}, "max_tokens"),
        ({"messages": HELLO, "n": True}, "n"),
        ({"messages": HELLO, "seed": 0.5}, "seed"),
        ({"messages": HELLO, "stop": [""]}, "stop"),
        ({"messages": HELLO, "stop": list("abcde")}, "stop"),
        ({"messages": HELLO, "stream": True}, "stream"),
        ({"messages": HELLO, "temprature": 1}, "temprature"),
    ],
)
def test_what_is_refused(body: Any, param: str | None) -> None:
    with pytest.raises(ChatRefusal) as caught:
        read_request(body)
    assert caught.value.status == 400
    assert caught.value.body["error"]["param"] == param


def test_what_is_taken() -> None:
    parts = [{"type": "text", "text": "Hello"}, {"type": "text", "text": "there"}]
    called = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    body = {"messages": [{"role": "system", "content": ""}, called, {"role": "user", "content": parts}]}
    found = read_request({**body, "temperature": 0, "max_completion_tokens": 7, "stop": "\n", "seed": -1})
    assert found.texts == ("", "", "Hello there")
    assert (found.temperature, found.max_tokens, found.stops) == (0.0, 7, ("\n",))
    assert found.seed is not None
    assert found.seed >= 0
    assert found.prompt_tokens == 3 + 3 * 4


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), JSON, max_size=4) | JSON)
def test_anything_else_is_refused_too(body: Any) -> None:
    with suppress(ChatRefusal):
        assert read_request(body).choices >= 1
