"""`tunesmith validate` with its second pass: exact tokens, near duplicates, overlap; and without."""

import json

from tests.cli.validated import SOUND, Shown, written


def test_tokens_are_exact_and_quick_leaves_them_estimated(shown: Shown) -> None:
    file = written("train.jsonl", *SOUND)
    assert "tokens (exact) x 3 epochs" in shown(file)[1]
    assert "tokens (estimate) x 3 epochs" in shown(file, "--quick")[1]
    exact, quick = (json.loads(shown(file, "--json", *more)[1])["tokens"] for more in ((), ("--quick",)))
    assert exact["exact"]
    assert not quick["exact"]
    assert exact["total"] != quick["total"]


def test_what_is_in_both_files_stands_at_the_lines_of_the_validation_data(shown: Shown) -> None:
    train, valid = written("train.jsonl", *SOUND), written("valid.jsonl", *SOUND[3:5], *SOUND[:1])
    code, out, _ = shown(train, "--valid", valid)
    first, second = out.split("valid.jsonl, the validation data:\n")
    assert "in the training file" not in first
    told = [one for one in second.splitlines() if one.startswith("warning: line ")]
    assert [one.split(": ")[1] for one in told] == ["line 1", "line 2", "line 3"]
    assert told[0].endswith("stands in the training file too, on line 4")
    assert code == 1, "three examples are too few"


def test_against_is_the_same_with_the_validation_data_first(shown: Shown) -> None:
    train, valid = written("train.jsonl", *SOUND), written("valid.jsonl", *SOUND[2:])
    report = json.loads(shown(valid, "--against", train, "--json")[1])
    assert report["totals"]["validation_overlap"] == 10
    assert report["ok"]
    _, out, _ = shown(valid, "--against", train, "--quick")
    assert "the overlap of the two files was not looked for" in out


def test_examples_over_the_limit_of_the_model_are_told(shown: Shown) -> None:
    long = SOUND[0].replace('"content": "', f'"content": "{"parcel " * 5000}', 1)
    words = ("--service", "databricks", "--model", "meta-llama/Llama-2-7b-hf")
    _, out, _ = shown(written("train.jsonl", *SOUND, long), *words)
    assert "warning: line 13: has " in out
    assert "tokens (estimate), and the model takes 4,096 of an example" in out
    assert "1 example longer than the model takes" in out


def test_a_file_without_examples_has_no_second_pass(shown: Shown) -> None:
    code, out, _ = shown(written("train.jsonl", "[]", "7"))
    assert code == 1
    assert "tokens" not in out
