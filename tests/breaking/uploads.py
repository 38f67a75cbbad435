"""Data that is checked and waits to be sent in parts, put beside a program that stands."""

import hashlib
import itertools
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.clock import SystemClock
from bot.store import datasets
from bot.store.engine import open_store
from sandbox import samples
from tests.breaking.child import bot, start
from tests.world import RIN, World

NAME = "prod-swc"
BOM = b"\xef\xbb\xbf"
PART = 65_536
BEGIN, PARTS, COMPLETE, LIST = "re:/uploads$", "re:/parts$", "re:/complete$", "re:/openai/files$"
_NUMBERS = itertools.count(1)


def in_parts(text: str) -> str:
    """The configuration with small parts."""
    limits = f"[limits]\nupload_parts_above = {PART}\nupload_part_bytes = {PART}\n"
    return text.replace("[limits]\n", limits)


@dataclass(frozen=True)
class Waiting:
    """A dataset that is to be sent: its number, and its bytes at the service."""

    number: int
    body: bytes

    @property
    def label(self) -> str:
        return f"D{self.number}"

    @property
    def parts(self) -> int:
        return -(-len(self.body) // PART)


async def put(made: World) -> Waiting:
    """Stop the program, put data of about five parts in its way that no other data is like, and leave it stopped."""
    if made.sandbox.bot.state()["state"] == "running":
        await bot(made, "stop")
    sample = samples.read("support_train.jsonl")
    line = sample[: sample.index(b"\n") + 1].replace(b"\n", b" " * next(_NUMBERS) + b"\n")
    data = line + sample * (4 * PART // len(sample) + 1)
    store = open_store(made.settings.store.path)
    now = SystemClock().now()

    def add(connection: Connection) -> int:
        number = datasets.add(
            connection,
            team_id="T0SANDBOX",
            owner=RIN,
            name="large.jsonl",
            source={"file_id": "F1", "connection": NAME},
            role="training",
            now=now,
        )
        digest = hashlib.sha256(data).hexdigest()
        datasets.change(connection, number, now=now, state="ready", sha256=digest, bytes=len(data))
        datasets.add_copy(connection, number, NAME, now=now)
        return number

    try:
        number = await store.write(add)
    finally:
        await store.close()
    folder = made.settings.files.staging
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"D{number}.jsonl").write_bytes(data)
    return Waiting(number, BOM + data)


async def put_and_start(made: World) -> Waiting:
    """The same, and the program begins to send it."""
    waiting = await put(made)
    await start(made)
    return waiting


def bodies(made: World, waiting: Waiting) -> list[bytes]:
    """The files at the service that carry the dataset's name."""
    files = made.sandbox.azure.resource(NAME).files
    return [one.path.read_bytes() for one in files if one.filename.startswith(f"{waiting.label}-")]


def uploads(made: World, waiting: Waiting) -> Counter[str]:
    """How many uploads were begun for it, by their state."""
    begun = made.sandbox.azure.resource(NAME).uploads
    return Counter(one.status for one in begun if one.filename.startswith(f"{waiting.label}-"))


async def parts_asked(made: World) -> int:
    """How many parts were sent so far, by everybody."""
    totals = made.sandbox.faults.totals("azure")
    return sum(count for key, count in totals.items() if key.endswith("/parts"))
