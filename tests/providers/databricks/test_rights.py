"""What the bot may do, and the lines that grant what it may not."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from providers.databricks.rights import (
    Grants,
    Securable,
    endpoint_rights,
    permission_line,
    privileges_of,
    quoted,
)
from providers.databricks.serving_wire import WireEndpoint, read
from providers.databricks.warehouse import warehouse_right
from providers.errors import Unauthorised
from providers.hosting import Right
from sandbox.databricks.options import SCHEMA, USER, WAREHOUSE
from tests.providers.databricks.hosts import Hosts, deployed, hosts, wanted
from tests.providers.helpers import serving

__all__ = ["hosts"]
ON = Securable("schema", "main.ft")


async def rights(hosts: Hosts, **settings: Any) -> Mapping[str, Right]:
    return {one.action: one for one in await hosts.hosting(**settings).rights()}


async def test_everything_held(hosts: Hosts) -> None:
    await deployed(hosts.hosting(), wanted(hosts.tuned()))
    found = await rights(hosts, warehouse_id=None)
    assert list(found) == [
        "list serving endpoints",
        "USE CATALOG on catalog main",
        f"USE SCHEMA on schema {SCHEMA}",
        f"EXECUTE on schema {SCHEMA}",
        "CAN_MANAGE on serving endpoints",
        "CAN_QUERY on serving endpoints",
    ]
    assert all(one.held and not one.grant for one in found.values())
    assert [one.needed_for for one in found.values()] == [
        "read",
        "deploy",
        "deploy",
        "deploy",
        "remove",
        "call",
    ]


async def test_what_is_missing_comes_with_its_grant(hosts: Hosts) -> None:
    hosts.switch(missing_grants=[f"EXECUTE {SCHEMA}"])
    missing = (await rights(hosts))[f"EXECUTE on schema {SCHEMA}"]
    assert not missing.held
    assert missing.vital
    assert missing.grant == f"GRANT EXECUTE ON SCHEMA main.finetuning TO `{USER}`;"


async def test_reading_who_is_called_is_no_must(hosts: Hosts) -> None:
    usage = [one for one in (await rights(hosts)).values() if one.needed_for == "usage"]
    assert usage
    assert not any(one.vital for one in usage)


def endpoint(level: str, name: str = "theirs") -> WireEndpoint:
    entity = {"entity_name": "main.ft.m", "entity_version": "1", "max_provisioned_throughput": 100}
    value = {"name": name, "id": "0a1b", "permission_level": level, "config": {"served_entities": [entity]}}
    return read(WireEndpoint, value)


@pytest.mark.parametrize(
    ("level", "lacking"),
    [("CAN_MANAGE", []), ("CAN_QUERY", ["remove"]), ("CAN_VIEW", ["remove", "call"])],
)
def test_endpoints_of_others(level: str, lacking: list[str]) -> None:
    found = [one for one in endpoint_rights([endpoint(level)], "ada@example.com") if not one.held]
    assert [one.needed_for for one in found] == lacking
    assert all("theirs" in one.action and one.grant and not one.vital for one in found)


def test_endpoints_that_say_nothing_say_nothing() -> None:
    silent = read(WireEndpoint, {"name": "x", "config": {"served_entities": []}})
    assert all(one.held for one in endpoint_rights([silent], "ada@example.com"))


def test_privileges_have_one_spelling() -> None:
    told = [{"principal": "g", "privileges": [{"privilege": "USE_SCHEMA"}, {"privilege": "READ VOLUME"}, {}]}]
    assert privileges_of(told) == {"USE SCHEMA", "READ VOLUME"}


@given(st.text(max_size=30))
def test_a_name_cannot_end_its_quotes(name: str) -> None:
    line = quoted(name)
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        assert line == name, "a plain word needs no quotes"
        return
    assert (line[0], line[-1]) == ("`", "`")
    assert "`" not in line[1:-1].replace("``", ""), "inside the quotes backticks come in pairs"
    assert line[1:-1].replace("``", "`") == name


@given(st.text(min_size=1, max_size=30))
def test_a_command_is_one_command(principal: str) -> None:
    words = shlex.split(permission_line("0a1b", "CAN_MANAGE", principal))
    assert words[:4] == ["databricks", "serving-endpoints", "update-permissions", "0a1b"]
    assert len(words) == 6


def test_an_application_is_no_user() -> None:
    assert '"user_name": "ada@example.com"' in permission_line("1", "CAN_QUERY", "ada@example.com")
    line = permission_line("1", "CAN_QUERY", "5d000000-0000-4000-8000-00000000dbb1")
    assert '"service_principal_name"' in line


ME = {"userName": "ada@example.com"}


@pytest.mark.parametrize(
    ("told", "owner", "held"),
    [
        ([{"privilege": "USE_SCHEMA"}], {"owner": "team"}, True),
        ([{"privilege": "ALL_PRIVILEGES"}], {"owner": "team"}, True),
        ([{"privilege": "EXECUTE"}], {"owner": "team"}, False),
        ([], {"owner": "bob@example.com"}, False),
        ([], {"owner": "Ada@example.com"}, True),
        ([], {"owner": "5d000000-0000-4000-8000-00000000dbb1"}, False),
        ([], {"owner": "team"}, None),
        ([], None, False),
    ],
)
async def test_owners_may_everything(hosts: Hosts, told: Any, owner: Any, held: bool | None) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path.endswith("/Me"):
            return web.json_response(ME)
        if "effective-permissions" in request.path:
            assert request.query["principal"] == "ada@example.com"
            given = {"privilege_assignments": [{"principal": "ada@example.com", "privileges": told}]}
            return web.json_response(given if told else {})
        if owner is None:
            return web.json_response({"error_code": "PERMISSION_DENIED", "message": "no"}, status=403)
        assert request.path == "/api/2.1/unity-catalog/schemas/main.ft"
        return web.json_response(owner)

    async with serving(answer) as url:
        grants = Grants(hosts.client(endpoint=url))
        assert await grants.holds("USE SCHEMA", ON) is held
        before = len(asked)
        await grants.holds("EXECUTE", ON)
        assert len(asked) == before, "one question for each securable"


async def test_privileges_that_are_not_told(hosts: Hosts) -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.path.endswith("/Me"):
            return web.json_response(ME)
        return web.json_response({"error_code": "PERMISSION_DENIED", "message": refusal}, status=403)

    async with serving(answer) as url:
        refusal = "User may not read permissions."
        assert await Grants(hosts.client(endpoint=url)).holds("USE SCHEMA", ON) is None
        refusal = "Invalid access token."
        with pytest.raises(Unauthorised) as told:
            await Grants(hosts.client(endpoint=url)).holds("USE SCHEMA", ON)
        assert told.value.code == "key_refused"


async def test_the_warehouse_is_there_and_ours_to_use(hosts: Hosts) -> None:
    right = (await rights(hosts))[f"CAN_USE on SQL warehouse {WAREHOUSE}"]
    assert (right.held, right.needed_for, right.vital, right.grant) == (True, "usage", False, "")
    assert not any("warehouse" in one for one in await rights(hosts, warehouse_id=None))


async def test_a_warehouse_that_we_may_not_use_comes_with_its_grant(hosts: Hosts) -> None:
    hosts.switch(missing_grants=[f"CAN_USE {WAREHOUSE}"])
    right = (await rights(hosts))[f"CAN_USE on SQL warehouse {WAREHOUSE}"]
    assert not right.held
    words = shlex.split(right.grant)
    assert words[:4] == ["databricks", "warehouses", "update-permissions", WAREHOUSE]
    assert f'"user_name": "{USER}", "permission_level": "CAN_USE"' in words[-1]


@pytest.mark.parametrize(
    "answer",
    [
        (404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "SQL warehouse w1 does not exist."}),
        (400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "w1 is not a valid endpoint id."}),
        (200, {"id": "w1", "state": "DELETED"}),
        (200, {"id": "w1", "state": "DELETING"}),
    ],
)
async def test_a_warehouse_that_is_not_there_is_nothing_to_grant(
    hosts: Hosts, answer: tuple[int, dict[str, str]]
) -> None:
    async def told(request: web.Request) -> web.Response:
        assert (request.method, request.path) == ("GET", "/api/2.0/sql/warehouses/w1")
        return web.json_response(answer[1], status=answer[0])

    async with serving(told) as url:
        right = await warehouse_right(hosts.client(endpoint=url), "w1")
    assert (right.action, right.held, right.grant) == ("SQL warehouse w1, which is not there", False, "")
