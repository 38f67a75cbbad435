"""A workspace's id that is wrong: which part of it, by the service's real answers, with words that name the setting."""

from collections.abc import Mapping
from typing import Any

import pytest

from handlers.wording.errors import explain
from providers.errors import NotFound, ProviderError, Unauthorised
from tests.providers.azure_ai.conftest import SUBSCRIPTION, Studio


async def refused(studio: Studio, resource: str, **switches: Any) -> ProviderError:
    """What the first question to such a workspace ends with."""
    studio.service.configure(switches)
    with pytest.raises(ProviderError) as told:
        await studio.provider(resource_id=resource).probe()
    return told.value


def said(error: ProviderError) -> str:
    found = explain(error.code, error.params, "en", provider="azure_ai_studio")
    return " ".join([f"{found.happened}.", found.meaning, found.remedy])


def place(**parts: str) -> str:
    one: Mapping[str, str] = {"subscription": SUBSCRIPTION, "group": "rg", "workspace": "phi", **parts}
    return (
        f"/subscriptions/{one['subscription']}/resourceGroups/{one['group']}"
        f"/providers/Microsoft.MachineLearningServices/workspaces/{one['workspace']}"
    )


@pytest.mark.parametrize(
    ("parts", "code", "happened"),
    [
        (
            {"workspace": "phy"},
            "workspace_unknown",
            "There is no workspace phy in the resource group rg.",
        ),
        ({"group": "gr"}, "group_unknown", "There is no resource group gr."),
        (
            {"subscription": "00000000-0000-4000-8000-00000000dead"},
            "subscription_unknown",
            "Azure does not know the subscription 00000000-0000-4000-8000-00000000dead.",
        ),
        (
            {"subscription": "pay-as-you-go"},
            "subscription_malformed",
            "pay-as-you-go is not the id of an Azure subscription.",
        ),
    ],
)
async def test_the_part_that_does_not_exist_is_named(
    studio: Studio, parts: dict[str, str], code: str, happened: str
) -> None:
    error = await refused(studio, place(**parts))
    assert (type(error), error.code) == (NotFound, code)
    told = said(error)
    assert told.startswith(happened)
    assert "Whoever runs the bot copies the whole `resource_id` again" in told
    assert "account" not in told


async def test_a_workspace_of_another_tenant(studio: Studio) -> None:
    error = await refused(studio, place(), other_tenant=True)
    assert (type(error), error.code) == (Unauthorised, "tenant_mismatch")
    told = said(error)
    assert told.startswith("The workspace phi belongs to another tenant than the bot's sign-in.")
    assert f"the subscription {SUBSCRIPTION} is of another" in told
    assert "sets `tenant_id` of the connection" in told


async def test_without_any_role_it_may_as_well_not_exist(studio: Studio) -> None:
    error = await refused(studio, place(), role="none")
    assert (type(error), error.code) == (Unauthorised, "workspace_hidden")
    told = said(error)
    assert told.startswith("The bot may not read the workspace phi.")
    assert "or `resource_id` names what does not exist" in told
    assert "assigns the role *Reader*" in told
    assert str(error.params["grant"]) in told.replace("`", "")


async def test_another_refusal_to_sign_in_stays_what_it_is(studio: Studio) -> None:
    studio.fail("status", "GET", "re:.*/workspaces/phi$", status=401, times=0)
    error = await refused(studio, place())
    assert error.code == "token_refused"
