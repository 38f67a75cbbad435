"""Points 1 and 3, ask and roll out: from a trained model to a deployment that answers; what is refused at its field."""

import asyncio
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.azure_openai import AzureOptions
from sandbox.config_out import identity_environment
from tests.journey.deploy_steps import (
    approve,
    arm,
    ask,
    deploy_form,
    deployment_card,
    made_elsewhere,
    portal,
    quiet,
    rebuilt,
    request_card,
    sent,
    state_of,
    submitted,
    trained_model,
    unlinked,
    with_model,
)
from tests.journey.steps import (
    NANO,
    calm,
    card,
    chosen,
    options,
    plain,
    rin_of,
    shown,
    switch,
    view_text,
)
from tests.world import ADA, APPROVALS, FINETUNE, RIN, Person, World, world

pytestmark = pytest.mark.usefixtures("swift")
KEY = AzureOptions().api_key
ACCOUNTS = AzureOptions().accounts


async def test_from_a_trained_model_to_one_that_answers(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await trained_model(made, epochs=2, suffix="support-v1")
        done = await card(rin, "Trained")
        results = await rin.sees(FINETUNE, "job_deploy", thread_ts=done["ts"])
        before = len(rin.pushed)
        await rin.click(results, "job_deploy", FINETUNE)
        view = await shown(rin, "deploy", before)
        said = view_text(view)
        assert (chosen(view, "model"), chosen(view, "connection")) == ("J1", "prod-swc")
        for part in (
            "A model can be deployed once.",
            "$1.70/h = $1,224 a month, used or not.",
            "All deployments: $0 a month now, $1,224 with this one.",
            "sandbox price list, invented, as of",
            "OpenAI.GlobalStandard.gpt-4.1-nano-finetune: 0 of 200 used, this takes 10.",
            "Deployments there: 0 of 10, this is one more.",
            "1 is 1,000 tokens and about 1 request a minute.",
            "*10* is 10K tokens/min (about 10 requests/min).",
            "data may be processed outside the region",
        ):
            assert part in said, (part, said)
        assert options(view, "sku") == ["GlobalStandard", "DeveloperTier"]

        # capacity: what it means and takes is shown anew
        more = await _typed(rin, view, "capacity", "50")
        assert "*50* is 50K tokens/min (about 50 requests/min)." in view_text(more)
        assert "0 of 200 used, this takes 50." in view_text(more)
        day = (datetime.now(UTC) + timedelta(days=70)).date().isoformat()
        given = {
            "capacity": "50",
            "until": day,
            "tags": "team=support\ncost=42",
            "content_filter": "corp-strict",
        }
        assert await submitted(rin, more, reason="Wrong refund answers.", **given) == {}
        asked = await request_card(rin, "Deploy support-v1? · A1 · two of")
        text = plain(asked)
        for part in (
            f'<@{RIN}>: "Wrong refund answers."',
            "$1.70/h = $1,224 a month, used or not, until",
            "J1 final · gpt-4.1-nano · prod-swc, Sweden Central · GlobalStandard · 50K tokens/min",
            "50K tokens/min (about 50 requests/min)",
            "filter corp-strict",
            "tags team=support, cost=42",
            "Global: data may be processed outside the region",
            "0 of 2 · the requester cannot approve · any change asks again",
        ):
            assert part in text, (part, text)

        # nothing is sent before it is approved, and nobody is told of success before it answers
        await approve(made, by=(ADA,))
        await quiet(made, 0.5)
        assert await sent(made) == 0
        await switch(made, ready_seconds=150)
        await approve(made)
        await deployment_card(rin, "Starting · prod-swc/support-v1 · P1")
        await quiet(made)
        assert not [one for one in await made.history(RIN, await rin.direct()) if "answers*" in plain(one)]
        assert "it counts as live once it answers a call" in plain(
            await request_card(rin, "Approved · deploy")
        )
        await switch(made, ready_seconds=6)
        live = await rin.sees(await rin.direct(), "prod-swc/support-v1 answers")
        await deployment_card(rin, "Live · prod-swc/support-v1 · P1")
        assert "nothing to do, it answers" in plain(await request_card(rin, "nothing to do"))
        assert await sent(made) == 1

        # the snippets work as they stand
        python, curl = _snippets(live)
        answer = await _run([sys.executable, "-c", python], {"AZURE_OPENAI_API_KEY": KEY})
        assert answer.strip()
        if shutil.which("curl"):
            assert '"chat.completion"' in await _run(["bash", "-c", curl], {"AZURE_OPENAI_API_KEY": KEY})
        assert KEY not in plain(live)

        # the service keeps who asked, who approved, and what it is made of
        _, there = await arm(made, "deployments/support-v1")
        assert there["sku"] == {"name": "GlobalStandard", "capacity": 50}
        assert there["properties"]["raiPolicyName"] == "corp-strict"
        assert {name: value for name, value in there["tags"].items() if name != "tunesmith-intent"} == {
            "team": "support",
            "cost": "42",
            "tunesmith-request": "A1",
            "tunesmith-approval": "U0APPROVE1 U0APPROVE2",
            "tunesmith-job": "J1",
            "tunesmith-requester": RIN,
        }
        await _deployed_once(rin)


async def _deployed_once(rin: Person) -> None:
    """The model is not offered any more and refused at its field; a checkpoint of the same job is another model."""
    view = await deploy_form(rin, "J1")
    assert "is deployed already: prod-swc/support-v1" in view_text(view)
    refused = await submitted(rin, view, name="second")
    assert list(refused) == ["model"]
    assert "deployed already: prod-swc/support-v1" in refused["model"]
    assert "checkpoint" in refused["model"]
    checkpoint = next(one for one in options(view, "model") if one.startswith("J1:"))
    other = await rebuilt(rin, view, "model", checkpoint)
    assert "This is a checkpoint at step" in view_text(other)
    assert list(await submitted(rin, other, name="support-v1")) == ["name"]
    assert await submitted(rin, other, name="support-step") == {}
    assert f"J1 step {checkpoint.partition(':')[2]}" in plain(
        await request_card(rin, "Deploy support-step? · A2")
    )
    waiting = await submitted(rin, await deploy_form(rin, checkpoint), name="support-other")
    assert "A2 asks to deploy" in waiting["model"]


async def _typed(person: Person, view: dict[str, Any], block_id: str, value: str) -> dict[str, Any]:
    """The form after Enter in a number field."""
    block = next(one for one in view["blocks"] if one["block_id"] == block_id)
    before = len(person.pushed)
    action = {
        "type": block["element"]["type"],
        "action_id": block["element"]["action_id"],
        "block_id": block_id,
        "value": value,
    }
    state = {block_id: {action["action_id"]: {"type": action["type"], "value": value}}}
    answer = await person.world.page(
        "action",
        user=person.user,
        container={"type": "view", "view_id": view["id"]},
        action=action,
        state={**state_of(view), **state},
    )
    assert answer["ok"], answer
    return await shown(person, "deploy", before)


def _snippets(message: dict[str, Any]) -> tuple[str, str]:
    """The Python and the shell code in a message."""
    texts = [block["text"]["text"] for block in message["blocks"] if block["type"] == "section"]
    found = [unlinked(text).strip().strip("`").strip() for text in texts if "```" in text]
    assert len(found) == 2, texts
    return found[0], found[1]


async def _run(program: list[str], more: dict[str, str]) -> str:
    """What a program of somebody's prints, in an environment without anything of the bot's."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    kept = {name: value for name, value in kept.items() if not name.startswith(("AZURE_", "IDENTITY_"))}
    process = await asyncio.create_subprocess_exec(
        *program,
        env={**kept, **more},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return output.decode()


async def test_what_cannot_work_is_refused_at_its_field_with_the_remedy(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        await calm(made)
        _with_edge(made)
        one = made_elsewhere(made, "one")
        taken = made_elsewhere(made, "taken")
        old = made_elsewhere(made, "old", base="gpt-35-turbo-0613")
        await portal(made, "Mystery", taken, capacity=100)
        await made.start()
        rin = await rin_of(made)
        await rin.sees(APPROVALS, "prod-swc/Mystery was deployed outside approval")
        view = await deploy_form(rin, one)
        assert options(view, "connection") == ["prod-swc", "dev-eus2", "edge-itn"]
        assert not {taken, old} & set(options(view, "model"))
        good = {"name": "support-v1"}
        yesterday = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
        for changed, field, parts in (
            (
                {"name": "mystery"},
                "name",
                ("prod-swc/Mystery exists already", "Replaces takes the old one down"),
            ),
            ({"name": "x"}, "name", ("The service does not take this name", "letters, digits")),
            (
                {"capacity": "101"},
                "capacity",
                ("The quota has 100 left, and this takes 101", "Take 100 or less"),
            ),
            ({"capacity": "0"}, "capacity", ("",)),
            ({"tags": "team"}, "tags", ("team is no tag", "name=value")),
            ({"tags": "tunesmith-request=A9"}, "tags", ("is a tag of the bot's own",)),
            ({"until": yesterday}, "until", ("This day is over",)),
            ({"reason": " "}, "reason", ("",)),
        ):
            refused = await submitted(rin, view, **{**good, **changed})
            assert list(refused) == [field], (changed, refused)
            for part in parts:
                assert part in refused[field], (part, refused)
            assert "…" not in refused[field], refused

        edge = await rebuilt(rin, view, "connection", "edge-itn")
        said = view_text(edge)
        assert "This region hosts no fine-tuned models" in said
        assert "prod-swc" in said
        assert "dev-eus2" in said
        refused = await submitted(rin, edge, **good)
        assert list(refused) == ["connection"]
        assert "Choose another connection" in refused["connection"]

        deployed = view_text(await _form_at_once(rin, taken))
        assert "is deployed already: prod-swc/Mystery" in deployed
        retired = await _form_at_once(rin, old)
        assert "is retired" in view_text(retired)
        refused = await submitted(rin, retired, **good)
        assert list(refused) == ["model"]
        assert "Train on a model that is hosted" in refused["model"]
        assert await sent(made) == 0
        await rin.command("/finetune approvals all")
        await rin.sees(FINETUNE, "No request waits.")


async def _form_at_once(person: Person, model: str) -> dict[str, Any]:
    before = len(person.pushed)
    await person.command(f"/finetune deploy {model}")
    return await shown(person, "deploy", before)


def _with_edge(made: World) -> None:
    """A third account, in a region without fine-tuned models."""
    first = made.settings.connections[0]
    edge = first.model_copy(
        update={
            "name": "edge-itn",
            "endpoint": first.endpoint.replace("prod-swc", "edge-itn"),
            "region": "Italy North",
            "resource_id": (first.resource_id or "").replace("prod-swc", "edge-itn"),
        }
    )
    made.settings = made.settings.model_copy(update={"connections": (*made.settings.connections, edge)})


async def test_a_model_goes_to_another_region_and_subscription(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        rin, model = await with_model(made)
        await ask(rin, model, "support-eu", connection="dev-eus2")
        said = plain(await request_card(rin, "Deploy support-eu? · A1"))
        assert "dev-eus2, East US 2 · copied from prod-swc" in said
        await approve(made)
        live = await rin.sees(await rin.direct(), "dev-eus2/support-eu answers")
        _, there = await arm(made, "deployments/support-eu", "dev-eus2")
        assert there["properties"]["model"]["source"].endswith("/accounts/prod-swc")
        # this connection signs in with Entra ID, and so do programs
        assert "so there is no key" in plain(live)
        python, _ = _snippets(live)
        answer = await _run([sys.executable, "-c", python], identity_environment(made.sandbox.url))
        assert answer.strip()


GRANT = (
    'az role assignment create --assignee "{who}" --role "Cognitive Services Contributor" --scope "{scope}"'
)


async def test_what_is_not_there_is_said_in_the_form(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        rin, model = await with_model(made)
        await deploy_form(rin, model)
        for given, part in (
            ("J9", "There is no job J9."),
            ("nonsense", "The model nonsense is not in this connection's list."),
            (NANO, f"{NANO} is a base model."),
        ):
            view = await _form_at_once(rin, given)
            assert part in view_text(view), given
            assert list(await submitted(rin, view, name="support-v1")) == ["model"]


async def test_nothing_to_deploy_is_said(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        assert "There is no model to deploy yet" in view_text(await _form_at_once(rin, ""))


async def test_nowhere_to_host_is_said(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        mine = (one for one in made.settings.connections if one.provider == "azure_openai")
        bare = tuple(one.model_copy(update={"resource_id": None}) for one in mine)
        made.settings = made.settings.model_copy(update={"connections": bare})
        rin, model = await with_model(made)
        view = await _form_at_once(rin, model)
        assert "No connection can host deployments" in view_text(view)
        assert "`resource_id`" in view_text(view)
        assert not view.get("submit")
