"""Locks answer to pyproject.toml, and the repository's own rules catch what they are for."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import check_repository, lock

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)( ; .+?)? \\$", re.MULTILINE)


def pins(name: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for package, version, marker in PINNED.findall((ROOT / name).read_text(encoding="utf-8")):
        found.setdefault(canonicalize_name(package), []).append((version, marker))
    return found


@pytest.mark.parametrize("name", list(lock.LOCKS))
def test_every_package_that_is_asked_for_is_pinned_in_a_fitting_version(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = pins(name)
    for text in lock.wanted(project, lock.LOCKS[name]):
        requirement = Requirement(text)
        versions = pinned[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version, prereleases=True) for version, _ in versions), text


@pytest.mark.parametrize("name", [*lock.LOCKS, lock.BOOTSTRAP])
def test_a_lock_has_hashes_for_everything_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(
        re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?|[^ ]+==[^ ]+( ; .+)? \\", line) for line in lines
    )
    assert "://" not in text
    for _, marker in (one for versions in pins(name).values() for one in versions):
        if marker:
            Marker(marker.removeprefix(" ; "))


def test_both_locks_have_the_same_versions() -> None:
    """What is tested is what runs."""
    dev = pins("requirements-dev.lock")
    for package, versions in pins("requirements.lock").items():
        assert {version for version, _ in versions} == {version for version, _ in dev[package]}, package


def test_a_changed_pyproject_makes_the_locks_stale(tmp_path: Path) -> None:
    for name in (*lock.LOCKS, "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    assert lock.stale(tmp_path) == []
    text = (tmp_path / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(text.replace('"pytest>=', '"pytest>=0,>='), encoding="utf-8")
    assert lock.stale(tmp_path) == ["requirements-dev.lock"]
    (tmp_path / "requirements.lock").unlink()
    assert lock.stale(tmp_path) == ["requirements.lock", "requirements-dev.lock"]


def test_files_that_are_too_long() -> None:
    assert list(check_repository.too_long(Path("a.py"), "x\n" * 401))
    assert not list(check_repository.too_long(Path("a.py"), "x\n" * 400))
    assert not list(check_repository.too_long(Path("requirements.lock"), "x\n" * 5000))


@pytest.mark.parametrize(
    "line",
    [
        "pip install --index-url https://py" + "pi.org",
        "--find-links /opt/" + "wheels/x",
        "/wor" + "k/main/bot",
        'open("/roo' + 't/.config/x")',
        "https://files.python" + "hosted.org/packages/x",
        "registry.np" + "mjs.org",
    ],
)
def test_addresses_and_paths_that_do_not_belong_here(line: str) -> None:
    assert list(check_repository.foreign_addresses(f"fine\n{line}\n"))


@pytest.mark.parametrize(
    "line",
    [
        "../shared/specs",
        "bot/work/queue.py",
        "tests/work/x",
        "https://slack.com/api/",
        "handlers/root/a",
        "$HOME/x",
    ],
)
def test_addresses_and_paths_that_are_fine(line: str) -> None:
    assert not list(check_repository.foreign_addresses(line))


def test_code_in_a_folder_that_is_no_package(tmp_path: Path) -> None:
    inside = tmp_path / "bot" / "new"
    inside.mkdir(parents=True)
    (inside / "thing.py").touch()
    assert list(check_repository.folders_without_init(tmp_path, [inside / "thing.py"])) == [
        "bot/new: no __init__.py"
    ]
    (inside / "__init__.py").touch()
    assert not list(check_repository.folders_without_init(tmp_path, [inside / "thing.py"]))


def test_the_wheel_takes_the_files_that_are_no_code() -> None:
    """What lies beside the code and is read at run time has to be named in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = {
        Path(pattern).suffix or pattern for pattern in project["tool"]["setuptools"]["package-data"]["*"]
    }
    for package in ("bot", "handlers", "providers", "sandbox"):
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and path.suffix not in {".py", ".pyc", ".md"}:
                assert path.suffix in shipped or path.name in shipped, path


def test_the_digest_depends_on_what_is_asked_for_alone() -> None:
    one = lock.digest_of(["a>=1", "b>=2"], ">=3.11")
    assert one == lock.digest_of(json.loads('["a>=1", "b>=2"]'), ">=3.11")
    assert one != lock.digest_of(["a>=1"], ">=3.11")
    assert one != lock.digest_of(["a>=1", "b>=2"], ">=3.12")
