"""Databricks through Slack: chats, prompts with responses and plain text, from the upload to a clean workspace."""

from pathlib import Path
from typing import Any

import pytest

from sandbox import samples
from sandbox.databricks.options import PAT
from tests.journey.databricks_steps import (
    CHAT,
    CHAT_VALID,
    DBX,
    LLAMA_8B,
    RULE,
    databricks,
    filled_in,
    order,
    trained,
    with_data,
    workspace,
)
from tests.journey.deploy_steps import (
    approve,
    deploy_form,
    deployment_card,
    request_card,
    submitted,
    unlinked,
)
from tests.journey.hosted_steps import look, opened
from tests.journey.steps import (
    answer_to,
    card,
    hand_in,
    inputs,
    options,
    plain,
    ready,
    shown,
    thread,
    told,
    view_text,
)
from tests.journey.test_clean_audit_journey import clean_form, labels, picked
from tests.patience import until
from tests.world import FINETUNE, Person, World

pytestmark = pytest.mark.usefixtures("swift")
HEADERS = {"Authorization": f"Bearer {PAT}"}
PROMPTS = "How do I reset the lamp?\n\n  Where is my parcel?  "
DURATIONS = {
    "3 epochs": "Write 3ep instead of “3 epochs”.",
    "ep3": "“ep3” is not in the form that is needed. Epochs, batches or tokens: 3ep, 100ba",
    "0ep": "Write at least 1ep.",
    "3EP": "Write 3ep instead of “3EP”.",
    "_1ba": "“_1ba” is not in the form that is needed.",
}


async def called(made: World, name: str) -> str:
    """Somebody's program calls what is deployed; its answer."""
    asked = {"messages": [{"role": "user", "content": "Where is my parcel?"}], "max_tokens": 20}
    url = f"{made.sandbox.url}/serving-endpoints/{name}/invocations"
    async with made.http.post(url, json=asked, headers=HEADERS) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["choices"][0]["message"]["content"])


async def created(made: World) -> list[str]:
    """The states of all runs as the workspace keeps them."""
    state = await made.get("/panel/api/state")
    return list(state["services"]["databricks"]["runs"].values())


async def test_chats_from_the_upload_to_an_endpoint_and_away_again(tmp_path: Path) -> None:
    async with workspace(tmp_path) as made:
        rin = await with_data(made, CHAT, CHAT_VALID)
        view, state = await filled_in(rin, valid="D2", suffix="support", hp_eval_prompts=PROMPTS)
        for wrong, advice in DURATIONS.items():
            typed = {"hp:training_duration": {"training_duration": {"type": "x", "value": wrong}}}
            refused = await rin.submit(view, {**state, **typed})
            assert list(refused["errors"]) == ["hp:training_duration"], wrong
            assert advice in refused["errors"]["hp:training_duration"]
        summary = await order(
            rin, valid="D2", suffix="support", hp_training_duration="3ep", hp_eval_prompts=PROMPTS
        )
        assert "about $0.29" in view_text(summary)
        assert "LLAMA 3.1 Community License, Copyright © Meta Platforms, Inc." in view_text(summary)
        assert await rin.submit(summary, {}) == {"ok": True}
        done = await card(rin, "no sign of overfitting")
        assert "Epoch 3 of 3, step 36 of 36" in plain(done)
        results = await rin.sees(FINETUNE, "The charts follow below", thread_ts=done["ts"])
        assert "Model `main.finetuning.support/1`" in plain(results)
        assert LLAMA_8B in plain(results)
        await _charts(rin, done)
        await _deployed(made, rin)
        await _measured_and_gone(made, rin)
        await _clean(made, rin)


async def _charts(rin: Person, done: dict[str, Any]) -> None:
    async def drawn() -> list[str]:
        return [file["name"] for one in await thread(rin, done) for file in one.get("files") or ()]

    assert await until(drawn, "charts")


