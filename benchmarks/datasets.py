"""How fast files are checked, beside other checkers: `python -m benchmarks.datasets [--mb 50 512] [--double]`.

The file is made by `benchmarks.corpus`. All take turns (A B C A B C), each in a new process, and the median of each is
printed with its ratio to ours; seconds are those of the check without start and imports (with the start of our second
process, and of parallelogram's own). Peers that cannot read a byte-order mark get a copy without. They are
installed by pip
into environments of this benchmark's own, below the folder for temporary files; what cannot be installed is left out.

`--double` checks files of 25, 50 and 100 MB, sound ones and hostile ones, and prints milliseconds per MB: a
check that is
linear has the same in each row.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks import corpus, memory

MEGABYTE = 1_000_000
ENVIRONMENTS = {
    "together 3.x": ("together>=3,<4",),
    "together 1.x": ("together>=1.5,<2",),
    "parallelogram": ("parallelogram>=0.4,<0.5",),
}
SLOW_FROM = 200
"""Megabytes from which each is run once, and parallelogram not at all."""
PEERS = Path(__file__).with_name("peers.py")


def ours(path: Path, processes: int | None) -> None:
    """Check a file and print a line of JSON; runs in a process of its own."""
    from bot.datasets.checker import check_path
    from bot.datasets.options import Options

    began = time.perf_counter()
    report = check_path(path, Options(), processes=processes, digest=False)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "lines": report.examples, "ok": report.ok}))


def run(argv: Sequence[str]) -> dict[str, float]:
    """One run in a new process, with the peak of memory of all its processes in KiB; nothing when it failed."""
    done = memory.run(argv, {**os.environ, "PYTHONHASHSEED": "1"})
    if done.status:
        sys.stderr.write(f"{argv[-2]}: {done.err.strip().splitlines()[-1:]}\n")
        return {}
    result: dict[str, float] = json.loads(done.out.splitlines()[-1])
    return result | {"peak": done.peak}


def environment(folder: Path, name: str, packages: Sequence[str]) -> str:
    """The Python of an environment with these packages; empty when they cannot be installed."""
    home = folder / name.replace(" ", "-")
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        done = subprocess.run(
            [str(python), "-m", "pip", "install", "-q", *packages],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.stderr.write(f"{name} is left out: pip cannot install it\n")
            return ""
    return str(python)


def compare(folder: Path, megabytes: int, rounds: int) -> None:
    """Print the table of one size."""
    size = megabytes * MEGABYTE
    file, bare, plain = (folder / f"{name}{megabytes}.jsonl" for name in ("mixed", "bare", "plain"))
    lines = corpus.write(file, size)
    corpus.write(bare, size - len(corpus.MARK), mark=False)
    corpus.write(plain, size, kind=corpus.PLAIN, mark=False)
    me = [sys.executable, "-m", "benchmarks.datasets", "--ours"]
    cases: dict[str, list[str]] = {
        "tunesmith": [*me, "0", str(file)],
        "tunesmith, one process": [*me, "1", str(file)],
        "tunesmith, plain subset": [*me, "0", str(plain)],
        "pydantic": [sys.executable, str(PEERS), "pydantic", str(bare)],
        "json": [sys.executable, str(PEERS), "json", str(bare)],
    }
    for name, packages in ENVIRONMENTS.items():
        if name == "parallelogram" and megabytes >= SLOW_FROM:
            continue
        python = environment(folder.parent / "tunesmith-benchmark-peers", name, packages)
        if python:
            on = plain if name.endswith("1.x") else bare
            cases[name] = [python, str(PEERS), name.split()[0], str(on)]
    print(f"{megabytes} MB, {lines:,} lines, {rounds} rounds")
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, argv in cases.items():
            if result := run(argv):
                measured[name].append(result)
    table(measured, {name: Path(argv[-1]).stat().st_size for name, argv in cases.items()})


def table(measured: Mapping[str, Sequence[Mapping[str, float]]], sizes: Mapping[str, int]) -> None:
    """One row each: MB/s, memory, and how many times faster than it we are on the same file."""
    speed = {
        name: sizes[name] / MEGABYTE / statistics.median(one["seconds"] for one in runs)
        for name, runs in measured.items()
        if runs
    }
    bare = memory.idle()
    for name, runs in measured.items():
        if name not in speed:
            continue
        base = speed["tunesmith, plain subset" if name.endswith("1.x") else "tunesmith"]
        mib = (max(one["peak"] for one in runs) - bare) / 1024
        print(
            f"  {name:26} {speed[name]:7.1f} MB/s  {mib:7.1f} MiB over idle  {base / speed[name]:6.2f}x"
            f"  {runs[0].get('version', '')}  {runs[0]['lines']:,.0f} accepted"
        )


def hostile() -> Iterator[tuple[str, bytes]]:
    """Lines that a check could be slow about, one kind each."""
    good = json.dumps(next(corpus.examples(7))).encode()
    yield "not JSON", b"x" * 60
    yield "tiny", b"7"
    yield "blank", b""
    yield "cut", good[:-3]
    yield "second key", good[:-1] + b', "messages": []}'
    yield "deep", b"[" * 100_000
    yield "invalid bytes", good[:50] + b"\xff" + good[50:]
    yield "unknown keys", good[:-1] + b"".join(b', "k%d": 1' % number for number in range(500)) + b"}"
    yield "no answer", b'{"messages": [{"role": "user", "content": "a"}]}'
    yield "digits", b'{"messages": [{"role": "user", "content": "' + b"4111 1111 1111 1111 " * 400 + b'"}]}'
    yield "addresses", b'{"messages": [{"role": "user", "content": "' + b"a.b@example.com " * 400 + b'"}]}'
    yield "one long text", b'{"messages": [{"role": "user", "content": "' + b"word " * 1_000_000 + b'"}]}'
    yield "many messages", b'{"messages": [' + b'{"role": "user", "content": "a"}, ' * 50_000 + b"7]}"
    call = b'{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}, '
    yield "many calls", b'{"messages": [{"role": "assistant", "tool_calls": [' + call * 5_000 + b"7]}]}"


def double(folder: Path, sizes: Sequence[int]) -> None:
    """Milliseconds per MB of each kind of file at each size."""
    path = folder / "double.jsonl"
    print("kind, ms per MB at " + ", ".join(f"{size} MB" for size in sizes))

    def measured(megabytes: int, line: bytes | None) -> float:
        size = megabytes * MEGABYTE
        if line is None:
            corpus.write(path, size)
        else:
            with path.open("wb") as file:
                repeated = (line + b"\n") * max(1, MEGABYTE // (len(line) + 1))
                for _ in range(max(1, size // len(repeated))):
                    file.write(repeated)
        done = run([sys.executable, "-m", "benchmarks.datasets", "--ours", "1", str(path)])
        return 1000 * done["seconds"] / (path.stat().st_size / MEGABYTE) if done else 0.0

    for name, line in (("mixed", None), *hostile()):
        # hostile ones are slower by far, and just as linear when smaller
        scale = 1 if line is None else 10
        row = "  ".join(f"{measured(max(1, size // scale), line):8.1f}" for size in sizes)
        print(f"  {name:16} {row}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--mb", type=int, nargs="+", default=[50, 512], help="sizes of the file in megabytes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--double", action="store_true", help="show that time is linear in bytes")
    parser.add_argument("--ours", nargs=2, metavar=("PROCESSES", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ours:
        ours(Path(options.ours[1]), int(options.ours[0]) or None)
        return
    with tempfile.TemporaryDirectory(prefix="tunesmith-benchmark-") as name:
        if options.double:
            double(Path(name), (25, 50, 100))
            return
        for megabytes in options.mb:
            compare(Path(name), megabytes, 1 if megabytes >= SLOW_FROM else options.rounds)


if __name__ == "__main__":
    main()
