"""Takes secrets out of any text before it is logged, stored or shown.

Two ways at once: the secrets that this process knows are removed literally, and shapes that are secrets
whoever wrote them (bearer tokens, SAS signatures, keys behind their name) are removed by pattern.
"""

import re
from collections.abc import Iterable
from typing import Final

MASK: Final = "[redacted]"
SHORTEST_KNOWN: Final = 6
"""A known secret shorter than this is not removed literally: it would tear up ordinary words."""

_NAMES: Final = (
    r"api[-_ ]?key|subscription[-_ ]?key|account[-_ ]?key|(?:access|refresh|id)[-_ ]?token"
    r"|client[-_ ]?(?:secret|assertion)|signing[-_ ]?secret|shared[-_ ]?access[-_ ]?signature"
    r"|password|passwd|pwd|x-identity-header|x-aml-secret"
)
_VALUE: Final = r"[^\s\"'&;,<>\\]"

# Each pattern keeps its first group and loses the rest; all are linear (no nested repetition).
_SHAPES: Final = (
    re.compile(r"(\bauthorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?)[^\r\n\"',;]+", re.IGNORECASE),
    re.compile(r"(\bbearer\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE),
    re.compile(rf"((?<![A-Za-z0-9])(?:{_NAMES})[\"']?\s{{0,3}}[:=]\s{{0,3}}[\"']?){_VALUE}+", re.IGNORECASE),
    re.compile(rf"((?<![A-Za-z0-9])sig(?:nature)?=){_VALUE}+", re.IGNORECASE),
    re.compile(r"(://)[^\s/@:]*:[^\s/@]+(?=@)"),
    re.compile(r"()\bx(?:ox[a-z]|app)(?:\.[a-z]+)?-[A-Za-z0-9-]{6,}", re.IGNORECASE),
    re.compile(r"()\beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]+){1,4}"),
    re.compile(r"()\b(?:sk|dapi)(?:-[A-Za-z0-9_-]{16,}|[0-9a-f]{32}(?:-\d)?)\b"),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with every known secret and everything of a secret's shape replaced by a mask.

    Args:
        text: anything; it is never parsed.
        secrets: the literal secrets of this process, longest first or in any order.
    """
    for secret in sorted((known for known in secrets if len(known) >= SHORTEST_KNOWN), key=len, reverse=True):
        text = text.replace(secret, MASK)
    for shape in _SHAPES:
        text = shape.sub(lambda match: match[1] + MASK, text)
    return text


def shown(text: str, secrets: Iterable[str] = (), limit: int = 2_000) -> str:
    """Redacted and cut to `limit` characters (in this order, so that a cut never leaves half a secret behind)."""
    clean = redact(text, secrets)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"
