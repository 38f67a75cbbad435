"""What every repair promises, whatever the file holds: content stays, and a second repair finds nothing to do."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.options import FORMS, Form, Options
from bot.datasets.repair.file import repair
from bot.datasets.repair.line import LineRepair
from bot.datasets.repair.record import Repairs
from bot.datasets.services import SERVICES, options, traits
from tests.datasets.lines import TEXTS, lines, written

MARK = b"\xef\xbb\xbf"

BLANKS = st.sampled_from([b"", b" ", b"\t ", MARK, MARK + b" "])
FUNCTIONS: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.fixed_dictionaries({"name": TEXTS}, optional={"parameters": st.just({})}), max_size=2
)
CALL = st.fixed_dictionaries({"name": st.sampled_from(["f", "g"]), "arguments": st.just("{}")})
OBSOLETE = st.one_of(
    st.fixed_dictionaries({"role": st.just("user"), "content": TEXTS}),
    st.fixed_dictionaries(
        {"role": st.just("assistant"), "content": TEXTS, "function_call": st.none() | CALL}
    ),
    st.fixed_dictionaries(
        {"role": st.just("function"), "name": st.sampled_from(["f", "g"]), "content": TEXTS}
    ),
    st.fixed_dictionaries(
        {"role": st.just("assistant"), "content": TEXTS},
        optional={
            "weight": st.sampled_from([0, 1, 1.0, True, None]),
            "trace": TEXTS,
            "mane": TEXTS,
            "name": TEXTS,
        },
    ),
)


@st.composite
def faulty_lines(draw: st.DrawFn) -> bytes:
    """A line with the faults that repairs are for, in any mixture."""
    value: dict[str, Any] = {"messages": draw(st.lists(OBSOLETE, max_size=5))}
    if draw(st.booleans()):
        value["functions"] = draw(FUNCTIONS)
    value |= draw(st.dictionaries(st.sampled_from(["id", "meta", "toools", "reference"]), TEXTS, max_size=2))
    if draw(st.booleans()):
        value = {"input": value, "preferred_output": value["messages"][:1], "non_preferred_output": []}
    separators = draw(st.sampled_from([(", ", ": "), (",", ":"), (" ,", " : ")]))
    text = written(value, separators, ascii_only=draw(st.booleans()))
    match draw(st.sampled_from(["none", "none", "comma", "quotes", "mark", "returns", "twice"])):
        case "comma":
            text = text.replace("}]", "},]", 1)
        case "quotes":
            text = text.replace('"role"', "“role”").replace('"content"', "„content“")
        case "mark":
            text = (
                "\N{BYTE ORDER MARK}" + text.replace(":", ":\N{BYTE ORDER MARK}", 1) + "\r\N{BYTE ORDER MARK}"
            )
        case "returns":
            text = f"{text}\r{text}"
        case "twice":
            text = text.replace("{", '{"role": "user", "role": "user", ', 1)
    return text.encode()


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Lines of all kinds with ends of all kinds."""
    pieces = draw(st.lists(lines() | faulty_lines() | BLANKS | st.binary(max_size=20), max_size=6))
    ends = [draw(st.sampled_from([b"\n", b"\n", b"\r\n", b"\r", b"\r\r\n"])) for _ in pieces]
    data = b"".join(piece + end for piece, end in zip(pieces, ends, strict=True))
    return draw(st.sampled_from([b"", MARK])) + (data[:-1] if draw(st.booleans()) else data)


def repaired(data: bytes, checked: Options, form: Form | None) -> tuple[bytes, Repairs]:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "a.jsonl"), Path(folder, "b.jsonl")
        source.write_bytes(data)
        done = repair(source, target, checked, form)
        assert sorted(path.name for path in Path(folder).iterdir()) == ["a.jsonl", "b.jsonl"]
        assert source.read_bytes() == data
        return target.read_bytes(), done


@given(
    files(), st.sampled_from(SERVICES), st.none() | st.sampled_from(FORMS), st.sampled_from([8 << 20, 150])
)
def test_a_second_repair_changes_nothing(data: bytes, service: str, form: Form | None, longest: int) -> None:
    checked = Options(
        service=service,
        byte_order_mark=options(service).byte_order_mark,
        max_line_bytes=longest,
    )
    once, done = repaired(data, checked, form)
    assert done.bytes == len(once)
    assert done.changed == (once != data)
    assert set(done.counts) == set(done.lines)
    assert all(len(done.lines[kind]) == min(20, count) for kind, count in done.counts.items())
    twice, again = repaired(once, checked, form)
    assert (twice, dict(again.counts), again.changed) == (once, {}, False)


def _contents(value: Any) -> list[tuple[Any, Any, Any]]:
    """Role, content and name of each message; the role `function` counts as `tool`."""
    return [
        (
            "tool" if one.get("role") == "function" else one.get("role"),
            one.get("content"),
            (one.get("function_call") or {}).get("arguments")
            or "".join(call["function"]["arguments"] for call in one.get("tool_calls") or ()),
        )
        for one in value["messages"]
    ]


@given(faulty_lines(), st.sampled_from(SERVICES))
def test_content_is_never_touched(line: bytes, service: str) -> None:
    """The messages that stay say what they said, and only turns behind the last answer go."""
    try:
        before = json.loads(line)
    except ValueError:
        return
    after = json.loads(LineRepair("chat", traits(service)).mend(line).line)
    if "messages" not in before:
        assert after == before
        return
    said, says = _contents(before), _contents(after)
    assert says == said[: len(says)]
    assert all(role != "assistant" for role, _, _ in said[len(says) :])
    if len(says) < len(said):
        assert says[-1][0] == "assistant"


@given(faulty_lines() | lines(), st.sampled_from(SERVICES), st.sampled_from(FORMS))
def test_a_line_that_needs_no_repair_stays_to_the_byte(line: bytes, service: str, form: Form) -> None:
    after, kinds = LineRepair(form, traits(service)).mend(line)
    assert (after == line) == (not kinds)


@given(faulty_lines())
def test_what_is_mended_is_json(line: bytes) -> None:
    after, kinds = LineRepair("chat", traits("azure_openai")).mend(line)
    if kinds:
        assert all(isinstance(json.loads(one), dict) for one in after.split(b"\n"))


@given(
    st.recursive(
        TEXTS | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
    )
)
def test_curly_quotes_give_the_text_that_stood_between_them(value: Any) -> None:
    """Where straight quotes are written as curly ones and nothing else is curly, the line means what it meant."""
    plain = json.dumps({"text": value})
    if "\\" in plain:
        return
    first, *parts = plain.split('"')
    curly = first + "".join("“”"[index % 2] + part for index, part in enumerate(parts))
    after, kinds = LineRepair("text", traits("azure_openai")).mend(curly.encode())
    assert kinds == ("smart_quotes",)
    assert after.decode() == plain
