"""Everything that can be typed, however it is typed; and what comes twice, which does nothing twice."""

import asyncio
import copy
from pathlib import Path
from typing import Any

import pytest

from sandbox.slack.delivery import Answer, Kind
from tests.journey.steps import (
    answer_to,
    asked,
    attach,
    card,
    ephemeral,
    hand_in,
    plain,
    ready,
    rin_of,
    shown,
    start,
    switch,
    thread,
    told,
)
from tests.patience import until
from tests.world import FINETUNE, RIN, World, words, world

pytestmark = pytest.mark.usefixtures("brisk")


async def test_words_however_they_are_typed(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        launcher = await answer_to(rin, "", "What do you want to do?")
        assert "Nothing of yours is running" in plain(launcher)
        await rin.click(launcher, "launch_help", FINETUNE)
        helped = plain(await ephemeral(rin, "Tunesmith runs the life"))
        for part in (
            "/finetune upload",
            "train like J142",
            "jobs all",
            "@Tunesmith pause",
            "Use as training data",
        ):
            assert part in helped, part
        unknown = plain(await answer_to(rin, "trian", "There is no command"))
        assert "Did you mean `train`?" in unknown
        assert "<" not in plain(await answer_to(rin, "<b>*x*", "There is no command")).replace("&lt;", "")
        assert "You have no jobs yet" in plain(await answer_to(rin, "“jobs”", "Your jobs"))
        assert "You have no jobs yet" in plain(await answer_to(rin, "\u00a0ＪＯＢＳ ", "Your jobs"))
        assert "You have no jobs yet" in plain(await answer_to(rin, "job", "You have no jobs yet"))
        assert "You have no jobs yet" in plain(await answer_to(rin, "pause", "You have no jobs yet"))
        assert "You have sent no data yet" in plain(await answer_to(rin, "data", "Your data"))
        assert "There is no data D7" in plain(await answer_to(rin, "data D7", "There is no data D7"))

        async def healthy() -> str | None:
            said = plain(await answer_to(rin, "connections", "Connections"))
            return said if said.count("works") >= 4 else None

        connections = await until(healthy, "both connections to be asked")
        for part in ("prod-swc", "dev-eus2", "Sweden Central", "jobs kept 0 of 100"):
            assert part in connections, (part, connections)
        # in the direct message the same words work without the slash
        direct = await rin.direct()
        await rin.say(direct, "jobs")
        await told(rin, "Your jobs")
        await rin.say(direct, "thanks!")
        await told(rin, "There is no command `thanks`")
        await rin.say(direct, "train")
        answer = await rin.sees(direct, "What do you want to do?")
        before = len(rin.pushed)
        await rin.click(answer, "launch_train", direct)
        await shown(rin, "train", before)
        # people's talk among themselves is not for the bot
        await rin.say(FINETUNE, "jobs are hard to find")
        await rin.say(FINETUNE, "<@U0TUNESMTH> connections")
        await ephemeral(rin, "Connections")
        assert await asked(made, "POST") == 0


async def test_what_comes_twice_does_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        record = _Deliveries(made, monkeypatch)
        await hand_in(rin, "tiny_overfit_train.jsonl")
        await record.again("view_submission")
        await rin.say(
            await rin.direct(),
            "",
            files=(await attach(rin, "<@U0APPROVE1>&*a*`b`.jsonl", b"not JSON at all\n" * 12),),
        )
        odd = await told(rin, "· D2: ")
        assert "&lt;@U0APPROVE1&gt;&amp;∗a∗ˋbˋ.jsonl" in odd
        assert "<@U0APPROVE1>" not in odd
        await ready(rin, "tiny_overfit_train.jsonl")
        direct = await made.history(RIN, await rin.direct())
        assert sum("tiny_overfit_train.jsonl · D" in words(one) for one in direct) == 1
        assert "D3" not in "".join(words(one) for one in direct)

        await switch(made, speed=1)
        await start(rin, suffix="only-once")
        await record.again("view_submission")
        place = await card(rin, "Running")
        await asyncio.gather(*(rin.click(place, "job_cancel", FINETUNE) for _ in range(3)))
        await record.again("block_actions")
        await card(rin, "Cancelled")
        await told(rin, "is cancelled", channel=FINETUNE, thread_ts=place["ts"])
        before = len(await made.history(RIN, FINETUNE))
        await rin.command("/finetune jobs")
        await ephemeral(rin, "Your jobs")
        await record.again("/finetune")
        await answer_to(rin, "help", "Tunesmith runs")
        assert len(await made.history(RIN, FINETUNE)) == before + 2
        assert await made.count("POST", "/openai/fine_tuning/jobs") == 1
        assert await made.count("POST", "/openai/files") == 1
        assert await made.count("POST", "/cancel") == 1
        assert sum("is cancelled" in words(one) for one in await thread(rin, place)) == 1


class _Deliveries:
    """Remembers what Slack delivered, to deliver it once more as Slack does when an answer was lost."""

    def __init__(self, made: World, monkeypatch: pytest.MonkeyPatch) -> None:
        delivery = made.sandbox.slack.interactions._delivery
        self._real = delivery.request
        self._seen: list[tuple[Kind, dict[str, Any]]] = []
        monkeypatch.setattr(delivery, "request", self._request)

    async def _request(self, kind: Kind, payload: dict[str, Any]) -> Answer:
        self._seen.append((kind, copy.deepcopy(payload)))
        return await self._real(kind, payload)

    async def again(self, what: str) -> None:
        """Deliver the last payload of this type, or of this command, again."""
        kind, payload = next(
            one for one in reversed(self._seen) if what in (one[1].get("type"), one[1].get("command"))
        )
        answer = await self._real(kind, copy.deepcopy(payload))
        assert answer.error is None
