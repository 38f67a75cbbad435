"""Finds numbers of payment cards (ISO/IEC 7812) and bank accounts (ISO 13616, IBAN) in a text."""

import functools
import re
from collections.abc import Iterator

from bot.datasets.risk.hit import Hit
from bot.datasets.risk.letters import lowered
from bot.datasets.risk.number_forms import OF_CARDS, outline_of, starts_of

_BEFORE, _BEHIND = 80, 40
_CARD_WORDS_TEXT = (
    "card karte carte tarjeta cartão cartao carta visa mastercard amex maestro discover diners jcb "
    "unionpay cvv cvc карт カード 卡 بطاقة"
)
_CARD_WORDS = tuple(_CARD_WORDS_TEXT.split())
_TEST_CARDS_TEXT = (
    "4111111111111111 4012888888881881 4242424242424242 4000056655665556 4000000000000002 "
    "4000000000000077 4000002500003155 4000000000003220 4000000000009995 4007000000027 4000000000000119 "
    "4000000000000069 4000000000000127 4917610000000000 5555555555554444 5105105105105100 "
    "5200828282828210 5424000000000015 5454545454545454 2223003122003222 2222405343248877 "
    "2223000048400011 2223520043560014 5500000000000004 5431111111111111 378282246310005 371449635398431 "
    "378734493671000 370000000000002 340000000000009 6011111111111117 6011000990139424 6011000000000004 "
    "6011000000000012 6011981111111113 3530111333300000 3566002020360505 3566111111111113 30569309025904 "
    "38520000023237 3056930009020004 36227206271667 6200000000000005 6200000000000047 6205500000000000004 "
    "6759649826438453 6304000000000000 4508750015741019 4263970000005262 5425230000004415 374101000000608 "
    "4539578763621486 4556737586899855 4916338506082832"
)
_TEST_CARDS = frozenset(_TEST_CARDS_TEXT.split())
"""Numbers that the schemes and payment services publish for tests."""

_EXAMPLE_ACCOUNTS_TEXT = (
    "GB29NWBK60161331926819 GB82WEST12345698765432 GB33BUKB20201555555555 DE89370400440532013000 "
    "DE91100000000123456789 FR1420041010050500013M02606 FR7630006000011234567890189 "
    "ES9121000418450200051332 ES7921000813610123456789 NL91ABNA0417164300 NL02ABNA0123456789 "
    "BE68539007547034 IT60X0542811101000000123456 CH9300762011623852957 CH5604835012345678009 "
    "AT611904300234573201 AT483200000012345864 SE4550000000058398257466 SE7280000810340009783242 "
    "DK5000400440116243 NO9386011117947 FI2112345600000785 FI1410093000123458 PT50000201231234567890154 "
    "PL61109010140000071219812874 IE29AIBK93115212345678 IE64IRCE92050112345678 LU280019400644750000 "
    "CZ6508000000192000145399 SA0380000000608010167519 AE070331234567890123456"
)
_EXAMPLE_ACCOUNTS = frozenset(_EXAMPLE_ACCOUNTS_TEXT.split())
"""Account numbers of the standard's registry and of banks' own pages."""


def cards_in(text: str) -> Iterator[Hit]:
    """Numbers of cards: grouped as on a card, or 14 to 19 digits near a word such as `card`.

    Each begins like a scheme's numbers and has the right check digit. Visa's old numbers of 13 digits are left out:
    they look like article numbers and moments in milliseconds.
    """
    small = ""
    card = _expressions().card
    for at in starts_of(outline_of(text), OF_CARDS):
        match = card.match(text, at)
        if match is None:
            continue
        digits = match[0].replace(" ", "").replace("-", "")
        if (
            digits in _TEST_CARDS
            or len(set(digits)) < 4
            or not _has_issuer(digits)
            or not _has_check_digit(digits)
        ):
            continue
        if digits == match[0]:
            small = small or lowered(text)
            around = small[max(0, match.start() - _BEFORE) : match.end() + _BEHIND]
            if not any(word in around for word in _CARD_WORDS):
                continue
        yield Hit("personal_card", "", match.start(), match.end())


def _has_check_digit(digits: str) -> bool:
    from stdnum import luhn

    return luhn.is_valid(digits)


def _has_issuer(digits: str) -> bool:
    size, two, four = len(digits), int(digits[:2]), int(digits[:4])
    match size:
        case 14:
            return two in (36, 38, 39) or 300 <= int(digits[:3]) <= 305
        case 15:
            return two in (34, 37)
    if digits[0] == "4":
        return size in (16, 19)
    master = size == 16 and (51 <= two <= 55 or 2221 <= four <= 2720)
    discover = four == 6011 or two == 65 or 644 <= int(digits[:3]) <= 649
    other = 3528 <= four <= 3589 or two == 62 or four in (5018, 5020, 5038, 6304, 6759, 6761, 6762, 6763)
    return master or discover or other


def accounts_in(text: str) -> Iterator[Hit]:
    """International account numbers with the right check digits, together or in groups of four."""
    for match in _expressions().account.finditer(text):
        # The expression takes a word in capitals behind the number along: the length is known by the country.
        written = match[0]
        length = iban_length(written[:2])
        end = _end_of(written, length)
        if end and not written[end : end + 1].strip() and _is_account(written[:end]):
            number = written[:end].replace(" ", "")
            if number not in _EXAMPLE_ACCOUNTS:
                yield Hit("personal_iban", "", match.start(), match.start() + end)


def _is_account(written: str) -> bool:
    from stdnum import iban

    return iban.is_valid(written)


def _end_of(written: str, length: int) -> int:
    count = 0
    for place, letter in enumerate(written, 1):
        count += letter != " "
        if count == length:
            return place
    return 0


def iban_length(country: str) -> int:
    """Characters of an account number of this country; 0 for a country without."""
    return _LENGTHS.get(country, 0)


_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE BI",
        18: "DK FI FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK MN",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM TL SO",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BJ FR GR IT MC MR SM DJ",
        28: "AL AZ BY CY DO GT HU LB PL SV NI",
        29: "BR EG PS QA UA",
        30: "JO KW MU",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}


class _Expressions:
    def __init__(self) -> None:
        self.card = re.compile(
            r"(?<![\w.,/=+-])(?<![0-9][ ])"
            r"(?:[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{3})?|"
            r"[0-9]{4}([ -])[0-9]{6}\2[0-9]{4,5}|[0-9]{14,19})"
            r"(?![\w-]|[.,][0-9]| [0-9]{4})",
            re.ASCII,
        )
        self.account = re.compile(
            r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?:[A-Z0-9]{11,29}| [A-Z0-9]{4}(?: ?[A-Z0-9]{1,4}){2,8})(?![A-Za-z0-9])"
        )


@functools.cache
def _expressions() -> _Expressions:
    return _Expressions()
