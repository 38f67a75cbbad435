"""Each kind of repair on the smallest file that needs it, and what must stay as it is."""

from pathlib import Path

import pytest

from bot.datasets.options import Form, Options
from bot.datasets.repair.file import repair
from bot.datasets.repair.kinds import KINDS, Kind, repairable_kinds
from bot.datasets.repair.replacing import SameFileError
from bot.datasets.repair.without import without
from bot.datasets.rules.base import RuleSpec
from bot.datasets.services import options

MARK = "\N{BYTE ORDER MARK}"
USER = '{"role": "user", "content": "Where?"}'
ANSWER = '{"role": "assistant", "content": "Here."}'
GOOD = f'{{"messages": [{USER}, {ANSWER}]}}'
PLAIN = Options(byte_order_mark=False)
DATABRICKS = options("databricks")


def mended(
    tmp_path: Path, text: str, checked: Options = PLAIN, form: Form | None = "chat"
) -> tuple[str, dict[Kind, tuple[int, ...]]]:
    """The repaired file, and the lines of each kind of repair."""
    source, target = tmp_path / "train.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(text.encode())
    done = repair(source, target, checked, form)
    return target.read_bytes().decode(), dict(done.lines)


def test_a_sound_file_stays_as_it_is(tmp_path: Path) -> None:
    assert mended(tmp_path, f"{GOOD}\n{GOOD}\n") == (f"{GOOD}\n{GOOD}\n", {})


@pytest.mark.parametrize(
    ("text", "after", "kind"),
    [
        (f"{GOOD}\r\n{GOOD}\n", f"{GOOD}\n{GOOD}\n", "line_ends"),
        (GOOD, f"{GOOD}\n", "line_ends"),
        (f"{GOOD}\r{GOOD}\r", f"{GOOD}\n{GOOD}\n", "line_ends"),
        (f"\n{GOOD}\n", f"{GOOD}\n", "blank_lines"),
        (f" \t\r\n{GOOD}\n", f"{GOOD}\n", "blank_lines"),
        (f"{MARK}{GOOD}\n", f"{GOOD}\n", "byte_order_mark"),
        (f'{{"a": "b",\n{GOOD[:-1]} , }}\n', f'{{"a": "b",\n{GOOD[:-1]}  }}\n', "trailing_comma"),
        (f'{{"messages": [{USER}, {ANSWER},]}}\n', f"{GOOD}\n", "trailing_comma"),
        (GOOD.replace('"', "“") + "\n", f"{GOOD}\n", "smart_quotes"),
        (GOOD.replace('"role"', "“role”") + "\n", f"{GOOD}\n", "smart_quotes"),
        (GOOD.replace('"role"', '“role"') + "\n", f"{GOOD}\n", "smart_quotes"),
        (GOOD[:-2] + f", {USER}, {USER}]}}\n", f"{GOOD}\n", "trailing_turns"),
        (GOOD[:-1] + ', "id": [1, {"a": "]}"}]}\n', f"{GOOD}\n", "stray_keys"),
        ('{"id": 1.50,' + GOOD[1:] + "\n", f"{GOOD}\n", "stray_keys"),
        (
            GOOD.replace('"role": "user"', '"at": null, "role": "user", "n": 1') + "\n",
            f"{GOOD}\n",
            "stray_keys",
        ),
    ],
)
def test_a_repair(tmp_path: Path, text: str, after: str, kind: str) -> None:
    line = 2 if text.startswith('{"a"') else 1
    lines = {kind: (1, 2)} if "\r{" in text else {kind: (line,)}
    assert mended(tmp_path, text) == (after, lines)


def test_the_mark_that_the_service_wants_is_added_once(tmp_path: Path) -> None:
    wants = Options()
    assert mended(tmp_path, f"{GOOD}\n", wants) == (f"{MARK}{GOOD}\n", {"byte_order_mark": (1,)})
    assert mended(tmp_path, f"{MARK}{GOOD}\n", wants) == (f"{MARK}{GOOD}\n", {})
    assert mended(tmp_path, "", wants) == ("", {})


def test_marks_between_joined_files_are_cut(tmp_path: Path) -> None:
    after = mended(tmp_path, f"{MARK}{GOOD}\n{MARK}{GOOD}\n{MARK}\n", Options())
    assert after == (f"{MARK}{GOOD}\n{GOOD}\n", {"byte_order_mark": (2,), "blank_lines": (3,)})


def test_a_mark_inside_a_text_is_content(tmp_path: Path) -> None:
    text = GOOD.replace("Where", f"Wh{MARK}ere")
    assert mended(tmp_path, f"{text}\n") == (f"{text}\n", {})
    assert mended(tmp_path, f"{MARK}{text},}}\n".replace("]},}", "],}"))[0] == f"{text}\n".replace(
        "]},}", "]}"
    )


@pytest.mark.parametrize(
    "line",
    [
        '{"messages": [{"role": "user", "content": "cut of',
        GOOD[:-1] + ",,}",
        GOOD + ",",
        '{"messages": [,]}',
        "[1,]",
        GOOD.replace('"', "'"),
        GOOD.replace('"Where?"', "“He said “where”, and left”").replace('"role"', "“role”"),
        GOOD.replace('"Where?"', "“a” b”"),
        GOOD[:-1] + ', "messages": []}',
        GOOD.replace('"content": "Where?"', '"content": "Where?", "content": "Where?", "x": 1'),
        GOOD[:-1] + ', "id": NaN}',
        "[" * 300 + "]" * 300,
    ],
)
def test_what_can_be_read_in_two_ways_or_not_at_all_stays(tmp_path: Path, line: str) -> None:
    assert mended(tmp_path, f"{line}\n{GOOD}\n") == (f"{line}\n{GOOD}\n", {})


@pytest.mark.parametrize(
    "data", [b"\xff\xfe{\x00}\x00\r\x00\n\x00", b"a,b\r\n1,2\r\n", b"\x1f\x8b\r\n\r\n", b"[\r\n{}\r\n]"]
)
def test_what_is_no_json_lines_is_copied(tmp_path: Path, data: bytes) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(data)
    assert not repair(source, target, Options()).changed
    assert target.read_bytes() == data


def test_a_line_too_long_to_be_looked_into_is_copied(tmp_path: Path) -> None:
    long = GOOD[:-1] + ', "id": "' + "x" * 1_000_000 + '",}\r'
    short = Options(byte_order_mark=False, max_line_bytes=200)
    assert mended(tmp_path, f"{long}\n{GOOD}\r\n", short) == (f"{long}\n{GOOD}\n", {"line_ends": (2,)})


def test_functions_become_tools_with_ids_of_their_place(tmp_path: Path) -> None:
    call = '{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{\\"a\\": 1.0}"}}'
    result = '{"role": "function", "name": "f", "content": "caf\\u00e9"}'
    before = (
        f'{{"functions": [{{"name": "f", "parameters": {{"n": 1.50}}}}, {{"name":"g"}}], '
        f'"messages": [{USER}, {call}, {result}, {ANSWER}]}}\n'
    )
    after, lines = mended(tmp_path, before)
    assert lines == {"functions": (1,)}
    assert after == (
        '{"tools": [{"type": "function", "function": {"name": "f", "parameters": {"n": 1.50}}}, '
        '{"type": "function", "function": {"name":"g"}}], '
        f'"messages": [{USER}, '
        '{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":'
        '{"name":"f","arguments":"{\\"a\\": 1.0}"}}]}, '
        '{"role": "tool", "tool_call_id": "call_1", "name": "f", "content": "caf\\u00e9"}, '
        f"{ANSWER}]}}\n"
    )


CALL = '{"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}'
BOTH = CALL.replace("}}", '}, "tool_calls": []}')
WITH_OBJECT = CALL.replace('"{}"', "{}")
RESULT = '{"role": "function", "name": "f", "content": "1"}'


@pytest.mark.parametrize(
    "messages",
    [
        f"{USER}, {RESULT}, {ANSWER}",
        f"{USER}, {CALL}, {ANSWER}",
        f"{USER}, {CALL}, {RESULT.replace('f', 'g')}, {ANSWER}",
        f"{USER}, {CALL}, {RESULT}, {RESULT}, {ANSWER}",
        f"{USER}, {BOTH}, {RESULT}, {ANSWER}",
        f"{USER}, {WITH_OBJECT}, {RESULT}, {ANSWER}",
    ],
)
def test_calls_and_results_that_do_not_match_are_left_to_a_person(tmp_path: Path, messages: str) -> None:
    line = f'{{"functions": [{{"name": "f"}}], "messages": [{messages}]}}\n'
    assert mended(tmp_path, line) == (line, {})


def test_functions_beside_tools_are_left_to_a_person(tmp_path: Path) -> None:
    line = GOOD[:-1] + ', "functions": [{"name": "f"}], "tools": []}\n'
    assert mended(tmp_path, line) == (line, {})


def test_a_preference_example_has_its_tools_in_the_input(tmp_path: Path) -> None:
    before = (
        f'{{"input":{{"messages":[{USER}],"functions":[{{"name":"f"}}]}},"preferred_output":[{CALL}],'
        f'"non_preferred_output":[{ANSWER}]}}\n'
    )
    after, lines = mended(tmp_path, before, form="preference")
    assert lines == {"functions": (1,)}
    assert '"tools":[{"type":"function","function":{"name":"f"}}]' in after
    assert '"tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f", "arg' in after


def test_turns_are_cut_only_behind_an_answer(tmp_path: Path) -> None:
    for messages in (USER, f"{USER}, {ANSWER}, {ANSWER.replace('assistant', 'asistant')}", f"{ANSWER}, 3"):
        line = f'{{"messages": [{messages}]}}\n'
        assert mended(tmp_path, line) == (line, {})
    line = f'{{"messages": [{USER}, {ANSWER}, {USER}], "reference": 1}}\n'
    assert mended(tmp_path, line, form="reinforcement") == (line, {})