async def _deployed(made: World, rin: Person) -> None:
    """Asked for with Scale to zero: form and request say that it sleeps, and what that costs."""
    view = await deploy_form(rin, "J1")
    assert options(view, "model") == ["J1"], "checkpoints are trained further, and not deployed"
    assert options(view, "sku") == ["ScaleToZero", "AlwaysOn"]
    for part in ("Sleeps without calls", "while it is awake", "1,800 a month if it never sleeps"):
        assert part in view_text(view), part
    assert "used or not" not in view_text(view)
    # throughput goes in the steps of the model's family
    assert list(await submitted(rin, view, name="support", capacity="9501")) == ["capacity"]
    assert await submitted(rin, view, name="support", capacity="19000") == {}
    text = plain(await request_card(rin, "Deploy support? · A1"))
    for part in ("Sleeps without calls", "$5.00/h while it is awake", "Scale to zero", "19,000"):
        assert part in text, (part, text)
    await approve(made)
    live = await deployment_card(rin, f"Live · {DBX}/support · P1")
    assert "while it is awake" in plain(live)
    assert "used or not" not in plain(live)
    direct = await rin.direct()
    answers = unlinked(await told(rin, f"{DBX}/support answers", channel=direct))
    assert f"{made.sandbox.url}/serving-endpoints" in answers
    assert PAT not in answers
    assert await called(made, "support")
    again = await deploy_form(rin, "J1")
    assert options(again, "model") == ["J1"], "a version has as many endpoints as are wanted"
    assert "🛑" not in view_text(again)


async def _measured_and_gone(made: World, rin: Person) -> None:
    """The last call is the usage table's; a take-down tells it and goes through."""
    await databricks(made, usage_lag_seconds=0)
    await called(made, "support")
    await look(made, DBX)
    listed = plain(await answer_to(rin, "deployments", "Your deployments"))
    assert f"{DBX}/support" in listed
    # The table is read once an hour, since reading wakes a warehouse: what was read before says nothing of this one.
    assert "last call unknown: who calls it was not read since it was created" in listed, listed
    await opened(rin, "take_down", rin.command("/finetune undeploy support"))

    async def read() -> dict[str, Any] | None:
        found = await shown(rin, "take_down")
        return found if found.get("submit") else None

    assert await rin.submit(await until(read, "the calls"), {}) == {"ok": True}
    await told(rin, f"{DBX}/support is taken down")


async def _clean(made: World, rin: Person) -> None:
    view = await clean_form(rin, "Models", text=f"clean {DBX}")
    (name,) = labels(view, f"model:{DBX}")
    assert name.endswith("· J1")
    assert await rin.submit(view, picked(view, f"model:{DBX}", name)) == {"ok": True}
    await told(rin, f"✅ Cleaned up {DBX}: 1 thing deleted")
    view = await clean_form(rin, CHAT, text=f"clean {DBX}")
    files = labels(view, f"file:{DBX}")
    assert len(files) == 2, files
    assert await rin.submit(view, picked(view, f"file:{DBX}", *files)) == {"ok": True}
    await told(rin, f"✅ Cleaned up {DBX}: 2 things deleted")


@pytest.mark.parametrize(
    ("name", "method", "duration", "steps"),
    [
        ("databricks_instruction_train.jsonl", "instruction", "2ep", "of 2"),
        ("databricks_handbook.txt", "pretraining", "2ep", "of 2"),
    ],
)
async def test_the_other_tasks(tmp_path: Path, name: str, method: str, duration: str, steps: str) -> None:
    async with workspace(tmp_path) as made:
        rin = await with_data(made, name)
        # a chat is what the first method reads: the data is refused at its field until the method is chosen
        view, state = await filled_in(rin)
        assert "train" in (await rin.submit(view, state))["errors"]
        view, _ = await filled_in(rin, method=method)
        # a text goes on from line to line: nobody writes prompts for it, and no lines of it are held back
        assert ("hp:eval_prompts" in inputs(view)) == (method == "instruction")
        assert ("split" in inputs(view)) == (method == "instruction")
        await trained(rin, method=method, hp_training_duration=duration)
        done = await card(rin, "Trained")
        assert steps in plain(done), plain(done)
        log = await answer_to(rin, "log J1", "Log of J1")
        assert "COMPLETED" in plain(log) or "completed" in plain(log).lower()


