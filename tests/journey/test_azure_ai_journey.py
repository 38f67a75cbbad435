"""Azure AI Studio, Phi: from a file to curves, by the service's own settings, and what is said where it fails."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.store import jobs
from tests.journey.azure_ai_steps import (
    LLAMA,
    LLAMA_70B,
    PHI,
    PHI_3,
    PHI_4,
    form,
    ml,
    of_model,
    order,
    studio,
    trained,
    with_data,
)
from tests.journey.steps import (
    card,
    filled,
    inputs,
    models,
    plain,
    thread,
    told,
    view_text,
)
from tests.patience import until
from tests.world import FINETUNE, Person, World

pytestmark = pytest.mark.usefixtures("swift")
NO_ASSISTANT = "No assistant tokens found in the training data."


async def test_a_training_by_the_services_own_settings(tmp_path: Path) -> None:
    async with studio(tmp_path) as made:
        rin = await with_data(made)
        found = plain(await rin.sees(await rin.direct(), "ready to train with"))
        assert "phi_chat_train.jsonl · D1: ready to train with" in found
        assert "phi-eus2: ready there" in found

        view = await form(rin, PHI)
        offered = [one["value"] for one in await models(rin, view, "")]
        assert PHI_4 in offered
        assert not [one for one in offered if "Phi-3" in one], "retired"
        assert not [one for one in offered if "Llama" in one], "not trained in this region"

        view = await of_model(rin, view, PHI_4)
        fields = inputs(view)
        assert not {"training_type", "seed"} & fields.keys()
        settings = {name: block["label"]["text"] for name, block in fields.items() if name.startswith("hp:")}
        assert settings == {
            "hp:num_train_epochs": "Epochs",
            "hp:per_device_train_batch_size": "Batch size",
            "hp:learning_rate": "Learning rate",
        }
        assert _hint(fields, "hp:num_train_epochs").endswith(
            "Loss is measured once per epoch. From 1 to 10. Empty: 1."
        )
        assert "-1: 0.2 % of the examples. From 1 to 256, or -1." in _hint(
            fields, "hp:per_device_train_batch_size"
        )
        assert _hint(fields, "suffix") == "Letters, digits, -, no dots; 64 characters at most."

        summary = await order(rin, PHI, PHI_4, hp_num_train_epochs="3", suffix="lamps")
        said = view_text(summary)
        assert (
            "What Azure AI Studio charges for a training that waits, fails or is cancelled is not documented."
            in said
        )
        assert "failed jobs are not charged" not in said
        await ml(made, train_seconds=1e6)
        assert await rin.submit(summary, {}) == {"ok": True}
        begun = await card(rin, "lamps")
        await told(rin, "lamps: running", channel=FINETUNE, thread_ts=begun["ts"])
        await ml(made, speed=1e6)
        ended = await card(rin, "Trained")
        assert "look at the charts, then ask to deploy it." in plain(ended)
        assert "checkpoint" not in plain(ended)
        await told(rin, "is trained", channel=FINETUNE, thread_ts=ended["ts"])
        told_there = [plain(one) for one in await thread(rin, ended)]
        end = next(text for text in told_there if "is trained" in text)
        assert (
            "Azure AI Studio measures once per epoch: so few points are normal, and the chart shows all of them."
            in end
        )

        async def chart() -> bool:
            there = await thread(rin, ended)
            return any(file["name"].endswith("curves.png") for one in there for file in one.get("files", []))

        await until(chart, "the chart")


async def test_a_retired_model_is_refused_with_the_one_that_replaces_it(tmp_path: Path) -> None:
    async with studio(tmp_path) as made:
        rin = await with_data(made)
        await trained(rin, PHI, PHI_4)
        await card(rin, "Trained")
        await _as_if_trained_before(made, PHI_3)
        view = await form(rin, PHI, "train like J1")
        before = len(rin.pushed)
        like = {"text": {"type": "plain_text", "text": "Phi-3-mini-4k-instruct"}, "value": PHI_3}
        answer = await rin.submit(view, filled(view, connection=PHI, train="D1", model=like))
        assert not answer["ok"], rin.pushed[before:]
        assert "Phi-3-mini-4k-instruct" in answer["errors"]["model"]
        assert "2025-08-30" in answer["errors"]["model"]
        assert "Phi-4-mini-instruct" in answer["errors"]["model"]


async def test_llamas_settings_are_its_wizards(tmp_path: Path) -> None:
    async with studio(tmp_path, subscribed=True) as made:
        rin = await with_data(made, LLAMA)
        view = await of_model(rin, await form(rin, LLAMA), LLAMA_70B)
        fields = inputs(view)
        assert "hp:learning_rate" not in fields
        multiplier = _hint(fields, "hp:learning_rate_multiplier")
        assert multiplier.startswith(
            "Times the model's learning rate; Microsoft advises to try 0.5 to 2. From 0 to 5."
        )
        given: dict[str, Any] = {"hp_learning_rate_multiplier": "0.5", "hp_per_device_train_batch_size": "-1"}
        await trained(rin, LLAMA, LLAMA_70B, **given)
        await card(rin, "Trained")
        (job,) = [one for place in made.sandbox.ml.workspaces for one in place.jobs.values()]
        # half of the 2e-05 that Llama is trained with; 0.2 % of 80 examples is less than one
        wire = {"learning_rate": "0.00001", "per_device_train_batch_size": "1"}
        assert job.request.hyperparameters == wire


async def test_faulty_data_is_told_with_the_services_words_and_what_to_change(tmp_path: Path) -> None:
    async with studio(tmp_path) as made:
        rin = await with_data(made)
        await ml(made, fail_job=["UserError", NO_ASSISTANT])
        await trained(rin, PHI, PHI_4)
        end = await _failure(rin, "refused the training data as not valid")
        assert NO_ASSISTANT in end
        assert (
            "Give every example at least one message of the assistant: the training learns from these only."
            in end
        )
        assert "text kept here" in end
        assert "drops it" not in end, "run history keeps it"


async def test_a_datastore_that_the_workspace_cannot_read_names_who_mends_it(tmp_path: Path) -> None:
    async with studio(tmp_path) as made:
        rin = await with_data(made)
        await ml(made, workspace_reads=False)
        await trained(rin, PHI, PHI_4)
        end = await _failure(rin, "could not take in the file")
        assert "Nothing is wrong with the data: the workspace's managed identity may not read it." in end
        assert "*Update authentication* of the datastore in Azure AI Studio" in end
        assert "Send the file again" not in end


def _hint(fields: dict[str, dict[str, Any]], block_id: str) -> str:
    found: str = fields[block_id]["hint"]["text"]
    return found


async def _failure(person: Person, happened: str) -> str:
    """The message in the thread of J1 that tells why it failed."""
    failed = await card(person, happened)
    return await told(person, "🛑 ", channel=FINETUNE, thread_ts=await _below(person, failed, happened))


async def _below(person: Person, parent: dict[str, Any], part: str) -> str:
    async def said() -> bool:
        return any(part in plain(one) for one in await thread(person, parent))

    await until(said, f"{part!r} in the thread")
    found: str = parent["ts"]
    return found


async def _as_if_trained_before(made: World, base: str) -> None:
    """J1 as a training of long ago, from a model that has retired since."""
    assert made.application is not None

    def change(connection: Connection) -> None:
        now = made.application.deps.clock.now()  # type: ignore[union-attr]
        jobs.change(connection, 1, now=now, base_model=base, model_short=base.rsplit("/", 1)[1])

    await made.application.deps.store.write(change)
