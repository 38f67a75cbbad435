"""pydantic's findings in our words: where (a key of the file, or a variable), code, parameters."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.config.problems import Problem
from bot.config.settings import Settings
from bot.config.variables import known_variables, variable_part

Location = Sequence[int | str]
_BARE: Final = re.compile(r"[A-Za-z0-9_.-]+")
LISTS = frozenset({"connections", "prices", "hosting"})
"""Tables of which there are many: an entry is named by its name or number."""

# what a value should have been; the words are the CLI's
_EXPECTED = {
    "string_type": "text",
    "int_type": "whole_number",
    "int_parsing": "whole_number",
    "int_from_float": "whole_number",
    "float_type": "number",
    "float_parsing": "number",
    "decimal_type": "number",
    "decimal_parsing": "number",
    "bool_type": "true_false",
    "bool_parsing": "true_false",
    "tuple_type": "list",
    "dict_type": "table",
    "mapping_type": "table",
    "model_type": "table",
    "model_attributes_type": "table",
    "path_type": "text",
    "date_type": "date",
    "date_parsing": "date",
    "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date",
    "finite_number": "number",
    "time_type": "time",
    "time_parsing": "time",
    "datetime_type": "moment",
    "datetime_parsing": "moment",
    "datetime_from_date_parsing": "moment",
    "timezone_aware": "moment",
}


@dataclass(frozen=True, slots=True)
class Places:
    """Where values came from: the file's name, variables by (table, key), and the merged data."""

    file: str
    variables: Mapping[tuple[str, str], str]
    data: Mapping[str, Any]

    def of(self, location: Location) -> str:
        """`tunesmith.toml: slack.channel`, or the variable that set the value."""
        table, rest = self.table(location)
        if rest and (table, str(rest[0])) in self.variables:
            return self.variables[table, str(rest[0])]
        name = table
        for part in rest:
            name += f"[{part + 1}]" if isinstance(part, int) else f".{_key(part)}"
        return f"{self.file}: {name}"

    def table(self, location: Location) -> tuple[str, Location]:
        """The table's readable name (`connections.prod`, `prices[2]`) and what is left of the location."""
        table = str(location[0])
        if table not in LISTS or len(location) < 2 or not isinstance(location[1], int):
            return table, location[1:]
        index = location[1]
        return self.entry(table, index), location[2:]

    def entry(self, table: str, index: int) -> str:
        """An entry of a list of tables by its name where it has one, else by its number from 1."""
        entries = self.data.get(table)
        entry = entries[index] if isinstance(entries, list) and index < len(entries) else None
        name = entry.get("name") if isinstance(entry, dict) else None
        return f"{table}.{name}" if isinstance(name, str) and name else f"{table}[{index + 1}]"


def _key(part: str) -> str:
    """A key as the file has to spell it: `*` stands in quotation marks there. Dots are those of a path."""
    return part if _BARE.fullmatch(part) else f'"{part}"'


def problems_from(error: ValidationError, places: Places) -> list[Problem]:
    """Each finding of pydantic as a `Problem`; given values are not looked at, so no secret gets out."""
    details = error.errors(include_url=False, include_input=False)
    return [_problem(one, places) for one in details]


def _problem(detail: ErrorDetails, places: Places) -> Problem:
    # pydantic marks a mistake in the key of a mapping with a last part of its own
    location = tuple(part for part in detail["loc"] if part != "[key]")
    kind = detail["type"]
    where = places.of(location)
    context = {name: str(value) for name, value in detail.get("ctx", {}).items() if name != "error"}
    if kind == "tunesmith":
        code = context.pop("code")
        return Problem(where, code, context)
    if kind == "missing":
        return Problem(where, "missing", {"variable": _variable(location, places)})
    if kind == "extra_forbidden":
        return Problem(where, "unknown_key", _nearest(location))
    if kind == "literal_error":
        return Problem(where, "not_one_of", {"expected": context["expected"]})
    if kind in {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
        limit = next(iter(context.values()))
        return Problem(where, "out_of_range", {"bound": kind, "limit": limit})
    return Problem(where, "wrong_type", {"expected": _EXPECTED.get(kind, "text")})


def _variable(location: Location, places: Places) -> str:
    """The variable that could set this value, empty when there is none."""
    table, rest = places.table(location)
    if len(rest) != 1:
        return ""
    name = table.removeprefix("connections.")
    known = known_variables({variable_part(name): name} if name != table else {})
    for variable, setting in known.items():
        if (setting.table, setting.key) == (table, rest[0]) and setting.kind == "secret":
            return variable
    return ""


def _nearest(location: Location) -> dict[str, str]:
    keys = known_keys(location[:-1])
    near = get_close_matches(str(location[-1]), keys, n=1, cutoff=0.5)
    return {"nearest": near[0] if near else "", "known": ", ".join(keys)}


def known_keys(location: Location) -> list[str]:
    """The keys of the table at `location`, as the file spells them."""
    model: type[BaseModel] = Settings
    for part in location:
        if isinstance(part, int):
            continue
        inner = _model_in(model.model_fields[str(part)].annotation)
        if inner is None:
            return []
        model = inner
    return [info.alias or name for name, info in model.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The table that a value is, or is a list of; optional or not."""
    for one in (annotation, *get_args(annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None
