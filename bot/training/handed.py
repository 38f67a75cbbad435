"""A setting that was handed in as a file (a grader that is longer than a field): read, never kept as a file."""

from contextlib import aclosing

from bot.chat import Chat
from bot.datasets.fetching import SlackOrigin, announced
from bot.errors import FileProblem, Invalid

BYTES_PER_CHARACTER = 4
"""UTF-8 takes no more."""


async def text_of(chat: Chat, file_id: str, *, longest: int, label: str, field: str) -> str:
    """The text of a file in Slack, without a byte-order mark and blanks around it.

    Args:
        chat: where it is.
        file_id: its id in Slack.
        longest: characters that the setting may have.
        label: what the setting is called.
        field: the input that an error belongs to.

    Raises:
        FileProblem: Slack does not give it, or it is too large.
        Invalid: `file_not_text` is not UTF-8; `value_long`; `value_missing`: it is empty.
        ChatError: Slack cannot be reached.
    """
    most = longest * BYTES_PER_CHARACTER
    origin = await announced(chat, file_id, most)
    data = await _bytes(origin, most)
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise Invalid("file_not_text", {"name": origin.name}, field=field) from error
    if not text:
        raise Invalid("value_missing", {"name": label}, field=field)
    if len(text) > longest:
        raise Invalid("value_long", {"name": label, "maximum": longest}, field=field)
    return text


async def _bytes(origin: SlackOrigin, most: int) -> bytes:
    data = bytearray()
    async with aclosing(origin.pieces()) as pieces:
        async for piece in pieces:
            data += piece
            if len(data) > most:
                raise FileProblem("too_large", {"name": origin.name, "bytes": len(data), "limit": most})
    return bytes(data)
