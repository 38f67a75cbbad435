"""Point 1, bring data: the repaired file, to look at and to train with."""

from pathlib import Path

import pytest

from bot.datasets.options import Options
from bot.datasets.repair.file import repair
from sandbox import samples
from tests.journey.data_steps import content_of, finished, given, given_files, with_commas, without_answers
from tests.journey.steps import asked, ephemeral, hand_in, plain, ready, rin_of, told
from tests.patience import until
from tests.world import FINETUNE, RIN, words, world

pytestmark = pytest.mark.usefixtures("brisk")
SOUND = samples.read("tiny_overfit_train.jsonl")


def repaired(tmp_path: Path, data: bytes) -> bytes:
    """What the repair makes of it, asked directly."""
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(data)
    repair(source, target, Options())
    return target.read_bytes()


async def test_the_repaired_file_to_look_at(tmp_path: Path) -> None:
    data = with_commas(12) + without_answers(2) + SOUND
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        direct = await rin.direct()
        await hand_in(rin, "train_w47.jsonl", data)
        card = await rin.sees(direct, "train_w47.jsonl · D1: 14 errors, nothing sent to Azure OpenAI")
        assert "Get repaired file (12 of 14)" in words(card)
        assert "The bot can repair 12 of 14; the rest needs you" in plain(card)
        await rin.click(card, "data_repaired", direct)
        await rin.click(card, "data_repaired", direct)
        file = await given(rin, "train_w47-repaired.jsonl", card)
        assert await content_of(made, file) == repaired(tmp_path, data)
        said = plain(
            await rin.sees(
                direct,
                "train_w47-repaired.jsonl · repaired from D1, 2 findings left for you",
                thread_ts=card["ts"],
            )
        )
        assert "comma before a closing bracket cut: 12 lines (1, 2, 3, 4, 5" in said
        assert "The full report names what is left." in said
        await finished(made, f"repaired:1:{RIN}")
        assert len(await given_files(rin, card["ts"])) == 1
        kinds = {path.suffix for path in made.settings.files.staging.iterdir()}
        assert kinds <= {".jsonl", ".findings", ".studied"}
        assert await asked(made, "POST") == 0


async def test_training_with_the_repaired_file(tmp_path: Path) -> None:
    data = with_commas(12) + SOUND
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        direct = await rin.direct()
        await hand_in(rin, "train_w47.jsonl", data, valid="support_valid.jsonl")
        card = await rin.sees(direct, "train_w47.jsonl · D1: 12 errors")
        assert "The bot can repair all of it." in plain(card)
        # the bytes are fetched again where they are gone
        (made.settings.files.staging / "D1.jsonl").unlink()
        await rin.click(card, "data_use_repaired", direct)
        await ready(rin, "train_w47-repaired.jsonl")
        new = await rin.sees(direct, "train_w47-repaired.jsonl · D3: ready to train with")
        said = plain(new)
        assert "Repaired from D1. Content was not touched." in said
        assert "It goes together with support_valid.jsonl · D2" in said
        assert "Train with both" in words(new)
        # once, however often it is asked for
        await rin.click(card, "data_use_repaired", direct)
        await told(rin, "That was made before: it is D3.")
        await finished(made, "upload:2")
        sent = [one for one in await made.requests() if one["method"] == "POST" and "files" in one["path"]]
        assert len(sent) == 2, "the validation data and the repaired data"

        async def paired() -> bool:
            valid = await rin.sees(direct, "support_valid.jsonl · D2")
            return "train_w47-repaired.jsonl · D3" in words(valid)

        await until(paired, "the other half to go with it")


async def test_a_restart_in_the_middle(tmp_path: Path) -> None:
    """The intake of repaired data is broken off before anything of it is on disk, and goes on."""
    data = with_commas(40) + SOUND
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        direct = await rin.direct()
        await hand_in(rin, "again.jsonl", data)
        card = await rin.sees(direct, "again.jsonl · D1: 40 errors")
        (made.settings.files.staging / "D1.jsonl").unlink()
        await rin.click(card, "data_use_repaired", direct)
        await made.stop()
        for path in made.settings.files.staging.iterdir():
            path.unlink()
        await made.start()
        await ready(rin, "again-repaired.jsonl")
        cards = [one for one in await made.history(RIN, direct) if "again-repaired.jsonl · D2" in words(one)]
        assert len(cards) == 1


async def test_a_file_that_is_too_large_to_be_sent_through_slack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.datasets.giving.LARGEST", 5_000)
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        direct = await rin.direct()
        await hand_in(rin, "large.jsonl", with_commas(60) + SOUND)
        card = await rin.sees(direct, "large.jsonl · D1: 60 errors")
        await rin.click(card, "data_repaired", direct)
        said = await told(rin, "the repaired file could not be made")
        assert "tunesmith validate FILE --fix OUT" in said
        assert "Use repaired file works for every size" in said
        await rin.click(card, "data_use_repaired", direct)
        await ready(rin, "large-repaired.jsonl")
        await ephemeral(rin, "Checking large.jsonl", FINETUNE)
