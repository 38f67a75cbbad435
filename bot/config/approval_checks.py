"""Checks over `[approvals]`, `[watch]` and `[[hosting]]`.

Like `bot.config.crosschecks` they read the merged data and leave what has the wrong type to the models.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from fnmatch import fnmatchcase
from typing import Any

from bot.config.approvals import ApprovalsSettings
from bot.config.problems import Problem
from bot.config.translate import Location, Places

Table = Mapping[str, Any]


def approval_checks(data: Table, places: Places) -> Iterator[Problem]:
    """All mistakes of `[approvals]`, `[watch]` and `[[hosting]]` that only show when values are seen together."""
    approvals = _table(data.get("approvals"))
    yield from _globs(approvals, _names(data), places)
    yield from _counts(approvals, _table(data.get("roles")), places)
    yield from _hours(_table(approvals.get("working_hours")), places)
    yield from _freezes(_tables(approvals.get("freezes")), places)
    yield from _repeated(_table(data.get("watch")), places)
    yield from _hosting(_tables(data.get("hosting")), places)


def _table(value: object) -> Table:
    return value if isinstance(value, dict) else {}


def _tables(value: object) -> Sequence[Table]:
    """Entries of a list of tables; one of another type is an empty table, so that numbers stay right."""
    return [_table(one) for one in value] if isinstance(value, list) else []


def _names(data: Table) -> list[str]:
    named = [one.get("name") for one in _tables(data.get("connections"))]
    return [name for name in named if isinstance(name, str) and name]


def _globs(approvals: Table, names: Sequence[str], places: Places) -> Iterator[Problem]:
    """A pattern that fits no connection is a misspelt one: its rule would silently never count."""
    for kind in ("rules", "auto"):
        for index, one in enumerate(_tables(approvals.get(kind))):
            wanted = one.get("connection", "*")
            if not isinstance(wanted, str) or not wanted or not names:
                continue
            if not any(fnmatchcase(name, wanted) for name in names):
                where = places.of(("approvals", kind, index, "connection"))
                params = {"value": wanted[:80], "known": ", ".join(names)}
                yield Problem(where, "fits_no_connection", params)


def _counts(approvals: Table, roles: Table, places: Places) -> Iterator[Problem]:
    """More approvers wanted than are named: nobody could ever be enough."""
    general = approvals.get("count", ApprovalsSettings().count)
    usual = _table(roles.get("approvers"))

    def problem(count: object, who: Table, location: Location) -> Iterator[Problem]:
        named = _most(who)
        if isinstance(count, int) and not isinstance(count, bool) and named is not None and count > named:
            params = {"count": str(count), "named": str(named)}
            yield Problem(places.of(location), "more_than_named", params)

    yield from problem(general, usual, ("approvals", "count"))
    for index, one in enumerate(_tables(approvals.get("rules"))):
        if "count" in one or "approvers" in one:
            who = _table(one["approvers"]) if "approvers" in one else usual
            key = "count" if "count" in one else "approvers"
            yield from problem(one.get("count", general), who, ("approvals", "rules", index, key))


def _most(role: Table) -> int | None:
    """How many people a role can have at most; None = no telling (groups, everyone, or nobody named yet)."""
    users = role.get("users")
    if role.get("everyone") or role.get("groups") or not isinstance(users, list) or not users:
        return None
    return len({one for one in users if isinstance(one, str)})


def _hours(hours: Table, places: Places) -> Iterator[Problem]:
    if hours.get("days") == []:
        yield Problem(places.of(("approvals", "working_hours", "days")), "no_days")
    usual = ApprovalsSettings().working_hours
    start = _time(hours.get("start", usual.start))
    end = _time(hours.get("end", usual.end))
    if start is not None and end is not None and end <= start:
        key = "end" if "end" in hours else "start"
        params = {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
        yield Problem(places.of(("approvals", "working_hours", key)), "end_not_after_start", params)


def _freezes(freezes: Sequence[Table], places: Places) -> Iterator[Problem]:
    for index, one in enumerate(freezes):
        start, end = _moment(one.get("start")), _moment(one.get("end"))
        if start is not None and end is not None and end <= start:
            params = {"start": start.isoformat(), "end": end.isoformat()}
            where = places.of(("approvals", "freezes", index, "end"))
            yield Problem(where, "end_not_after_start", params)


def _repeated(watch: Table, places: Places) -> Iterator[Problem]:
    for key in ("warn_days", "warn_hours", "retire_days"):
        given = watch.get(key)
        if not isinstance(given, list):
            continue
        texts = [str(one) for one in given]
        twice = sorted({one for one in texts if texts.count(one) > 1})
        if twice:
            yield Problem(places.of(("watch", key)), "listed_twice", {"values": ", ".join(twice)})


def _hosting(prices: Sequence[Table], places: Places) -> Iterator[Problem]:
    """A price is of the whole deployment or of its capacity: with both, or neither, nobody could say what it costs."""
    for index, one in enumerate(prices):
        if not one:
            continue
        if "per_hour" in one and "per_unit_hour" in one:
            yield Problem(places.of(("hosting", index, "per_unit_hour")), "two_prices")
        elif "per_hour" not in one and "per_unit_hour" not in one:
            yield Problem(places.of(("hosting", index, "per_hour")), "no_price")
        elif "per_hour" in one and "unit_size" in one:
            yield Problem(places.of(("hosting", index, "unit_size")), "size_without_unit")
        elif "per_unit_hour" in one and "sku" not in one:
            yield Problem(places.of(("hosting", index, "sku")), "unit_needs_sku")


def _time(value: object) -> time | None:
    """A wall-clock time as TOML has it, or as text."""
    if isinstance(value, str):
        try:
            value = time.fromisoformat(value)
        except ValueError:
            return None
    return value.replace(tzinfo=None) if isinstance(value, time) else None


def _moment(value: object) -> datetime | None:
    """A moment; one without an offset is refused by its model."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo is not None else None
