"""From a file and the environment to `Settings`, or to every mistake at once."""

import copy
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.config.crosschecks import cross_check
from bot.config.mounts import read_mounts
from bot.config.problems import ConfigError, Problem
from bot.config.settings import Settings
from bot.config.translate import Places, problems_from
from bot.config.variables import Given, read_environment, variable_part

DEFAULT_FILE = "tunesmith.toml"

Table = dict[str, Any]


def locate(option: str | None, env: Mapping[str, str]) -> Path:
    """The file to read: `--config`, else TUNESMITH_CONFIG, else `tunesmith.toml` in the working directory."""
    return Path(option or env.get("TUNESMITH_CONFIG") or DEFAULT_FILE)


def load(path: Path, env: Mapping[str, str], *, mounts: Callable[[], str] = read_mounts) -> Settings:
    """The settings of `path` with what `env` sets laid over them.

    Depends on its inputs alone: the file, the variables, the files that `*_FILE` variables and `ca_bundle`
    name, and the mount table. Relative paths stay as they are, relative to the working directory.

    Raises:
        ConfigError: with every mistake that could be found; secrets never stand in it.
    """
    data = _read(path)
    names = _connection_names(data)
    given, problems = read_environment(env, names)
    merged = _lay_over(data, given)
    places = Places(str(path), {(g.setting.table, g.setting.key): g.variable for g in given}, merged)
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        problems += problems_from(error, places)
    told = {one.where for one in problems}
    problems += [one for one in cross_check(merged, places, mounts()) if one.where not in told]
    if problems or settings is None:
        raise ConfigError(_unique(problems))
    return settings


def _read(path: Path) -> Table:
    where = str(path)
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError([Problem(where, "no_file")]) from None
    except OSError as error:
        raise ConfigError(
            [Problem(where, "unreadable", {"file": where, "reason": error.strerror or ""})]
        ) from None
    except UnicodeDecodeError:
        raise ConfigError([Problem(where, "not_utf8")]) from None
    except tomllib.TOMLDecodeError as error:
        # tomllib's message names what it met and the place ("at line 3, column 7"), never the value
        raise ConfigError([Problem(where, "bad_toml", {"detail": str(error)})]) from None


def _connections(data: Table) -> list[Table]:
    connections = data.get("connections")
    return [one for one in connections if isinstance(one, dict)] if isinstance(connections, list) else []


def _connection_names(data: Table) -> dict[str, str]:
    names = [one.get("name") for one in _connections(data)]
    return {variable_part(name): name for name in names if isinstance(name, str) and name}


def _lay_over(data: Table, given: list[Given]) -> Table:
    merged = copy.deepcopy(data)
    by_name = {f"connections.{one.get('name')}": one for one in _connections(merged)}
    for one in given:
        table = by_name.get(one.setting.table)
        if table is None:
            table = merged.setdefault(one.setting.table, {})
        if isinstance(table, dict):
            table[one.setting.key] = one.value
    # a workspace without a [slack] table still gets each missing key named, not just the table
    merged.setdefault("slack", {})
    merged.setdefault("connections", [])
    return merged


def _unique(problems: list[Problem]) -> list[Problem]:
    seen: dict[tuple[str, str], Problem] = {}
    for one in problems:
        seen.setdefault((one.where, one.code), one)
    return list(seen.values())
