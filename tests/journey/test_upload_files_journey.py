"""Point 1, bring data: what is odd about a file is told with what to do, and a long read shows how far it is."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.datasets import intake, telling
from bot.datasets.report import Finding
from bot.datasets.spool import spooled
from sandbox import samples
from tests.journey.steps import asked, plain, ready, rin_of, told
from tests.patience import until
from tests.world import RIN, Person, World, words, world

pytestmark = pytest.mark.usefixtures("brisk", "hasty")
SOUND = samples.read("tiny_overfit_train.jsonl")
NO_ANSWER = b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": ""}]}\n'


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits before Slack is asked again for the same file, a tenth of a second."""
    soon = {code: (tries, timedelta(seconds=0.1)) for code, (tries, _) in intake.PASSING.items()}
    monkeypatch.setattr(intake, "PASSING", soon)


@pytest.fixture
def telling_soon(brisk: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that takes as long as a person takes to look is shown."""
    del brisk
    for name in ("SHOW_AFTER", "SHOW_FIRST_AFTER", "SHOW_ANYWAY"):
        monkeypatch.setattr(telling, name, 0.2)


async def odd(made: World, file_id: str, kind: str, **more: Any) -> None:
    answer = await made.post("/panel/api/file", {"file": file_id, "set": kind, **more})
    assert answer["ok"], answer


async def sent_in(person: Person, name: str, data: bytes, kind: str = "", **more: Any) -> str:
    """Post a file into the direct message, made odd before anybody looks; its id."""
    file_id = await person.attach(name, data)
    if kind:
        await odd(person.world, file_id, kind, **more)
    await person.say(await person.direct(), "", files=(file_id,))
    return file_id


def staged(made: World) -> set[str]:
    """The names of what is on this machine."""
    folder = made.settings.files.staging
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


ODD = [
    ("access_denied", {}, "The bot may not read this file", "another organisation"),
    ("hidden_by_limit", {}, "Slack hides this file", "Attach the file again"),
    ("external", {}, "lives outside Slack", "Download it and attach it"),
    ("awaiting", {"polls": 1000}, "Slack has not released this file yet", "Slack Connect"),
    ("cut", {"bytes": 900}, "The file broke off on its way", "900 bytes of"),
    ("said_size", {"bytes": 77}, "not as large as Slack says", "77 bytes"),
]


async def test_each_oddity_is_told_with_what_to_do(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        for kind, more, happened, meaning in ODD:
            await sent_in(rin, f"{kind}.jsonl", SOUND, kind, **more)
            said = await told(rin, happened)
            assert meaning in said, said
        assert not staged(made)
        assert await asked(made, "POST") == 0


async def test_the_file_server_says_something_else(tmp_path: Path) -> None:
    answers: list[tuple[dict[str, Any], str]] = [
        ({"status": 200, "headers": {"Content-Type": "text/plain"}, "body": "<html>"}, "`files:read`"),
        (
            {"status": 302, "headers": {"Location": "https://evil.example/"}},
            "The address leads to evil.example",
        ),
        ({"status": 403}, "status 403"),
        ({"status": 404}, "no longer there"),
    ]
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        for at, (spec, part) in enumerate(answers):
            match = {"method": "GET", "path": "/slack/files-pri/"}
            fault = {"service": "slack", "match": match, "kind": "status", **spec}
            assert (await made.post("/panel/api/fault", fault))["ok"]
            await sent_in(rin, f"answer{at}.jsonl", SOUND)
            await told(rin, part)
        assert not staged(made)
        assert await asked(made, "POST") == 0


async def test_what_passes_is_waited_for(tmp_path: Path) -> None:
    """Slack Connect checks a file, the connection breaks off once: nobody is bothered with it."""
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await sent_in(rin, "shared.jsonl", SOUND, "awaiting", polls=3)
        await ready(rin, "shared.jsonl")
        held = await sent_in(rin, "cut.jsonl", SOUND + b"\n", "cut", bytes=1000)
        await until(lambda: _downloads(made, held), "the first download")
        await odd(made, held, "sound")
        await ready(rin, "cut.jsonl")
        seen = [plain(one) for one in await made.history(RIN, await rin.direct())]
        assert not any("broke off" in one or "released" in one for one in seen)


async def _downloads(made: World, file_id: str) -> bool:
    return any(f"-{file_id}/" in one["path"] for one in await made.requests("slack"))


@pytest.mark.usefixtures("telling_soon")
async def test_a_long_read_shows_how_far_it_is_and_the_first_errors(tmp_path: Path) -> None:
    data = NO_ANSWER * 3 + SOUND * (400_000 // len(SOUND))
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        direct = await rin.direct()
        held = await sent_in(rin, "long.jsonl", data, "hold", bytes=200_000)
        card = await rin.sees(direct, "long.jsonl · D1: being checked")
        first = await rin.sees(direct, "First errors, while the rest is being read")
        assert first["ts"] == card["ts"]
        said = await told(rin, "3 errors so far")
        assert "Reading … " in said
        assert f" % of {len(data) / 1000:.3g} KB" in said
        assert "content" in said
        assert staged(made) == {"D1.part", "D1.findings"}
        assert await asked(made, "POST") == 0
        await odd(made, held, "release")
        result = await rin.sees(direct, "long.jsonl · D1: 3 errors, nothing sent to Azure OpenAI")
        assert result["ts"] == card["ts"]
        assert "Reading" not in plain(result)
        # everything that was found is there for the full report
        found = list(spooled(made.settings.files.staging / "D1.findings"))
        assert [one.line for one in found if isinstance(one, Finding) and one.severity == "error"] == [
            1,
            2,
            3,
        ]
        assert sum("long.jsonl · D1" in words(one) for one in await made.history(RIN, direct)) == 1


async def test_a_small_file_is_one_message_that_is_not_edited_before_its_result(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        for at in range(3):
            await sent_in(rin, f"small{at}.jsonl", NO_ANSWER * (at + 1))
            await told(rin, f"small{at}.jsonl · D{at + 1}: ")
        assert await made.count("POST", "/chat.update", "slack") == 0
        direct = await rin.direct()
        pushed = json.dumps([one for one in rin.pushed if one.get("channel") == direct], ensure_ascii=False)
        assert "being checked" not in pushed


@pytest.mark.usefixtures("telling_soon")
async def test_a_file_that_fails_on_the_way_changes_its_card(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        direct = await rin.direct()
        held = await sent_in(rin, "breaks.jsonl", SOUND * 3, "hold", bytes=len(SOUND))
        card = await rin.sees(direct, "breaks.jsonl · D1: being checked")
        # the person deletes it while it is on its way, and what came is not all
        await odd(made, held, "cut", bytes=len(SOUND) + 10)
        await odd(made, held, "release")
        await odd(made, held, "tombstone")

        async def failed() -> bool:
            seen = {one["ts"]: plain(one) for one in await made.history(RIN, direct)}
            return "could not be read" in seen[card["ts"]]

        await until(failed, "the card to say that it could not be read")
        assert "deleted in Slack" in await told(rin, "deleted in Slack")
        assert not staged(made)
