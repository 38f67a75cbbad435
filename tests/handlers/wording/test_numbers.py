"""Numbers with their units and sources."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts.jobs import Money
from handlers.wording import numbers, time


def price(low: float, high: float, currency: str = "USD", as_of: str = "1 Nov 2026") -> Money:
    return Money(low=low, high=high, currency=currency, source="tunesmith.toml", as_of=as_of)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (512, "512"),
        (999, "999"),
        (1000, "1 K"),
        (1_210_000, "1.21 M"),
        (999_600, "1 M"),
        (2e9, "2 G"),
        (999.7e9, "1 T"),
        (1.42e18, "1,420,000 T"),
    ],
)
def test_short(number: float, shown: str) -> None:
    assert numbers.short(number) == shown


def test_tokens_say_how_sure_they_are() -> None:
    assert numbers.tokens(1_210_000, False, "en") == "1.21 M tokens (estimate)"
    assert numbers.tokens(1, True, "en") == "1 token (exact)"
    assert numbers.measured_tokens(3_630_000, "en") == "3.63 M tokens"


def test_counts() -> None:
    assert numbers.count(1, "example", "en") == "1 example"
    assert numbers.count(2140, "example", "en-GB") == "2,140 examples"
    assert numbers.counts({"error": 14, "warning": 0, "hint": 1}, "fr") == "14 errors, 1 hint"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.61, "0.61"),
        (1.836, "1.84"),
        (0.0007, "0.0007"),
        (0.012, "0.012"),
        (0.0, "0.00"),
        (math.nan, "not a number"),
    ],
)
def test_losses_do_not_round_to_nothing(value: float, shown: str) -> None:
    assert numbers.loss(value) == shown


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [(0.58, "58 %"), (0.999, "99 %"), (1.0, "100 %"), (-1, "0 %"), (7, "100 %"), (0.29, "29 %")],
)
def test_percent(fraction: float, shown: str) -> None:
    assert numbers.percent(fraction) == shown.replace(" ", "\u00a0")


def test_a_share_stays_on_one_line() -> None:
    assert numbers.share(0.8967) == "89.7\u00a0%"


@given(st.floats(0, 1e30))
def test_no_number_is_shown_with_an_exponent(value: float) -> None:
    assert not {"e", "E"} & set(numbers.short(value))


@given(st.floats(0, 1, exclude_max=True))
def test_a_hundred_percent_is_the_end(fraction: float) -> None:
    assert numbers.percent(fraction) != "100\u00a0%" or fraction > 1 - 1e-7


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (price(18.2, 18.2), "about $18 (price: tunesmith.toml, as of 1 Nov 2026)"),
        (price(12, 18), "$12 to $18 (price: tunesmith.toml, as of 1 Nov 2026)"),
        (price(1.7, 1.7), "about $1.70 (price: tunesmith.toml, as of 1 Nov 2026)"),
        (price(1224, 1224, "CHF", ""), "about 1,224 CHF (price: tunesmith.toml)"),
        (price(0.001, 0.05), "up to $0.05 (price: tunesmith.toml, as of 1 Nov 2026)"),
        (price(0.001, 0.002), "less than $0.01 (price: tunesmith.toml, as of 1 Nov 2026)"),
    ],
)
def test_money_names_its_source(value: Money, shown: str) -> None:
    assert numbers.cost(value, "en") == shown.replace("1 Nov 2026", "1\u00a0Nov\u00a02026")


@pytest.mark.parametrize(
    ("as_of", "shown"),
    [("2026-11-22", "22\u00a0Nov\u00a02026"), ("last week", "last\u00a0week"), ("2026-13-45", "2026-13-45")],
)
def test_a_date_stays_on_one_line(as_of: str, shown: str) -> None:
    assert numbers.money_source(price(1, 1, as_of=as_of), "en") == f"price: tunesmith.toml, as of {shown}"


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (4_200_000, "4.2 MB"),
        (10_000_000, "10 MB"),
        (1e9, "1 GB"),
        (1e12, "1,000 GB"),
    ],
)
def test_sizes(size: float, shown: str) -> None:
    assert numbers.size(int(size)) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (1.4, "1.4 s"),
        (41, "41 s"),
        (99.6, "2 min"),
        (5100, "1 h 25 min"),
        (7200, "2 h"),
        (273_600, "3 d 4 h"),
        (-3, "0.0 s"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert time.duration(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(3, "3"), (3.0, "3"), (0.05, "0.05"), (0.00002, "0.00002"), (-1, "-1"), (0.123456789, "0.123456789")],
)
def test_hyperparameters_are_written_in_full(value: float, shown: str) -> None:
    assert numbers.plain(value) == shown


@given(st.floats(-1e12, 1e12).filter(lambda value: value == 0 or abs(value) > 1e-9))
def test_a_hyperparameter_reads_back_as_it_was(value: float) -> None:
    assert float(numbers.plain(value)) == value


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (812 * 1024**2, "812 MB"),
        (int(4.25 * 1024**2), "4.25 MB"),
        (1024**3 - 1, "1 GB"),
        (1024**3, "1 GB"),
        (512 * 1024**2, "512 MB"),
    ],
)
def test_storage_is_counted_as_the_service_counts_it(number: int, said: str) -> None:
    assert numbers.storage(number) == said
