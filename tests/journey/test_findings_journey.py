"""Point 1, bring data: what was found, all of it as a file, for the person alone."""

from pathlib import Path

import pytest

from sandbox import samples
from tests.datasets.risk_samples import letters
from tests.journey.data_steps import (
    content_of,
    finished,
    forged,
    given,
    given_files,
    with_commas,
    without_answers,
)
from tests.journey.steps import (
    NANO,
    asked,
    ephemeral,
    filled,
    hand_in,
    model,
    open_train,
    plain,
    ready,
    rin_of,
    told,
)
from tests.patience import until
from tests.world import ADA, BRUNO, FINETUNE, RIN, words, world

pytestmark = pytest.mark.usefixtures("brisk")
SOUND = samples.read("tiny_overfit_train.jsonl")
TOKEN = "ghp_" + letters(36)
SECRET = (
    '{"messages": [{"role": "user", "content": "Our token is TOKEN."}, '
    '{"role": "assistant", "content": "Thank you, noted."}]}\n'
).replace("TOKEN", TOKEN)


async def test_the_card_and_the_full_report(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        direct = await rin.direct()
        data = without_answers(30) + with_commas(3) + SECRET.encode() + SOUND
        await hand_in(rin, "train_w47.jsonl", data)
        card = await rin.sees(direct, "train_w47.jsonl · D1: 33 errors, nothing sent to Azure OpenAI")
        said = plain(card)
        for part in (
            "*30 lines* (1, 2, 3, …): `content` is empty",
            "*3 lines* (31, 32, 33)",
            "_can be repaired, the comma is cut_",
            "Get repaired file (3 of 33)",
            "Worth a look:",
            "1 text looks like a secret (line 34)",
        ):
            assert part in said, (part, said)
        assert "ghp_" not in words(card)
        assert said.index("30 lines") < said.index("3 lines (31") < said.index("Worth a look:")

        await rin.click(card, "data_report", direct)
        await rin.click(card, "data_report", direct)
        report = (await content_of(made, await given(rin, "D1-report.txt", card))).decode()
        for part in (
            "train_w47.jsonl · D1: full report\n33 errors",
            "ERROR · content_empty · 30 places\n",
            "why:    ",
            "source: ",
            "repair: the bot can do it, the comma is cut",
            "    line 30 messages[1].content: ",
            "HINT · secret_token · 1 place\n",
        ):
            assert part in report, (part, report)
        assert TOKEN[:9] not in report
        assert report.index("ERROR") < report.index("HINT")
        # of nothing the channel has seen a word
        channel = [one for one in await made.history(RIN, FINETUNE) if not one.get("ephemeral")]
        assert not any("train_w47" in words(one) for one in channel)
        assert await asked(made, "POST") == 0

        await finished(made, f"report:1:{RIN}")
        # what was spooled is gone: the file is checked again, from Slack if need be
        for path in made.settings.files.staging.iterdir():
            path.unlink()
        before = len(await given_files(rin, card["ts"]))
        assert before == 1, "a double click made one file"
        await rin.click(card, "data_report", direct)

        async def another() -> bool:
            return len(await given_files(rin, card["ts"])) > before

        await until(another, "the report made anew")
        anew = (await content_of(made, await given(rin, "D1-report.txt", card))).decode()
        assert anew == report

        await finished(made, f"report:1:{RIN}")
        # the file in Slack is deleted, and so is what was kept of it: said, with what to do
        for path in made.settings.files.staging.iterdir():
            path.unlink()
        for file in made.sandbox.slack.files.all():
            if file.name == "train_w47.jsonl":
                await made.post("/panel/api/file", {"file": file.id, "set": "tombstone"})
        await rin.click(card, "data_report", direct)
        failed = await told(rin, "the full report could not be made")
        assert "deleted in Slack" in failed


async def test_data_of_another_form_is_refused_by_a_method_that_does_not_read_it(tmp_path: Path) -> None:
    pair = (
        b'{"input": {"messages": [{"role": "user", "content": "Question %d?"}]}, '
        b'"preferred_output": [{"role": "assistant", "content": "Good answer %d."}], '
        b'"non_preferred_output": [{"role": "assistant", "content": "Poor %d."}]}\n'
    )
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "liked.jsonl", b"".join(pair % (at, at, at) for at in range(12)))
        card = await ready(rin, "liked.jsonl")
        assert "This is preference data (DPO)." in plain(card)
        assert "data_train" in words(card), "another connection trains with it"
        await hand_in(rin, "tiny_overfit_train.jsonl")
        await ready(rin, "tiny_overfit_train.jsonl")
        view = await open_train(rin, "train D1")
        chosen = {
            "connection": "prod-swc",
            "training_type": "GlobalStandard",
            "method": "supervised",
            "train": "D1",
            "model": await model(rin, view, NANO),
        }
        answer = await rin.submit(view, filled(view, **chosen))
        assert list(answer["errors"]) == ["train"], answer
        assert "was checked as preference; the training is supervised" in answer["errors"]["train"]


async def test_nobody_else_gets_anything_of_it(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "mine.jsonl", without_answers(12))
        await told(rin, "mine.jsonl · D1: 12 errors")
        bruno = await made.person(BRUNO)
        for name in ("data_report", "data_repaired", "data_use_repaired"):
            known = frozenset(one["ts"] for one in await made.history(BRUNO, FINETUNE))
            await forged(bruno, name, "D1")
            refused = await ephemeral(bruno, "There is no data D1", new=known)
            assert "data of somebody else" in plain(refused)
        assert not await given_files(bruno, None)


async def test_an_administrator_gets_it_in_their_own_messages(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "mine.jsonl", with_commas(12))
        card = await rin.sees(await rin.direct(), "mine.jsonl · D1: 12 errors")
        ada = await made.person(ADA)
        await forged(ada, "data_repaired", "D1")
        await ada.sees(await ada.direct(), "mine-repaired.jsonl · repaired from D1")
        await finished(made, f"repaired:1:{ADA}")
        assert [file["name"] for file in await given_files(ada, None)] == ["mine-repaired.jsonl"]
        assert not await given_files(rin, card["ts"])


async def test_examples_in_both_files_are_told_on_the_training_card(tmp_path: Path) -> None:
    valid = samples.read("support_valid.jsonl")
    both = b"".join(samples.read("support_train.jsonl").splitlines(keepends=True)[:60]) + b"".join(
        valid.splitlines(keepends=True)[:9]
    )
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "train_w47.jsonl", both, valid="support_valid.jsonl")
        await ready(rin, "train_w47.jsonl", "support_valid.jsonl")
        said = await told(
            rin, "9 examples are also in support_valid.jsonl: validation loss will look better than it is"
        )
        assert "train_w47.jsonl · D1: ready to train with" in said
