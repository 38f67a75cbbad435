"""What the tests of approvals and deployments share: a program with models to deploy, and what it left behind."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.deployments.unclear import LOOK_FOR
from sandbox.azure_control.deployments import Deployment as Record
from sandbox.azure_openai.catalogue import BASE_MODELS
from sandbox.azure_openai.jobs import Checkpoint, Job, JobRequest
from sandbox.azure_openai.options import Limits
from sandbox.server import Sandbox
from sandbox.training.model import PackedWeights, base_weights
from tests.breaking.child import bot, child_world, start
from tests.breaking.evidence import caught, fault, lift, posted, rows, told_once
from tests.clocks import ShiftedClock
from tests.journey.steps import inputs, option, plain, shown
from tests.patience import PATIENCE, until
from tests.world import ADA, APPROVALS, RIN, Person, World

HERE, BASE = "prod-swc", "gpt-4.1-nano-2025-04-14"
MODELS = 60
ONE = r"re:^/arm/.*/deployments/[^/]+$"
LIST = r"re:^/arm/.*/deployments$"
METRICS = r"re:^/arm/.*/metrics$"
OPERATION = r"re:^/arm/.*/(operations|operationresults|operationStatuses)/"
CALL = r"re:/chat/completions$"
GROUP = "/usergroups.users.list"
POST, UPDATE = "/chat.postMessage", "/chat.update"
FULL = 7


@cache
def _weights() -> PackedWeights:
    return base_weights(BASE).pack()


def publish(sandbox: Sandbox, many: int = MODELS) -> None:
    """Tuned models that answer, without the time that training takes."""
    for n in range(1, many + 1):
        request = JobRequest(
            model=BASE,
            base=BASE_MODELS[BASE],
            start=None,
            training_file="file-1",
            validation_file=None,
            n_epochs=1,
            batch_size=1,
            learning_rate_multiplier=1.0,
            suffix=f"n{n}",
            seed=1,
            training_type="Standard",
        )
        job = Job(f"ftjob-{n:032x}", 0, 1, request, status="succeeded", finished_at=1)
        job.checkpoints = [Checkpoint(f"ftchkpt-{n:032x}", 1, job.model_name, 20, {}, _weights(), job.id)]
        sandbox.azure.resource(HERE).models.publish(job)


@dataclass
class Names:
    """Names and models that no other test of the file has."""

    models: list[str]
    used: int = 0

    def take(self) -> tuple[str, str]:
        """(model, name for its deployment)."""
        self.used += 1
        return self.models[self.used - 1], f"run-{self.used}"


def stamp(sandbox: Sandbox, clock: ShiftedClock) -> None:
    """Every answer carries the time of this clock: the services' own, which may jump ahead."""

    async def dated(_: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(clock.now(), usegmt=True)

    sandbox.app.on_response_prepare.append(dated)


@asynccontextmanager
async def hosted_world(
    folder: Path, *, count: int = 1, clock: ShiftedClock | None = None
) -> AsyncIterator[World]:
    """The program as a child, with tuned models in its catalogue; a deployment needs `count` approvals.

    `clock`: what the services tell as their time.
    """

    def prepare(sandbox: Sandbox) -> None:
        publish(sandbox)
        stamp(sandbox, clock or ShiftedClock())

    small = "look_minutes = 0.1"
    async with child_world(
        folder,
        prepare=prepare,
        config=lambda text: text.replace("count = 2", f"count = {count}").replace(
            small, "look_minutes = 0.02"
        ),
        limits=Limits(fine_tuned_deployments=MODELS, standard_deployments=MODELS),
    ) as made:
        await until(lambda: len(tuned(made)) >= MODELS and place_known(made), "the models in the catalogue")
        yield made


def tuned(made: World) -> list[str]:
    """Tuned models that the program knows."""
    found = rows(made, "SELECT model_id FROM catalogue WHERE connection = ? AND kind = 'tuned'", HERE)
    return sorted(str(row["model_id"]) for row in found)


def place_known(made: World) -> bool:
    """Whether the program has read where deployments can live."""
    return bool(rows(made, "SELECT 1 FROM place WHERE connection = ?", HERE))


def there(made: World, name: str) -> Record | None:
    """What the service has under this name."""
    found: Record | None = made.sandbox.azure.control.deployments.get(HERE, name)
    return found


async def sent(made: World, method: str, name: str) -> int:
    """How many such requests about one deployment reached the service, faults included."""
    totals = (await made.get("/panel/api/requests?service=azure"))["totals"]
    pattern = re.compile(rf"{method} /arm/.*/deployments/{re.escape(name)}$", re.IGNORECASE)
    return sum(int(n) for path, n in totals.items() if pattern.match(path))


async def at_service(made: World, method: str, part: str) -> list[datetime]:
    """When requests of this kind were answered with success."""
    return [
        datetime.fromisoformat(one["at"])
        for one in await made.requests()
        if one["method"] == method and part in one["path"] and 200 <= one["status"] < 300
    ]


def said_at(made: World, part: str) -> list[datetime]:
    """When messages whose key has this part were posted."""
    found: list[datetime] = []
    messages = made.sandbox.slack.messages
    for channel in made.sandbox.slack.workspace.channels:
        for message in messages.history(channel):
            for one in (message, *messages.replies(channel, message["ts"])):
                payload = (one.get("metadata") or {}).get("event_payload") or {}
                if part in payload.get("key", ""):
                    found.append(datetime.fromtimestamp(float(one["ts"]), UTC))
    return sorted(set(found))


def row_of(made: World, name: str) -> Mapping[str, Any]:
    """Our newest row of a deployment; empty when there is none."""
    sql = "SELECT * FROM deployment WHERE name = ? ORDER BY incarnation DESC LIMIT 1"
    return next(iter(rows(made, sql, name)), {})


def request_of(made: World, label: str) -> Mapping[str, Any]:
    """Our row of a request."""
    return rows(made, "SELECT * FROM request WHERE id = ?", int(label[1:]))[0]


def votes_of(made: World, label: str) -> list[tuple[int, str, str]]:
    """(round, who, decision) of the votes that count."""
    found = rows(made, "SELECT * FROM vote WHERE request = ? ORDER BY at, user_id", int(label[1:]))
    return [(one["round"], one["user_id"], one["decision"]) for one in found]


def audited(made: World, subject: str, action: str) -> int:
    """How often something stands in the audit."""
    return len(rows(made, "SELECT 1 FROM audit WHERE subject = ? AND action = ?", subject, action))


def settled(made: World, kind: str) -> bool:
    """Whether no open task of this kind is left."""
    sql = "SELECT 1 FROM task WHERE kind = ? AND state IN ('queued', 'leased')"
    return not rows(made, sql, kind)


async def in_state(made: World, name: str, *states: str, patience: float = PATIENCE) -> Mapping[str, Any]:
    """Wait until our row of a deployment is in one of these states."""
    found: Mapping[str, Any] = await until(
        lambda: (row := row_of(made, name)) and row["state"] in states and row,
        f"{name} {states}",
        patience=patience,
    )
    return found


async def decided(made: World, label: str, state: str) -> None:
    """Wait until a request is decided this way."""
    await until(lambda: request_of(made, label)["state"] == state, f"{label} {state}")


def filled_in(view: Mapping[str, Any], **given: str) -> dict[str, Any]:
    """The state of a modal as it was prefilled, with what is typed or chosen anew."""
    state: dict[str, Any] = {}
    for name, block in inputs(view).items():
        element = block["element"]
        entry: dict[str, Any] = {"type": element["type"]}
        match element["type"]:
            case "static_select":
                chosen = given.get(name)
                entry["selected_option"] = (
                    option(view, name, chosen) if chosen else element.get("initial_option")
                )
            case "datepicker":
                entry["selected_date"] = given.get(name, element.get("initial_date"))
            case _:
                entry["value"] = given.get(name, element.get("initial_value"))
        state[name] = {element["action_id"]: entry}
    return state


async def make_room(made: World) -> None:
    """The service hosts ten: somebody deletes what earlier tests made, in the portal."""
    found = rows(made, "SELECT name, state FROM deployment WHERE state NOT IN ('gone', 'failed')")
    if len(found) < FULL:
        return
    live = [one["name"] for one in found if one["state"] == "live"]
    for name in live:
        await made.post("/panel/api/deployment", {"action": "delete", "resource": HERE, "deployment": name})
    for name in live:
        await in_state(made, name, "gone")


async def ask(person: Person, names: Names, **given: str) -> tuple[str, str]:
    """Ask for a deployment through the form: (label of the request, name of the deployment)."""
    await make_room(person.world)
    model, name = names.take()
    before = len(person.pushed)
    await person.command(f"/finetune deploy {model}")
    view = await shown(person, "deploy", before)
    filled = filled_in(view, name=name, capacity="5", reason="Customers complain.", **given)
    answer = await person.submit(view, filled)
    assert answer == {"ok": True}, answer
    found = rows(person.world, "SELECT id FROM request WHERE target = ?", f"{HERE}/{name}")
    return f"A{found[0]['id']}", name


async def change_form(person: Person, label: str) -> dict[str, Any]:
    """The form that asks for something else under the same number, opened."""
    before = len(person.pushed)
    await person.command(f"/finetune deploy {label}")
    return await shown(person, "deploy", before)


async def card_of(made: World, label: str, n: int = 1) -> dict[str, Any]:
    """The approvers' copy of a round, once it stands in their channel."""

    def look() -> dict[str, Any] | None:
        key = f"request:{label}:r{n}"
        found = rows(made, "SELECT ts FROM message_ref WHERE key = ? AND ts IS NOT NULL", key)
        history = made.sandbox.slack.messages.history(APPROVALS)
        return next((dict(one) for one in history if found and one["ts"] == found[0]["ts"]), None)

    found: dict[str, Any] = await until(look, f"the card of {label}")
    return found


async def card_says(made: World, label: str, part: str, n: int = 1) -> str:
    """Wait until the approvers' copy says this."""

    async def look() -> str | None:
        said = plain(await card_of(made, label, n))
        return said if part in said else None

    said: str = await until(look, f"{part!r} on the card of {label}")
    return said


async def vote(made: World, user: str, label: str, n: int = 1) -> None:
    """Press Approve on the copy of a round; it is acknowledged when this returns."""
    person = await made.person(user)
    await person.click(await card_of(made, label, n), "request_approve", APPROVALS)


async def refusals(made: World, user: str, label: str) -> list[str]:
    """What a person was told of their clicks on a request that did not count."""
    keys = f"request:{label}:refused:"
    direct = await (await made.person(user)).direct()
    messages = made.sandbox.slack.messages.history(direct)
    return [
        plain(one)
        for one in messages
        if ((one.get("metadata") or {}).get("event_payload") or {}).get("key", "").startswith(keys)
    ]


async def approve(made: World, label: str, *users: str) -> None:
    """Have it approved by these people (ADA alone by default)."""
    for user in users or (ADA,):
        await vote(made, user, label)
    await decided(made, label, "approved")


async def approved(made: World, names: Names) -> tuple[str, str]:
    """A request of Rin's that ADA has approved."""
    label, name = await ask(await made.person(RIN), names)
    await approve(made, label)
    return label, name


async def take_down(made: World, name: str) -> None:
    """Rin presses the button on the card and confirms."""
    rin = await made.person(RIN)
    before = len(rin.pushed)
    await rin.command(f"/finetune undeploy {name}")

    def confirming() -> dict[str, Any] | None:
        for event in reversed(rin.pushed[before:]):
            view = event.get("view", {})
            if view.get("callback_id") == "take_down" and view.get("submit"):
                found: dict[str, Any] = view
                return found
        return None

    view = await until(confirming, "the question whether to take it down")
    answer = await rin.submit(view, {})
    assert answer["ok"], answer


async def live_once(made: World, name: str) -> Mapping[str, Any]:
    """It answers, it was made by one request, its owner was told once, and not before it had answered.

    A kill between the intent and the request leaves a doubt, for which the program looks `LOOK_FOR` first.
    """
    row = await in_state(made, name, "live", patience=PATIENCE + LOOK_FOR.total_seconds())
    label = f"P{row['id']}"
    record = there(made, name)
    assert record is not None
    assert record.state == "Succeeded"
    assert row["failure"] in (None, "null")
    await told_once(made, f"deployment:{label}:live:1:{RIN}")
    answered = await at_service(made, "POST", f"/deployments/{name}/chat/completions")
    (told,) = said_at(made, f"deployment:{label}:live:")
    assert answered
    assert min(answered) <= told
    for action in ("deployment.rollout", "deployment.live"):
        assert audited(made, label, action) == 1, action
    return row


async def gone_once(made: World, name: str) -> Mapping[str, Any]:
    """It is not there, whoever wanted that was told once, and not before it was so."""
    row = await in_state(made, name, "gone")
    label = f"P{row['id']}"
    assert there(made, name) is None
    await told_once(made, f"deployment:{label}:taken_down:1:{RIN}")
    assert audited(made, label, "deployment.gone") == 1
    return row


async def end_at(made: World, held: str, how: str = "kill") -> None:
    """End the program while it waits for this request, then let the request go and start the program again."""
    await caught(made, held)
    await bot(made, how)
    assert made.sandbox.bot.state()["exit_code"] == (-9 if how == "kill" else 0)
    await lift(made, held)
    await start(made)


async def groups_held(made: World, when: str = "before") -> str:
    """A program started anew, which remembers nobody's groups, and whose every look at one is held; the fault."""
    await bot(made, "stop")
    held = await fault(made, "slack", "", GROUP, "hold", when=when, times=0)
    await start(made)
    return held


async def checking(made: World, label: str, many: int = 1) -> None:
    """Wait until so many votes on a request are looked up."""
    key = f"request:{label[1:]}:vote:%"
    sql = "SELECT 1 FROM task WHERE key LIKE ? AND state = 'leased'"
    await until(lambda: len(rows(made, sql, key)) == many, f"{many} votes on {label} to be looked up")


async def nothing_twice(made: World) -> None:
    """No message of ours stands in the workspace twice, nothing was given up, and nothing is left unsaid."""
    await until(lambda: not unsaid(made), "everything to be said")
    twice = {key: n for key, n in posted(made).items() if n > 1}
    assert not twice
    assert rows(made, "SELECT key, last_error FROM task WHERE state = 'parked'") == []


def unsaid(made: World) -> list[dict[str, Any]]:
    """Messages on their way."""
    return rows(made, "SELECT key FROM outbox WHERE state NOT IN ('sent', 'dead')")
