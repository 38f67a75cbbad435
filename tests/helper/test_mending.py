"""The helper process repairs files, leaves lines out, and guesses suspects."""

from pathlib import Path

import pytest

from bot.datasets.options import Options
from bot.datasets.repair.file import repair
from bot.datasets.repair.without import without
from bot.datasets.risk import suspects
from bot.helper import HelperError, HelperProcess
from sandbox import samples

BROKEN = b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},]}\r\n\n'


async def test_a_repair_over_there_is_the_repair_here(tmp_path: Path) -> None:
    source, here, there = tmp_path / "in.jsonl", tmp_path / "here.jsonl", tmp_path / "there.jsonl"
    source.write_bytes(BROKEN * 30 + samples.read("faulty.jsonl"))
    expected = repair(source, here, Options())
    async with HelperProcess() as helper:
        done = await helper.repair(source, there, Options(), "chat")
    assert done == expected
    assert there.read_bytes() == here.read_bytes()


async def test_lines_are_left_out(tmp_path: Path) -> None:
    source, here, there = tmp_path / "in.jsonl", tmp_path / "here.jsonl", tmp_path / "there.jsonl"
    source.write_bytes(samples.read("harmful.jsonl"))
    async with HelperProcess() as helper:
        assert await helper.without(source, there, [1, 5, 40, 99]) == 3
    assert without(source, here, [1, 5, 40, 99]) == 3
    assert there.read_bytes() == here.read_bytes()


async def test_suspects_are_those_of_a_look_here(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(samples.read("harmful.jsonl"))
    async with HelperProcess() as helper:
        found = await helper.suspects(source, "chat", ["self_harm", "violence", "bad luck"])
    assert found == suspects(source, "chat", ["self_harm", "violence", "bad luck"])
    assert found.lines
    assert found.unknown == ("bad luck",)


async def test_what_cannot_be_read_is_said_and_the_process_lives_on(tmp_path: Path) -> None:
    missing, target = tmp_path / "no.jsonl", tmp_path / "out.jsonl"
    async with HelperProcess() as helper:
        for call in (
            helper.repair(missing, target, Options()),
            helper.without(missing, target, [1]),
            helper.suspects(missing, "", ["violence"]),
        ):
            with pytest.raises(HelperError) as error:
                await call
            assert error.value.code == "helper_unreadable"
        assert len(helper.follower_pids) == 1
    assert not target.exists()