def test_keys_that_mean_something_are_left_to_a_person(tmp_path: Path) -> None:
    kept = [
        GOOD.replace('"Here."', '"Here.", "weight": 0'),
        GOOD[:-1] + ', "tools": [{}]}',
        GOOD[:-1] + ', "functoins": [{}]}',
        GOOD.replace('"content": "Where?"', '"text": "Where?"'),
    ]
    for line in kept:
        assert mended(tmp_path, f"{line}\n", DATABRICKS) == (f"{line}\n", {})


def test_a_strict_service_gets_its_two_keys(tmp_path: Path) -> None:
    line = GOOD.replace('"Here."', '"Here.", "weight": 1, "refusal": null, "name": "Ann"')
    assert mended(tmp_path, f"{line}\n") == (f"{line}\n", {})
    assert mended(tmp_path, f"{line}\n", DATABRICKS) == (f"{GOOD}\n", {"stray_keys": (1,)})


def test_the_form_is_recognised_once_its_lines_can_be_read(tmp_path: Path) -> None:
    rft = f'{{"messages": [{USER}, {ANSWER}, {USER}], "reference": 1,}}\n'
    text, lines = mended(tmp_path, rft * 2, form=None)
    assert lines == {"trailing_comma": (1, 2)}
    assert text == rft.replace(",}\n", "}\n") * 2


def test_twenty_lines_are_named_and_all_are_counted(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_text(f"{GOOD}\n\n" * 30, encoding="utf-8")
    done = repair(source, tmp_path / "b", PLAIN)
    assert done.counts == {"blank_lines": 30}
    assert done.lines == {"blank_lines": tuple(range(2, 42, 2))}
    assert done.changed
    assert done.bytes == (tmp_path / "b").stat().st_size


def test_a_file_never_replaces_itself(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text(f"{GOOD},\n", encoding="utf-8")
    (tmp_path / "link").symlink_to(source)
    part = tmp_path / "b.part"
    part.write_text(GOOD, encoding="utf-8")
    for one, target in ((source, source), (source, tmp_path / "link"), (part, tmp_path / "b")):
        with pytest.raises(SameFileError):
            repair(one, target, PLAIN)
        with pytest.raises(SameFileError):
            without(one, target, [1])
    assert source.read_text(encoding="utf-8") == f"{GOOD},\n"
    assert part.read_text(encoding="utf-8") == GOOD


def test_a_repair_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("before", encoding="utf-8")
    with pytest.raises(FileNotFoundError):
        repair(tmp_path / "none", target, PLAIN)
    with pytest.raises(IsADirectoryError):
        repair(tmp_path, target, PLAIN)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert target.read_text(encoding="utf-8") == "before"


def test_lines_are_left_out_and_the_rest_stays_to_the_byte(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"\xef\xbb\xbfone\r\n\n" + b"x" * 600_000 + b"\nfour")
    assert without(source, target, {1, 3, 9}) == 2
    assert target.read_bytes() == b"\xef\xbb\xbf\nfour"
    assert without(source, target, ()) == 0
    assert target.read_bytes() == source.read_bytes()


def test_what_a_repair_mends_is_counted_per_kind_without_hints() -> None:
    specs = [
        RuleSpec("a", "error", "x", repair="trailing_comma"),
        RuleSpec("b", "warning", "x", repair="blank_lines"),
        RuleSpec("c", "hint", "x", repair="blank_lines"),
        RuleSpec("d", "error", "x"),
    ]
    totals = {"a": 2, "b": 3, "c": 5, "d": 7}
    assert repairable_kinds(totals, specs) == {"blank_lines": 3, "trailing_comma": 2}
    assert set(repairable_kinds(totals, specs)) <= set(KINDS)


@pytest.mark.parametrize(
    "key", ["mesages", "messagse", "Messages", "toools", "tool", "functons", "parallel_tool_cals"]
)
def test_a_key_that_may_be_misspelt_is_left_to_a_person(tmp_path: Path, key: str) -> None:
    line = GOOD[:-1] + f', "{key}": 1}}\n'
    assert mended(tmp_path, line) == (line, {})


@pytest.mark.parametrize("key", ["id", "metadata", "source", "note", "text", "m", "", "messages" * 9, "todo"])
def test_a_key_like_no_other_is_cut(tmp_path: Path, key: str) -> None:
    assert mended(tmp_path, GOOD[:-1] + f', "{key}": 1}}\n') == (f"{GOOD}\n", {"stray_keys": (1,)})


@pytest.mark.parametrize("nothing", ["[]", "null"])
def test_functions_that_declare_nothing_are_cut(tmp_path: Path, nothing: str) -> None:
    line = GOOD[:-1] + f', "functions": {nothing}}}\n'
    assert mended(tmp_path, line) == (f"{GOOD}\n", {"functions": (1,)})
