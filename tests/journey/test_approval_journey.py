"""Point 2, approve: who decides and who does not, rounds, reminders, closing; and that everybody sees the same."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.config.approvals import PolicyRule, Role
from tests.journey.deploy_steps import (
    approve,
    ask,
    buttons,
    govern,
    old_copies,
    request_card,
    sent,
    state_of,
    submitted,
    with_model,
)
from tests.journey.steps import (
    answer_to,
    ephemeral,
    plain,
    press,
    shown,
    told,
    view_text,
)
from tests.patience import until
from tests.world import ADA, APPROVALS, BRUNO, FINETUNE, GIL, SAM, Person, World, world

pytestmark = pytest.mark.usefixtures("swift")
NEVER = {"deploy_seconds": 36_000}


async def test_guests_and_other_teams_are_refused_wherever_they_click(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        workspace = made.sandbox.slack.workspace
        workspace.channels[APPROVALS].members |= {GIL, SAM}
        workspace.groups["S0MLLEADS"].users += [
            GIL,
            SAM,
        ]  # in the group of the approvers, and still not approvers
        rin, model = await with_model(made)
        gil, sam = await made.person(GIL), await made.person(SAM)
        await answer_to(gil, f"deploy {model}", "Guests cannot use this")
        # another organisation's people have no slash commands of this workspace, but they can mention the bot
        await sam.say(FINETUNE, f"<@U0TUNESMTH> deploy {model}")
        await ephemeral(sam, "This is for people of the home workspace")

        await ask(rin, model, "support-v1")
        found = await request_card(rin, "Deploy support-v1? · A1")
        await gil.click(found, "request_approve", APPROVALS)
        await told(gil, "Guests")
        await sam.click(found, "request_approve", APPROVALS)
        await ephemeral(sam, "This is for people of the home workspace", APPROVALS)
        for person in (gil, sam):
            await person.click(found, "request_reject", APPROVALS)
        await ephemeral(gil, "Guests", APPROVALS)
        assert not [event for event in [*gil.pushed, *sam.pushed] if event["type"] == "view_opened"]

        assert "0 of 2" in plain(await request_card(rin, "Deploy support-v1? · A1"))
        await approve(made)
        await request_card(rin, "Approved · deploy support-v1 · A1")


async def test_who_asks_cannot_approve_unless_the_policy_says_so(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        own = PolicyRule(kind="deployment", connection="dev-*", count=1, self_approval=True)
        govern(made, count=1, rules=(own,))
        _, model = await with_model(made)
        bruno = await made.person(BRUNO)
        await ask(bruno, model, "mine-v1")
        found = await request_card(bruno, "Deploy mine-v1? · A1 · one of")
        assert "the requester cannot approve" in plain(found)
        await bruno.click(found, "request_approve", APPROVALS)
        await told(bruno, "Somebody else has to approve what you ask for")
        copy = await request_card(bruno, "Deploy mine-v1?", await bruno.direct())
        await bruno.click(copy, "request_withdraw", await bruno.direct())
        await request_card(bruno, "Withdrawn · deploy mine-v1 · A1")

        # another connection has a policy of its own, and allows it
        await ask(bruno, model, "mine-v1", connection="dev-eus2")
        found = await request_card(bruno, "Deploy mine-v1? · A2 · one of")
        assert "the requester may approve too" in plain(found)
        await bruno.click(found, "request_approve", APPROVALS)
        await request_card(bruno, "Approved · deploy mine-v1 · A2")


async def test_a_second_click_is_answered_and_every_copy_loses_its_buttons(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        govern(made, remind_hours=2 / 3600)
        rin, model = await with_model(made)
        ada, bruno = await made.person(ADA), await made.person(BRUNO)
        for person in (ada, bruno):
            await made.page("home", user=person.user)
        await ask(rin, model, "support-v1")
        found = await request_card(ada, "Deploy support-v1? · A1")
        own = await request_card(rin, "Deploy support-v1? · A1", await rin.direct())
        thread = await told(ada, "A1 deploy support-v1 still waits", channel=APPROVALS, thread_ts=found["ts"])
        assert "reminder 1 · the next one" in thread
        listed = await answer_to(bruno, "approvals", "Waiting for you")
        assert "A1 · Deploy support-v1?" in plain(listed)

        before = len(ada.pushed)
        await ada.click(found, "request_reject", APPROVALS)
        why = await shown(ada, "vote", before)
        # while Ada writes, Bruno opens the same modal
        before = len(bruno.pushed)
        await bruno.click(found, "request_reject", APPROVALS)
        later = await shown(bruno, "vote", before)
        async with old_copies(made):
            assert (await ada.submit(why, state_of(why, reason="Not before the audit.")))["ok"]
            await told(rin, "A1 deploy support-v1: rejected")
            await bruno.click(found, "request_approve", APPROVALS)
            answer = await told(bruno, "already decided by")
            assert f"A1 is already decided by <@{ADA}>" in answer
            assert "It is rejected." in answer
            assert (await bruno.submit(later, state_of(later, reason="Nor after it.")))["ok"]
            await until(lambda: _times(made, bruno.user, "already decided by", 2), "the second answer")
            await rin.click(own, "request_withdraw", await rin.direct())
            await ephemeral(rin, "already decided by", await rin.direct())
        rejected = await request_card(ada, "Rejected · deploy support-v1 · A1")
        await request_card(rin, "Rejected · deploy support-v1 · A1", await rin.direct())

        assert buttons(rejected) == ["request_details"]
        for person, channel, ts in (
            (rin, await rin.direct(), None),
            (ada, APPROVALS, None),
            (ada, APPROVALS, found["ts"]),
        ):
            for message in await made.history(person.user, channel, ts):
                if "support-v1" in plain(message):
                    left = {one for one in buttons(message) if one.startswith("request_")}
                    assert left <= {"request_details"}, plain(message)
        home = (await made.page("home", user=BRUNO)).get("view") or {}
        assert "request_approve" not in view_text(home)
        assert await sent(made) == 0


async def _times(made: World, user: str, part: str, count: int) -> bool:
    person = await made.person(user)
    found = await person.world.history(user, await person.direct())
    return sum(part in plain(message) for message in found) >= count


async def test_two_last_votes_at_the_same_time_decide_once(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        govern(made, count=1)
        rin, model = await with_model(made)
        ada, bruno = await made.person(ADA), await made.person(BRUNO)
        await ask(rin, model, "support-v1")
        found = await request_card(ada, "Deploy support-v1? · A1")
        await asyncio.gather(
            *(person.click(found, "request_approve", APPROVALS) for person in (ada, bruno, ada, bruno))
        )
        await request_card(rin, "support-v1 answers", await rin.direct())
        answers = [plain(one) for one in await made.history(rin.user, await rin.direct())]
        assert sum("A1 deploy support-v1: approved" in one for one in answers) == 1
        assert sum("support-v1 answers" in one for one in answers) == 1
        assert await sent(made) == 1
        late = [
            plain(one)
            for person in (ada, bruno)
            for one in await made.history(person.user, await person.direct())
            if "already decided by" in plain(one)
        ]
        assert late


async def test_a_vote_on_a_round_that_was_replaced_counts_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        rin, model = await with_model(made)
        ada = await made.person(ADA)
        await ask(rin, model, "support-v1", reason="Cheaper answers.")
        first = await request_card(ada, "Deploy support-v1? · A1")
        await ada.click(first, "request_approve", APPROVALS)
        await request_card(ada, "1 of 2")

        direct = await rin.direct()
        before = len(rin.pushed)
        await rin.click(await request_card(rin, "Deploy support-v1?", direct), "request_change", direct)
        view = await shown(rin, "deploy", before)
        again = {"name": "support-v2", "reason": "Better answers.", "tags": "team=support"}
        async with old_copies(made):
            assert await submitted(rin, view, **again) == {}
            line = "Votes on the round above do not count any more"
            await told(ada, line, channel=APPROVALS, thread_ts=first["ts"])
            await ada.click(first, "request_approve", APPROVALS)
            assert "Vote on the newer message" in await told(ada, "A1 was changed since this message")
        second = await request_card(ada, "Deploy support-v2? · A1")
        said = plain(second)
        for part in (
            "Changed since round 1",
            "*Name:* support-v1 → support-v2",
            "*Tags:* none → team=support",
            "*Reason before:* Cheaper answers.",
            "0 of 2",
        ):
            assert part in said, (part, said)
        assert buttons(await request_card(ada, "Replaced by round 2")) == []

        # the vote of the round before can be cast again
        await ada.click(second, "request_approve", APPROVALS)
        await request_card(ada, "1 of 2")


async def test_it_is_reminded_of_with_backoff_and_closes_when_it_said(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        govern(made, closes_hours=9 / 3600, remind_hours=1.5 / 3600)
        rin, model = await with_model(made)
        ada = await made.person(ADA)
        await ask(rin, model, "support-v1")
        found = await request_card(ada, "Deploy support-v1? · A1")
        await ada.click(found, "request_approve", APPROVALS)
        first = await told(ada, "reminder 1 · the next one", channel=APPROVALS, thread_ts=found["ts"])
        assert "Needed: one of <!subteam^S0MLLEADS>" in first
        last = await told(ada, "reminder 2 · the last one", channel=APPROVALS, thread_ts=found["ts"])
        assert "1 of 2" in last
        bruno = await made.person(BRUNO)
        async with old_copies(made):
            await told(rin, "A1 deploy support-v1: closed undecided")
            await bruno.click(found, "request_approve", APPROVALS)
            await until(lambda: _times(made, BRUNO, "A1", 1), "an answer to the late vote")
        assert "A1 has closed" in plain((await made.history(BRUNO, await bruno.direct()))[-1])
        closed = await request_card(ada, "Closed undecided · deploy support-v1 · A1")
        assert "1 of 2 had approved when it closed" in plain(closed)
        assert buttons(closed) == ["request_details"]
        thread = [plain(one) for one in await made.history(ADA, APPROVALS, found["ts"])]
        assert sum("still waits" in one for one in thread) == 2
        assert await sent(made) == 0


async def test_only_the_people_of_a_connections_own_policy_decide(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        rule = PolicyRule(connection="dev-*", count=1, approvers=Role(users=(BRUNO,)))
        govern(made, rules=(rule,))
        rin, model = await with_model(made)
        await ask(rin, model, "support-v1", connection="dev-eus2")
        ada, bruno = await made.person(ADA), await made.person(BRUNO)
        found = await request_card(ada, f"Deploy support-v1? · A1 · one of <@{BRUNO}>")
        await ada.click(found, "request_approve", APPROVALS)
        await told(ada, "You are not one of those who decide about this")
        await bruno.click(found, "request_approve", APPROVALS)
        await request_card(ada, "Approved · deploy support-v1 · A1")


async def test_what_waits_is_voted_on_from_the_home_tab(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        govern(made, count=1)
        rin, model = await with_model(made)
        ada = await made.person(ADA)
        before = len(ada.pushed)
        await made.page("home", user=ADA)
        await ask(rin, model, "support-v1")
        home = await _home(ada, "Deploy support-v1?", before)
        assert "request_approve" in view_text(home)
        assert "request_approve" not in view_text(await _opened(rin))
        before = len(ada.pushed)
        await press(ada, home, "request_approve")
        await request_card(ada, "Approved · deploy support-v1 · A1")

        async def without() -> bool:
            return "request_approve" not in view_text(await _opened(ada))

        await until(without, "the Home tab without what was decided")


async def _home(person: Person, part: str, after: int) -> dict[str, Any]:
    """The newest Home tab that was published, once it says this."""

    def look() -> dict[str, Any] | None:
        for event in reversed(person.pushed[after:]):
            if event["type"] == "home_updated" and part in view_text(event["view"]):
                view: dict[str, Any] = event["view"]
                return view
        return None

    found: dict[str, Any] = await until(look, f"{part!r} on the Home tab")
    return found


async def _opened(person: Person) -> dict[str, Any]:
    """The Home tab as it is after opening it."""
    before = len(person.pushed)
    await person.world.page("home", user=person.user)
    return await _home(person, "", before)
