"""Environment variables: which exist, what each sets, and their `_FILE` forms.

`TUNESMITH_<TABLE>_<KEY>` sets one plain value (a list is comma-separated),
`TUNESMITH_CONNECTION_<NAME>_<KEY>` one of a connection, whose name is written in capitals with `_` for `-`.
Every secret can also come from a file that the variable with `_FILE` at its end names. An empty variable
counts as not set.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Annotated, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.config.connections import Connection
from bot.config.problems import Problem
from bot.config.settings import Settings

PREFIX = "TUNESMITH_"
CONNECTION = f"{PREFIX}CONNECTION_"
READ_ELSEWHERE: Final = frozenset({f"{PREFIX}CONFIG"})
"""Variables that say something else than a setting's value."""
_KUBERNETES: Final = re.compile(
    rf"{PREFIX}(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
_ADDRESS: Final = re.compile(r"(tcp|udp|sctp)://", re.IGNORECASE)
Kind = Literal["text", "list", "secret"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that the environment can set; `table` is a table's name, or `connections.NAME`."""

    table: str
    key: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Given:
    """A value that the environment sets: where it came from, and what it is."""

    setting: Setting
    variable: str
    value: str | list[str]


def known_variables(connections: Mapping[str, str]) -> dict[str, Setting]:
    """All variables; `connections` maps a connection's part of one (`PROD_SWC`) to its name (`prod-swc`)."""
    known = {}
    for table, info in Settings.model_fields.items():
        section = info.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            for key, kind in _plain_fields(section):
                known[f"{PREFIX}{table.upper()}_{key.upper()}"] = Setting(table, key, kind)
    for part, name in connections.items():
        for key, kind in _plain_fields(Connection):
            if key != "name":
                known[f"{CONNECTION}{part}_{key.upper()}"] = Setting(f"connections.{name}", key, kind)
    return known


def variable_part(connection: str) -> str:
    """How a connection's name is written in a variable's name."""
    return connection.upper().replace("-", "_")


def read_environment(
    env: Mapping[str, str], connections: Mapping[str, str]
) -> tuple[list[Given], list[Problem]]:
    """Everything that `env` sets, and what is wrong with it. Reads the files that `_FILE` variables name."""
    known = known_variables(connections)
    given: list[Given] = []
    problems: list[Problem] = []
    for variable in sorted(name for name, value in env.items() if name.startswith(PREFIX) and value):
        setting = known.get(variable)
        if setting is not None:
            value: str | list[str] = env[variable]
            if setting.kind == "list":
                value = [part.strip() for part in env[variable].split(",") if part.strip()]
            given.append(Given(setting, variable, value))
            continue
        base = variable.removesuffix("_FILE")
        setting = known.get(base)
        if setting is not None and setting.kind == "secret":
            if env.get(base):
                problems.append(Problem(variable, "set_twice", {"other": base}))
                continue
            text = _read_secret(variable, env[variable], problems)
            if text is not None:
                given.append(Given(setting, variable, text))
        elif variable not in READ_ELSEWHERE and not _of_kubernetes(variable, env[variable]):
            problems.append(_file_only(variable, connections) or _unknown(variable, known))
    return given, problems


def _read_secret(variable: str, name: str, problems: list[Problem]) -> str | None:
    try:
        text = Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not text in UTF-8"
        # somebody may have put the secret itself here: only what looks like a path is repeated
        shown = name if "/" in name and "xox" not in name and "xapp" not in name else ""
        problems.append(Problem(variable, "unreadable", {"file": shown, "reason": reason}))
        return None
    if not text:
        problems.append(Problem(variable, "empty_file", {"file": name}))
        return None
    return text


def _of_kubernetes(variable: str, value: str) -> bool:
    """Whether Kubernetes set it, for a service called `tunesmith` or `tunesmith-…`: hosts, ports and addresses."""
    if _KUBERNETES.fullmatch(variable) is not None:
        return True
    # Only its value tells this one from a misspelt port of ours.
    return variable.endswith("_PORT") and _ADDRESS.match(value) is not None


def _file_only(variable: str, connections: Mapping[str, str]) -> Problem | None:
    """The mistake of a variable for what is a table, and so stands in the file alone; None for other names."""
    tables = {
        f"{CONNECTION}{part}_{key.upper()}": f"connections.{name}.{key}"
        for part, name in connections.items()
        for key in _tables_of(Connection)
    }
    for table, info in Settings.model_fields.items():
        section = info.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            for key in _tables_of(section):
                tables[f"{PREFIX}{table.upper()}_{key.upper()}"] = f"{table}.{key}"
        elif table != "connections":
            tables[f"{PREFIX}{table.upper()}"] = table
    for begin, table in tables.items():
        rest = variable.removeprefix(f"{begin}_")
        if variable == begin or rest != variable:
            named = f"{table}.{rest.lower()}" if rest != variable and table.endswith(".options") else table
            return Problem(variable, "file_only", {"table": named})
    return None


def _unknown(variable: str, known: Mapping[str, Setting]) -> Problem:
    names = [*known, *(f"{name}_FILE" for name, setting in known.items() if setting.kind == "secret")]
    # Without what all of them begin with, which would make anything look near.
    ends = [name.removeprefix(PREFIX) for name in names]
    nearest = get_close_matches(variable.removeprefix(PREFIX), ends, n=1, cutoff=0.7)
    return Problem(variable, "unknown_variable", {"nearest": f"{PREFIX}{nearest[0]}" if nearest else ""})


def _plain_fields(section: type[BaseModel]) -> Iterator[tuple[str, Kind]]:
    for name, info in section.model_fields.items():
        kind = _kind(info)
        if kind is not None:
            yield info.alias or name, kind


def _tables_of(section: type[BaseModel]) -> Iterator[str]:
    for name, info in section.model_fields.items():
        if _kind(info) is None:
            yield info.alias or name


def _kind(info: FieldInfo) -> Kind | None:
    inner = _bare(info.annotation)
    if inner is SecretStr:
        return "secret"
    if get_origin(inner) is tuple:
        return "list" if _plain(_bare(get_args(inner)[0])) else None
    return "text" if _plain(inner) else None


def _plain(inner: object) -> bool:
    """Whether text can say it: a table cannot."""
    return get_origin(inner) is Literal or inner in {str, int, float, bool, Path, Decimal}


def _bare(annotation: object) -> object:
    """The type without `Annotated` and without `| None`."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in {Union, UnionType}:
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation
