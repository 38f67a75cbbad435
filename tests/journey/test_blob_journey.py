"""Data by the address of a blob: imported with the bot's identity, every refusal told, and no signature anywhere."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.datasets import importing, intake
from sandbox import samples
from sandbox.azure_blob import ACCOUNT, CONTAINER, SAMPLE
from tests.breaking.evidence import rows
from tests.journey.steps import asked, attach, filled, inputs, plain, ready, rin_of, shown, told
from tests.patience import until
from tests.world import FINETUNE, RIN, Person, World, words, world

pytestmark = pytest.mark.usefixtures("brisk", "hasty")
SOUND = samples.read("tiny_overfit_train.jsonl")
CLOUD = f"https://{ACCOUNT}.blob.core.windows.net/{CONTAINER}"
SECRET = "c2VjcmV0LXNpZ25hdHVyZQ"
SIGNED = f"{CLOUD}/{SAMPLE}?sv=2024-11-04&sp=r&sig={SECRET}%3D"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits before a blob is asked for again, a tenth of a second."""
    soon = {code: (tries, timedelta(seconds=0.1)) for code, (tries, _) in intake.PASSING.items()}
    monkeypatch.setattr(intake, "PASSING", soon)
    monkeypatch.setattr(importing, "WAIT", 0.05)


def put(made: World, name: str, content: bytes | Path, *, archived: bool = False) -> str:
    """Store a blob; its address."""
    made.sandbox.blobs.put(ACCOUNT, CONTAINER, name, content, archived=archived)
    return f"{CLOUD}/{name}"


async def form(person: Person, *, address: str = "", training: str | None = None) -> dict[str, object]:
    """Send the upload form."""
    before = len(person.pushed)
    await person.command("/finetune upload")
    view = await shown(person, "upload", before)
    given: dict[str, str] = {"connection": "prod-swc", "address": address}
    if training is not None:
        given["training"] = await attach(person, training, SOUND)
    return await person.submit(view, filled(view, **given))


