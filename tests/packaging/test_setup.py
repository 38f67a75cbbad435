"""`make setup` on awkward machines: the decisions, and the real thing with virtualenv where that is quick."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts import setup

LOCK = Path("scripts/virtualenv.lock")


class Recorder:
    """Remembers what would be run; `fails` says which commands do not work."""

    def __init__(self, *fails: str) -> None:
        self.fails = fails
        self.commands: list[list[str]] = []
        self.environments: list[dict[str, str]] = []

    def __call__(self, argv: Sequence[str], env: dict[str, str]) -> int:
        self.commands.append(list(argv))
        self.environments.append(env)
        return 1 if any(word in argv for word in self.fails) else 0


def python_without(folder: Path, *modules: str) -> str:
    """A Python that cannot import `modules`, as Debian's cannot import ensurepip without python3-venv."""
    (folder / "sitecustomize.py").write_text(
        f"import sys\nfor name in {modules!r}:\n    sys.modules[name] = None\n"
    )
    script = folder / "python3"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}:$PYTHONPATH" exec "{sys.executable}" "$@"\n')
    script.chmod(0o755)
    return str(script)


def managed_stdlib(folder: Path) -> Path:
    (folder / "EXTERNALLY-MANAGED").write_text("[externally-managed]\n")
    return folder


def make(root: Path, python: str, runner: Recorder, stdlib: Path) -> None:
    setup.make_environment(root, python, {}, runner, stdlib=stdlib)


def test_a_complete_python_uses_venv(tmp_path: Path) -> None:
    runner = Recorder()
    make(tmp_path, sys.executable, runner, tmp_path)
    assert runner.commands == [[sys.executable, "-m", "venv", str(tmp_path / ".venv")]]


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_without_venv_virtualenv_comes_from_pip_into_a_folder_of_its_own(
    tmp_path: Path, missing: str
) -> None:
    python = python_without(tmp_path, missing)
    runner = Recorder()
    make(tmp_path, python, runner, tmp_path)
    install, create = runner.commands
    assert install[:4] == [python, "-m", "pip", "install"]
    assert install[install.index("--target") + 1] == str(tmp_path / ".venv-bootstrap")
    assert "--require-hashes" in install
    assert "--break-system-packages" not in install
    assert create[:3] == [python, "-m", "virtualenv"]
    assert runner.environments[1]["PYTHONPATH"] == str(tmp_path / ".venv-bootstrap")


def test_a_venv_that_fails_half_way_also_falls_back(tmp_path: Path) -> None:
    runner = Recorder("venv")
    make(tmp_path, sys.executable, runner, tmp_path)
    assert [command[2] for command in runner.commands] == ["venv", "pip", "virtualenv"]


def test_a_managed_python_is_insisted_on_only_together_with_target(tmp_path: Path) -> None:
    """PEP 668: the first try is without; the second says that it knows, and still touches no system package."""
    commands = setup.bootstrap_commands("python3", tmp_path, LOCK, managed=True)
    assert ["--break-system-packages" in command for command in commands] == [False, True]
    assert all("--target" in command for command in commands)
    assert len(setup.bootstrap_commands("python3", tmp_path, LOCK, managed=False)) == 1
    assert setup.externally_managed(managed_stdlib(tmp_path))


def test_when_pip_refuses_as_managed_it_is_asked_again(tmp_path: Path) -> None:
    python = python_without(tmp_path, "ensurepip")
    tries: list[bool] = []

    class Refusing(Recorder):
        def __call__(self, argv: Sequence[str], env: dict[str, str]) -> int:
            super().__call__(argv, env)
            if "pip" in argv:
                tries.append("--break-system-packages" in argv)
                return 0 if tries[-1] else 1
            return 0

    make(tmp_path, python, Refusing(), managed_stdlib(tmp_path))
    assert tries == [False, True]


def test_without_venv_and_pip_it_says_what_to_install(tmp_path: Path) -> None:
    python = python_without(tmp_path, "ensurepip", "pip")
    with pytest.raises(setup.SetupError, match="python3-venv"):
        make(tmp_path, python, Recorder(), tmp_path)


def test_pips_environment_is_not_sent_elsewhere_by_the_users_settings() -> None:
    env = setup.clean_environment(
        {"PIP_TARGET": "/x", "PYTHONPATH": "/y", "PIP_USER": "1", "HTTPS_PROXY": "http://p"}
    )
    assert "PIP_TARGET" not in env
    assert "PYTHONPATH" not in env
    assert env["PIP_USER"] == "0"
    assert env["HTTPS_PROXY"] == "http://p"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with an environment that looks finished but for its stamp."""
    (tmp_path / "scripts").mkdir()
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml", "scripts/setup.py"):
        (tmp_path / name).write_text(name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    return tmp_path


def test_nothing_is_done_twice(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "can_import", lambda *_: True)
    first, second, dev, after_dev, changed = (Recorder() for _ in range(5))
    setup.setup(root, dev=False, runner=first)
    assert [("--require-hashes" in one, "--editable" in one) for one in first.commands] == [
        (True, False),
        (False, True),
    ]
    setup.setup(root, dev=False, runner=second)
    assert second.commands == []
    setup.setup(root, dev=True, runner=dev)
    assert str(root / "requirements-dev.lock") in dev.commands[0]
    setup.setup(root, dev=False, runner=after_dev)
    assert after_dev.commands == [], "what serves to test serves to run"
    (root / "requirements-dev.lock").write_text("changed")
    setup.setup(root, dev=True, runner=changed)
    assert len(changed.commands) == 2


def test_a_failed_install_leaves_no_stamp(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "can_import", lambda *_: True)
    with pytest.raises(setup.SetupError):
        setup.setup(root, dev=False, runner=Recorder("--require-hashes"))
    assert not setup.is_current(root, dev=False)


def test_a_python_that_is_too_old_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "OLDEST", (99, 0))
    assert setup.main([]) == 1
    assert "Python 99.0 or newer is needed" in capsys.readouterr().err
