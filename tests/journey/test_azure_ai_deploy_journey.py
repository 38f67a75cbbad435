"""Azure AI Studio, Phi: from a trained model to an endpoint, its key that nobody sees, and taking it all away again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.journey.azure_ai_steps import PHI, PHI_4, bearer, keys_of, studio, trained, with_data
from tests.journey.deploy_steps import (
    approve,
    deploy_form,
    deployment_card,
    listed,
    request_card,
    state_of,
    submitted,
)
from tests.journey.hosted_steps import look, messages, opened
from tests.journey.steps import answer_to, card, inputs, options, plain, press, shown, told, view_text
from tests.journey.test_clean_audit_journey import clean_form, labels, picked
from tests.patience import until
from tests.world import ADA, APPROVALS, BRUNO, RIN, Person, World

pytestmark = pytest.mark.usefixtures("swift")


async def test_an_endpoint_with_its_key_in_a_vault(tmp_path: Path) -> None:
    keys: list[str] = []
    async with studio(tmp_path, keys=keys) as made:
        rin = await _with_model(made)
        view = await deploy_form(rin, "J1")
        fields = inputs(view)
        assert "capacity" not in fields, "there is nothing to choose"
        assert options(view, "content_filter") == ["Disabled"]
        assert "Turning it off is part of what is approved" in view_text(view)
        name_hint = fields["name"]["hint"]["text"]
        assert name_hint.endswith("letters, digits and -, a letter first."), name_hint
        said = view_text(view)
        assert "quota" not in said
        wrong = await submitted(rin, view, name="1_phi.v1")
        assert "letters, digits and -, a letter first" in wrong["name"]

        assert await submitted(rin, view, name="phi-lamp") == {}
        asked = plain(await request_card(rin, "Deploy phi-lamp? · A1"))
        assert "content safety on" in asked
        await approve(made)
        live = plain(await deployment_card(rin, "🟢 Live · phi-eus2/phi-lamp"))
        assert "J1 J1" not in live
        assert "Last call unknown: Azure AI Studio does not measure who calls it" in live
        assert "measured by the service" not in live
        snippet = await told(rin, "phi-eus2/phi-lamp answers")
        assert "The key is in the Key Vault" in snippet
        assert "/ml/vault/kv-phi as `phi-eus2-phi-lamp`." in snippet
        assert 'os.environ["ENDPOINT_API_KEY"]' in snippet
        assert "/ml/serve/eastus2/phi-lamp/v1" in snippet
        keys += keys_of(made)
        assert len(keys) == 2

        # nobody measures who calls it: that is said, and never taken for idleness
        await look(made, PHI)
        await look(made, PHI)
        listed = plain(await answer_to(rin, "deployments", "phi-eus2/phi-lamp"))
        assert "last call unknown: Azure AI Studio does not measure who calls it" in listed
        heard = [plain(one) for user in (RIN, ADA) for one in await messages(made, user)]
        assert not [
            text for text in heard if "idle" in text or "no calls for" in text or "deletes it" in text
        ]


async def test_content_safety_off_is_a_change_that_everybody_decides_about_anew(tmp_path: Path) -> None:
    async with studio(tmp_path) as made:
        rin = await _with_model(made)
        ada, bruno = await made.person(ADA), await made.person(BRUNO)
        assert await submitted(rin, await deploy_form(rin, "J1"), name="phi-open") == {}
        found = await request_card(ada, "Deploy phi-open? · A1")
        assert "content safety on" in plain(found)
        await ada.click(found, "request_approve", APPROVALS)
        await request_card(ada, "1 of 2")

        await _ask_for_changes(bruno, found)
        before = len(rin.pushed)
        own = await request_card(rin, "Changes asked", await rin.direct())
        await rin.click(own, "request_change", await rin.direct())
        again = await shown(rin, "deploy", before)
        assert await rin.submit(again, state_of(again, content_filter="Disabled")) == {"ok": True}
        anew = await request_card(ada, "Changed since round 1")
        second = plain(anew)
        assert "*content safety off*" in second
        assert "Content safety is off: nothing filters what goes in or comes out" in second
        changed = second.split("Changed since round 1", 1)[1]
        assert "Content safety: on → *off*" in changed.replace("*Content safety:*", "Content safety:")
        assert "0 of 2" in second, "the first approval was for something else"

        await ada.click(anew, "request_approve", APPROVALS)
        await request_card(ada, "1 of 2")
        await bruno.click(anew, "request_approve", APPROVALS)
        await deployment_card(rin, "🟢 Live · phi-eus2/phi-open")
        stands = [one for place in made.sandbox.ml.workspaces for one in place.endpoints.values()]
        assert [one.safety for one in stands] == ["Disabled"]


async def test_what_is_deployed_cannot_be_deleted_and_goes_after_it(tmp_path: Path) -> None:
    keys: list[str] = []
    async with studio(tmp_path, keys=keys) as made:
        rin = await _with_model(made)
        assert await submitted(rin, await deploy_form(rin, "J1"), name="phi-lamp") == {}
        await approve(made)
        await deployment_card(rin, "🟢 Live · phi-eus2/phi-lamp")
        keys += keys_of(made)
        stays = "J1 is deployed as phi-eus2/phi-lamp"
        view = await clean_form(rin, stays, text=f"clean {PHI}")
        assert f"model:{PHI}" not in inputs(view)

        await opened(rin, "take_down", rin.command("/finetune undeploy phi-lamp"))
        form = await until(lambda: _with_submit(rin), "what is known of its calls")
        said = view_text(form)
        assert "not measure" in said, said
        assert await rin.submit(form, {}) == {"ok": True}
        await told(rin, "phi-eus2/phi-lamp is taken down")
        assert not keys_of(made)

        view = await clean_form(rin, "Models", text=f"clean {PHI}", without=stays)
        (name,) = labels(view, f"model:{PHI}")
        assert name.endswith("· J1")
        assert await rin.submit(view, picked(view, f"model:{PHI}", name)) == {"ok": True}
        await told(rin, f"✅ Cleaned up {PHI}: 1 thing deleted")
        assert not [one for place in made.sandbox.ml.workspaces for one in place.models.values()]


async def test_a_model_deployed_in_the_portal_meanwhile_is_not_deleted(tmp_path: Path) -> None:
    async with studio(tmp_path) as made:
        rin = await _with_model(made)
        view = await clean_form(rin, "Models", text=f"clean {PHI}")
        (name,) = labels(view, f"model:{PHI}")
        await _in_the_portal(made, "by-hand")
        assert await rin.submit(view, picked(view, f"model:{PHI}", name)) == {"ok": True}
        failed = await told(rin, f"⚠ Nothing was deleted from {PHI}")
        assert "phi-eus2/by-hand" in failed, failed
        assert [one for place in made.sandbox.ml.workspaces for one in place.models.values()]


async def _in_the_portal(made: World, name: str) -> None:
    """Somebody deploys J1's model without the bot."""
    place = next(one for one in made.sandbox.ml.workspaces if one.models)
    (model,) = place.models.values()
    id_ = f"azureml://locations/{place.facts.location}/workspaces/{place.facts.workspace_id}/models/{model.name}"
    body = {
        "location": place.facts.location,
        "sku": {"name": "Consumption"},
        "properties": {"modelSettings": {"modelId": f"{id_}/versions/{model.version}"}, "authMode": "Key"},
    }
    url = f"{made.sandbox.url}/ml/arm{place.facts.id}/serverlessEndpoints/{name}"
    version = {"api-version": "2024-10-01-preview"}
    async with made.http.put(url, json=body, params=version, headers=await bearer(made)) as answer:
        assert answer.status == 201, await answer.text()


async def _ask_for_changes(person: Person, found: Mapping[str, Any]) -> None:
    before = len(person.pushed)
    await person.click(dict(found), "request_details", APPROVALS)
    details = await shown(person, "request_details", before)
    assert "content safety on" in view_text(details)
    before = len(person.pushed)
    await press(person, details, "request_changes")
    why = await shown(person, "vote", before)
    assert (await person.submit(why, state_of(why, reason="It has to swear.")))["ok"]


async def _with_submit(person: Person) -> dict[str, Any] | None:
    view = await shown(person, "take_down")
    return view if view.get("submit") else None


async def _with_model(made: World) -> Person:
    """The requester, with J1 trained at the project for Phi."""
    rin = await with_data(made)
    await trained(rin, PHI, PHI_4)
    await card(rin, "Trained")
    await until(lambda: listed(made), "the model in the service's own list")
    return rin
