"""The second pass: what it counts, what it finds, and how that becomes part of the report."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.datasets.checker import check_path
from bot.datasets.options import Form, Options
from bot.datasets.profiles import profile
from bot.datasets.report import SHOWN_PER_RULE, Finding
from bot.datasets.study.counters import counter_for
from bot.datasets.study.encodings import O200K
from bot.datasets.study.lines import SAMPLED, Examples
from bot.datasets.study.measure import Measure
from bot.datasets.study.runner import study
from bot.datasets.study.studied import Studied, merged, with_findings, without
from bot.datasets.study.texts import measured
from tests.datasets.files import ANSWER, QUESTION, chat, checked, jsonl, line
from tests.datasets.near_texts import seeded, words


def tokens(*texts: str) -> int:
    return sum(counter_for(O200K).count(texts))


def written(path: Path, *examples: object) -> Path:
    path.write_bytes(b"".join(line(one) + b"\n" for one in examples))
    return path


def studied(folder: Path, *examples: object, form: Form = "chat", options: Options | None = None) -> Studied:
    return study(written(folder / "d.jsonl", *examples), options or Options(), form)


def turn(role: str, content: object, **more: object) -> dict[str, object]:
    return {"role": role, "content": content, **more}


def different(count: int, seed: int = 1) -> list[dict[str, object]]:
    random = seeded(seed)
    return [chat(turn("user", words(random, 20)), turn("assistant", words(random, 30))) for _ in range(count)]


def test_a_chat_counts_the_way_of_the_cookbook(tmp_path: Path) -> None:
    one = chat(turn("user", "Where is my parcel?", name="rin"), turn("assistant", "In the depot.", weight=1))
    found = studied(tmp_path, one).tokens
    said = tokens("user", "Where is my parcel?", "rin", "assistant", "In the depot.")
    assert found.total == said + 2 * 3 + 1 + 3
    assert (found.exact, found.encoding) == (True, O200K)
    assert (found.longest, found.median) == (found.total, found.total)


def test_calls_and_declared_tools_count_as_texts(tmp_path: Path) -> None:
    tools = [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}]
    call = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": '{"at": "Oslo"}'}}
    asked, answered = turn("user", "Where?"), turn("assistant", "There.")
    plain = studied(tmp_path, chat(asked, answered)).tokens.total
    calling = {"role": "assistant", "tool_calls": [call]}
    result = turn("tool", "found", tool_call_id="call_1")
    found = studied(tmp_path, chat(asked, calling, result, answered, tools=tools)).tokens
    more = tokens("assistant", "find", '{"at": "Oslo"}', "tool", "found")
    assert found.total == plain + more + 2 * 3 + tokens(json.dumps(tools, separators=(",", ":")))


def test_images_are_not_counted_and_that_is_said(tmp_path: Path) -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    text = {"type": "text", "text": "What is it?"}
    plain = studied(tmp_path, chat(turn("user", [text]), ANSWER))
    found = studied(tmp_path, chat(turn("user", [text, image, image]), ANSWER))
    assert found.tokens.total == plain.tokens.total
    assert [(one.rule, one.line, dict(one.params)) for one in found.findings] == [
        ("images_not_counted", None, {"images": 2, "examples": 1})
    ]
    assert not plain.findings


@pytest.mark.parametrize(
    ("form", "example", "texts"),
    [
        ("text", {"text": "Once upon a time."}, ["Once upon a time."]),
        ("prompt_response", {"prompt": "Where?", "response": "There."}, ["Where?", "There."]),
    ],
)
def test_forms_without_messages_count_their_texts_alone(
    tmp_path: Path, form: Form, example: object, texts: list[str]
) -> None:
    assert studied(tmp_path, example, form=form).tokens.total == tokens(*texts)


def test_a_preference_counts_its_question_once_and_both_answers(tmp_path: Path) -> None:
    example = {
        "input": {"messages": [turn("user", "Where?")]},
        "preferred_output": [turn("assistant", "Here it is.")],
        "non_preferred_output": [turn("assistant", "No.")],
    }
    said = tokens("user", "Where?", "assistant", "Here it is.", "assistant", "No.")
    assert studied(tmp_path, example, form="preference").tokens.total == said + 3 * 3 + 3


def test_a_model_without_a_vocabulary_is_estimated_and_labelled(tmp_path: Path) -> None:
    options = Options(service="databricks", model="meta-llama/Llama-3.2-3B", byte_order_mark=False)
    found = studied(tmp_path, *different(20), options=options)
    report = check_path(tmp_path / "d.jsonl", options)
    assert (found.tokens.exact, found.tokens.encoding) == (False, "")
    assert abs(found.tokens.total - report.tokens.total) <= 1


def test_lines_over_the_limit_are_told_and_all_are_counted(tmp_path: Path) -> None:
    short, long = different(40), different(30, seed=2)
    for one in long:
        one["messages"][0]["content"] += " parcel" * 400  # type: ignore[index]
    lengths: list[int] = []
    measure = Measure(counter_for(O200K), 0, lambda _: lambda *_, **told: lengths.append(int(told["tokens"])))
    with measure:
        for number, one in enumerate((*short, *long), 1):
            example = profile("chat").example(one, lambda *_, **__: None)
            assert example is not None
            measure.add(number, measured(example, list(profile("chat").texts(example))))
        measure.finish()
    limit = max(lengths[:40])
    options = Options(max_example_tokens=limit)
    found = studied(tmp_path, *short, *long, options=options)
    told = [one for one in found.findings if one.rule == "example_over_limit"]
    assert found.tokens.over_limit == found.totals["example_over_limit"] == 30
    assert [one.line for one in told] == list(range(41, 41 + SHOWN_PER_RULE))
    assert dict(told[0].params) == {"tokens": lengths[40], "most": limit, "counted": "exact"}
    assert {one.severity for one in told} == {"warning"}
    assert found.tokens.total == sum(lengths)
    assert (found.tokens.longest, found.tokens.median) == (max(lengths), sorted(lengths)[35])


def test_lines_that_hold_no_example_are_left_out_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    one, other = different(2)
    path = tmp_path / "d.jsonl"
    sound = [line(one), line(other), line(one | {"x": 1})]
    path.write_bytes(
        b"\xef\xbb\xbf"
        + sound[0]
        + b"\r\n\r\n{\n[]\n\xff\n"
        + sound[1]
        + b"\n"
        + b"[" * 9999
        + b"\n"
        + sound[2]
    )
    found = Examples(path, "chat", 4096).all()
    assert [read.line for read in found] == [1, 6, 8]


def test_an_empty_file_has_nothing_to_study(tmp_path: Path) -> None:
    found = studied(tmp_path)
    assert (found.tokens.total, found.tokens.median, found.findings, found.languages) == (0, 0, (), {})


def test_near_duplicates_are_told_once_and_differing_images_are_a_difference(tmp_path: Path) -> None:
    one, *others = different(80)
    text = str(one["messages"][0]["content"])  # type: ignore[index]
    near = chat(turn("user", f"{text} please"), one["messages"][1])  # type: ignore[index]
    found = studied(tmp_path, one, *others, near)
    assert [(f.line, f.params["first"]) for f in found.findings if f.rule == "near_duplicate"] == [(81, 1)]

    def seen(name: str) -> dict[str, object]:
        image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{name * 400}"}}
        return chat(turn("user", [{"type": "text", "text": "Name it."}, image]), ANSWER)

    pictures = studied(tmp_path, seen("abcd"), seen("efgh"), *others)
    assert "near_duplicate" not in pictures.totals


def test_overlap_stands_at_the_lines_of_the_validation_file(tmp_path: Path) -> None:
    train = different(60)
    valid = [*different(9, seed=5), train[17], train[3]]
    path = written(tmp_path / "train.jsonl", *train)
    found = study(written(tmp_path / "valid.jsonl", *valid), Options(), "chat", against=path)
    told = [(one.rule, one.line, one.params["train"]) for one in found.findings]
    assert told == [("validation_overlap", 10, 18), ("validation_overlap", 11, 4)]
    assert found.overlap == (2, 0)
    assert study(path, Options(), "chat").overlap is None


def test_each_is_told_of_all_and_progress_of_the_bytes(tmp_path: Path) -> None:
    same = chat(turn("user", "x" * 200), turn("assistant", "y" * 200))
    path = written(tmp_path / "d.jsonl", *[{**same, "n": number} for number in range(6000)])
    heard: list[Finding] = []
    bytes_read: list[int] = []
    options = Options(max_example_tokens=5)
    found = study(path, options, "chat", each=heard.append, progress=bytes_read.append)
    over = [one for one in heard if one.rule == "example_over_limit"]
    assert [one.line for one in over] == list(range(1, 6001))
    assert found.totals["example_over_limit"] == 6000
    assert bytes_read == sorted(bytes_read)
    assert 0 < bytes_read[-1] <= path.stat().st_size


def test_the_sample_is_spread_over_the_file_and_takes_no_example_twice(tmp_path: Path) -> None:
    few = Examples(written(tmp_path / "few.jsonl", *different(30)), "chat", 1 << 20)
    assert len(set(few.sample())) == len(list(few.sample())) == 30
    texts = [
        chat(turn("user", f"number {number}"), turn("assistant", "yes")) for number in range(5 * SAMPLED)
    ]
    many = Examples(written(tmp_path / "many.jsonl", *texts), "chat", 1 << 20)
    numbers = [int(one[0].split()[1]) for one in many.sample()]
    assert len(numbers) == SAMPLED
    assert numbers == sorted(set(numbers))
    assert numbers[-1] > 4.9 * SAMPLED


def test_merged_the_report_counts_everything_and_twice_is_once(tmp_path: Path) -> None:
    examples = [*different(30), different(1)[0]]
    path = written(tmp_path / "d.jsonl", *examples)
    options = Options(max_example_tokens=10)
    report = check_path(path, options)
    found = study(path, options, "chat")
    once = merged(report, found)
    assert once.studied
    assert not report.studied
    assert once.ok == report.ok
    assert once.tokens == found.tokens
    assert once.totals == {**report.totals, "example_over_limit": 31}
    assert once.counts["warning"] == report.counts["warning"] + 31
    assert [one.line or 0 for one in once.findings] == sorted(one.line or 0 for one in once.findings)
    again = merged(once, found)
    assert again.counts == once.counts
    assert again.findings == once.findings
    assert again.totals == once.totals


FINDINGS = st.lists(
    st.tuples(
        st.sampled_from(["near_duplicate", "example_over_limit", "validation_overlap"]),
        st.integers(1, 50),
    )
)


@settings(max_examples=50, deadline=None)
@given(FINDINGS)
def test_what_is_added_can_be_taken_out_again(found: Sequence[tuple[str, int]]) -> None:
    report = checked(jsonl(line(chat(QUESTION, turn("assistant", "")))))
    totals: dict[str, int] = {}
    for rule, _ in found:
        totals[rule] = totals.get(rule, 0) + 1
    findings = tuple(Finding(rule, "hint", number) for rule, number in found)
    there = with_findings(report, findings, totals)
    assert sum(there.counts.values()) == sum(report.counts.values()) + len(found)
    assert without(there, frozenset(totals)) == report
