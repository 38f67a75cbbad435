"""`tunesmith validate` as a person and a script use it."""

import io
import json
import sys
from pathlib import Path

import pytest

from bot.datasets.rules.registry import SPECS
from tests.cli.test_cli import CONFIG
from tests.cli.validated import EMPTY, SOUND, Shown, written


def test_a_sound_file(shown: Shown) -> None:
    code, out, err = shown(written("train.jsonl", *SOUND))
    assert (code, err) == (0, "")
    assert "train.jsonl: no errors" in out
    assert "chat for azure_openai · 12 examples · 12 lines" in out
    assert "(estimate) x 3 epochs = " in out or "(exact) x 3 epochs = " in out
    assert "error:" not in out
    assert "warning:" not in out
    assert "repaired" not in out


def test_a_faulty_file_names_line_path_and_remedy(shown: Shown) -> None:
    code, out, _ = shown(written("train.jsonl", *SOUND, EMPTY, '{"messages": ['))
    lines = out.splitlines()
    assert code == 1
    first = next(
        index for index, line in enumerate(lines) if line.startswith("error: line 13 messages[1].content: ")
    )
    assert lines[first + 1].startswith("    ")
    second = next(index for index, line in enumerate(lines) if line.startswith("error: line 14"))
    verdict = next(index for index, line in enumerate(lines) if line.startswith("train.jsonl: 2 errors"))
    assert first < second < verdict


def test_twenty_of_a_rule_are_shown_and_the_others_counted(shown: Shown) -> None:
    code, out, _ = shown(written("t.jsonl", *[EMPTY.replace("When", f"When {n}") for n in range(100)]))
    assert code == 1
    assert sum(line.startswith("error: line") and "content" in line for line in out.splitlines()) == 20
    assert "… and 80 more of content_empty\n" in out
    assert "t.jsonl: 100 errors" in out


def test_what_concerns_the_whole_file_comes_behind_its_lines(shown: Shown) -> None:
    _, out, _ = shown(written("t.jsonl", *SOUND[:3], EMPTY))
    assert (
        0
        <= out.index("error: line 4 ")
        < out.index("error: the file has 4 of the 10 examples")
        < out.index("t.jsonl: ")
    )


def test_full_tells_why_and_who_says_so(shown: Shown) -> None:
    file = written("t.jsonl", *SOUND, EMPTY)
    spec = next(one for one in SPECS if one.id == "content_empty")
    assert f"    why: {spec.why}\n    source: {spec.published}\n" in shown(file, "--full")[1]
    assert "why:" not in shown(file)[1]


def test_the_report_as_json(shown: Shown) -> None:
    code, out, err = shown("--json", written("t.jsonl", *SOUND, EMPTY))
    report = json.loads(out)
    assert (code, err) == (1, "")
    assert list(report) == [
        "ok", "profile", "service", "bytes", "lines", "examples", "counts", "findings", "totals", "tokens",
    ]  # fmt: skip
    assert (report["ok"], report["examples"], report["lines"]) == (False, 13, 13)
    assert set(report["counts"]) == {"error", "warning", "hint"}
    assert set(report["tokens"]) == {"total", "exact", "over_limit"}
    finding = next(one for one in report["findings"] if one["rule"] == "content_empty")
    assert list(finding) == ["rule", "severity", "line", "path", "message", "remedy"]
    assert (finding["line"], finding["path"]) == (13, "messages[1].content")


def test_the_service_decides(shown: Shown) -> None:
    line = '{"messages": [{"role": "user", "content": "Hi.", "name": "Ann"}, {"role": "assistant", "content": "Ho."}]}'
    file = written("t.jsonl", *SOUND, line)
    assert shown(file)[0] == 0
    code, out, _ = shown(file, "--service", "databricks", "--model", "mistralai/Mistral-7B-v0.1", "--json")
    assert code == 1
    assert json.loads(out)["service"] == "databricks"
    assert json.loads(out)["totals"] == {"message_key_refused": 1} | {
        rule: count for rule, count in json.loads(out)["totals"].items() if rule != "message_key_refused"
    }


