"""Make the lock files from pyproject.toml: `.venv/bin/python scripts/lock.py [--upgrade]`, or tell whether they fit.

A lock holds one version of every package for every platform and Python from 3.11 on, with hashes, and neither
the address of an index nor a path of the machine that made it. Needs uv (in requirements-dev.lock) and an index.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS: dict[str, tuple[str, ...]] = {
    "requirements.lock": ("build",),
    "requirements-dev.lock": ("build", "dev"),
}
BOOTSTRAP = "scripts/virtualenv.lock"
OPTIONS = (
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--quiet"),
    *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
)


def wanted(project: dict[str, Any], extras: Sequence[str]) -> list[str]:
    """What pyproject.toml asks for: its dependencies and those of `extras`."""
    table = project["project"]
    more = [one for extra in extras for one in table["optional-dependencies"][extra]]
    return sorted({*table["dependencies"], *more})


def digest_of(requirements: Sequence[str], oldest: str) -> str:
    """Sum of what a lock answers to, kept in its first line."""
    return hashlib.sha256(json.dumps([oldest, *requirements]).encode()).hexdigest()[:16]


def header(digest: str) -> str:
    """The first lines of a lock."""
    return f"# Made by `make lock` from pyproject.toml; not to be edited. Answers to {digest}\n"


def stale(root: Path) -> list[str]:
    """Locks that pyproject.toml has moved away from, or that are missing. Looks at files alone."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    oldest = project["project"]["requires-python"]
    bad = []
    for name, extras in LOCKS.items():
        path = root / name
        first = path.read_text(encoding="utf-8").partition("\n")[0] + "\n" if path.exists() else ""
        if first != header(digest_of(wanted(project, extras), oldest)):
            bad.append(name)
    return bad


def compile_lock(sources: Sequence[str], output: Path, first: str, extra: Sequence[str]) -> None:
    """Run uv for one lock; versions of the present file are kept where they still fit."""
    argv = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        *OPTIONS,
        *extra,
        *sources,
        "--output-file",
        str(output),
    ]
    subprocess.run(argv, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    text = output.read_text(encoding="utf-8")
    if re.search(r"://|^-|\s@\s|" + re.escape(str(ROOT)), text, re.MULTILINE):
        output.unlink()
        message = f"{output.name}: uv wrote an address, an option or a path into it"
        raise ValueError(message)
    output.write_text(first + text, encoding="utf-8")


def make(root: Path, *, upgrade: bool) -> None:
    """Write all lock files. What both lists name gets one version."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    more = ["--upgrade"] if upgrade else []
    for name, extras in LOCKS.items():
        first = header(digest_of(wanted(project, extras), project["project"]["requires-python"]))
        chosen = [part for extra in extras for part in ("--extra", extra)]
        same = ["--constraint", "requirements.lock"] if name != "requirements.lock" else []
        compile_lock(["pyproject.toml"], root / name, first, [*chosen, *same, *more])
    source = root / "scripts" / "virtualenv.in"
    compile_lock([str(source)], root / BOOTSTRAP, "# Made by `make lock`; for scripts/setup.py\n", more)


def main(argv: Sequence[str] | None = None) -> int:
    """0 when the locks were made, or with `--check` fit."""
    parser = argparse.ArgumentParser(
        description="Make the lock files, or check that they fit pyproject.toml."
    )
    parser.add_argument("--check", action="store_true", help="only tell; no network")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    options = parser.parse_args(argv)
    if not options.check:
        make(ROOT, upgrade=options.upgrade)
        return 0
    bad = stale(ROOT)
    for name in bad:
        print(f"{name} does not fit pyproject.toml: run `make lock`", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
