"""What the bot may do in a workspace: ARM's permissions against what is needed."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_ai.rights import (
    PURCHASE,
    SUBSCRIBE,
    WANTS,
    allows,
    can_buy,
    holds,
    purchase_grants,
    read_permissions,
    to_rights,
)
from providers.azure_ai.workspace_id import WorkspaceId
from tests.providers.azure_ai.hosts import IDENTITY, LLAMA, Hosts, hosts

__all__ = ["hosts"]

ID = WorkspaceId.parse(LLAMA)
WS = "Microsoft.MachineLearningServices/workspaces"
WORDS = st.text("abcXYZ/.*?[]-", max_size=30)


async def test_owner_has_everything_and_nothing_to_grant(hosts: Hosts) -> None:
    rights = await hosts.hosting().rights()
    assert {right.needed_for for right in rights} == {"read", "deploy", "remove", "call"}
    assert all(right.held and not right.grant for right in rights)


async def test_a_reader_lacks_what_changes_something_and_is_told_the_command(hosts: Hosts) -> None:
    hosts.switch(role="reader")
    rights = {right.action: right for right in await hosts.hosting().rights()}
    assert {action for action, right in rights.items() if not right.held} == {
        f"{WS}/serverlessEndpoints/{verb}" for verb in ("write", "delete", "listKeys/action")
    }
    assert rights[f"{WS}/serverlessEndpoints/write"].grant == (
        f'az role assignment create --assignee "{IDENTITY}" --role "Azure AI Developer" --scope "{LLAMA}"'
    )


async def test_buying_is_looked_at_only_where_the_bot_may_buy(hosts: Hosts) -> None:
    hosts.switch(role="reader")
    rights = await hosts.hosting(allow_marketplace=True).rights()
    buying = [right for right in rights if right.needed_for == "buy"]
    assert [(right.action, right.held, right.vital) for right in buying] == [
        (f"{WS}/marketplaceSubscriptions/write", False, False)
    ]


def test_the_developers_role_is_enough_for_hosting() -> None:
    """Its published actions, and what they leave out (contract 7)."""
    role = {
        "actions": [f"{WS}/*/{verb}" for verb in ("read", "action", "delete", "write")] + [f"{WS}/read"],
        "notActions": [f"{WS}/delete", f"{WS}/write", f"{WS}/listKeys/action"],
    }
    rights = to_rights(read_permissions([role]), ID, who="", subscribes=False)
    assert all(right.held for right in rights)


@pytest.mark.parametrize("spelling", ["marketplaceSubscriptions", "marketplaceModelSubscriptions"])
def test_either_spelling_of_the_marketplace_counts(spelling: str) -> None:
    held = read_permissions([{"actions": [f"{WS}/{spelling}/*"]}])
    assert holds(held, SUBSCRIBE)
    everything = read_permissions([{"actions": ["Microsoft.Marketplace*", "Microsoft.SaaS/*"]}])
    assert can_buy({"subscription": everything, "group": everything, "workspace": held})


@pytest.mark.parametrize("index", range(7))
def test_each_right_of_the_first_subscription_is_needed(index: int) -> None:
    lacking, scope = PURCHASE[index]
    own = read_permissions([{"actions": ["*"], "notActions": [lacking]}])
    full = read_permissions([{"actions": ["*"]}])
    scopes: dict[Any, Any] = dict.fromkeys(("subscription", "group", "workspace"), full)
    assert can_buy(scopes)
    assert not can_buy({**scopes, scope: own})


def test_what_to_ask_for_names_the_role_and_then_every_right_with_its_scope() -> None:
    command, *rights = purchase_grants(ID, IDENTITY)
    subscription, group = LLAMA.partition("/resourceGroups")[0], LLAMA.partition("/providers")[0]
    assert f'--role "Contributor" --scope "{subscription}"' in command
    assert IDENTITY in command
    assert f"Microsoft.SaaS/register/action @ {subscription}" in rights
    assert f"Microsoft.SaaS/resources/write @ {group}" in rights
    assert {
        f"{WS}/{name}/* @ {LLAMA}" for name in ("marketplaceModelSubscriptions", "marketplaceSubscriptions")
    } <= set(rights)
    assert len(rights) == len(PURCHASE) == 10


def test_an_identity_that_is_not_configured_is_left_open() -> None:
    rights = to_rights((), ID, who="", subscribes=False)
    assert len(rights) == len(WANTS)
    assert all("<object id of the bot's identity>" in right.grant for right in rights)


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(),
            st.dictionaries(
                st.sampled_from(["actions", "notActions"]),
                st.one_of(st.none(), st.lists(st.one_of(WORDS, st.none()))),
            ),
        ),
        max_size=4,
    ),
    WORDS,
)
def test_patterns_mean_what_roles_mean(items: list[Any], action: str) -> None:
    """As a plain reading of the rule: some row gives it and does not take it away itself."""

    def matches(patterns: Any) -> bool:
        return any(
            isinstance(one, str)
            and re.fullmatch(re.escape(one.lower()).replace(r"\*", ".*"), action.lower(), re.DOTALL)
            for one in patterns or ()
        )

    rows = [item for item in items if isinstance(item, dict)]
    expected = any(matches(row.get("actions")) and not matches(row.get("notActions")) for row in rows)
    assert allows(read_permissions(items), action) == expected
