"""`tunesmith validate` and `tunesmith chart`: files on disk, before and after training."""

import json
from pathlib import Path

import pytest

from bot import cli

GOOD = (
    '{"messages":[{"role":"user","content":"When do you open?"},{"role":"assistant","content":"At nine."}]}\n'
)
RESULTS = (
    "step,train_loss,train_accuracy,valid_loss,validation_mean_token_accuracy\n"
    + "".join(f"{step},{2 / step:.4f},{1 - 1 / (step + 1):.4f},,\n" for step in range(1, 40))
    + "40,0.05,0.98,0.4,0.9\ngarbage\n"
)


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_sound_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validate", written(tmp_path, "train.jsonl", GOOD * 12)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("train.jsonl: no errors\n")
    assert "12 examples, 12 lines, about " in shown


def test_a_faulty_file_names_line_path_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = GOOD.replace("At nine.", "")
    assert cli.main(["validate", written(tmp_path, "train.jsonl", GOOD * 12 + empty + '{"messages": [')]) == 1
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("train.jsonl: 2 errors")
    assert any(line.startswith("error: line 13 messages[1].content: ") for line in rest)
    assert any(line.startswith("error: line 14") for line in rest)
    assert rest[rest.index(next(line for line in rest if "line 13" in line)) + 1].startswith("    ")


def test_more_of_the_same_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = GOOD.replace("At nine.", "")
    assert cli.main(["validate", written(tmp_path, "train.jsonl", empty * 100)]) == 1
    assert "… and 80 more of content_empty" in capsys.readouterr().out


def test_the_report_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        cli.main(["validate", "--json", written(tmp_path, "t.jsonl", GOOD.replace("At nine.", "") * 12)]) == 1
    )
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert report["examples"] == 12
    finding = report["findings"][0]
    assert set(finding) == {"rule", "severity", "line", "path", "message", "remedy"}
    assert (finding["line"], finding["path"]) == (1, "messages[1].content")


def test_a_file_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validate", str(tmp_path / "none.jsonl")]) == 2
    assert cli.main(["validate", str(tmp_path)]) == 2
    assert "none.jsonl: cannot be read: No such file" in capsys.readouterr().err


def test_a_chart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.png"
    assert cli.main(["chart", written(tmp_path, "results.csv", RESULTS), "-o", str(out)]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    assert "40 rows (1 unreadable rows left out)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "why"),
    [("a,b\n1,2\n", "no header with a column called step"), ("step,train_loss\n", "holds no measurement")],
)
def test_no_picture_of_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, why: str
) -> None:
    out = tmp_path / "out.png"
    assert cli.main(["chart", written(tmp_path, "results.csv", text), "-o", str(out)]) == 2
    assert why in capsys.readouterr().err
    assert not out.exists()


def test_a_chart_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "results.csv", RESULTS)
    assert cli.main(["chart", file, "-o", str(tmp_path / "no" / "out.png")]) == 2
    assert "cannot be written: No such file" in capsys.readouterr().err
