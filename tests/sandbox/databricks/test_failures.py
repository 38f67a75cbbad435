"""What the training stack says about wrong data, and what is refused before a run begins."""

import json
from typing import Any

import pytest

from tests.sandbox.databricks.stand import CREATE, FOLDER, MISTRAL, Stand, config
from tests.sandbox.databricks.test_runs import chat

USER = {"role": "user", "content": "Is it there?"}
YES = {"role": "assistant", "content": "Yes."}
SYSTEM = {"role": "system", "content": "Be brief."}


def rows(row: Any, count: int = 10) -> bytes:
    return (json.dumps(row) + "\n").encode() * count


CHAT_FAULTS: dict[str, Any] = {
    "NotEnoughChatDataError": {"messages": [YES]},
    "ConsecutiveRepeatedChatRolesError": {"messages": [USER, USER, YES]},
    "InvalidLastChatMessageRoleError": {"messages": [USER, YES, USER]},
    "IncorrectMessageKeyQuantityError": {"messages": [USER, {**YES, "weight": 1}]},
    "InvalidRoleError": {"messages": [USER, {"role": "developer", "content": "x"}, YES]},
    "InvalidContentTypeError": {"messages": [USER, {"role": "assistant", "content": None}]},
    "UnknownExampleTypeError": {"messages": [USER, YES], "tools": []},
    "InvalidExampleTypeError": "text",
    "InvalidMessageTypeError": {"messages": ["hello", "there"]},
    "ChatTemplateError": {"messages": [USER, SYSTEM, YES]},
    "InvalidConversationError": {"messages": "hello"},
}


async def test_each_fault_of_a_conversation_has_its_class(stand: Stand) -> None:
    made = {
        name: await stand.create(await stand.put(f"{name}.jsonl", chat(10) + rows(row, 1)))
        for name, row in CHAT_FAULTS.items()
    }
    for name, run in made.items():
        failed = await stand.until(run["name"], "FAILED")
        assert failed["reason"].startswith(f"{name}: ")
        assert (await stand.events(failed["name"]))[-1]["eventType"] == "FAILED"


INSTRUCTION_FAULTS: dict[str, bytes] = {
    "InvalidPromptTypeError": rows({"prompt": 1, "response": "x"}),
    "InvalidResponseTypeError": rows({"prompt": "x", "response": None}),
    "InvalidPromptResponseKeysError": rows({"prompt": "x"}),
    "UnknownExampleTypeError": rows({"question": "x", "answer": "y"}),
    "InvalidDatasetError": b"{no json\n",
}


async def test_each_fault_of_an_instruction_has_its_class(stand: Stand) -> None:
    made = {
        name: await stand.create(await stand.put(f"{name}.jsonl", content), taskType="INSTRUCTION_FINETUNE")
        for name, content in INSTRUCTION_FAULTS.items()
    }
    for name, run in made.items():
        assert (await stand.until(run["name"], "FAILED"))["reason"].startswith(f"{name}: ")


async def test_too_few_samples_are_counted(stand: Stand) -> None:
    path = await stand.put("train.jsonl", chat(7))
    failed = await stand.until((await stand.create(path))["name"], "FAILED")
    assert "has 7 samples, but your minimum batch size is 8" in failed["reason"]
    assert failed["reason"].endswith("to at least 8.")


async def test_mistral_takes_no_system_message(stand: Stand) -> None:
    path = await stand.put("train.jsonl", rows({"messages": [SYSTEM, USER, YES]}))
    await stand.trained(path, trainingDuration="1ba")
    refused = await stand.create(path, model=MISTRAL)
    assert (await stand.until(refused["name"], "FAILED"))["reason"].startswith("ChatTemplateError: ")


