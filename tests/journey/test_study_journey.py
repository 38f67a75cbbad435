"""Point 1, bring data, a little later: exact tokens, and what is in both files, while the file is on its way."""

from pathlib import Path

import pytest

from sandbox import samples
from tests.journey.steps import NANO, filled, model, open_train, plain, ready, rin_of, shown, view_text
from tests.world import world

pytestmark = pytest.mark.usefixtures("brisk")

TRAIN = samples.read("support_train.jsonl")
VALID = b"".join(TRAIN.splitlines(keepends=True)[:12])


async def test_a_pair_is_studied_and_both_cards_tell_what_they_share(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        direct = await rin.direct()
        files = (
            await rin.attach("data_w47.jsonl", TRAIN),
            await rin.attach("valid_w47.jsonl", VALID),
        )
        await rin.say(direct, "", files=files)
        await ready(rin, "data_w47.jsonl", "valid_w47.jsonl")
        train = plain(await rin.sees(direct, "12 examples are also in valid_w47.jsonl"))
        assert "data_w47.jsonl · D1: ready to train with" in train
        assert "validation loss will look better than it is" in train
        exact = plain(await rin.sees(direct, "tokens (exact)"))
        assert "(estimate)" not in exact
        valid = plain(await rin.sees(direct, "are in the training file too"))
        assert "valid_w47.jsonl · D2" in valid
        assert "12 lines" in valid
        assert "tokens (exact)" in valid
        # the bytes were kept for both, and are not any longer
        staged = made.settings.files.staging
        await rin.sees(direct, "data_w47.jsonl · D1: ready to train with")
        assert not list(staged.glob("*.jsonl"))

        # in the order of a training it is told once more
        view = await open_train(rin)
        given = {
            "connection": "prod-swc",
            "training_type": "GlobalStandard",
            "train": "D1",
            "valid": "D2",
            "model": await model(rin, view, NANO),
        }
        before = len(rin.pushed)
        assert await rin.submit(view, filled(view, **given)) == {"ok": True}
        summary = view_text(await shown(rin, "train_summary", before))
        assert "12 examples are in both files" in summary
        assert "tokens (exact)" in summary