async def test_by_command_by_form_and_beside_a_file(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await rin.command(f"/finetune upload {CLOUD}/{SAMPLE}")
        await ready(rin, "train_blob.jsonl")
        [row] = rows(made, "SELECT source FROM dataset")
        assert f'"blob": "{ACCOUNT}/{CONTAINER}/{SAMPLE}"' in row["source"]

        put(made, "a/second train.jsonl", SOUND)
        answer = await form(
            rin, address=f"{made.sandbox.url}/blob/{ACCOUNT}/{CONTAINER}/a/second%20train.jsonl"
        )
        assert answer == {"ok": True}
        await ready(rin, "second train.jsonl")

        valid = put(made, "held_out.jsonl", samples.read("support_valid.jsonl"))
        assert await form(rin, address=valid, training="own.jsonl") == {"ok": True}
        await ready(rin, "held_out.jsonl", "own.jsonl")
        found = rows(made, "SELECT name, role, pair FROM dataset ORDER BY id DESC LIMIT 2")
        assert {one["name"]: one["role"] for one in found} == {
            "held_out.jsonl": "validation",
            "own.jsonl": "training",
        }
        assert all(one["pair"] for one in found)
        assert not list(made.settings.files.staging.glob("*.part"))


async def test_two_addresses_are_training_and_validation(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        first = put(made, "eval_set.jsonl", samples.read("support_valid.jsonl"))
        other = put(made, "all.jsonl", SOUND)
        await rin.command(f"/finetune upload {first} {other} dev-eus2")
        await ready(rin, "eval_set.jsonl", "all.jsonl")
        found = rows(made, "SELECT name, role FROM dataset")
        assert {one["name"]: one["role"] for one in found} == {
            "eval_set.jsonl": "validation",
            "all.jsonl": "training",
        }
        [connection] = {one["connection"] for one in rows(made, "SELECT connection FROM dataset_copy")}
        assert connection == "dev-eus2"


async def test_a_signature_is_refused_and_kept_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        refused = "holds a signature"
        for text in (f"/finetune upload {SIGNED}", f"/finetune {SIGNED}", f"/finetune jobs <{SIGNED}|x>"):
            before = len(await made.history(RIN, FINETUNE))
            await rin.command(text)
            answer = await until(partial(_after, made, before), "an answer")
            assert refused in plain(answer)
        assert "blob_signature" not in (said := str(await form(rin, address=SIGNED)))
        assert refused in said
        assert await form(rin, address=f"{CLOUD}/x.jsonl?snapshot=1") != {"ok": True}
        direct = await rin.direct()
        await rin.say(direct, f"please use {SIGNED}")
        await told(rin, refused)
        file_id = await rin.attach("beside.jsonl", SOUND)
        await rin.say(direct, f"this, or {SIGNED}", files=(file_id,))
        await ready(rin, "beside.jsonl")
        await until(lambda: _times(made, rin, refused, 2), "the second refusal")
        bot_said = [one for one in await made.history(RIN, direct) if one.get("bot_id")]
        bot_said += [one for one in await made.history(RIN, FINETUNE) if one.get("bot_id")]
        assert not any(SECRET in words(one) for one in bot_said)
        assert len(rows(made, "SELECT id FROM dataset")) == 1
        await made.stop()
        assert SECRET.encode() not in stored(tmp_path)
        ours = [one.getMessage() for one in caplog.records if one.name.split(".")[0] in OURS]
        assert not any(SECRET in line for line in ours)
        assert not [one for one in await made.requests() if one["path"].startswith("/blob/")]


OURS = frozenset({"bot", "handlers", "providers", "tunesmith"})
"""What the frameworks log at DEBUG, payloads and tokens, is never switched on (`bot.logs.configure`)."""


def stored(folder: Path) -> bytes:
    """Everything that the program wrote into its store."""
    return b"".join(path.read_bytes() for path in folder.glob("*.db*"))


async def _after(made: World, count: int) -> dict[str, Any] | None:
    """The newest of more messages than these in the channel."""
    found = await made.history(RIN, FINETUNE)
    return found[-1] if len(found) > count else None


async def _times(made: World, person: Person, part: str, times: int) -> bool:
    said = [words(one) for one in await made.history(RIN, await person.direct()) if one.get("bot_id")]
    return sum(part in one for one in said) >= times


async def test_what_cannot_be_named_is_refused_at_once(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        before = len(rin.pushed)
        await rin.command("/finetune upload")
        view = await shown(rin, "upload", before)
        assert ACCOUNT in inputs(view)["address"]["hint"]["text"]
        answers = [
            ("https://other.blob.core.windows.net/c/x.jsonl", "not set up for the bot"),
            (f"https://{ACCOUNT}.blob.core.windows.net/onlycontainer", "not the address of a blob"),
            ("train.jsonl", "not the address of a blob"),
            (" ".join([f"{CLOUD}/x.jsonl"] * 3), "Two files or addresses at most"),
            ("", "no file and no address"),
        ]
        for address, part in answers:
            assert part in str(await form(rin, address=address)), address
        assert await form(rin, address="train.jsonl", training="kept.jsonl") == {"ok": True}
        await told(rin, "not the address of a blob")
        assert not rows(made, "SELECT id FROM dataset")


async def test_what_the_account_refuses_is_told_with_what_to_do(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        switches: list[tuple[dict[str, bool], str, str]] = [
            ({"readable": False}, "The bot may not read the storage account", "az role assignment create"),
            ({"open": False}, "refuses the bot", "allows the bot's network"),
        ]
        for switch, happened, remedy in switches:
            await made.post("/panel/api/service", {"service": "blob", "set": switch})
            await rin.command(f"/finetune upload {CLOUD}/{SAMPLE}")
            assert remedy in await told(rin, happened)
            back = dict.fromkeys(switch, True)
            await made.post("/panel/api/service", {"service": "blob", "set": back})
        cold = put(made, "cold.jsonl", SOUND, archived=True)
        large = put(made, "large.jsonl", sparse(tmp_path / "large", 537_000_000))
        told_of = [
            (f"{CLOUD}/missing.jsonl", "There is no blob missing.jsonl"),
            (f"https://{ACCOUNT}.blob.core.windows.net/elsewhere/x.jsonl", "There is no container elsewhere"),
            (cold, "archive tier"),
            (put(made, "empty.jsonl", b""), "The blob is empty"),
            (large, "The file is too large"),
        ]
        for address, part in told_of:
            await rin.command(f"/finetune upload {address}")
            await told(rin, part)
        assert not list(made.settings.files.staging.glob("*"))
        assert await asked(made, "POST") == 0


async def test_a_break_is_gone_on_with_and_a_change_is_read_anew(tmp_path: Path) -> None:
    data = SOUND * (1_500_000 // len(SOUND))
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        address = put(made, "broken.jsonl", data)
        made.sandbox.blobs.break_after = 700_000
        await rin.command(f"/finetune upload {address}")
        await ready(rin, "broken.jsonl")
        reads = [one for one in await made.requests() if one["path"].endswith("/broken.jsonl")]
        assert len(reads) == 3, "a look, a read that broke, and the rest"

        address = put(made, "moving.jsonl", data)
        await made.post("/panel/api/service", {"service": "blob", "set": {"hold_after": 500_000}})
        made.sandbox.blobs.break_after = 800_000
        await rin.command(f"/finetune upload {address}")
        await until(lambda: made.sandbox.blobs.held, "the read to wait")
        await rin.command(f"/finetune upload {address}")
        await rin.sees(FINETUNE, "You sent moving.jsonl before: it is D2")
        put(made, "moving.jsonl", data + SOUND)
        await made.post("/panel/api/service", {"service": "blob", "set": {"hold_after": None}})
        await ready(rin, "moving.jsonl")
        [row] = rows(made, "SELECT bytes, state FROM dataset WHERE name = 'moving.jsonl'")
        assert row == {"bytes": len(data) + len(SOUND), "state": "ready"}

        put(made, "moving.jsonl", SOUND)
        await rin.say(await rin.direct(), f"upload {address}")
        await until(
            lambda: len(rows(made, "SELECT id FROM dataset")) == 3, "another one, for it may be another"
        )


async def test_a_blob_that_changed_after_its_check_is_not_sent(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        address = put(made, "later.jsonl", SOUND)
        await made.post(
            "/panel/api/fault",
            {
                "service": "azure",
                "match": {"method": "POST", "path": r"re:/openai/files$"},
                "kind": "status",
                "status": 503,
                "times": 1,
                "headers": {"Retry-After": "3"},
            },
        )
        await rin.command(f"/finetune upload {address}")
        await until(lambda: _tried(made), "the first try to send it")
        for path in made.settings.files.staging.glob("*.jsonl"):
            path.unlink()
        put(made, "later.jsonl", SOUND + SOUND)
        await told(rin, "The blob is not the one that was checked")
        assert await made.count("GET", "/later.jsonl") >= 3


def sparse(path: Path, size: int) -> Path:
    """A file of this size that takes no room."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


async def _tried(made: World) -> bool:
    return await made.count("POST", "/openai/files") > 0
