"""The main job: from an attached file to a trained model and its charts."""

from pathlib import Path
from typing import Any

from sandbox import samples
from tests.patience import until
from tests.world import FINETUNE, RIN, World, words, world


def pick(block: dict[str, Any], value: str) -> dict[str, Any]:
    """The state of a select with this option chosen."""
    element = block["element"]
    option = next(o for o in element["options"] if o["value"] == value)
    return {element["action_id"]: {"type": element["type"], "selected_option": option}}


async def uploaded(made: World, user: str, name: str) -> dict[str, Any]:
    """Upload a sample through the modal; the dataset's card once the service has processed it."""
    rin = await made.person(user)
    await rin.command("/finetune upload")
    view = await rin.view("upload")
    file_id = await rin.attach(name, samples.read(name))
    blocks = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    state = {
        "connection": pick(blocks["connection"], "prod-swc"),
        "training": {"training_file": {"type": "file_input", "files": [{"id": file_id}]}},
    }
    answer = await rin.submit(view, state)
    assert answer == {"ok": True}, answer
    card: dict[str, Any] = await rin.sees(await rin.direct(), name)
    return card


async def test_from_a_file_to_a_trained_model(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await made.person(RIN)
        await uploaded(made, RIN, "support_train.jsonl")
        direct = await rin.direct()
        card = await rin.sees(direct, "data_train")
        await rin.sees(direct, "ready there")
        await rin.click(card, "data_train", direct)
        view = await rin.view("train")
        found = await made.page(
            "suggestions",
            user=RIN,
            view_id=view["id"],
            action_id="train_model",
            block_id="model",
            value="4.1-nano",
        )
        options = found["options"]
        assert options
        blocks = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
        state = {
            block_id: {block["element"]["action_id"]: {"type": block["element"]["type"]}}
            for block_id, block in blocks.items()
        }
        state["connection"] = pick(blocks["connection"], "prod-swc")
        state["training_type"] = pick(blocks["training_type"], "GlobalStandard")
        state["train"] = pick(blocks["train"], "D1")
        state["model"] = {"train_model": {"type": "external_select", "selected_option": options[0]}}
        state["suffix"]["suffix"] = {"type": "plain_text_input", "value": "support-v1"}
        answer = await rin.submit(view, state)
        assert answer == {"ok": True}, answer
        summary = await rin.view("train_summary")
        answer = await rin.submit(summary, {})
        assert answer == {"ok": True}, answer
        job = await rin.sees(FINETUNE, "Trained")
        assert "support-v1" in words(job)
        done = await rin.sees(FINETUNE, "gpt-4.1-nano", thread_ts=job["ts"])
        picture = await until(lambda: _picture(made, job["ts"]), "the picture in the thread")
        async with made.http.get(
            f"{made.sandbox.url}/page/api/download?user={RIN}&file={picture['files'][0]['id']}"
        ) as download:
            assert (await download.read()).startswith(b"\x89PNG")
        assert done
        assert await made.count("POST", "/openai/fine_tuning/jobs") == 1
        assert await made.count("POST", "/openai/files") == 1


async def _picture(made: World, ts: str) -> dict[str, Any] | None:
    for message in await made.history(RIN, FINETUNE, ts):
        if message.get("files"):
            return message
    return None
