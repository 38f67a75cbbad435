"""Checks over more than one value. They read the merged data, not the models, so that they also run beside
other mistakes; what has the wrong type is left to the models."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.config.approval_checks import approval_checks
from bot.config.connection_checks import connection_checks
from bot.config.mounts import network_filesystem
from bot.config.problems import Problem
from bot.config.settings import LimitsSettings, StoreSettings
from bot.config.translate import Places
from bot.config.variables import PREFIX

Table = Mapping[str, Any]


def cross_check(data: Table, places: Places, mountinfo: str) -> list[Problem]:
    """All mistakes that only show when values are seen together."""
    return [
        *_slack(_table(data, "slack"), places),
        *_store(_table(data, "store"), places, mountinfo),
        *_limits(_table(data, "limits"), places),
        *connection_checks(data.get("connections"), places),
        *_storage(data.get("storage"), places),
        *_prices(data, "prices", places),
        *_prices(data, "hosting", places),
        *approval_checks(data, places),
    ]


def _table(data: Table, name: str) -> Table:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _slack(slack: Table, places: Places) -> Iterator[Problem]:
    mode = slack.get("mode", "socket")
    if mode == "socket" and not slack.get("app_token"):
        where = places.of(("slack", "app_token"))
        yield Problem(where, "needed_for_socket", {"variable": f"{PREFIX}SLACK_APP_TOKEN"})
    if mode == "http" and not slack.get("signing_secret"):
        where = places.of(("slack", "signing_secret"))
        yield Problem(where, "needed_for_http", {"variable": f"{PREFIX}SLACK_SIGNING_SECRET"})
    channel, approvals = slack.get("channel"), slack.get("approvals_channel")
    if isinstance(channel, str) and channel and channel == approvals:
        yield Problem(places.of(("slack", "approvals_channel")), "same_channel", {"value": channel[:80]})


def _store(store: Table, places: Places, mountinfo: str) -> Iterator[Problem]:
    url = store.get("url")
    if isinstance(url, str) and url:
        later = url.startswith(("postgresql:", "postgresql+", "postgres:"))
        yield Problem(places.of(("store", "url")), "postgresql_later" if later else "bad_store_url")
        return
    path = store.get("path", str(StoreSettings().path))
    if isinstance(path, str) and path:
        kind = network_filesystem(Path(path), mountinfo)
        if kind is not None:
            yield Problem(places.of(("store", "path")), "network_file_system", {"value": path, "kind": kind})


def _limits(limits: Table, places: Places) -> Iterator[Problem]:
    defaults = LimitsSettings()
    near = limits.get("poll_near_seconds", defaults.poll_near_seconds)
    far = limits.get("poll_far_seconds", defaults.poll_far_seconds)
    if isinstance(near, int) and isinstance(far, int) and near > far:
        where = places.of(("limits", "poll_near_seconds"))
        yield Problem(where, "near_above_far", {"near": str(near), "far": str(far)})


def _storage(accounts: object, places: Places) -> Iterator[Problem]:
    """One account twice: which identity reads it would be decided by the order."""
    if not isinstance(accounts, list):
        return
    seen: set[str] = set()
    for index, one in enumerate(accounts):
        name = one.get("account") if isinstance(one, dict) else None
        if isinstance(name, str) and name:
            if name in seen:
                yield Problem(places.of(("storage", index, "account")), "same_account", {"value": name[:80]})
            seen.add(name)


def _prices(data: Table, table: str, places: Places) -> Iterator[Problem]:
    """Prices of `[[prices]]` or `[[hosting]]` that are for a connection which there is none of."""
    connections, prices = data.get("connections"), data.get(table)
    if not isinstance(connections, list) or not isinstance(prices, list):
        return
    names = [one.get("name") for one in connections if isinstance(one, dict)]
    for index, price in enumerate(prices):
        wanted = price.get("connection") if isinstance(price, dict) else None
        if isinstance(wanted, str) and wanted not in names:
            known = ", ".join(name for name in names if isinstance(name, str))
            where = places.of((table, index, "connection"))
            yield Problem(where, "unknown_connection", {"value": wanted[:80], "known": known})
