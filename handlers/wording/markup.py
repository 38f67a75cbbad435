"""Slack's markup and how text that we did not write is kept out of it.

Everything that comes from people, files or services passes `inline`, `quoted`, `code` or `plain_text` before
it stands in a message (contracts/slack.md section 9). Lengths are counted in UTF-16 units, the strictest of the
ways in which Slack may count.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

ELLIPSIS = "…"
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f", "\u20e3"}
# Direction overrides can make a file name read as another one; invisible characters can hide in it.
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")
_USER = re.compile(r"[UW][A-Z0-9]{2,20}")
_GROUP = re.compile(r"S[A-Z0-9]{2,20}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")
_DATE = re.compile(r"<!date\^\d+\^[^|>]*\|([^>]*)>")
_LINK = re.compile(r"<(?:https?:[^|>]*)\|([^>]*)>")
_ITALIC = re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)")


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def clusters(text: str) -> Iterator[str]:
    """Pieces that a reader sees as one character: accents, joined emoji, skin tones and flags stay together."""
    piece = ""
    flags = 0
    for character in text:
        flag = "\U0001f1e6" <= character <= "\U0001f1ff"
        joins = (
            character in _JOINERS
            or "\U0001f3fb" <= character <= "\U0001f3ff"
            or "\U000e0020" <= character <= "\U000e007f"
            or unicodedata.category(character) in {"Mn", "Me", "Mc"}
            or piece.endswith("\u200d")
            or (flag and flags % 2 == 1)
        )
        flags = flags + 1 if flag else 0
        if piece and not joins:
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def escape(text: str) -> str:
    """`& < >` as Slack wants them, so that no mention, link or date can be formed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _tidy(text: str) -> str:
    return _SPACE.sub(" ", _UNSEEN.sub("", text)).strip()


def _clip(text: str, limit: int, *, escaped: bool) -> str:
    def size(piece: str) -> int:
        return units(escape(piece)) if escaped else units(piece)

    if limit <= 0:
        return ""
    kept: list[str] = []
    used = 0
    room: list[tuple[int, int]] = []
    for piece in clusters(text):
        used += size(piece)
        kept.append(piece)
        room.append((len(kept), used))
        if used > limit:
            fitting = [count for count, total in room if total <= limit - 1]
            text = "".join(kept[: fitting[-1]] if fitting else []).rstrip() + ELLIPSIS
            break
    return escape(text) if escaped else text


def clip(text: str, limit: int) -> str:
    """At most `limit` units of plain text, cut between characters as a reader sees them and marked with `…`."""
    return _clip(text, limit, escaped=False)


def plain_text(text: str, limit: int) -> str:
    """One line for a `plain_text` object, where Slack reads no markup."""
    return clip(_tidy(text), limit) or "?"


def inline(text: str, limit: int = 120) -> str:
    """Text of others inside a mrkdwn sentence: one line, escaped, without characters that would format ours.

    The length after escaping is at most `limit`.
    """
    safe = _tidy(text).replace("*", "∗").replace("`", "ˋ").replace("~", "∼")
    return _clip(safe, limit, escaped=True)


def code(text: str, limit: int = 200) -> str:
    """Text of others as a code span."""
    return f"`{inline(text, limit - 2) or ' '}`"


def quoted(text: str, limit: int = 1500) -> str:
    """The service's own words in quotation marks, unchanged but for what Slack would read as markup."""
    return f'"{inline(text, limit - 2)}"'


def mention(user: str) -> str:
    """A person as Slack shows them; something that is no user id is shown as text."""
    return f"<@{user}>" if _USER.fullmatch(user) else inline(user, 40)


def group(found: str) -> str:
    """A user group as Slack shows it, all of its members told; something that is no group id is shown as text."""
    return f"<!subteam^{found}>" if _GROUP.fullmatch(found) else inline(found, 40)


def channel(found: str) -> str:
    """A channel as Slack shows it; something that is no channel id is shown as text."""
    return f"<#{found}>" if _CHANNEL.fullmatch(found) else inline(found, 40)


def bold(text: str) -> str:
    """Bold; `text` is markup already."""
    return f"*{text}*"


def when(moment: datetime) -> str:
    """A moment that everyone reads in their own zone, with UTC where Slack cannot format it."""
    moment = moment.astimezone(UTC)
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{utc(moment)}>"


def time_of_day(moment: datetime) -> str:
    """As `when`, the time alone: for what happened in these hours."""
    moment = moment.astimezone(UTC)
    return f"<!date^{int(moment.timestamp())}^{{time}}|{moment:%H:%M} UTC>"


def day(moment: datetime) -> str:
    """As `when`, the day alone: for dates that nobody needs to the minute."""
    moment = moment.astimezone(UTC)
    return f"<!date^{int(moment.timestamp())}^{{date_short}}|{moment.day} {moment:%b %Y}>"


def utc(moment: datetime) -> str:
    """`22 Nov 2026, 14:05 UTC`."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def fallback(*lines: str, limit: int = 3000) -> str:
    """Plain text of mrkdwn lines for notifications and screen readers; mentions and escapes stay valid."""
    text = "\n".join(line for line in lines if line)
    text = _LINK.sub(r"\1", _DATE.sub(r"\1", text)).replace("*", "").replace("`", "")
    text = _ITALIC.sub(r"\1", text)
    if units(text) <= limit:
        return text
    cut = clip(text, limit)
    return _without_stump(cut)


def unmarked(markup: str) -> str:
    """Markup as plain text, for field errors and other places where Slack reads no markup."""
    text = fallback(markup)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _without_stump(text: str) -> str:
    """Drop an entity or mention that a cut has left unfinished."""
    tail = text.removesuffix(ELLIPSIS)
    opened = max(tail.rfind("<"), tail.rfind("&"))
    if opened >= 0 and not re.search(r"[>;]", tail[opened:]):
        tail = tail[:opened].rstrip()
    return tail + ELLIPSIS
