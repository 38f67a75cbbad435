"""`tunesmith check` about people: groups, roles, and whether policies can be satisfied."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.server import Sandbox, create_sandbox
from sandbox.slack.workspace import UserGroup
from tests.cli.checked import Checked, checked

LEADS = 'approvers = { groups = ["S0MLLEADS"] }'


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = create_sandbox()
    await made.start()
    yield made
    await made.stop()


async def approvers(sandbox: Sandbox, folder: Path, role: str, *words: str, count: int = 2) -> Checked:
    """The check with other approvers."""

    def change(text: str) -> str:
        assert LEADS in text
        return text.replace(LEADS, f"approvers = {role}").replace("count = 2", f"count = {count}")

    return await checked(sandbox.url, folder, *words, change=change)


def policy(got: Checked) -> str:
    """The line about deployments."""
    return got.look("approvals of deployments")


async def test_who_can_approve_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await approvers(sandbox, tmp_path, '{ groups = ["S0MLLEADS"] }', count=1)
    assert got.code == 0
    assert policy(got).startswith("ok")
    assert "1 of @ml-leads: 2 can approve (ada, bruno)" in policy(got)


async def test_two_of_two_cannot_ask_themselves(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 0, "a warning is no failure"
    assert policy(got).startswith("WARN")
    assert "only ada, bruno can approve, so what one of them asks for can never be approved" in policy(got)
    assert "self_approval" in policy(got)


async def test_one_who_is_the_only_one_cannot_ask(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await approvers(sandbox, tmp_path, '{ users = ["U0APPROVE1"] }', count=1)
    assert policy(got).startswith("WARN")
    assert "only ada can approve" in policy(got)


async def test_a_guest_is_not_enough(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await approvers(sandbox, tmp_path, '{ users = ["U0APPROVE1", "U0GUEST001"] }')
    assert got.code == 1
    assert policy(got).startswith("FAIL")
    assert "only ada can approve; not gil (a guest)" in policy(got)
    assert "Guests never approve" in policy(got)
    assert "gil is a guest, and is refused" in got.look("person U0GUEST001")


async def test_somebody_who_left(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.slack.workspace.people["U0APPROVE2"].deleted = True
    got = await approvers(sandbox, tmp_path, '{ users = ["U0APPROVE1", "U0APPROVE2"] }')
    assert got.code == 1
    assert "bruno is deactivated" in got.look("person U0APPROVE2")
    assert "not bruno (left)" in policy(got)


async def test_people_who_cannot_be_meant(sandbox: Sandbox, tmp_path: Path) -> None:
    role = '{ users = ["U0APPROVE1", "U0NOWHERE", "U0STRANGER", "U0TUNESMTH"] }'
    got = await approvers(sandbox, tmp_path, role, count=1)
    assert got.code == 1
    assert "is not there" in got.look("person U0NOWHERE")
    assert "another workspace" in got.look("person U0STRANGER")
    assert "is a bot" in got.look("person U0TUNESMTH")
    assert policy(got).startswith("WARN"), "one is left who can approve"


async def test_groups_that_are_empty_disabled_or_not_there(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.slack.workspace.groups |= {
        "S0EMPTY": UserGroup("S0EMPTY", "empty", "Empty", []),
        "S0CLOSED": UserGroup("S0CLOSED", "closed", "Closed", ["U0APPROVE1"], disabled=True),
    }
    role = '{ groups = ["S0EMPTY", "S0CLOSED", "S0NOWHERE"] }'
    got = await approvers(sandbox, tmp_path, role, count=1)
    assert got.code == 1
    assert "@empty has no members" in got.look("user group S0EMPTY")
    assert "@closed (disabled) is disabled" in got.look("user group S0CLOSED")
    assert "is not there" in got.look("user group S0NOWHERE")
    assert policy(got).startswith("FAIL")
    assert "S0CLOSED, S0NOWHERE cannot be read" in policy(got)


async def test_nobody_named_is_a_warning(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await approvers(sandbox, tmp_path, "{ users = [] }", count=1)
    assert got.code == 0
    assert policy(got).startswith("WARN")
    assert "no approvers are named" in policy(got)


async def test_what_needs_nobody_and_what_is_never_asked_is_not_looked_at(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    def change(text: str) -> str:
        text = text.replace("training_above = 20", "").replace("monthly_cap = 500", "")
        text = text.replace("allow_marketplace = true", "allow_marketplace = false")
        return text.replace('sku = "DeveloperTier"\n\n[watch]', "\n[watch]").replace(LEADS, "")

    got = await checked(sandbox.url, tmp_path, change=change)
    assert "approvals of deployments" not in got.out
    assert "trainings" not in got.out
    assert "approvals of keeping" in got.out


async def test_a_rule_has_a_policy_of_its_own(sandbox: Sandbox, tmp_path: Path) -> None:
    def change(text: str) -> str:
        rule = (
            '[[approvals.rules]]\nconnection = "dev-*"\napprovers = { users = ["U0GUEST001"] }\ncount = 1\n\n'
        )
        return text.replace("[[approvals.auto]]", rule + "[[approvals.auto]]")

    got = await checked(sandbox.url, tmp_path, change=change)
    assert got.look("(dev-eus2): 1 of U0GUEST001").startswith("FAIL")
    assert "(approvals.rules[2].approvers)" in got.look("person U0GUEST001")


async def test_scopes_that_are_not_needed_and_admins_who_are_nobody(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(
        sandbox.url, tmp_path, change=lambda text: text.replace('admins = { users = ["U0APPROVE1"] }', "")
    )
    assert got.look("roles.admins").startswith("WARN")


async def test_as_json(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await approvers(sandbox, tmp_path, '{ users = ["U0GUEST001"] }', "--json", count=1)
    shown = json.loads(got.out)
    states = [one["state"] for one in shown["looks"]]
    assert (got.code, shown["ok"]) == (1, False)
    assert shown["failures"] == states.count("failure") == 2 + ("trainings" not in policy_of(shown))
    assert shown["warnings"] == states.count("warning")
    assert [one for one in shown["looks"] if one["state"] != "ok" and not one["remedy"]] == []


def policy_of(shown: dict[str, list[dict[str, str]]]) -> str:
    return next(one["what"] for one in shown["looks"] if one["what"].startswith("approvals of deployments"))
