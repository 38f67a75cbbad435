"""Point 1, bring data: every way in, findings for the person alone, nothing sent to Azure that is not sound."""

from pathlib import Path
from typing import Any

import pytest

from sandbox import samples
from tests.journey.steps import (
    VERSION,
    answer_to,
    asked,
    attach,
    azure,
    chosen,
    ephemeral,
    filled,
    hand_in,
    inputs,
    plain,
    ready,
    rin_of,
    shown,
    told,
    view_text,
)
from tests.patience import until
from tests.world import FINETUNE, RANDOM, RIN, Person, World, words, world

pytestmark = pytest.mark.usefixtures("brisk")

BOM = b"\xef\xbb\xbf"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


async def test_a_faulty_file_is_told_privately_and_nothing_is_sent(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await rin.command("/finetune upload")
        view = await rin.view("upload")
        assert "At most 10" in view_text(view), view_text(view)
        assert "Use as training data" in view_text(view)
        assert inputs(view)["validation"]["optional"]

        for name, data in (
            ("faulty.jsonl", samples.read("faulty.jsonl")),
            ("too_few.jsonl", samples.read("too_few.jsonl")),
            ("photo.jsonl", PNG),
            ("nothing.jsonl", b""),
            ("<!channel> *x*.jsonl", b'[{"messages": []}]'),
        ):
            await hand_in(rin, name, data)
        direct = await rin.direct()
        faulty = await told(rin, "faulty.jsonl · D1: ")
        first = faulty.split("\n", 1)[0]
        assert first == "❌ faulty.jsonl · D1: 13 errors, nothing sent to Azure OpenAI", first
        assert "`messages[1].content`" in faulty, faulty
        assert "*Line 26* ends in the middle of the JSON" in faulty, faulty
        assert "The bot can repair 1 of 16; the rest needs you. Nothing has left Slack and the bot." in faulty
        assert "9 of the 10 examples" in await told(rin, "too_few.jsonl · D2: 1 error")
        assert "a picture" in await told(rin, "photo.jsonl · D3: ")
        assert "empty" in await told(rin, "nothing.jsonl · D4: ")
        odd = await told(rin, "· D5: ")
        assert "&lt;!channel&gt; ∗x∗.jsonl" in odd
        assert "<!channel>" not in odd
        assert "one JSON list" in odd
        # the channel has seen nothing of it, and Azure neither
        seen = [one for one in await made.history(RIN, FINETUNE) if not one.get("ephemeral")]
        assert not any("faulty" in words(one) for one in seen)
        assert await asked(made, "POST") == 0
        cards = [one for one in await made.history(RIN, direct) if "faulty.jsonl" in words(one)]
        assert len(cards) == 1
        await rin.click(cards[0], "data_upload", direct)
        await rin.view("upload", after=len(rin.pushed) - 1)


async def test_every_way_in(tmp_path: Path) -> None:
    sound = samples.read("tiny_overfit_train.jsonl")
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        # the modal; what arrives at Azure begins with a byte-order mark and is otherwise the file
        await hand_in(rin, "support_train.jsonl", valid="support_valid.jsonl")
        received = plain(await ephemeral(rin, "Checking support_train.jsonl, support_valid.jsonl"))
        assert "direct message" in received
        await ready(rin, "support_train.jsonl", "support_valid.jsonl")
        card = await told(rin, "support_train.jsonl · D1: ready to train with")
        assert "120 examples" in card
        assert "tokens (e" in card, "an estimate at first, exact when the second pass is done"
        assert "3 epochs on gpt-4.1-nano" in card
        assert "(price: sandbox price list, invented" in card
        listed = await _files(made)
        assert len(listed) == 2
        assert listed[0]["filename"].startswith("D1-support_train-")
        assert await _content(made, listed[0]["id"]) == BOM + samples.read("support_train.jsonl")

        # the shortcut on a posted file, in the channel and in a thread
        posted = await rin.say(FINETUNE, "our data", files=(await rin.attach("shared.jsonl", sound),))
        await _shortcut(rin, FINETUNE, posted)
        await ephemeral(rin, "Checking shared.jsonl")
        reply = await rin.say(
            FINETUNE, "and this", files=(await rin.attach("below.jsonl", sound + b"\n"),), thread_ts=posted
        )
        await _shortcut(rin, FINETUNE, reply)
        await ready(rin, "shared.jsonl", "below.jsonl")
        assert "Same content as D3" not in await told(rin, "shared.jsonl · D3")
        # the same again: said so, not taken in twice
        await _shortcut(rin, FINETUNE, posted)
        await until(lambda: _said(made, "You sent shared.jsonl before: it is D3"), "the second time")

        # a mention, a direct message
        await rin.say(FINETUNE, "<@U0TUNESMTH>", files=(await rin.attach("mentioned.jsonl", sound),))
        direct = await rin.direct()
        await rin.say(direct, "", files=(await rin.attach("dropped.jsonl", sound),))
        await ready(rin, "mentioned.jsonl", "dropped.jsonl")
        assert "Same content as D3" in await told(rin, "dropped.jsonl · D")
        assert len(await _files(made)) == 4  # what has the same bytes is not sent again


async def test_two_files_in_one_message(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        direct = await rin.direct()
        files = (
            await rin.attach("eval.jsonl", samples.read("support_valid.jsonl")),
            await rin.attach("data.jsonl", samples.read("support_train.jsonl")),
        )
        await rin.say(direct, "", files=files)
        await ready(rin, "eval.jsonl", "data.jsonl")
        first = await rin.sees(direct, "eval.jsonl · D1: ready")
        assert "this is taken as the validation data" in plain(first)
        await rin.click(first, "data_swap", direct)
        swapped = await rin.sees(direct, "data.jsonl · D2: this is taken as the training data, the other as")
        assert "eval.jsonl · D1" in words(swapped)
        await rin.click(swapped, "data_swap", direct)
        back = await rin.sees(direct, "data.jsonl · D2: this is taken as the validation data")
        await rin.click(back, "data_train_pair", direct)
        view = await rin.view("train")
        assert (chosen(view, "train"), chosen(view, "valid")) == ("D2", "D1")

        # of a pair with a faulty half, the sound half is offered alone
        pair = (
            await rin.attach("good.jsonl", samples.read("support_train.jsonl")),
            await rin.attach("bad_valid.jsonl", samples.read("faulty.jsonl")),
        )
        await rin.say(direct, "", files=pair)
        await ready(rin, "good.jsonl")
        await rin.sees(direct, "bad_valid.jsonl · D4: ")

        async def alone() -> bool:
            card = await rin.sees(direct, "good.jsonl · D3: ready")
            return "Train with this" in words(card)

        await until(alone, "the sound half alone")


async def test_what_is_too_large_for_the_form_goes_another_way(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await rin.command("/finetune upload")
        view = await shown(rin, "upload")
        large = await attach(rin, "large_train.jsonl", samples.read("large_train.jsonl"))
        answer = await rin.submit(view, filled(view, connection="prod-swc", training=large))
        assert list(answer["errors"]) == ["training"]  # Slack's own client says so
        posted = await rin.say(FINETUNE, "a large one", files=(large,))
        await _shortcut(rin, FINETUNE, posted)
        assert "24,000 examples" in plain(await ready(rin, "large_train.jsonl"))
        [file] = await _files(made)
        assert file["bytes"] == len(BOM) + len(samples.read("large_train.jsonl"))


async def test_what_cannot_be_taken_in(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        limits = made.settings.limits.model_copy(update={"intake_max_bytes": 20_000})
        made.settings = made.settings.model_copy(update={"limits": limits})
        await made.start()
        rin = await rin_of(made)
        bare = await rin.say(FINETUNE, "just words")
        await _shortcut(rin, FINETUNE, bare)
        assert "There is no file in this message" in plain(await ephemeral(rin, "There is no file"))
        one = samples.read("too_few.jsonl")
        three = tuple([await rin.attach(f"f{at}.jsonl", one) for at in range(3)])
        await _shortcut(rin, FINETUNE, await rin.say(FINETUNE, "three", files=three))
        assert "Two files at most" in plain(await ephemeral(rin, "Two files"))

        big = await rin.attach("big.jsonl", samples.read("support_train.jsonl"))
        await rin.say(await rin.direct(), "", files=(big,))
        large = await told(rin, "big.jsonl · D1: could not be read")
        assert "The file is too large" in large
        assert "20 KB" in large
        assert "…" not in large

        gone = await rin.attach("gone.jsonl", one)
        sent = await rin.say(FINETUNE, "gone", files=(gone,))
        await made.post("/panel/api/file", {"file": gone, "set": "tombstone"})
        await _shortcut(rin, FINETUNE, sent)
        assert "deleted in Slack" in await told(rin, "deleted in Slack")

        # what could not be read is told each time it is tried again, until it can
        odd = await rin.attach("elsewhere.jsonl", samples.read("too_few.jsonl"))
        posted = await rin.say(FINETUNE, "elsewhere", files=(odd,))
        await made.post("/panel/api/file", {"file": odd, "set": "external"})
        await _shortcut(rin, FINETUNE, posted)
        direct = await rin.direct()
        refused = await rin.sees(direct, "elsewhere.jsonl · D3: could not be read")
        assert "lives outside Slack" in plain(refused)
        await rin.click(refused, "data_retry", direct)

        async def twice() -> bool:
            seen = await made.history(RIN, direct)
            return sum("lives outside Slack" in words(one) for one in seen) == 2

        await until(twice, "the second refusal")
        file = made.sandbox.slack.files.get(odd)
        assert file is not None
        file.mode, file.external_url = "hosted", None
        await rin.click(refused, "data_retry", direct)
        await rin.sees(direct, "elsewhere.jsonl · D3: 1 error")

        # a channel where the bot is no member: the shortcut answers politely wherever it is used
        there = await rin.say(RANDOM, "look", files=(await rin.attach("random.jsonl", one),))
        await _shortcut(rin, RANDOM, there)
        await ephemeral(rin, "Checking random.jsonl", RANDOM)
        await told(rin, "random.jsonl · D")
        assert await asked(made, "POST") == 0


async def _shortcut(person: Person, channel: str, ts: str) -> None:
    answer = await person.world.page(
        "shortcut", user=person.user, callback_id="use_as_training_data", channel=channel, message_ts=ts
    )
    assert answer["ok"], answer


async def _said(made: World, part: str) -> bool:
    return any(part in plain(one) for one in await made.history(RIN, FINETUNE))


async def _files(made: World) -> list[dict[str, Any]]:
    async with azure(made) as client:
        answer = await client.get("openai/files", params=VERSION)
        found: list[dict[str, Any]] = answer.json()["data"]
        return sorted(
            (one for one in found if one["purpose"] == "fine-tune"), key=lambda one: str(one["filename"])
        )


async def _content(made: World, file_id: str) -> bytes:
    async with azure(made) as client:
        return (await client.get(f"openai/files/{file_id}/content", params=VERSION)).content


async def test_data_is_not_checked_again_for_a_connection_of_the_same_service(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await hand_in(rin, "tiny_overfit_train.jsonl")
        await ready(rin, "tiny_overfit_train.jsonl")
        for connection in ("dev-eus2", "prod-swc"):
            said = plain(await answer_to(rin, f"data D1 for {connection}", f"those of {connection} too"))
            assert "no second copy is needed" in said
        assert "D2" not in plain(await answer_to(rin, "data", "D1"))
        assert await asked(made, "POST", "/openai/files") == 1
