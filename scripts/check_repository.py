"""The rules of this repository that no other tool knows: `.venv/bin/python scripts/check_repository.py`.

No file of code over 400 lines; no address of a package index and no path of the machine it was written on in any
file; no folder of code without an `__init__.py`; manifest.yml is what the program prints.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES = 400
CODE = {".py", ".js", ".css"}
PACKAGES = ("bot", "handlers", "providers", "sandbox", "tests", "benchmarks", "scripts")
# written apart, so that this file passes its own rule
INDEX = re.compile(
    r"(pypi|pythonhosted|npmjs|registry|index)\.(org|com|io)\b|/simp" + "le/?['\"\\s]", re.IGNORECASE
)
MACHINE = re.compile(r"(?<![\w.~])/(wor" + r"k|roo" + r"t|farm|home/\w+|opt/wheels|Users/\w+)/[\w.]")


def files(root: Path) -> list[Path]:
    """What git would commit: tracked files and new ones that are not ignored."""
    argv = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(argv, cwd=root, capture_output=True, check=True).stdout
    return sorted(root / name for name in listing.decode().split("\0") if name and (root / name).is_file())


def too_long(path: Path, text: str) -> Iterator[str]:
    """A file past the limit holds two concepts."""
    lines = text.count("\n")
    migration = path.parent.name == "versions"  # one step of the tables, however many there are
    if path.suffix in CODE and lines > MOST_LINES and not migration:
        yield f"{lines} lines, at most {MOST_LINES}: it is two things"


def foreign_addresses(text: str) -> Iterator[str]:
    """Package indexes and paths of one machine: neither belongs into what others use."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, what in ((INDEX, "address of a package index"), (MACHINE, "path of one machine")):
            match = pattern.search(line)
            if match:
                yield f"line {number}: {what}: {match[0].strip()}"


def folders_without_init(root: Path, paths: list[Path]) -> Iterator[str]:
    """Code in a folder that is no package is missed by mypy, by the tests and by the wheel."""
    folders = {path.parent for path in paths if path.suffix == ".py"}
    for folder in sorted(folders):
        inside = folder.relative_to(root)
        if inside.parts and inside.parts[0] in PACKAGES and not (folder / "__init__.py").exists():
            yield f"{inside}: no __init__.py"


def manifest_differs(root: Path) -> Iterator[str]:
    """manifest.yml is what `tunesmith manifest --default` prints."""
    argv = [sys.executable, "-m", "bot.cli", "manifest", "--default"]
    printed = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    if printed.returncode != 0 or printed.stdout != (root / "manifest.yml").read_text(encoding="utf-8"):
        yield "manifest.yml: not what the program prints; run `make manifest`"


def problems(root: Path) -> Iterator[str]:
    """Everything that breaks a rule, one line each."""
    paths = files(root)
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for found in (*too_long(path, text), *foreign_addresses(text)):
            yield f"{path.relative_to(root)}: {found}"
    yield from folders_without_init(root, paths)
    yield from manifest_differs(root)


def main() -> int:
    """0 when every rule is kept."""
    found = list(problems(ROOT))
    for one in found:
        print(one, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
