"""The sample files are what they say."""

import json
from itertools import pairwise

import pytest

from sandbox import samples
from sandbox.samples import make, phrases, services


def test_the_catalogue_lists_every_file_with_its_size() -> None:
    listed = samples.catalogue()
    assert len({sample.name for sample in listed}) == len(listed) >= 9
    for sample in listed:
        assert sample.bytes == len(samples.read(sample.name)) > 0
        assert sample.description


def test_they_are_the_same_every_time() -> None:
    for maker in (make.support_train, make.faulty, make.harmful, make.unsafe_model, make.japanese_train):
        assert maker() == maker()


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        samples.read("../secrets")


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("support_train.jsonl", 120),
        ("support_valid.jsonl", 30),
        ("too_few.jsonl", 9),
        ("tiny_overfit_train.jsonl", 12),
        ("japanese_train.jsonl", 60),
        ("harmful.jsonl", 40),
        ("unsafe_model.jsonl", 60),
        ("large_train.jsonl", 24_000),
        ("llama_chat_train.jsonl", 80),
        ("phi_chat_train.jsonl", 80),
        ("databricks_chat_train.jsonl", 90),
        ("databricks_chat_valid.jsonl", 20),
    ],
)
def test_sound_files_hold_that_many_conversations(name: str, count: int) -> None:
    rows = [json.loads(line) for line in samples.read(name).splitlines()]
    assert len(rows) == count
    for row in rows:
        assert [message["role"] for message in row["messages"]][-1] == "assistant"
        assert all(message["content"] for message in row["messages"])


def test_training_and_validation_do_not_share_a_conversation() -> None:
    train, valid = (set(samples.read(f"support_{part}.jsonl").splitlines()) for part in ("train", "valid"))
    assert not train & valid
    assert len(valid) == 30


def test_the_large_file_is_large_and_the_japanese_one_japanese() -> None:
    assert len(samples.read("large_train.jsonl")) > 10_000_000
    assert "ありがとうございます" in samples.read("japanese_train.jsonl").decode()


def test_the_faulty_file_ends_in_the_middle() -> None:
    last = samples.read("faulty.jsonl").splitlines()[-1]
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(last)
    assert b'"weight": 2' in samples.read("faulty.jsonl")


def test_templates_have_no_slot_left() -> None:
    assert b"{product}" not in samples.read("support_train.jsonl")
    assert phrases.SYSTEM.encode() in samples.read("support_train.jsonl")


def test_those_for_databricks_go_by_turns_and_the_faulty_one_does_not() -> None:
    for name in ("databricks_chat_train.jsonl", "databricks_chat_valid.jsonl", "databricks_faulty.jsonl"):
        rows = [json.loads(line)["messages"] for line in samples.read(name).splitlines()]
        repeated = [number for number, row in enumerate(rows, start=1) if _repeats(row)]
        assert repeated == ([18] if "faulty" in name else [])
        assert all(set(message) == {"role", "content"} for row in rows for message in row)
    phi = samples.read("phi_chat_train.jsonl")
    assert b'"system"' not in phi


def test_instructions_are_pairs_and_the_handbook_is_text() -> None:
    rows = [json.loads(line) for line in samples.read("databricks_instruction_train.jsonl").splitlines()]
    assert len(rows) == 100
    assert all(set(row) == {"prompt", "response"} and all(row.values()) for row in rows)
    handbook = samples.read("databricks_handbook.txt").decode()
    assert 80_000 < len(handbook) < 200_000
    assert "{" not in handbook
    assert services.handbook() == services.handbook()


def test_preferences_have_two_answers_and_graded_prompts_one_of_three() -> None:
    rows = [json.loads(line) for line in samples.read("preference_train.jsonl").splitlines()]
    assert len(rows) == 80
    for row in rows:
        assert row["input"]["messages"][-1]["role"] == "user"
        assert row["preferred_output"][0]["content"] != row["non_preferred_output"][0]["content"]
    train, valid = (samples.read(f"graded_{part}.jsonl").splitlines() for part in ("train", "valid"))
    assert (len(train), len(valid)) == (60, 20)
    assert not set(train) & set(valid)
    for line in (*train, *valid):
        row = json.loads(line)
        assert row["messages"][-1]["role"] == "user"
        assert row["answer"] in {"delivery", "payment", "repair"}


def _repeats(messages: list[dict[str, str]]) -> bool:
    roles = [message["role"] for message in messages]
    return any(before == role for before, role in pairwise(roles))
