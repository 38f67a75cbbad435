"""What of an example counts as tokens, and what of it is compared with other examples."""

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

import msgspec

from bot.datasets.rules.base import Example, JsonMap, Talk

PER_MESSAGE = 3
PER_NAME = 1
PER_EXAMPLE = 3
_TALKS = frozenset({"chat", "preference", "reinforcement"})
_LONG_ADDRESS = 512


class Measured(NamedTuple):
    """What of an example counts.

    Attributes:
        texts: all texts, each to be counted by itself.
        roles: of its messages; each is counted as a text.
        declared: declared tools as JSON text, often the same in many examples; empty for none.
        added: tokens that the chat format adds.
        images: pictures, which are not counted.
    """

    texts: list[str]
    roles: list[str]
    declared: str
    added: int
    images: int


def said(example: Example, texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Everything that an example says, as (role, text), for comparing: for a picture its address or a hash of it.

    `texts` is what its profile says that it says.
    """
    return [*texts, *_pictures(example)]


def measured(example: Example, texts: list[tuple[str, str]]) -> Measured:
    """What counts, the way of OpenAI's cookbook (anchors B.2): role, contents and name of each message, 3 tokens for
    each message, 1 for each name, and 3 for each example.

    How the service writes declared tools into the prompt is not published: they count as their JSON text, calls as the
    name and the arguments of each. What is asked of a preference example counts once, its two answers both.

    Args:
        example: the example.
        texts: what its profile says that it says.
    """
    if example.form not in _TALKS:
        return Measured([text for _, text in texts], [], "", 0, 0)
    roles: list[str] = []
    names: list[str] = []
    messages = 0
    for message in _messages(example):
        messages += 1
        role, name = message.get("role"), message.get("name")
        if isinstance(role, str):
            roles.append(role)
        if isinstance(name, str):
            names.append(name)
    value = example.value
    declared = [value[key] for key in ("tools", "functions") if key in value]
    written = (
        msgspec.json.encode(declared[0] if len(declared) == 1 else declared).decode() if declared else ""
    )
    added = PER_EXAMPLE + PER_MESSAGE * messages + PER_NAME * len(names)
    pictures = sum(1 for _ in _pictures(example))
    return Measured([text for _, text in texts] + names, roles, written, added, pictures)


def _talks(example: Example) -> Iterator[Talk]:
    yield example.talk
    yield from example.answers


def _messages(example: Example) -> Iterator[JsonMap]:
    for talk in _talks(example):
        for _, message in talk.turns:
            yield message


def _pictures(example: Example) -> Iterator[tuple[str, str]]:
    for message in _messages(example):
        content = message.get("content")
        if not isinstance(content, list):
            continue
        role = message.get("role")
        for part in content:
            if isinstance(part, dict) and (address := _address(part)):
                yield (role if isinstance(role, str) else ""), address


def _address(part: JsonMap) -> str:
    holder = part.get("image_url")
    address = holder.get("url") if isinstance(holder, dict) else holder
    if not isinstance(address, str):
        return ""
    if len(address) <= _LONG_ADDRESS:
        return address
    return sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
