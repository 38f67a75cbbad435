"""Point 7, people: who may do what comes from the configuration, and everybody else is refused politely."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.config.approvals import Role
from bot.store import people as person_rows
from sandbox import samples
from tests.journey.steps import (
    answer_to,
    asked,
    attach,
    calm,
    card,
    ephemeral,
    filled,
    hand_in,
    plain,
    press,
    ready,
    rin_of,
    shown,
    start,
    switch,
    told,
)
from tests.patience import until
from tests.world import ADA, BRUNO, FINETUNE, GIL, RANDOM, RIN, SAM, Person, World, words, world

pytestmark = pytest.mark.usefixtures("brisk")

GUEST = "Guests cannot use this"
FOREIGN = "This is for people of the home workspace"


async def test_guests_and_strangers_are_refused_politely_everywhere(tmp_path: Path) -> None:
    sound = samples.read("tiny_overfit_train.jsonl")
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        gil, sam = await made.person(GIL), await made.person(SAM)
        # before the bot has ever seen them: a shortcut, a mention and a direct message with a file
        await _shortcut(gil, await gil.say(FINETUNE, "data", files=(await attach(gil, "gil.jsonl", sound),)))
        refused = await told(gil, GUEST)
        assert "gil.jsonl" in refused
        assert "could not be read" not in refused
        assert "Ask a member to do it" in refused
        await sam.say(FINETUNE, "<@U0TUNESMTH>", files=(await attach(sam, "sam.jsonl", sound),))
        assert "Ask somebody of the home workspace" in plain(await ephemeral(sam, FOREIGN))
        await gil.say(await gil.direct(), "", files=(await attach(gil, "dropped.jsonl", sound),))

        async def twice() -> bool:
            direct = await made.history(GIL, await gil.direct())
            return sum(GUEST in words(one) for one in direct) == 2

        await until(twice, "one refusal for each attempt")

        for text in ("", "train", "upload", "jobs", "job J1", "cancel J1", "data", "results"):
            answer = plain(await answer_to(gil, text, GUEST))
            assert "Training costs money" in answer
        await _works(made, rin, "D2")
        place = await card(rin, "Running")
        for person, said in ((gil, GUEST), (sam, FOREIGN)):
            await person.click(place, "job_cancel", FINETUNE)
            await ephemeral(person, said)
            await person.click(place, "job_log", FINETUNE)
            await person.say(FINETUNE, "<@U0TUNESMTH> cancel", thread_ts=place["ts"])
            await ephemeral(person, said, thread_ts=place["ts"])
            assert "Log of" not in str(await made.history(person.user, FINETUNE))
        await made.page("home", user=GIL)
        home = await _home(gil, "Tunesmith is for people who may train here")
        assert GUEST in home
        assert await made.count("POST", "/cancel") == 0
        assert await made.count("POST", "/openai/files") == 1


async def _works(made: World, rin: Person, data: str = "D1") -> None:
    await hand_in(rin, "tiny_overfit_train.jsonl")
    await ready(rin, "tiny_overfit_train.jsonl")
    await switch(made, speed=1)
    await start(rin, data=data, suffix="mine")


async def test_roles_come_from_the_configuration(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        roles = made.settings.roles.model_copy(
            update={"trainers": Role(groups=("S0MLLEADS",), users=(RIN,)), "admins": Role(users=(ADA,))}
        )
        made.settings = made.settings.model_copy(update={"roles": roles})
        await made.start()
        rin = await rin_of(made)
        ada, bruno = await made.person(ADA), await made.person(BRUNO)
        # a member of the group finds the Home tab open at first sight
        await made.page("home", user=BRUNO)
        assert "You have sent no data yet" in await _home(bruno, "Your jobs")
        await _works(made, rin)
        place = await card(rin, "Running")

        # another's job: by command, by button; an administrator may
        refused = plain(await answer_to(bruno, "cancel J1", "Only the person who started it"))
        assert "administrator" in refused
        await bruno.click(place, "job_cancel", FINETUNE)

        async def refused_twice() -> bool:
            seen = await made.history(BRUNO, FINETUNE)
            return sum("Only the person who started it" in words(one) for one in seen) == 2

        await until(refused_twice, "the refusal of the click")
        assert not [one for one in await made.history(BRUNO, FINETUNE) if "Asking the service" in words(one)]
        # everybody's jobs can be seen by who may train
        assert "J1 mine" in plain(await answer_to(bruno, "jobs all", "All jobs"))
        assert "You have no jobs yet" in plain(await answer_to(bruno, "jobs", "Your jobs"))
        assert "There is no data D1" in plain(await answer_to(bruno, "data D1", "There is no data"))
        question = await answer_to(ada, "cancel J1", "Cancel J1?")
        await ada.click(question, "job_cancel", FINETUNE)
        await card(rin, "Cancelled")
        last = await told(rin, "is cancelled", channel=FINETUNE, thread_ts=place["ts"])
        assert "<@U0REQUEST1>" in last
        assert "By <@U0APPROVE1>." in last

        await bruno.command("/finetune upload")
        form = await shown(bruno, "upload")
        # somebody outside the group, whose standing changes while the bot runs
        group = made.sandbox.slack.workspace.groups["S0MLLEADS"].users
        group.remove(BRUNO)
        assert made.application is not None
        people = made.application.deps.people
        people._groups.clear()
        await answer_to(bruno, "jobs", "You are not on the list of people who may train")
        late = filled(form, connection="prod-swc", training=await attach(bruno, "late.jsonl", b"{}"))
        await bruno.submit(form, late)
        assert "Ask them to add you" in await told(bruno, "You are not on the list of people who may train")
        assert "late.jsonl" not in str(await made.history(BRUNO, await bruno.direct()))
        # let in again: what was remembered of him must not keep him out for longer than a minute
        group.append(BRUNO)
        people._groups.clear()
        store = made.application.deps.store
        known = await store.read(lambda c: person_rows.get(c, BRUNO))
        assert known is not None
        then = known.fetched_at - timedelta(minutes=2)
        await store.write(lambda c: person_rows.put(c, known.member, known.groups, now=then))
        await answer_to(bruno, "jobs", "Your jobs")


async def test_the_home_tab_shows_what_is_mine_and_keeps_up(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        await made.page("home", user=RIN)
        home = await _home(rin, "You have no jobs yet")
        assert "You have sent no data yet" in home
        await hand_in(rin, "tiny_overfit_train.jsonl")
        await _home(rin, "tiny_overfit_train.jsonl · D1: ready to train with")
        await ready(rin, "tiny_overfit_train.jsonl")
        await switch(made, speed=3)
        await start(rin, suffix="at-home")
        await _home(rin, "Running · J1 at-home")
        await switch(made, speed=60)
        home = await _home(rin, "Trained · J1 at-home")
        assert "train loss" in home
        # its buttons work: the answers come as direct messages
        view = [one["view"] for one in rin.pushed if one["type"] == "home_updated"][-1]
        await press(rin, view, "job_open")
        assert "Trained · J1 at-home" in await told(rin, "The live card")
        await press(rin, view, "launch_jobs")
        await told(rin, "Your jobs")
        await press(rin, view, "launch_train")
        await rin.view("train")
        # another person sees nothing of it
        ada = await made.person(ADA)
        await made.page("home", user=ADA)
        assert "at-home" not in await _home(ada, "You have no jobs yet")


async def test_a_place_where_the_bot_is_no_member(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await calm(made)
        rin = await made.person(RIN)
        assert "What do you want to do?" in plain(await answer_to(rin, "", "What do you want", RANDOM))
        answer = await made.page("shortcut", user=RIN, callback_id="launcher")
        assert answer["ok"]
        view = await shown(rin, "launcher")
        assert "Nothing of yours is running" in plain(view)
        before = len(rin.pushed)
        await press(rin, view, "launch_upload")
        form = await shown(rin, "upload", before)
        sent = filled(form, connection="prod-swc", training=await attach(rin, "x.jsonl", b""))
        assert await rin.submit(form, sent) == {"ok": True}
        closed = await until(
            lambda: {one["view"]["id"] for one in rin.pushed if one["type"] == "view_closed"}, ""
        )
        assert view["id"] in closed
        await told(rin, "x.jsonl · D1: ")
        assert await asked(made, "POST") == 0


async def _home(person: Person, part: str) -> str:
    def look() -> str | None:
        for event in reversed(person.pushed):
            if event["type"] == "home_updated":
                said = plain(event["view"])
                return said if part in said else None
        return None

    found: str = await until(look, f"{part!r} on the Home tab")
    return found


async def _shortcut(person: Person, ts: str) -> None:
    answer = await person.world.page(
        "shortcut", user=person.user, callback_id="use_as_training_data", channel=FINETUNE, message_ts=ts
    )
    assert answer["ok"], answer
