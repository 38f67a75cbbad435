"""Checks of `[[connections]]` over more than one value: how one signs in, and what each kind of service needs."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from bot.config.connections import Connection
from bot.config.problems import Problem
from bot.config.translate import Places
from bot.config.variables import CONNECTION, variable_part
from providers.registry import kinds, service
from providers.service import Service

Table = Mapping[str, Any]
_USUAL: Final = "azure_openai"
_OF_SERVICE: Final = frozenset(Connection.model_fields) - {"name", "provider", "auth", "options"}
"""Keys that a service reads and may find wrong, beside its options; of `auth` there are words of our own."""
_SECRETS: Final = frozenset({"key", "client_secret"})
_SECRET_LIKE: Final = re.compile(r"(^|_)(secret|token|password|api_?key|key|credentials?)$", re.IGNORECASE)
"""Names of options under which people put secrets."""


def connection_checks(connections: object, places: Places) -> Iterator[Problem]:
    """All mistakes of the connections that only show when values are seen together."""
    if not isinstance(connections, list):
        return
    if not connections:
        yield Problem(f"{places.file}: connections", "no_connection")
    named = [one.get("name") for one in connections if isinstance(one, dict)]
    counts = Counter(variable_part(name) for name in named if isinstance(name, str) and name)
    for part, count in counts.items():
        if count > 1:
            same = sorted({name for name in named if isinstance(name, str) and variable_part(name) == part})
            yield Problem(f"{places.file}: connections", "same_name", {"names": ", ".join(same)})
    for index, one in enumerate(connections):
        if isinstance(one, dict) and one.get("provider", _USUAL) in kinds():
            known = service(str(one.get("provider", _USUAL)))
            yield from _signing_in(one, index, places, known)
            yield from _groups(one, index, places, known)
            yield from _settings(one, index, places, known)


def _signing_in(one: Table, index: int, places: Places, known: Service) -> Iterator[Problem]:
    """A way that the service has, and all that it takes. Without `auth` it is the service's usual one."""
    auth = one.get("auth", known.auths[0])
    if not isinstance(auth, str):
        return
    if auth not in known.auths:
        expected = ", ".join(repr(name) for name in known.auths)
        params = {"service": known.label, "expected": expected}
        yield Problem(places.of(("connections", index, "auth")), "auth_not_offered", params)
        return
    needed: dict[str, tuple[str, ...]] = {
        "needed_for_key": ("key",) if auth == "key" else (),
        "needed_for_oauth": ("client_id", "client_secret") if auth == "oauth" else (),
        "needed_for_client_secret": (
            ("client_id", "tenant_id", "client_secret")
            if auth == "entra" and one.get("credential") == "client_secret"
            else ()
        ),
    }
    for code, keys in needed.items():
        for key in keys:
            if not one.get(key):
                where = places.of(("connections", index, key))
                params = {"variable": _variable(one, key)}
                if code == "needed_for_key":
                    params["others"] = ", ".join(repr(name) for name in known.auths if name != "key")
                yield Problem(where, code, params)


def _variable(one: Table, key: str) -> str:
    name = one.get("name")
    secret = key in _SECRETS and isinstance(name, str) and name
    return f"{CONNECTION}{variable_part(str(name))}_{key.upper()}" if secret else ""


def _groups(one: Table, index: int, places: Places, known: Service) -> Iterator[Problem]:
    """Groups of operations that the service's versions can be given for."""
    for group in _table(one, "api_versions"):
        if group not in known.groups:
            expected = ", ".join(repr(name) for name in sorted(known.groups)) or "nothing"
            where = places.of(("connections", index, "api_versions", group))
            yield Problem(where, "not_one_of", {"expected": expected})


def _settings(one: Table, index: int, places: Places, known: Service) -> Iterator[Problem]:
    """Options that the service does not have, and everything that it says is missing or wrong."""
    options = _table(one, "options")
    strange = [name for name in options if name not in known.keys]
    for name in strange:
        where = places.of(("connections", index, "options", name))
        if _SECRET_LIKE.search(name):
            begin = _variable(one, "key").removesuffix("KEY") or CONNECTION
            yield Problem(where, "secret_option", {"begin": begin})
            continue
        near = get_close_matches(name, sorted(known.keys), n=1, cutoff=0.5)
        params = {
            "service": known.label,
            "nearest": near[0] if near else "",
            "known": ", ".join(sorted(known.keys)),
        }
        yield Problem(where, "unknown_option", params)
    # Of groups that there are none of, each has been told by its name.
    told = {"api_versions"} if set(_table(one, "api_versions")) - known.groups else set()
    for name in known.wrong({**options, **one}):
        key = name.partition(".")[0]
        if key in told:
            continue
        params = {"service": known.label, "provider": known.kind, "key": key}
        if key in known.keys:
            # Beside a misspelt name, what is missing is most likely that one.
            if key in options or not strange:
                code = "bad_option" if key in options else "option_missing"
                yield Problem(places.of(("connections", index, "options", name)), code, params)
        elif key in _OF_SERVICE and (key in one or not Connection.model_fields[key].is_required()):
            yield _of_connection(one, key, places.of(("connections", index, *name.split("."))), params)


def _of_connection(one: Table, key: str, where: str, params: Mapping[str, str]) -> Problem:
    if not one.get(key):
        return Problem(where, "needed_by_service", params)
    if key == "resource_id":
        return Problem(where, "bad_resource_id", {**params, "value": str(one[key])[:200]})
    return Problem(where, "bad_for_service", params)


def _table(data: Table, name: str) -> Table:
    value = data.get(name)
    return value if isinstance(value, dict) else {}
