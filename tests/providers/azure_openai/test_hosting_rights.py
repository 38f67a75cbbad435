"""What the bot may do: ARM's permissions, and roles that belong to the subscription."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_openai.resource_id import ResourceId
from providers.azure_openai.rights import allows, read_permissions
from providers.errors import Throttled
from tests.providers.azure_openai.hosts import IDENTITY, PROD, Hosts, hosts

__all__ = ["hosts"]

WRITE = "Microsoft.CognitiveServices/accounts/deployments/write"
READ = "Microsoft.CognitiveServices/accounts/deployments/read"
USAGES = "Microsoft.CognitiveServices/locations/usages/read"
METRICS = "Microsoft.Insights/metrics/read"


async def test_owner_has_everything_and_nothing_to_grant(hosts: Hosts) -> None:
    rights = await hosts.hosting().rights()
    assert {right.needed_for for right in rights} == {"read", "deploy", "remove", "usage"}
    assert all(right.held and not right.grant for right in rights)


async def test_reader_lacks_what_changes_something(hosts: Hosts) -> None:
    hosts.switch(arm_rights="reader")
    rights = {right.action: right for right in await hosts.hosting().rights()}
    assert {action for action, right in rights.items() if not right.held} == {
        WRITE, "Microsoft.CognitiveServices/accounts/deployments/delete",
    }  # fmt: skip
    assert rights[WRITE].grant == (
        f'az role assignment create --assignee "{IDENTITY}" --role "Cognitive Services Contributor" --scope "{PROD}"'
    )


async def test_nobody_lacks_all_of_it(hosts: Hosts) -> None:
    hosts.switch(arm_rights="none")
    rights = {right.action: right for right in await hosts.hosting(client_id=None).rights()}
    assert not any(right.held for right in rights.values())
    named = re.search(r'--assignee "([0-9a-f-]{36})"', rights[USAGES].grant)
    assert named, "as the service's refusal names it"
    assert f'--assignee "{named[1]}"' in rights[METRICS].grant
    assert '--role "Monitoring Reader"' in rights[METRICS].grant
    usages = rights[USAGES].grant
    assert '--role "Cognitive Services Usages Reader"' in usages
    assert usages.endswith(f'--scope "{PROD.partition("/resourceGroups")[0]}"'), (
        "quotas belong to the subscription"
    )


async def test_an_identity_that_nobody_names_is_left_open(hosts: Hosts) -> None:
    """Reader may look at all of it, so that nothing is refused here."""
    hosts.switch(arm_rights="reader")
    rights = {right.action: right for right in await hosts.hosting(client_id=None).rights()}
    assert '"<object id of the bot\'s identity>"' in rights[WRITE].grant


async def test_calls_with_a_token_need_a_role_of_the_data_plane(hosts: Hosts) -> None:
    """Reader has none of the data actions."""
    hosts.switch(arm_rights="reader")
    rights = {right.needed_for: right for right in await hosts.hosting(auth="entra", key=None).rights()}
    assert not rights["call"].held
    assert '--role "Cognitive Services OpenAI User"' in rights["call"].grant


async def test_what_is_no_missing_role_is_an_error(hosts: Hosts) -> None:
    form = {"form": "seconds", "value": 60}
    hosts.azure.fail("status", "GET", "/permissions", status=429, body={}, retry_after=form, times=0)
    with pytest.raises(Throttled):
        await hosts.hosting().rights()


async def test_quotas_that_cannot_be_read_do_not_hide_what_is_offered(hosts: Hosts) -> None:
    """Quotas need a role on the subscription, and many accounts are given without one."""
    body = {"error": {"code": "AuthorizationFailed", "message": "The client does not have authorization."}}
    hosts.azure.fail("status", "GET", "/usages", status=403, body=body, times=0)
    place = await hosts.hosting().place()
    assert not place.pools
    assert place.fine_tuned
    rights = {right.action: right.held for right in await hosts.hosting().rights()}
    assert rights[USAGES] is False
    assert rights[READ] is True
    assert {right.action for right in await hosts.hosting().rights() if not right.vital} == {USAGES}


@pytest.mark.parametrize(
    ("permissions", "held"),
    [
        ([], False),
        ([{"actions": ["*"]}], True),
        ([{"actions": ["*/read"]}], False),
        ([{"actions": ["Microsoft.CognitiveServices/*"]}], True),
        ([{"actions": ["microsoft.cognitiveservices/ACCOUNTS/*/write"]}], True),
        ([{"actions": ["*"], "notActions": ["Microsoft.CognitiveServices/accounts/deployments/*"]}], False),
        # What one assignment takes away, another may give.
        ([{"actions": ["*"], "notActions": ["*/write"]}, {"actions": [WRITE]}], True),
        ([{"actions": ["Microsoft.CognitiveServices/accounts/deployments/write/more"]}], False),
        ([{"actions": [f"{WRITE[:-1]}[e]"]}], False),
        ([{"actions": [f"{WRITE[:-1]}?"]}], False),
        ([{"actions": None, "notActions": 7}, "x", None], False),
        ([{"dataActions": ["*"]}], False),
    ],
)
def test_wildcards(permissions: list[Any], held: bool) -> None:
    assert allows(read_permissions(permissions), WRITE) is held


_SEGMENT = st.text(alphabet="abAB01.-_()", min_size=1, max_size=12).filter(
    lambda text: text not in {".", ".."}
)


@given(
    subscription=_SEGMENT,
    group=_SEGMENT,
    account=_SEGMENT,
    lower=st.booleans(),
    tail=st.sampled_from(["", "/"]),
)
def test_resource_id_in_any_case(subscription: str, group: str, account: str, lower: bool, tail: str) -> None:
    within = f"/subscriptions/{subscription}/resourceGroups/{group}"
    words = f"{within}/providers/Microsoft.CognitiveServices/accounts/{account}"
    given_ = words
    if lower:
        for word in ("resourceGroups", "Microsoft.CognitiveServices"):
            given_ = given_.replace(word, word.lower())
    found = ResourceId.parse(given_ + tail)
    assert (found.subscription, found.group, found.account) == (subscription, group, account)
    assert str(found) == words


@pytest.mark.parametrize(
    "text",
    [
        "", "prod-swc", "https://prod-swc.openai.azure.com", PROD + "/deployments/x", PROD + "?x=1",
        "/subscriptions/../resourceGroups/a/providers/Microsoft.CognitiveServices/accounts/b",
        PROD.replace("CognitiveServices", "Storage"), PROD.replace("prod-swc", "prod swc"),
    ],
)  # fmt: skip
def test_what_is_no_resource_id(text: str) -> None:
    with pytest.raises(ValueError, match="resource id"):
        ResourceId.parse(text)