async def test_a_text_is_taken_at_databricks_alone_and_its_name_decides(tmp_path: Path) -> None:
    text = samples.read("databricks_handbook.txt")
    async with workspace(tmp_path) as made:
        rin = await with_data(made, "databricks_handbook.txt")
        first = plain(await ready(rin, "databricks_handbook.txt"))
        assert "This is plain text." in first
        assert "29,242 tokens" in first
        await hand_in(rin, "notes.md", text, to=DBX)
        assert "not JSON Lines" in await told(rin, "notes.md · D2")
        await hand_in(rin, "notes.txt", text, to="prod-swc")
        assert "not JSON Lines" in await told(rin, "notes.txt · D3")


async def test_a_tenth_is_held_back(tmp_path: Path) -> None:
    async with workspace(tmp_path) as made:
        rin = await with_data(made, CHAT)
        summary = await order(rin, split="10", hp_training_duration="1ep")
        assert "10" in view_text(summary)
        assert await rin.submit(summary, {}) == {"ok": True}
        done = await card(rin, "Trained")
        said = plain(await card(rin, "validation"))
        assert "D2 + D3" in said, said
        del done
        listed = plain(await answer_to(rin, "data", "databricks_chat_train-part"))
        assert "81 examples" in listed
        assert "9 examples" in listed
        (run,) = made.sandbox.databricks.runs.runs.values()
        assert run.request.train != run.request.eval
        assert "databricks_chat_train-part" in run.request.train
        assert "databricks_chat_train-part" in str(run.request.eval)


async def test_a_fault_of_the_form_is_found_before_anything_is_sent(tmp_path: Path) -> None:
    """Sound for Azure, not for Databricks: the same data is looked at anew for the other connection."""
    async with workspace(tmp_path) as made:
        rin = await with_data(made, "databricks_faulty.jsonl", to="prod-swc")
        await answer_to(rin, f"data D1 for {DBX}", "D2")
        refused = await told(rin, "databricks_faulty.jsonl · D2")
        assert "Line 18" in refused, refused
        await hand_in(rin, "databricks_faulty.jsonl", to=DBX)
        assert "Line 18" in await told(rin, "databricks_faulty.jsonl · D3")
        assert not await created(made)


async def test_a_spike_of_the_loss_says_what_to_change(tmp_path: Path) -> None:
    async with workspace(tmp_path) as made:
        rin = await with_data(made)
        await databricks(made, fail_next="loss_spike")
        await trained(rin, suffix="spiky")
        failed = await card(rin, "Failed")
        why = plain(await rin.sees(FINETUNE, "🛑 J1 spiky", thread_ts=failed["ts"]))
        assert "Train again with a lower learning rate, for example half of it" in why, why
        assert "Databricks told why; its own words are quoted." in why
        assert "not one that we know" not in why


async def test_a_missing_right_is_told_with_what_grants_it(tmp_path: Path) -> None:
    async with workspace(tmp_path) as made:
        rin = await with_data(made)
        await databricks(made, missing_grants=["CREATE_MODEL main.finetuning"])
        await trained(rin)
        refused = await card(rin, "Not started")
        assert await rin.sees(FINETUNE, "GRANT CREATE MODEL ON SCHEMA", thread_ts=refused["ts"])
        assert not await created(made)


async def test_a_run_whose_answer_was_lost_is_found(tmp_path: Path) -> None:
    async with workspace(tmp_path) as made:
        rin = await with_data(made)
        lost = {"service": "databricks", "kind": "lost_answer", "match": {"body": "mutation CreateFinetune"}}
        assert (await made.post("/panel/api/fault", lost))["id"]
        await trained(rin, suffix="lost")
        await card(rin, "Trained")
        assert len(await created(made)) == 1


