"""Make `.venv` with everything in it: `python scripts/setup.py [--dev]`. Needs Python 3.11 or newer and pip.

Copes with a Python that has no `venv` (Debian without python3-venv: then virtualenv is put into a folder of its
own with pip) and with one that refuses `pip install` (PEP 668). Does nothing when nothing has changed.
"""

from __future__ import annotations  # an older Python can read this file, and is told that it is too old

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (3, 11)
NO_PIP = """this Python has neither `venv` nor `pip`, so no environment can be made with it.
On Debian or Ubuntu: apt-get install python3-venv (or python3-pip). Elsewhere: any Python 3.11 or newer with pip,
then `make setup PYTHON=/path/to/python3`."""

Runner = Callable[[Sequence[str], dict[str, str]], int]


class SetupError(Exception):
    """Set-up cannot go on; the text says what to do."""


def run(argv: Sequence[str], env: dict[str, str]) -> int:
    """Run a program to its end; its exit code."""
    return subprocess.run(list(argv), env=env, check=False).returncode


def clean_environment(base: dict[str, str]) -> dict[str, str]:
    """The environment for pip: without what would send packages to another place than `.venv`."""
    dropped = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_REQUIRE_VIRTUALENV"}
    kept = {name: value for name, value in base.items() if name not in dropped and name != "VIRTUAL_ENV"}
    # a user's pip.conf may say `user = true` or `require-virtualenv = true`; variables go before it
    ours = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    return {**kept, **ours, **quiet}


def can_import(python: str, *modules: str) -> bool:
    """Whether `python` has all of `modules`. Debian has `venv` without `ensurepip`, which is no use alone."""
    code = "import " + ", ".join(modules)
    return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0


def externally_managed(stdlib: Path) -> bool:
    """Whether the system says that pip must leave its packages alone (PEP 668)."""
    return (stdlib / "EXTERNALLY-MANAGED").exists()


def bootstrap_commands(python: str, folder: Path, lock: Path, *, managed: bool) -> list[list[str]]:
    """The ways to put virtualenv into `folder`, to be tried in turn.

    `--target` touches no package of the system, so on a managed Python (PEP 668) it is right to insist; older
    pips do not know the option, hence first without it.
    """
    plain = [python, "-m", "pip", "install", "--quiet", "--require-hashes"]
    plain += ["--target", str(folder), "--upgrade", "-r", str(lock)]
    return [plain, [*plain, "--break-system-packages"]] if managed else [plain]


def make_environment(root: Path, python: str, env: dict[str, str], runner: Runner, *, stdlib: Path) -> None:
    """Make `root/.venv` with pip in it, with `venv` where it works and virtualenv where not."""
    target = root / ".venv"
    if can_import(python, "venv", "ensurepip") and runner([python, "-m", "venv", str(target)], env) == 0:
        return
    if not can_import(python, "pip"):
        raise SetupError(NO_PIP)
    print(
        "This Python cannot make virtual environments by itself; getting virtualenv with pip ...", flush=True
    )
    shutil.rmtree(target, ignore_errors=True)
    folder = root / ".venv-bootstrap"
    lock = root / "scripts" / "virtualenv.lock"
    for command in bootstrap_commands(python, folder, lock, managed=externally_managed(stdlib)):
        if runner(command, env) == 0:
            break
    else:
        raise SetupError("pip could not install virtualenv (see above).")
    with_virtualenv = {**env, "PYTHONPATH": str(folder)}
    if runner([python, "-m", "virtualenv", "--quiet", "--no-download", str(target)], with_virtualenv) != 0:
        raise SetupError("virtualenv could not make .venv (see above).")


def venv_python(root: Path) -> Path:
    """The environment's Python."""
    return root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def digest(root: Path, *, dev: bool) -> str:
    """What an environment was made from: locks, package settings, this program, the Python."""
    lock = "requirements-dev.lock" if dev else "requirements.lock"
    sums = hashlib.sha256(f"{sys.version_info[:3]} {root}".encode())
    for name in (lock, "pyproject.toml", "scripts/setup.py"):
        sums.update((root / name).read_bytes())
    return sums.hexdigest()


def is_current(root: Path, *, dev: bool) -> bool:
    """Whether `.venv` was finished from the present files. One made for development serves to run as well."""
    try:
        stamp = json.loads((root / ".venv" / "tunesmith-setup.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    wanted = [digest(root, dev=True)] if dev else [digest(root, dev=True), digest(root, dev=False)]
    return stamp.get("digest") in wanted and can_import(str(venv_python(root)), "bot", "pip")


def install(root: Path, env: dict[str, str], runner: Runner, *, dev: bool) -> None:
    """Install the lock with its hashes checked, then the project itself beside it."""
    python = str(venv_python(root))
    lock = root / ("requirements-dev.lock" if dev else "requirements.lock")
    pip = [python, "-m", "pip", "install", "--quiet"]
    if runner([*pip, "--require-hashes", "-r", str(lock)], env) != 0:
        text = f"pip could not install {lock.name} (see above)."
        raise SetupError(text)
    project = [*pip, "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(root)]
    if runner(project, env) != 0:
        raise SetupError("pip could not install the project itself (see above).")


def setup(root: Path, *, dev: bool, runner: Runner = run) -> None:
    """Bring `.venv` up to date; nothing is done when it is."""
    if is_current(root, dev=dev):
        return
    env = clean_environment(dict(os.environ))
    stamp = root / ".venv" / "tunesmith-setup.json"
    stamp.unlink(missing_ok=True)
    if not (venv_python(root).exists() and can_import(str(venv_python(root)), "pip")):
        print("Making .venv ...", flush=True)
        shutil.rmtree(root / ".venv", ignore_errors=True)
        stdlib = Path(sysconfig.get_path("stdlib"))
        make_environment(root, sys.executable, env, runner, stdlib=stdlib)
    print("Installing what Tunesmith needs into .venv (a minute or two the first time) ...", flush=True)
    install(root, env, runner, dev=dev)
    stamp.write_text(json.dumps({"digest": digest(root, dev=dev), "dev": dev}), encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    """0 when `.venv` is ready, 1 with the reason on standard error when it is not."""
    parser = argparse.ArgumentParser(description="Make .venv with everything in it.")
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    options = parser.parse_args(argv)
    if sys.version_info < OLDEST:
        print(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, this is {sys.version.split()[0]}.",
            file=sys.stderr,
        )
        return 1
    try:
        setup(ROOT, dev=options.dev)
    except SetupError as error:
        print(f"make setup: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
