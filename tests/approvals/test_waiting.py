"""What happens to a request by itself: reminders, the look at who can approve, the end, a start after a crash."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.approvals import kinds
from bot.config.approvals import DAYS, Role, WorkingHours
from bot.store import requests
from tests.approvals.office import Office, office_in
from tests.approvals.samples import ADA, BRUNO, LEADS, NOW, RIN


async def reminded(office: Office) -> list[tuple[int, Any]]:
    """(which, when the next one comes) of the reminders that were said."""
    rows = await office.said("request.reminder")
    return [
        (row.params["nth"], row.params["next_at"] and datetime.fromisoformat(row.params["next_at"]))
        for row in rows
    ]


async def test_reminders_come_in_working_hours_and_name_the_next_one(tmp_path: Path) -> None:
    async with office_in(tmp_path, remind_hours=4, closes_hours=72) as office:
        number = await office.ask()  # Monday 10:00
        assert (await office.facts(number)).remind_at == NOW + timedelta(hours=4)
        await office.pass_time(3.9)
        assert await reminded(office) == []
        await office.pass_time(0.2)
        tomorrow = NOW.replace(hour=9) + timedelta(days=1)
        assert await reminded(office) == [(1, tomorrow)], "8 hours later is in the evening"
        assert (await office.facts(number)).remind_at == tomorrow
        for _ in range(19):
            await office.pass_time(1)
        assert await reminded(office) == [(1, tomorrow), (2, NOW.replace(hour=9) + timedelta(days=2))]
        (first, *_) = await office.said("request.reminder")
        assert first.parent_key == requests.card_key(number, 1)
        for _ in range(50):
            await office.pass_time(1)
        assert (await reminded(office))[-1] == (3, None), "the last one before it closes says so"
        assert (await office.request(number)).state == "expired"


async def test_a_reminder_that_was_due_while_the_bot_was_away_waits_for_the_morning(tmp_path: Path) -> None:
    async with office_in(tmp_path, remind_hours=1) as office:
        await office.ask()
        await office.pass_time(10)  # 20:00
        assert await reminded(office) == []
        await office.pass_time(13)
        assert [nth for nth, _ in await reminded(office)] == [1]


async def test_nobody_is_reminded_of_what_the_requester_has_to_change(tmp_path: Path) -> None:
    always = WorkingHours(days=DAYS, start=datetime.min.time(), end=datetime.min.time())
    async with office_in(tmp_path, remind_hours=1, count=2, working_hours=always) as office:
        number = await office.ask()
        await office.vote(number, ADA, "changes")
        await office.pass_time(5)
        assert await reminded(office) == []
        assert (await office.facts(number)).remind_at is None


@pytest.mark.parametrize("votes", [0, 1])
async def test_it_closes_when_it_said_and_the_requester_hears_of_it(tmp_path: Path, votes: int) -> None:
    async with office_in(tmp_path, closes_hours=2, count=2) as office:
        number = await office.ask()
        if votes:
            await office.vote(number, ADA)
        await office.pass_time(1.99)
        assert (await office.request(number)).state == "open"
        await office.pass_time(0.02)
        row = await office.request(number)
        assert (row.state, row.decision) == ("expired", {"by": [], "reason": ""})
        told = await office.said("request.decided")
        assert [one.target for one in told] == [{"channel": "C0APPROVAL"}, {"user": RIN}]
        await office.vote(number, BRUNO)
        assert [why.code for _, why in await office.refusals()] == ["closed"]
        assert await office.begun() == []


async def test_a_vote_after_closing_time_closes_it_should_nothing_else_have(tmp_path: Path) -> None:
    async with office_in(tmp_path, closes_hours=2) as office:
        number = await office.ask()
        await office.idle()
        await office.lose_tasks()
        office.clock.forward(7200)
        assert (await office.vote(number, ADA)).state == "expired"
        assert [why.code for _, why in await office.refusals()] == ["closed"]
        assert await office.begun() == []


async def test_a_policy_that_nobody_can_satisfy_is_told_on_the_request_until_it_is_mended(
    tmp_path: Path,
) -> None:
    async with office_in(tmp_path, count=2) as office:
        group = office.sandbox.slack.workspace.groups[LEADS]
        group.users[:] = [ADA, "U0GONE0001"]
        number = await office.ask()
        await office.idle()
        assert (await office.facts(number)).problem == "too_few_approvers"
        own = await office.ask(user=ADA, name="mine")
        await office.idle()
        assert (await office.facts(own)).problem == "only_requester"
        group.users.append(BRUNO)
        await office.pass_time(0.3)
        assert (await office.facts(number)).problem == ""
        assert (await office.vote(number, ADA)).state == "open"


async def test_a_start_gives_back_what_was_lost(tmp_path: Path) -> None:
    async with office_in(tmp_path, remind_hours=1, closes_hours=24, break_glass=Role(users=(ADA,))) as office:
        number = await office.ask()
        await office.pass_time(1)
        before = {key: due for key, due in (await office.planted()).items() if key.startswith("request:")}
        assert set(before) == {f"request:{number}:{what}" for what in ("check", "expire", "remind:1")}
        await office.lose_tasks()
        now = office.clock.now()
        for _ in range(2):
            assert await office.write(lambda c: kinds.replant(c, now=now, corr="t")) == 1
        await office.idle()
        after = {key: due for key, due in (await office.planted()).items() if key.startswith("request:")}
        assert set(after) == set(before)
        for what in ("expire", "remind:1"):
            assert after[f"request:{number}:{what}"] == before[f"request:{number}:{what}"]
        await office.pass_time(2)
        assert [nth for nth, _ in await reminded(office)] == [1, 2], "no reminder is said twice or left out"