def test_the_profile_is_taken_when_it_is_given(shown: Shown) -> None:
    file = written("t.jsonl", *SOUND)
    code, out, _ = shown(file, "--profile", "preference", "--json")
    assert code == 1
    assert json.loads(out)["totals"]["format_other"] == 12


def test_epochs_are_what_is_billed(shown: Shown) -> None:
    file = written("t.jsonl", *SOUND)
    total = json.loads(shown(file, "--json")[1])["tokens"]["total"]
    assert f"{total} tokens" in shown(file, "--epochs", "1")[1]
    assert f"x 4 epochs = {4 * total:.3g}" in shown(file, "--epochs", "4")[1] or 4 * total >= 1000


@pytest.mark.parametrize(
    "words", [("--epochs", "0"), ("--epochs", "x"), ("--service", "x"), ("--profile", "x")]
)
def test_arguments_that_make_no_sense(shown: Shown, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        shown(written("t.jsonl", *SOUND), *words)
    assert ended.value.code == 2


@pytest.mark.parametrize(
    "words",
    [("none.jsonl",), (".",), ("t.jsonl", "--valid", "none.jsonl"), ("t.jsonl", "--against", "none.jsonl")],
)
def test_a_file_that_cannot_be_read(shown: Shown, words: tuple[str, ...]) -> None:
    written("t.jsonl", *SOUND)
    code, out, err = shown(*words)
    assert (code, out) == (2, "")
    assert f"{words[-1]}: cannot be read: " in err


def test_standard_input(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    data = "".join(f"{line}\n" for line in (*SOUND, EMPTY)).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    code, out, _ = shown("-")
    assert code == 1
    assert "error: line 13 messages[1].content" in out
    assert "standard input: 1 error" in out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert json.loads(shown("-", "--json")[1])["bytes"] == len(data)


def test_validation_data_is_checked_as_well(shown: Shown) -> None:
    train, valid = written("train.jsonl", *SOUND), written("valid.jsonl", *SOUND[:10], EMPTY)
    code, out, _ = shown(train, "--valid", valid)
    assert code == 1
    assert (
        out.index("train.jsonl: no errors") < out.index("error: line 11") < out.index("valid.jsonl: 1 error")
    )
    report = json.loads(shown(train, "--valid", valid, "--json")[1])
    assert (report["ok"], report["validation"]["ok"], report["validation"]["examples"]) == (True, False, 11)


PRICED = (
    CONFIG
    + """
[[prices]]
model = "gpt-4.1-mini*"
training_per_million = 1000000
source = "price list"
as_of = 2026-11-01
"""
)


def test_the_price_of_a_configuration(shown: Shown, tmp_path: Path) -> None:
    file = written("t.jsonl", *SOUND)
    Path("other.toml").write_text(PRICED.format(store=tmp_path / "t.db"), encoding="utf-8")
    total = json.loads(shown(file, "--json")[1])["tokens"]["total"]
    priced = shown(file, "--config", "other.toml", "--model", "gpt-4.1-mini-2025-04-14", "--epochs", "2")[1]
    assert (
        f"price: about ${2 * total:,} on gpt-4.1-mini-2025-04-14 (price list, as of 2026-11-01)\n" in priced
    )
    assert "price: name the base model with --model\n" in shown(file, "--config", "other.toml")[1]
    assert "price:" not in shown(file, "--config", "other.toml", "--model", "gpt-4o-2024-08-06")[1]
    assert "price:" not in shown(file, "--model", "gpt-4.1-mini-2025-04-14")[1]


def test_a_configuration_with_mistakes(shown: Shown) -> None:
    file = written("t.jsonl", *SOUND)
    Path("tunesmith.toml").write_text("[slack]\nbot_token = 3\n", encoding="utf-8")
    assert "price:" not in shown(file)[1]
    code, out, _ = shown(file, "--model", "gpt-4.1-mini-2025-04-14")
    assert code == 0
    assert "price: not known, since the configuration has mistakes" in out
    code, out, err = shown(file, "--config", "tunesmith.toml")
    assert (code, out) == (2, "")
    assert "tunesmith.toml" in err
