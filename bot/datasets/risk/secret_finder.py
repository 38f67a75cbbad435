"""Finds secrets in a text. Nothing it returns holds more of one than where it stands."""

import functools
import re
from collections.abc import Iterable, Iterator

from bot.datasets.risk.hit import MOST_OF_A_KIND, Hit
from bot.datasets.risk.pattern import Pattern
from bot.datasets.risk.secret_kinds import KINDS, PUBLISHED, PUBLISHED_SIGNATURES, Secret

_PLACEHOLDERS = (
    "example",
    "xxxx",
    "your",
    "placeholder",
    "dummy",
    "sample",
    "redacted",
    "changeme",
    "12345678",
    "abcdefgh",
    "00000000",
)
_NO_PASSWORDS_TEXT = (
    "password passwd pass pwd secret mypassword mypass pw token user username admin root test postgres "
    "guest foo bar"
)
_NO_PASSWORDS = frozenset(_NO_PASSWORDS_TEXT.split())
_NOWHERE = ("localhost", "127.0.0.1", "0.0.0.0", "host", "hostname", "server", "example")  # noqa: S104 - recognised, not bound
_FEWEST_LETTERS = 8
_SHORTEST = 16
# Characters of secrets that are one word, with what stands before them in an address or assignment.
_SIGNS = bytes(
    byte if (chr(byte).isalnum() and byte < 0x80) or byte in b"_-+/=.:~%" else 0x20 for byte in range(256)
)
_NOT_BEHIND = r"(?<![A-Za-z0-9_-])"


class _Finder:
    """Which literals call for which forms.

    Attributes:
        in_words: of secrets that are one word. `others`: of those with blanks and of addresses.
        names: stand before secrets, `passwords` before those of connection strings; in lower case.
    """

    def __init__(self) -> None:
        literals = [
            (one, number, KINDS[number].named)
            for number in range(len(KINDS))
            for one in KINDS[number].literals
        ]
        parted = ("pem", "url")
        self.in_words = [
            (one.encode(), number)
            for one, number, named in literals
            if not named and KINDS[number].kind not in parted
        ]
        self.others = [(one, number) for one, number, _ in literals if KINDS[number].kind in parted]
        self.names = [(one, number) for one, number, named in literals if named and one[0] != ";"]
        self.passwords = [(one, number) for one, number, named in literals if named and one[0] == ";"]


@functools.cache
def _place_of_a_password() -> "re.Pattern[str]":
    return re.compile(r"[*.\[(\u2026]{3}|^[\[(%#]|[)\]%]$|x{3}|password", re.ASCII | re.IGNORECASE)


@functools.cache
def _finder() -> _Finder:
    return _Finder()


@functools.cache
def _expression(secret: Secret) -> "re.Pattern[str]":
    flags = re.ASCII | re.IGNORECASE if secret.named else re.ASCII
    # A name can be the end of a longer one, as in AZURE_OPENAI_API_KEY.
    before = "" if secret.named or secret.rule in ("secret_private_key", "secret_password") else _NOT_BEHIND
    after = "" if secret.kind in ("pem", "url") else r"(?![A-Za-z0-9_])"
    return re.compile(f"{before}(?:{secret.expression}){after}", flags)


def called_in(text: str, small: str) -> tuple[int, ...]:
    """Which forms may be in a text.

    Args:
        text: one or several texts.
        small: the same in lower case.
    """
    finder = _finder()
    called: set[int] = set()
    # Words of usual length make up most of a text, and looking for a hundred literals in it takes longer than this.
    words = text.encode("utf-8", "surrogatepass").translate(_SIGNS).split()
    long = b" ".join([word for word in words if len(word) >= _SHORTEST])
    if long:
        # All of these have letters, and texts full of decimals have long words without any.
        lettered = b" ".join([word for word in long.split() if word.lower() != word.upper()])
        if lettered:
            called.update([number for one, number in finder.in_words if one in lettered])
        if "key" in small or "token" in small:
            called.update([number for one, number in finder.names if one in small])
    if "PRIVATE KEY" in text or ("://" in text and "@" in text):
        called.update([number for one, number in finder.others if one in text])
    if ";" in text and "=" in text and ("password" in small or "pwd" in small):
        called.update([number for one, number in finder.passwords if one in small])
    return tuple(sorted(called))


def secrets_in(text: str, called: Iterable[int]) -> Iterator[Hit]:
    """The first secrets of each kind in `text`; of one place only the first kind that fits.

    Linear in the length of the text.

    Args:
        text: one text.
        called: the forms to look for, as `called_in` says.
    """
    taken: list[tuple[int, int]] = []
    for number in called:
        secret = KINDS[number]
        if not secret.named and not any(map(text.__contains__, secret.literals)):
            continue
        expression = _expression(secret)
        part = "secret" if "secret" in expression.groupindex else 0
        told = 0
        for match in expression.finditer(text):
            start, end = match.span(part)
            if any(one < end and start < two for one, two in taken) or not _is_real(
                secret, match[part], match
            ):
                continue
            taken.append((start, end))
            yield Hit(secret.rule, secret.kind, start, end)
            told += 1
            if told == MOST_OF_A_KIND:
                break


def _is_real(secret: Secret, found: str, match: "re.Match[str]") -> bool:
    """Whether it could open something: documentation is full of secrets that cannot."""
    if secret.kind == "url":
        host = match["host"].lower()
        if host.split(".")[0] in _NOWHERE or ".example" in host or "example." in host or host == "127.0.0.1":
            return False
    if secret.rule == "secret_password":
        return found.lower() not in _NO_PASSWORDS and not _place_of_a_password().search(found)
    if secret.rule == "secret_private_key":
        return True
    if found in PUBLISHED or found.endswith(PUBLISHED_SIGNATURES):
        return False
    lowered = found.lower()
    return len(set(lowered)) >= _FEWEST_LETTERS and not any(word in lowered for word in _PLACEHOLDERS)


def patterns() -> Iterator[Pattern]:
    """Expressions that mark every raw line with a secret."""
    for secret in KINDS:
        expression = secret.mark or secret.expression
        yield Pattern(expression.replace("(?P<secret>", "(?:").encode(), secret.named)
