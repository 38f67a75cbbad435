"""What a run left behind: at the service, in the workspace, in the store."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from sandbox import samples
from tests.journey.steps import azure, filled, model, open_train, shown
from tests.patience import until
from tests.world import FINETUNE, RIN, Person, World

NANO = "gpt-4.1-nano-2025-04-14"
VERSION = {"api-version": "2024-10-21"}
FILES, JOBS = r"re:/openai/files$", r"re:/fine_tuning/jobs$"


async def listed(made: World, what: str) -> list[dict[str, Any]]:
    """What the service has: `files` or `fine_tuning/jobs`."""
    async with azure(made) as client:
        answer = await client.get(f"openai/{what}", params={**VERSION, "limit": "100"})
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def files_of(made: World, label: str) -> list[dict[str, Any]]:
    """Files at the service that carry this dataset's name."""
    return [one for one in await listed(made, "files") if one["filename"].startswith(f"{label}-")]


async def jobs_named(made: World, suffix: str) -> list[dict[str, Any]]:
    """Jobs at the service with this suffix."""
    return [one for one in await listed(made, "fine_tuning/jobs") if one["suffix"] == suffix]


def rows(made: World, sql: str, *given: object) -> list[dict[str, Any]]:
    """Rows of the program's store, read beside it."""
    path = made.settings.store.path
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql, given)]


def job_row(made: World, suffix: str) -> dict[str, Any] | None:
    """Our row of the job with this suffix."""
    found = rows(made, "SELECT * FROM job WHERE suffix = ?", suffix)
    return found[0] if found else None


def posted(made: World) -> Counter[str]:
    """How often each key of ours stands in the workspace."""
    found: Counter[str] = Counter()
    messages = made.sandbox.slack.messages
    for channel in made.sandbox.slack.workspace.channels:
        for message in messages.history(channel):
            for one in (message, *messages.replies(channel, message["ts"])):
                payload = (one.get("metadata") or {}).get("event_payload") or {}
                if "key" in payload:
                    found[payload["key"]] += 1
    return found


async def pictures(made: World, thread_ts: str) -> int:
    """How many pictures stand in a thread."""
    found = await made.history(RIN, FINETUNE, thread_ts)
    return sum(len(one.get("files") or ()) for one in found)


async def told_once(made: World, *keys: str) -> None:
    """These messages are there, and no message of ours is there twice."""
    await until(lambda: all(posted(made)[key] for key in keys), f"the messages {keys}")
    twice = {key: n for key, n in posted(made).items() if n > 1}
    assert not twice


async def fault(made: World, service: str, method: str, path: str, kind: str, **more: Any) -> str:
    """Inject a fault; its id."""
    spec = {"service": service, "match": {"method": method, "path": path}, "kind": kind, **more}
    answer = await made.post("/panel/api/fault", spec)
    assert answer["ok"], answer
    return str(answer["id"])


async def lift(made: World, fault_id: str) -> None:
    """Remove a fault and let go what it holds."""
    async with made.http.delete(f"{made.sandbox.url}/panel/api/fault/{fault_id}") as answer:
        assert answer.status == 200


async def caught(made: World, fault_id: str, what: str = "waiting") -> None:
    """Wait until a fault holds (or has caught) a request."""

    async def look() -> bool:
        state = await made.get("/panel/api/state")
        return any(one["id"] == fault_id and one[what] for one in state["faults"])

    await until(look, f"fault {fault_id} to have {what} a request")


async def hand_in(person: Person, name: str) -> str:
    """Send a sample under this name through the upload modal; the dataset's label.

    A line with the name makes its bytes its own: the same bytes would not be sent to the service again.
    """
    turns = [{"role": "user", "content": f"Is this {name}?"}, {"role": "assistant", "content": "It is."}]
    data = samples.read("support_train.jsonl") + json.dumps({"messages": turns}).encode() + b"\n"
    before = len(person.pushed)
    await person.command("/finetune upload")
    view = await shown(person, "upload", before)
    file_id = await person.attach(name, data)
    answer = await person.submit(view, filled(view, connection="prod-swc", training=file_id))
    assert answer == {"ok": True}, answer
    (row,) = rows(person.world, "SELECT id FROM dataset WHERE name = ?", name)
    return f"D{row['id']}"


async def ready(person: Person, label: str) -> None:
    """Wait until the service has processed the dataset."""

    def look() -> bool:
        found = rows(person.world, "SELECT state FROM dataset_copy WHERE dataset = ?", int(label[1:]))
        return bool(found) and found[0]["state"] == "processed"

    await until(look, f"{label} to be processed")


async def start(person: Person, data: str, suffix: str) -> None:
    """Order a training through both modals."""
    view = await open_train(person)
    option = await model(person, view, NANO)
    given: Mapping[str, Any] = {
        "connection": "prod-swc",
        "training_type": "GlobalStandard",
        "train": data,
        "model": option,
        "suffix": suffix,
    }
    before = len(person.pushed)
    answer = await person.submit(view, filled(view, **given))
    assert answer == {"ok": True}, answer
    answer = await person.submit(await shown(person, "train_summary", before), {})
    assert answer == {"ok": True}, answer


async def ended(made: World, suffix: str, *, picture: bool = True) -> str:
    """Wait for the end of the one job with this suffix, told once with one picture; our label of it."""
    row = await until(lambda: _collected(made, suffix), f"the end of {suffix}")
    label = f"J{row['id']}"
    assert row["state"] == "succeeded", row
    assert [one["id"] for one in await jobs_named(made, suffix)] == [row["remote_id"]]
    await told_once(made, f"job:{label}", f"job:{label}:ended")
    if picture:
        card = rows(made, "SELECT ts FROM message_ref WHERE key = ?", f"job:{label}")[0]
        await until(lambda: pictures(made, card["ts"]), f"the picture of {label}")
        await until(lambda: not _open_messages(made, label), f"the outbox of {label} to be empty")
        assert await pictures(made, card["ts"]) == 1
        await told_once(made)
    return label


def _collected(made: World, suffix: str) -> dict[str, Any] | None:
    row = job_row(made, suffix)
    return row if row and row["collected_at"] else None


def _open_messages(made: World, label: str) -> list[dict[str, Any]]:
    sql = "SELECT key FROM outbox WHERE key LIKE ? AND state NOT IN ('sent', 'dead')"
    return rows(made, sql, f"job:{label}:%")


async def one_file(made: World, label: str) -> None:
    """The dataset is processed at the service, as one file."""
    found = await files_of(made, label)
    assert [one["status"] for one in found] == ["processed"], found
    assert re.fullmatch(
        r"file-.+",
        rows(made, "SELECT remote_id FROM dataset_copy WHERE dataset = ?", int(label[1:]))[0]["remote_id"],
    )
