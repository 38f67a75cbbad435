"""Point 5, understand: after a refusal by the safety check, our guess which lines it was, for the starter alone."""

from pathlib import Path

import pytest

from sandbox import samples
from tests.journey.data_steps import finished
from tests.journey.steps import (
    NANO,
    VERSION,
    azure,
    card,
    chosen,
    filled,
    hand_in,
    model,
    plain,
    ready,
    rin_of,
    shown,
    start,
    switch,
    thread,
    told,
)
from tests.world import FINETUNE, RIN, words, world

pytestmark = pytest.mark.usefixtures("brisk")


async def test_the_guess_and_training_without_those_lines(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        direct = await rin.direct()
        await hand_in(rin, "harmful.jsonl", valid="support_valid.jsonl")
        await ready(rin, "harmful.jsonl", "support_valid.jsonl")
        await start(rin, data="D1", valid="D2", suffix="angry", hp_n_epochs="4")
        place = await card(rin, "Failed")
        guess = await rin.sees(
            direct, "J1 angry: our guess which lines Azure OpenAI means, 12 of 40 examples"
        )
        said = plain(guess)
        assert "harmful.jsonl · D1 hold words of *self-harm* and *violence*." in said, said
        assert "Azure OpenAI does not say which; check them." in said
        # neither the lines nor the texts are in the channel
        below = " ".join(words(one) for one in await thread(rin, place))
        assert "our guess" not in below
        assert "Lines" not in below

        await rin.click(guess, "guess_without", direct)
        await rin.click(guess, "guess_without", direct)
        new = await ready(rin, "harmful-shorter.jsonl")
        said = plain(new)
        assert "harmful-shorter.jsonl · D3: ready to train with" in said
        assert "28 examples" in said
        assert "Made of D1 without 12 lines. It was made to train like J1 again." in said
        lines = samples.read("harmful.jsonl").splitlines(keepends=True)
        async with azure(made) as client:
            files = (await client.get("openai/files", params=VERSION)).json()["data"]
            [sent] = [one for one in files if one["filename"].startswith("D3-")]
            content = (await client.get(f"openai/files/{sent['id']}/content", params=VERSION)).content
        kept = content.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)
        assert len(kept) == 28
        assert all(line in lines for line in kept)

        # the same settings with this data, confirmed by the person as always
        before = len(rin.pushed)
        await rin.click(new, "data_train_like", direct)
        view = await shown(rin, "train", before)
        assert (chosen(view, "train"), chosen(view, "valid")) == ("D3", "D2")
        assert chosen(view, "training_type") == "GlobalStandard"
        before = len(rin.pushed)
        given = {
            "connection": "prod-swc",
            "training_type": "GlobalStandard",
            "train": "D3",
            "valid": "D2",
            "model": await model(rin, view, NANO),
            "suffix": "calm",
        }
        assert await rin.submit(view, filled(view, **given)) == {"ok": True}
        assert await rin.submit(await shown(rin, "train_summary", before), {}) == {"ok": True}
        await card(rin, "Trained", "J2")
        made_again = [one for one in await made.history(RIN, direct) if "-shorter.jsonl · D" in words(one)]
        assert len(made_again) == 1


async def test_no_suspect_line_and_no_bytes_left(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "tiny_overfit_train.jsonl")
        await ready(rin, "tiny_overfit_train.jsonl")
        await switch(made, fail_safety=["sexual"])
        await start(rin, suffix="plain")
        said = await told(rin, "J1 plain: we cannot guess which lines Azure OpenAI means")
        assert (
            "No line of tiny_overfit_train.jsonl · D1 holds words that we know of *sexual content*." in said
        )
        assert "without them" not in said
        await finished(made, "guess:J1")

        for file in made.sandbox.slack.files.all():
            await made.post("/panel/api/file", {"file": file.id, "set": "tombstone"})
        for path in made.settings.files.staging.iterdir():
            path.unlink()
        await start(rin, suffix="gone")
        said = await told(rin, "could not guess which lines were refused")
        assert "deleted in Slack" in said
        channel = [words(one) for one in await made.history(RIN, FINETUNE)]
        assert not any("could not guess" in one for one in channel)
