"""`tunesmith validate` in a pipe: findings while the file still comes, and an end that is quiet whoever ends it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.test_cli import ROOT
from tests.cli.validated import EMPTY, SOUND

COPIES = 600
MANY = "".join(f"{line}\n" for line in SOUND).encode() * COPIES


@contextmanager
def running(folder: Path, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The program with three pipes, and `folder` for its temporary files."""
    base = {name: value for name, value in os.environ.items() if not name.startswith("TUNESMITH_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "validate", *words],
        cwd=folder,
        env={**base, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def first_finding(process: "subprocess.Popen[bytes]") -> bytes:
    """Write a bad head and more, and wait for what is said about the head; standard input stays open."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(EMPTY.encode() + b"\n" + MANY)
    process.stdin.flush()
    return process.stdout.readline()


def test_a_finding_is_told_while_the_file_still_comes(tmp_path: Path) -> None:
    with running(tmp_path, "-") as process:
        assert first_finding(process).startswith(b"error: line 1 messages[1].content: ")
        assert process.poll() is None
        out, err = process.communicate(EMPTY.encode())
        assert (process.returncode, err) == (1, b"")
    assert f"error: line {12 * COPIES + 2:,} messages[1].content: ".encode() in out
    assert b"standard input: 2 errors" in out
    assert list(tmp_path.iterdir()) == []


def test_stopped_by_the_keyboard(tmp_path: Path) -> None:
    with running(tmp_path, "-", "--fix", "out.jsonl") as process:
        first_finding(process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
        assert (process.returncode, err) == (130, b"")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_who_goes_away(tmp_path: Path) -> None:
    with running(tmp_path, "-") as process:
        first_finding(process)
        assert process.stdout is not None
        process.stdout.close()
        assert process.stdin is not None
        process.stdin.write(f"{EMPTY}\n".encode() * 10)
        process.stdin.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        process.wait()
    assert list(tmp_path.iterdir()) == []


def test_a_named_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with running(tmp_path, str(pipe), "--fix", "out.jsonl") as process:
        pipe.write_bytes(MANY + EMPTY.encode())
        out, err = process.communicate()
        assert (process.returncode, err) == (1, b"")
    assert b"pipe: 1 error" in out
    assert (tmp_path / "out.jsonl").read_bytes().endswith(MANY[-100:] + EMPTY.encode() + b"\n")
