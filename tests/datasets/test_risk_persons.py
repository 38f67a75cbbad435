"""Data about persons are recognised, and numbers that only look like them are not."""

import random

import pytest
from stdnum import luhn

from bot.datasets.risk.calling_codes import national_number
from tests.datasets.risk_samples import PERSONS, Sample
from tests.datasets.risk_tools import in_text


@pytest.mark.parametrize(
    "sample", PERSONS, ids=[f"{one.rule}-{one.kind}-{at}" for at, one in enumerate(PERSONS)]
)
def test_each_form_is_recognised_in_a_sentence(sample: Sample) -> None:
    expected = [(sample.rule, sample.kind)]
    assert in_text(sample.text) == expected
    assert in_text(f"Hello, {sample.text}\nis what I have.") == expected


@pytest.mark.parametrize(
    "text",
    [
        "support@shop.de and noreply@firm.com",
        "jane@example.com, joe@mail.example.org, x@y.test",
        "you@yourcompany.com",
        "git@github.com:firm/project.git",
        "logo@2x.png",
        "pip install pkg@1.2.3",
        "x @ y.T, a@b.dot(c)",
        "@app.route and @user",
        "https://medium.com/@writer.name",
        "a@b",
    ],
)
def test_what_is_nobodys_mail(text: str) -> None:
    assert in_text(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "+1 (555) 123-4567",
        "+1 212 555 0147",
        "(212) 555-0147",
        "+44 7700 900123",
        "2024-05-01T10:20:30+02:00",
        "x+491701234567",
        "+250 000 000 euros",
        "+10000000000",
        "+12345678901",
        "+999 123 456 789",
        "a = b +4917012345678901234567",
        "+49 30",
        "(100) 200-3000",
    ],
)
def test_what_is_no_phone(text: str) -> None:
    assert in_text(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111",
        "my card is 5555555555554444",
        "order 4539148803436467",
        "4539 1488 0343 6468",
        "9539 1488 0343 6461",
        "0.4539148803436467 visa",
        "visa 4539148803436467123456",
        "4539 1488 0343 6467 1234 5678",
        "DE89 3704 0044 0532 0130 00",
        "DE45 5001 0517 5407 3249 31",
        "000-12-3456 and 078-05-1120",
        "2024-01-02 10:20:30, 31.12.1999",
        "1,234,567,890.00 and 12 345 678 901",
        "54362315K is the article",
        "44051401359 pieces",
        "111222333",
        "marking dni 12345678A",
        "2341 2341 2347",
        "131052-308U",
        "880320-0018",
        "390.533.447-06",
        "AB 12 34 56 E",
        "1700000000000",
        "ISBN 978-3-16-148410-0",
    ],
)
def test_what_is_no_number_of_a_person(text: str) -> None:
    assert in_text(text) == []


def test_order_numbers_hashes_moments_and_prices_do_not_fire() -> None:
    dice = random.Random(5)  # noqa: S311 - samples, no secrets

    def number(digits: int) -> int:
        return dice.randrange(10 ** (digits - 1), 10**digits)

    texts = [
        form
        for _ in range(400)
        for form in (
            f"Order {number(16)} and {number(11)} left on 2026-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}.",
            f"#{number(8)}-{number(4)} costs {number(8) / 100:,.2f} EUR",
            f"{dice.getrandbits(160):040x} {dice.getrandbits(128):032x}",
            f"{number(13)} ms, {number(10)} s, {number(9)}",
            f"Tracking 1Z{number(16)}, item {number(17)}-A",
            ".".join(str(dice.randrange(256)) for _ in range(4)) + f":{dice.randrange(65536)}",
        )
    ]
    assert [text for text in texts if in_text(text)] == []


def test_bare_cards_need_their_check_digit_and_a_word() -> None:
    body = "453914880343646"
    digits = body + luhn.calc_check_digit(body)
    for last in "0123456789":
        number = body + last
        assert (in_text(f"the card number is {number}") != []) == (number == digits)
        assert in_text(f"the parcel number is {number}") == []


def test_calling_codes_are_the_longest_rule_of_e164() -> None:
    assert national_number("4930901820") == ("49", "30901820")
    assert national_number("35312345678") == ("353", "12345678")
    assert national_number("14158673091") == ("1", "4158673091")
    assert national_number("2101234567890") is None
    assert national_number("493") is None
