"""What the journeys about findings have in common: files with faults, and files that the bot gives."""

from typing import Any

from bot.chat import Rendered
from bot.work import queue
from tests.patience import until
from tests.world import FINETUNE, RIN, Person, World, words

COMMA = (
    b'{"messages": [{"role": "user", "content": "Question %d?"}, '
    b'{"role": "assistant", "content": "Answer %d."},]}\n'
)
EMPTY = b'{"messages": [{"role": "user", "content": "Question %d?"}, {"role": "assistant", "content": ""}]}\n'


def with_commas(count: int) -> bytes:
    """Lines with a comma too many, which the bot can cut."""
    return b"".join(COMMA % (at, at) for at in range(count))


def without_answers(count: int) -> bytes:
    """Lines whose answer only a person can write."""
    return b"".join(EMPTY % at for at in range(count))


async def given_files(person: Person, thread_ts: str | None) -> list[dict[str, Any]]:
    """The files that stand below a card in a person's direct messages, oldest first."""
    found = await person.world.history(person.user, await person.direct(), thread_ts)
    return [file for one in found if one["ts"] != thread_ts for file in one.get("files") or ()]


async def given(person: Person, name: str, card: dict[str, Any]) -> dict[str, Any]:
    """The newest file of this name below a card, once it is there."""

    async def look() -> dict[str, Any] | None:
        files = await given_files(person, card["ts"])
        return next((file for file in files[::-1] if file.get("name") == name and file.get("mimetype")), None)

    shared: dict[str, Any] = await until(look, f"the file {name}")
    return shared


async def content_of(made: World, file: dict[str, Any], user: str = RIN) -> bytes:
    """The bytes of a shared file as the person downloads them."""
    url = f"{made.sandbox.url}/page/api/download?user={user}&file={file['id']}"
    async with made.http.get(url) as answer:
        assert answer.status == 200
        return await answer.read()


async def finished(made: World, key: str) -> None:
    """Wait until no task with this key is open."""
    assert made.application is not None
    store = made.application.deps.store

    async def look() -> bool:
        return not await store.read(lambda c: queue.is_open(c, key))

    await until(look, f"the end of {key}")


async def forged(person: Person, action_id: str, value: str) -> None:
    """Press a button with a value that the bot never gave to this person."""
    made = person.world
    assert made.application is not None
    button = {
        "type": "button",
        "action_id": action_id,
        "value": value,
        "text": {"type": "plain_text", "text": "x"},
    }
    block = {"type": "actions", "block_id": f"forged:{action_id}", "elements": [button]}
    posted = await made.application.deps.chat.post(
        FINETUNE, Rendered("forged", (block,)), key=f"forged:{action_id}:{value}", thread_ts=None
    )

    async def look() -> dict[str, Any] | None:
        seen = await made.history(person.user, FINETUNE)
        return next((one for one in seen if one["ts"] == posted.ts and "forged" in words(one)), None)

    await person.click(await until(look, "the forged button"), action_id, FINETUNE)
