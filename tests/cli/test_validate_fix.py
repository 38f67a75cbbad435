"""`tunesmith validate --fix`: what is repaired, what remains, and what is never overwritten."""

import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.validated import COMMA, EMPTY, SOUND, Shown, written

BLANK = "  "


def test_what_can_be_repaired_is_offered_with_the_command(shown: Shown) -> None:
    code, out, _ = shown(written("t.jsonl", *SOUND, COMMA, BLANK, EMPTY))
    assert code == 1
    assert (
        "2 of these can be repaired (blank lines 1, commas before a bracket 1): tunesmith validate t.jsonl --fix OUT\n"
        in out
    )
    assert list(Path().iterdir()) == [Path("t.jsonl")]


def test_a_file_that_is_sound_once_repaired(shown: Shown) -> None:
    code, out, err = shown(written("t.jsonl", *SOUND, COMMA, BLANK), "--fix", "out.jsonl")
    assert (code, err) == (0, "")
    at = [
        out.index("error: line 13"),
        out.index("t.jsonl: 1 error, 1 warning"),
        out.index("repaired as out.jsonl:"),
        out.index("    blank line left out: 1 line (14)"),
        out.index("    comma before a closing bracket cut: 1 line (13)"),
        out.index("out.jsonl: no errors"),
    ]
    assert at == sorted(at)
    assert Path("out.jsonl").read_text(encoding="utf-8-sig") == "\n".join(
        (*SOUND, COMMA.replace("},]", "}]"), "")
    )


def test_what_remains_is_named_with_its_line_in_the_repaired_file(shown: Shown) -> None:
    code, out, _ = shown(written("t.jsonl", *SOUND, BLANK, EMPTY), "--fix", "out.jsonl")
    assert code == 1
    assert "error: line 14 messages[1].content" in out[: out.index("repaired as")]
    assert "error: line 13 messages[1].content" in out[out.index("repaired as") :]
    assert "out.jsonl: 1 error" in out


def test_json_is_about_the_repaired_file_and_repairs_go_to_standard_error(shown: Shown) -> None:
    code, out, err = shown(written("t.jsonl", *SOUND, COMMA, BLANK), "--fix", "out.jsonl", "--json")
    report = json.loads(out)
    assert code == 0
    assert (report["ok"], report["lines"], report["examples"]) == (True, 13, 13)
    assert report["bytes"] == Path("out.jsonl").stat().st_size
    assert "repaired as out.jsonl:\n" in err
    assert "blank line left out: 1 line (14)" in err


def test_nothing_to_repair(shown: Shown) -> None:
    assert shown(written("t.jsonl", *SOUND), "--fix", "a.jsonl")[0] == 0
    code, out, _ = shown("a.jsonl", "--fix", "b.jsonl")
    assert code == 0
    assert "nothing to repair: b.jsonl is the same file again\n" in out
    assert Path("a.jsonl").read_bytes() == Path("b.jsonl").read_bytes()


def test_standard_input_is_repaired(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in ((), ("--json",)):
        data = "".join(f"{line}\r\n" for line in SOUND).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert shown("-", "--fix", "out.jsonl", *words)[0] == 0
        assert Path("out.jsonl").read_text(encoding="utf-8-sig").splitlines() == SOUND
        Path("out.jsonl").unlink()


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_file_never_replaces_itself(shown: Shown, words: tuple[str, ...]) -> None:
    file = written("t.jsonl", *SOUND, COMMA)
    before = Path(file).read_bytes()
    for out in (file, f"./{file}"):
        code, told, err = shown(file, "--fix", out, *words)
        assert (code, told) == (2, "")
        assert "is the file that is checked" in err
        assert "another file behind --fix" in err
    assert Path(file).read_bytes() == before


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_another_file_is_overwritten_only_by_force(shown: Shown, words: tuple[str, ...]) -> None:
    file = written("t.jsonl", *SOUND, BLANK)
    out = Path(written("out.jsonl", "mine"))
    code, told, err = shown(file, "--fix", "out.jsonl", *words)
    assert (code, told) == (2, "")
    assert err == (
        "out.jsonl: exists already, and a repair would overwrite it\n"
        "    name a new file behind --fix, or add --force\n"
    )
    assert out.read_text(encoding="utf-8") == "mine\n"
    assert shown(file, "--fix", "out.jsonl", "--force", *words)[0] == 0
    assert out.read_text(encoding="utf-8-sig").splitlines() == SOUND


def test_a_link_that_leads_nowhere_is_not_overwritten_either(shown: Shown) -> None:
    Path("out.jsonl").symlink_to("none.jsonl")
    assert shown(written("t.jsonl", *SOUND), "--fix", "out.jsonl")[0] == 2
    assert Path("out.jsonl").is_symlink()


def test_force_never_lets_a_file_replace_itself(shown: Shown) -> None:
    before = Path(written("t.jsonl", *SOUND, COMMA)).read_bytes()
    assert shown("t.jsonl", "--fix", "t.jsonl", "--force")[0] == 2
    assert Path("t.jsonl").read_bytes() == before


def test_a_place_that_cannot_be_written(shown: Shown) -> None:
    code, _, err = shown(written("t.jsonl", *SOUND), "--fix", "none/out.jsonl")
    assert code == 2
    assert "none/out.jsonl: cannot be written: No such file or directory\n    name another place\n" in err
    Path("folder").mkdir()
    code, _, err = shown("t.jsonl", "--fix", "folder")
    assert code == 2
    assert "folder: cannot be written: Is a directory" in err
    assert sorted(path.name for path in Path().iterdir()) == ["folder", "t.jsonl"]
