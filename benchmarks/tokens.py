"""How fast tokens are counted, and a whole second pass is: `python -m benchmarks.tokens`.

Every run is a process of its own over one file of mixed chats (`benchmarks.corpus`), and the runs of a round follow
each other, so that whatever else the machine does falls on all of them. Told are the median of the rounds: millions of
tokens a second, MB of the file a second (10^6 bytes), and the peak of memory over a bare interpreter. Loading a
vocabulary is in its own column and in no rate; the rates of `study` are of all that a person waits for.

    ours       `bot.datasets.study.counters`, one thread
    tiktoken   with the same ranks, which are put where it looks for them: its own come from the network
    study      all of the second pass: sample, languages, reading, counting, sketches, near duplicates
    overlap    the same with a training file (the same one) that it is compared with

The program ends with an error when ours and tiktoken count another number of tokens. `--sizes 50` is the default.
"""

import argparse
import gzip
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks import corpus

OURS, TIKTOKEN, STUDY, OVERLAP = "ours", "tiktoken", "study", "overlap"
RUNS = (OURS, TIKTOKEN, STUDY, OVERLAP)
ENCODING = "o200k_base"
RANKS_AT = f"https://openaipublic.blob.core.windows.net/encodings/{ENCODING}.tiktoken"
ROUNDS = 3
BATCH = 4096


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tokens")
    parser.add_argument("--sizes", type=int, nargs="+", default=[50], help="of the file, in MB")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        print(json.dumps(_run(given.run[0], Path(given.run[1]))))
        return
    with tempfile.TemporaryDirectory(prefix="tokens-") as folder:
        ranks = _ranks(Path(folder))
        for size in given.sizes:
            path = Path(folder, f"{size}.jsonl")
            corpus.write(path, size * corpus.MEGABYTE)
            _compare(path, size, given.rounds, ranks)


def _compare(path: Path, size: int, rounds: int, ranks: Path) -> None:
    told: dict[str, list[dict[str, float]]] = {run: [] for run in RUNS}
    for _ in range(rounds):
        for run in RUNS:
            told[run].append(_child(run, path, ranks))
    print(f"{size} MB, median of {rounds}")
    print(f"{'':10}{'M tokens/s':>12}{'MB/s':>8}{'load s':>8}{'MiB':>7}")
    for run, found in told.items():
        middle = {key: statistics.median(one[key] for one in found) for key in found[0]}
        rate = middle["tokens"] / middle["seconds"] / 1e6
        mb = size / middle["seconds"]
        print(f"{run:10}{rate:12.2f}{mb:8.1f}{middle['load']:8.2f}{middle['mib']:7.0f}")
    same = {one["tokens"] for run in (OURS, TIKTOKEN) for one in told[run]}
    if len(same) > 1:
        sys.exit(f"ours and tiktoken do not agree: {same}")


def _child(run: str, path: Path, ranks: Path) -> dict[str, float]:
    words = [sys.executable, "-m", "benchmarks.tokens", "--run", run, str(path)]
    environment = {**os.environ, "TIKTOKEN_CACHE_DIR": str(ranks)}
    made = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(made.stdout)
    return found


def _run(run: str, path: Path) -> dict[str, float]:
    idle = _bare()
    if run in (STUDY, OVERLAP):
        seconds, tokens, load = _studied(path, path if run == OVERLAP else None)
    else:
        seconds, tokens, load = _counted(path, run)
    return {"seconds": seconds, "tokens": tokens, "load": load, "mib": (_peak() - idle) / 1024}


def _counted(path: Path, run: str) -> tuple[float, int, float]:
    """Counting alone: texts are read before each batch and not timed."""
    began = time.perf_counter()
    count = _ours() if run == OURS else _peer()
    count(["load"])
    load = time.perf_counter() - began
    seconds, tokens = 0.0, 0
    batch: list[str] = []
    for line in path.open(encoding="utf-8-sig"):
        contents = (message.get("content") for message in json.loads(line)["messages"])
        batch += (one for one in contents if isinstance(one, str))
        if len(batch) >= BATCH:
            began = time.perf_counter()
            tokens += sum(count(batch))
            seconds += time.perf_counter() - began
            batch = []
    began = time.perf_counter()
    tokens += sum(count(batch))
    return seconds + time.perf_counter() - began, tokens, load


def _ours() -> Callable[[Sequence[str]], Sequence[int]]:
    from bot.datasets.study.counters import counter_for

    return counter_for(ENCODING).count


def _peer() -> Callable[[Sequence[str]], Sequence[int]]:
    import tiktoken

    encoding = tiktoken.get_encoding(ENCODING)
    return lambda texts: [len(encoding.encode_ordinary(text)) for text in texts]


def _studied(path: Path, against: Path | None) -> tuple[float, int, float]:
    from bot.datasets.options import Options
    from bot.datasets.study.runner import study

    began = time.perf_counter()
    found = study(path, Options(), "chat", against=against)
    return time.perf_counter() - began, found.tokens.total, 0.0


def _peak() -> int:
    """KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _bare() -> int:
    """Peak of an interpreter that does nothing, in KiB."""
    script = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    return int(subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout)


def _ranks(folder: Path) -> Path:
    """A folder in which tiktoken finds its ranks, out of the package `bpe-openai`; it knows their hash."""
    package = find_spec("bpe_openai")
    if package is None or package.origin is None:
        sys.exit("bpe-openai is not installed")
    packed = (Path(package.origin).parent / "data" / f"{ENCODING}.tiktoken.gz").read_bytes()
    cache = folder / "ranks"
    cache.mkdir()
    key = hashlib.sha1(RANKS_AT.encode(), usedforsecurity=False).hexdigest()
    (cache / key).write_bytes(gzip.decompress(packed))
    return cache


if __name__ == "__main__":
    main()
