"""What `tunesmith validate` makes of names: of files with odd ones, of models that it does not know."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.validate_names import quoted
from tests.cli.validated import COMMA, EMPTY, SOUND, Shown, written

ODD = "a\x1b[31m\nb.jsonl"
CLEAN = "a\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}b.jsonl"


def test_names_reach_the_terminal_without_what_would_steer_it(shown: Shown) -> None:
    file = written(ODD, *SOUND, COMMA)
    runs = [
        shown(file),
        shown(file, "--valid", file),
        shown(file, "--fix", f"1{ODD}"),
        shown(file, "--fix", f"1{ODD}"),
        shown(file, "--fix", f"2{ODD}", "--json"),
        shown(file, "--fix", file),
        shown(file, "--fix", f"none/{ODD}"),
        shown(f"none{ODD}"),
        shown(file, "--model", ODD),
        shown(file, "--model", ODD, "--service", "databricks"),
        shown(file, "--model", f"gpt-5{ODD}"),
    ]
    assert [code for code, _, _ in runs] == [1, 1, 0, 2, 0, 2, 2, 2, 1, 1, 1]
    for _, out, err in runs:
        assert "\x1b" not in out + err
        assert CLEAN in out + err
    assert f"repaired as 1{CLEAN}:" in runs[2][1]
    assert f"repaired as 2{CLEAN}:" in runs[4][2]


def test_a_name_that_is_no_text_is_shown_all_the_same(shown: Shown) -> None:
    code, out, _ = shown(written("a\udcff.jsonl", *SOUND))
    assert code == 0
    assert "a\N{REPLACEMENT CHARACTER}.jsonl: no errors" in out


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12))
@pytest.mark.parametrize("head", ["", "\x1b"])
def test_what_is_quoted_is_one_printable_word_for_a_shell(head: str, word: str) -> None:
    text = quoted(head + word)
    assert text.isprintable()
    said = subprocess.run(["bash", "-c", f"printf %s {text}"], capture_output=True, check=True).stdout
    assert said.decode() == head + word


@pytest.mark.parametrize("option", ["FILE", "--valid", "--against", "--fix"])
def test_an_empty_name_is_told_as_that(shown: Shown, capsys: pytest.CaptureFixture[str], option: str) -> None:
    words = ("",) if option == "FILE" else (written("t.jsonl", *SOUND), option, "")
    with pytest.raises(SystemExit) as ended:
        shown(*words)
    assert ended.value.code == 2
    assert f"argument {option}: the name is empty: name a file\n" in capsys.readouterr().err


@pytest.mark.parametrize("words", [(), ("--json",), ("--json", "--fix", "out.jsonl")])
@pytest.mark.parametrize(
    ("service", "name"), [("azure_openai", "Azure OpenAI"), ("databricks", "Databricks")]
)
def test_a_model_that_no_row_knows_is_told(
    shown: Shown, service: str, name: str, words: tuple[str, ...]
) -> None:
    file = written("t.jsonl", *SOUND)
    code, out, err = shown(file, "--service", service, "--model", "foo", *words)
    assert code == 0
    assert err.endswith(f"foo is not a model known for {name}: only what all its models ask was checked\n")
    assert "is not a model known" not in out
    if "--json" in words:
        assert json.loads(out)["service"] == service


@pytest.mark.parametrize(
    "words", [(), ("--model", "gpt-4.1-mini"), ("--service", "azure_ai_studio", "--model", "Phi-4")]
)
def test_nothing_is_said_of_a_model_that_is_known(shown: Shown, words: tuple[str, ...]) -> None:
    assert shown(written("t.jsonl", *SOUND), *words)[2] == ""
    assert Path("t.jsonl").exists()


@pytest.mark.parametrize("words", [(), ("--quick",)])
def test_findings_come_in_the_order_that_the_help_tells(shown: Shown, words: tuple[str, ...]) -> None:
    lines = (*SOUND[:8], SOUND[0], "no more", EMPTY)
    file = written("t.jsonl", *lines)
    findings = json.loads(shown(file, "--json", *words)[1])["findings"]
    told = [one["line"] or 0 for one in findings]
    assert told == sorted(told)
    assert {0, 9, 10, 11} <= set(told)
    text = shown(file, *words)[1]
    at = [text.index(said) for said in (": line 10", ": line 11", ": line 9", ": the file has 1")]
    assert at == sorted(at)


@pytest.mark.parametrize("words", [(), ("--quick",)])
def test_json_lists_twenty_of_a_rule_and_counts_all(shown: Shown, words: tuple[str, ...]) -> None:
    file = written("t.jsonl", *[EMPTY.replace("When", f"When {n}") for n in range(30)])
    report = json.loads(shown(file, "--json", *words)[1])
    assert sum(one["rule"] == "content_empty" for one in report["findings"]) == 20
    assert report["totals"]["content_empty"] == report["counts"]["error"] == 30


def test_the_help_tells_what_is_listed_and_in_which_order(
    shown: Shown, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        shown("--help")
    text = " ".join(capsys.readouterr().out.split())
    assert "first line by line" in text
    assert "--json sorts by line, the file as a whole (line null) first" in text
    assert "Of each rule 20 findings are listed, as text and with --json" in text
    assert "count all" in text
