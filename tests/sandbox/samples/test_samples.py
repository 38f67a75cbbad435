"""The sample files are what they say."""

import json

import pytest

from sandbox import samples
from sandbox.samples import make, phrases


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