async def test_without_a_warehouse_nobody_knows_the_last_call(tmp_path: Path) -> None:
    """It is said, it is not taken for idle, and no call is made that would wake the endpoint."""
    async with workspace(tmp_path, auto=(RULE,)) as made:
        await made.stop()
        places = tuple(
            one.model_copy(update={"options": {k: v for k, v in one.options.items() if k != "warehouse_id"}})
            for one in made.settings.connections
        )
        made.settings = made.settings.model_copy(update={"connections": places})
        await made.start()
        rin = await with_data(made)
        await trained(rin, suffix="quiet")
        await card(rin, "Trained")
        assert await submitted(rin, await deploy_form(rin, "J1"), name="quiet") == {}
        await deployment_card(rin, f"Live · {DBX}/quiet · P1")
        calls = await made.count("POST", "/invocations", "databricks")
        await look(made, DBX)
        listed = plain(await answer_to(rin, "deployments", "Your deployments"))
        assert "unknown" in listed, listed
        assert "idle" not in listed, listed
        assert await made.count("POST", "/invocations", "databricks") == calls


async def _elsewhere(made: World, rin: Person, gone: dict[str, Any]) -> None:
    """From the form that can send nothing to that of a connection where something is trained."""
    assert inputs(gone) == {}
    assert not gone["submit"]
    select = gone["blocks"][-1]["accessory"]
    other = next(one for one in select["options"] if one["value"] == "prod-swc")
    action = {"action_id": select["action_id"], "block_id": "connection", "type": select["type"]}
    before = len(rin.pushed)
    answer = await made.page(
        "action",
        user=rin.user,
        container={"type": "view", "view_id": gone["id"]},
        action={**action, "selected_option": other},
        state={"connection": {select["action_id"]: {"type": select["type"], "selected_option": other}}},
    )
    assert answer["ok"], answer
    form = await shown(rin, "train", before)
    assert {"connection", "model"} <= inputs(form).keys(), view_text(form)
    assert "any more" not in view_text(form)


@pytest.mark.parametrize("how", ["removed_404", "removed_403"])
async def test_the_product_is_gone_and_what_is_left_works(tmp_path: Path, how: str) -> None:
    async with workspace(tmp_path, auto=(RULE,)) as made:
        rin = await with_data(made)
        await trained(rin, suffix="kept")
        await card(rin, "Trained")
        late = await order(rin, suffix="late")
        await databricks(made, training=how)

        # a form that was open all the time is told; nothing is sent, and nothing waits for an answer
        assert await rin.submit(late, {}) == {"ok": True}
        refused = await card(rin, "Not started", "J2")
        assert await rin.sees(FINETUNE, "does not train models", thread_ts=refused["ts"])

        async def closed() -> dict[str, Any] | None:
            before = len(rin.pushed)
            await rin.command("/finetune train J1")
            view = await shown(rin, "train", before)
            return view if "Nothing can be trained" in view_text(view) else None

        gone = await until(closed, "the word that it is gone")
        assert f"Nothing can be trained at {DBX}." in view_text(gone)
        await _elsewhere(made, rin, gone)
        jobs = plain(await answer_to(rin, "jobs", "Your jobs"))
        assert "J1 kept" in jobs
        connections = plain(await answer_to(rin, "connections", DBX))
        assert "failing" not in connections, connections
        assert "not train" in connections or "nothing is trained" in connections.lower(), connections

        view = await deploy_form(rin, "J1")
        assert await submitted(rin, view, name="kept") == {}
        await deployment_card(rin, f"Live · {DBX}/kept · P1")
        assert await called(made, "kept")
        view = await clean_form(rin, CHAT, text=f"clean {DBX}")
        (file,) = labels(view, f"file:{DBX}")
        assert await rin.submit(view, picked(view, f"file:{DBX}", file)) == {"ok": True}
        await told(rin, f"✅ Cleaned up {DBX}: 1 thing deleted")
