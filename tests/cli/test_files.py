"""`tunesmith chart`: the curves of a finished job, from its file of results."""

from pathlib import Path

import pytest

from bot import cli

RESULTS = (
    "step,train_loss,train_accuracy,valid_loss,validation_mean_token_accuracy\n"
    + "".join(f"{step},{2 / step:.4f},{1 - 1 / (step + 1):.4f},,\n" for step in range(1, 40))
    + "40,0.05,0.98,0.4,0.9\ngarbage\n"
)


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


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