async def test_pretraining_reads_a_folder_of_texts(stand: Stand) -> None:
    await stand.put("texts/one.txt", ("The lamp is warm. " * 1200).encode())
    done = await stand.trained(f"dbfs:{FOLDER}/texts", taskType="CONTINUED_PRETRAIN", trainingDuration="1ep")
    assert done["details"]["taskType"] == "CONTINUED_PRETRAIN"
    await stand.put("few/one.txt", b"Too short.")
    small = await stand.create(f"dbfs:{FOLDER}/few", taskType="CONTINUED_PRETRAIN")
    assert (await stand.until(small["name"], "FAILED"))["reason"].startswith("DatasetTooSmallError: ")
    await stand.put("odd/one.txt", b"\xff\xfe\xff")
    odd = await stand.create(f"dbfs:{FOLDER}/odd", taskType="CONTINUED_PRETRAIN")
    assert (await stand.until(odd["name"], "FAILED"))["reason"].startswith("CannotUnicodeDecodeFile: ")


async def test_absent_data_is_refused_at_once_or_fails_the_run(stand: Stand) -> None:
    path = f"dbfs:{FOLDER}/none.jsonl"
    code, message = await stand.refused(CREATE, createFinetuneData={"config": config(path)})
    assert code == 400
    assert path in message
    made = await stand.create(path, disableCredentialsCheck=True)
    failed = await stand.until(made["name"], "FAILED")
    assert failed["reason"].startswith("FinetuningFileNotFoundError: ")


@pytest.mark.parametrize(
    "grant",
    [
        "READ_VOLUME main.finetuning.data",
        "USE_SCHEMA main.finetuning",
        "CREATE_MODEL main.finetuning",
        "USE_CATALOG main",
    ],
)
async def test_a_missing_privilege_is_refused_at_once_or_fails_the_run(stand: Stand, grant: str) -> None:
    path = await stand.put("train.jsonl", chat(10))
    stand.service.configure({"missing_grants": [grant]})
    code, message = await stand.refused(CREATE, createFinetuneData={"config": config(path)})
    assert code == 403
    assert grant.split(maxsplit=1)[0].replace("_", " ") in message
    made = await stand.create(path, disableCredentialsCheck=True)
    reason = (await stand.until(made["name"], "FAILED"))["reason"]
    assert reason.startswith(("StoragePermissionError: ", "InsufficientPermissionsError: "))


async def test_the_model_of_somebody_else_takes_no_version(stand: Stand) -> None:
    path = await stand.put("train.jsonl", chat(10))
    tracker = {"experimentPath": "/Users/x", "modelRegistryPath": "main.finetuning.shared_assistant"}
    asked = config(path, experimentTracker={"mlflow": tracker})
    code, message = await stand.refused(CREATE, createFinetuneData={"config": asked})
    assert (code, "owner" in message) == (403, True)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"model": "gpt-4"}, "not supported"),
        ({"model": "meta-llama/Llama-2-7b-hf"}, "not supported"),
        ({"taskType": "DPO"}, "task type"),
        ({"trainDataPath": "/Volumes/main/finetuning/data/x.jsonl"}, "Invalid path"),
        ({"trainDataPath": "dbfs:/Volumes/main/finetuning/data/x.csv"}, ".jsonl"),
        ({"trainDataPath": "main.finetuning.table"}, "data prep cluster"),
        ({"trainingDuration": "3"}, "duration"),
        ({"trainingDuration": "0ep"}, "duration"),
        ({"learningRate": 0}, "learning rate"),
        ({"contextLength": 131_073}, "131072"),
        ({"evalPrompts": "hello"}, "evalPrompts"),
        ({"customWeightsPath": "dbfs:/tmp/x"}, "custom weights"),
        ({"customWeightsPath": "dbfs:/databricks/mlflow-tracking/1/a/artifacts/x"}, "checkpoint"),
        ({"saveFolder": None}, "saveFolder"),
        ({"experimentTracker": {}}, "experimentTracker"),
        ({"batchSize": 3}, "batchSize"),
    ],
)
async def test_wrong_configurations_are_refused(stand: Stand, fields: dict[str, Any], word: str) -> None:
    path = await stand.put("train.jsonl", chat(10))
    asked = {"config": config(path, **fields)}
    code, message = await stand.refused(CREATE, createFinetuneData=asked)
    assert code == 400
    assert word in message
    assert (await stand.runs())["finetunes"] == []
