"""Finds mail addresses and phone numbers of persons in a text."""

import functools
import re
from collections.abc import Iterator

from bot.datasets.risk.calling_codes import national_number
from bot.datasets.risk.hit import Hit
from bot.datasets.risk.pattern import Pattern

_LONGEST_LOCAL = 64
_LONGEST_LOGIN = 168
_ENDS_OF_A_LOGIN = (" ", "/", "\n", "\t", '"', ",")
_MOST_REJECTED = 50
_LOCAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-"
_ENDINGS_OF_FILES_TEXT = (
    "png jpg jpeg gif svg webp ico css js ts py md txt json html htm xml pdf zip scss less map local "
    "localhost test invalid example internal lan arpa"
)
_ENDINGS_OF_FILES = frozenset(_ENDINGS_OF_FILES_TEXT.split())
# RFC 2606 and 6761, names that stand for any company, and mail that no person reads.
_NO_DOMAINS = (
    r"(?:^|\.)(?:example\.|(?:domain|yourdomain|mydomain|company|yourcompany|test|website|yoursite|foo|bar|acme|contoso|"
    r"fabrikam|noreply|users\.noreply\.github)\.[a-z.]{2,8}$)"
)
_ROLES_TEXT = (
    "noreply no-reply donotreply do-not-reply no_reply info support help helpdesk contact sales admin "
    "administrator billing postmaster webmaster hostmaster abuse press media jobs careers hr office hello "
    "team service customerservice customercare customer.service feedback security privacy legal "
    "newsletter news marketing orders order returns root mailer-daemon git user username name email mail "
    "you your.name yourname your.email your-email someone somebody me test firstname.lastname first.last "
    "kontakt contacto atendimento"
)
_ROLES = frozenset(_ROLES_TEXT.split())


def mails_in(text: str) -> Iterator[Hit]:
    """Addresses that look like a person's: none of a reserved domain, none of a role such as `support`.

    A text with 50 addresses that are nobody's is given up: what stands behind those is not found.
    """
    expression, rejected = _expressions().domain, 0
    at = text.find("@")
    while at >= 0 and rejected < _MOST_REJECTED:
        before = text[max(0, at - _LONGEST_LOCAL - 1) : at]
        local = before[len(before.rstrip(_LOCAL)) :]
        match = None
        if local.lower() in _ROLES:
            rejected += 1
        elif 0 < len(local) <= _LONGEST_LOCAL and (match := expression.match(text, at)) is not None:
            local = local.lstrip("._-%+")
            if _is_person(local.lower(), match[1].rstrip(".-").lower()) and not _is_password(text, at):
                yield Hit("personal_mail", "", at - len(local), match.end())
            else:
                rejected += 1
        at = text.find("@", at + 1 if match is None else match.end())


def _is_person(local: str, domain: str) -> bool:
    name, dot, ending = domain.rpartition(".")
    if not (local and dot and name) or local[-1] == "." or ".." in domain or local in _ROLES:
        return False
    if not (ending.isalpha() and 2 <= len(ending) <= 18) or ending in _ENDINGS_OF_FILES:
        return False
    return not _expressions().nowhere.search(domain) and "noreply" not in local and "no-reply" not in local


def _is_password(text: str, at: int) -> bool:
    """Whether what stands before the sign at `at` is the password of an address: `scheme://user:password@host`."""
    scheme = text.rfind("://", max(0, at - _LONGEST_LOGIN), at)
    login = text[scheme + 3 : at]
    return scheme >= 0 and ":" in login and not any(map(login.__contains__, _ENDS_OF_A_LOGIN))


def phones_in(text: str) -> Iterator[Hit]:
    """Numbers with a plus sign and a calling code, and North American ones as `(415) 867-5309`.

    Other national forms look like order numbers and are not looked for. Numbers set aside for fiction are none.
    """
    for match in _led_by("+", _expressions().international, text):
        if _is_phone(match[1]):
            yield Hit("personal_phone", "", match.start(), match.end())
    for match in _led_by("(", _expressions().american, text):
        if _is_american("".join(filter(str.isdigit, match[0]))):
            yield Hit("personal_phone", "", match.start(), match.end())


def _led_by(sign: str, expression: "re.Pattern[str]", text: str) -> Iterator["re.Match[str]"]:
    """As `finditer`, for an expression that begins with a look back and then `sign`, which alone `re` is slow at."""
    at = text.find(sign)
    while at >= 0:
        match = expression.match(text, at)
        if match is not None:
            yield match
        at = text.find(sign, at + 1 if match is None else match.end())


def _is_phone(written: str) -> bool:
    digits = "".join(one for one in written.replace("(0)", "") if one.isdigit())
    parts = national_number(digits)
    if parts is None or len(set(digits)) < 4 or "0000" in digits[-5:] or digits in "12345678901234567890":
        return False
    code, number = parts
    if code == "1":
        return _is_american(number)
    if code == "44" and number.startswith(("7700900", "2079460", "1632960", "8081570")):
        return False
    # 250 000 000 is a sum of money: groups of three, and no phone is written with so few digits.
    return not re.fullmatch(r"[0-9]{1,3}(?: [0-9]{3}){2}", written)


def _is_american(number: str) -> bool:
    area, exchange = number[:3], number[3:6]
    return min(area[0], exchange[0]) >= "2" and "555" not in (area, exchange) and len(set(number)) > 3


class _Expressions:
    def __init__(self) -> None:
        self.nowhere = re.compile(_NO_DOMAINS)
        self.domain = re.compile(r"@([A-Za-z0-9][A-Za-z0-9.-]{2,252})(?![A-Za-z0-9@(_])", re.ASCII)
        self.international = re.compile(
            r"(?<![\w+*/=^.,-])\+([1-9](?:[ ().-]{0,2}[0-9]){7,14})(?![0-9]|[ .,-][0-9]|\w)", re.ASCII
        )
        self.american = re.compile(
            r"(?<![\w)])\([2-9][0-9]{2}\) ?[2-9][0-9]{2}[-.][0-9]{4}(?![\w-])", re.ASCII
        )


@functools.cache
def _expressions() -> _Expressions:
    return _Expressions()


def patterns() -> Iterator[Pattern]:
    """Expressions that mark every raw line with a mail address or a phone number."""
    yield Pattern(rb"[A-Za-z0-9_%+-]@[A-Za-z]")
    yield Pattern(rb"[A-Za-z0-9_%+-]@[0-9][0-9.-]*[A-Za-z]")
    # One expression for each digit has two letters that are looked for at once; a class would be a search of its own.
    for digit in range(1, 10):
        yield Pattern(rf"\+{digit}[0-9 ().-]{{6}}".encode())
    yield Pattern(rb"\([2-9][0-9]{2}\) ?[2-9][0-9]{2}[-.][0-9]{4}")
