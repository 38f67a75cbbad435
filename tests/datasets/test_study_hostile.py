"""Nothing that a file can contain crashes the second pass or makes it lose its place."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.datasets.options import FORMS, Form, Options
from bot.datasets.profiles import profile
from bot.datasets.rules.base import JsonValue
from bot.datasets.study.counters import counter_for
from bot.datasets.study.encodings import O200K
from bot.datasets.study.lines import Examples
from bot.datasets.study.measure import Measure
from bot.datasets.study.runner import study
from bot.datasets.study.texts import measured, said
from scripts.hostile_files import FILES
from tests.datasets.files import GOOD, sound
from tests.datasets.lines import ANSWERING, AROUND, ASKING, CALLING, RESULTS, VALUES
from tests.datasets.told import Told

KEYS = (
    "role",
    "content",
    "name",
    "tool_calls",
    "function_call",
    "refusal",
    "image_url",
    "type",
    "text",
    "url",
)
ODD = st.dictionaries(
    st.sampled_from(KEYS),
    st.recursive(
        VALUES, lambda inner: st.lists(st.dictionaries(st.sampled_from(KEYS), inner, max_size=3), max_size=2)
    ),
    max_size=4,
)
TURNS = st.lists(ASKING | ANSWERING | CALLING | RESULTS | ODD, min_size=1, max_size=4)
EXAMPLES: dict[Form, st.SearchStrategy[dict[str, object]]] = {
    "chat": st.builds(lambda around, turns: {**around, "messages": turns}, AROUND, TURNS),
    "reinforcement": st.builds(
        lambda around, turns: {**around, "messages": turns, "answer": 7}, AROUND, TURNS
    ),
    "preference": st.builds(
        lambda around, turns, one, other: {
            "input": {**around, "messages": turns},
            "preferred_output": one,
            "non_preferred_output": other,
        },
        AROUND,
        TURNS,
        TURNS,
        TURNS,
    ),
    "prompt_response": st.fixed_dictionaries({"prompt": VALUES}, optional={"response": VALUES}),
    "text": st.fixed_dictionaries({"text": VALUES | st.text()}),
}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All hostile files one after the other, and ten sound lines behind them."""
    path = tmp_path_factory.mktemp("hostile") / "all.jsonl"
    with path.open("wb") as file:
        for one in FILES.values():
            file.write(one.make() + b"\n")
        file.writelines(one + b"\n" for one in sound(10))
    return path


@pytest.mark.parametrize("form", FORMS)
def test_all_hostile_files_in_one(everything: Path, form: Form) -> None:
    found = study(everything, Options(max_example_tokens=1000), form, against=everything)
    data = everything.read_bytes()
    last = data.count(b"\n")
    read = list(Examples(everything, form, Options().max_line_bytes).all())
    assert all(1 <= one.line <= last for one in read)
    if form == "chat":
        assert [one.line for one in read[-10:]] == list(range(last - 9, last + 1))
        assert found.tokens.total > 0
    assert found.overlap is not None
    assert sum(found.overlap) <= len(read)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_example_can_be_counted_and_compared(form: Form, data: st.DataObject) -> None:
    kind, told = profile(form), Told()
    value = msgspec.json.decode(msgspec.json.encode(data.draw(EXAMPLES[form])))
    example = kind.example(value, lambda *_, **__: None)
    if example is None:
        return
    texts = list(kind.texts(example))
    counted = measured(example, texts)
    with Measure(counter_for(O200K), 0, told.at) as measure:
        measure.add(7, counted)
        tokens = measure.finish()
    assert tokens.total >= counted.added
    assert tokens.over_limit == (tokens.total > 0)
    assert {line for rule, line, _ in told.all if rule == "example_over_limit"} <= {7}
    assert len(said(example, texts)) >= len(texts)


@settings(max_examples=40, deadline=None)
@given(value=VALUES)
def test_a_line_is_found_wherever_it_stands(
    tmp_path_factory: pytest.TempPathFactory, value: JsonValue
) -> None:
    path = tmp_path_factory.mktemp("one") / "d.jsonl"
    path.write_bytes(GOOD + b"\n" + msgspec.json.encode(value) + b"\r\n\n" + GOOD)
    lines = [one.line for one in Examples(path, "chat", 1 << 20).all()]
    assert lines[0] == 1
    assert lines[-1] == 4
    assert set(lines) <= {1, 2, 4}
