"""The sample files train, and the faulty one fails as it is meant to."""

import asyncio

from sandbox import samples
from tests.sandbox.databricks.stand import FOLDER, Stand


async def test_each_sample_meets_its_fate(stand: Stand) -> None:
    chat = await stand.put("chat.jsonl", samples.read("databricks_chat_train.jsonl"))
    valid = await stand.put("valid.jsonl", samples.read("databricks_chat_valid.jsonl"))
    pairs = await stand.put("pairs.jsonl", samples.read("databricks_instruction_train.jsonl"))
    await stand.put("book/handbook.txt", samples.read("databricks_handbook.txt"))
    faulty = await stand.put("faulty.jsonl", samples.read("databricks_faulty.jsonl"))
    runs = [
        await stand.create(chat, evalDataPath=valid, trainingDuration="1ep"),
        await stand.create(pairs, taskType="INSTRUCTION_FINETUNE", trainingDuration="1ep"),
        await stand.create(f"dbfs:{FOLDER}/book", taskType="CONTINUED_PRETRAIN", trainingDuration="1ep"),
        await stand.create(faulty, trainingDuration="1ep"),
    ]
    ended = await asyncio.gather(*(stand.until(run["name"], "COMPLETED", "FAILED") for run in runs))
    assert [run["status"] for run in ended] == ["COMPLETED", "COMPLETED", "COMPLETED", "FAILED"]
    assert ended[3]["reason"] == (
        "ConsecutiveRepeatedChatRolesError: Conversation roles must alternate but found user repeated consecutively."
    )
