"""`price_for`: the most exact price wins, and a price is never stretched to what it was not given for."""

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from pydantic import SecretStr

from bot.config.connections import Connection, Price, choose_price

HERE = Connection(name="prod", endpoint="https://a.example", key=SecretStr("k"))


def price(
    amount: int,
    model: str = "*",
    *,
    connection: str | None = None,
    kind: str | None = None,
    day: int = 1,
    provider: bool = False,
) -> Price:
    return Price(
        model=model,
        connection=connection,
        provider="azure_openai" if provider else None,
        training_type=kind,
        training_per_million=Decimal(amount),
        source="price sheet",
        as_of=date(2026, 11, day),
    )


LADDER = (
    price(1),
    price(2, day=2),
    price(3, "gpt-4.1*"),
    price(4, "gpt-4.1-mini*"),
    price(5, "gpt-4.1-mini-2025"),
    price(6, kind="globalStandard"),
    price(7, provider=True),
    price(8, connection="prod"),
    price(9, connection="prod", kind="globalStandard"),
)


@pytest.mark.parametrize("upto", range(1, len(LADDER) + 1))
def test_each_more_exact_price_goes_before_the_ones_above(upto: int) -> None:
    for some in (LADDER[:upto], LADDER[:upto][::-1]):
        best = choose_price(some, HERE, "gpt-4.1-mini-2025", "globalStandard")
        assert best is not None
        assert best.training_per_million == upto


def test_the_case_of_a_training_type_does_not_matter() -> None:
    assert choose_price([price(1, kind="globalstandard")], HERE, "gpt-4.1", "GlobalStandard") is not None


def test_the_order_in_the_file_does_not_matter() -> None:
    for some in permutations(LADDER[:4]):
        best = choose_price(some, HERE, "gpt-4.1-mini-2025", None)
        assert best is not None
        assert best.training_per_million == 4


@pytest.mark.parametrize(
    "other",
    [
        price(1, "gpt-4o*"),
        price(1, "GPT-4.1*"),
        price(1, connection="other"),
        price(1, kind="globalStandard"),
    ],
)
def test_a_price_for_something_else_is_no_price(other: Price) -> None:
    assert choose_price([other], HERE, "gpt-4.1", None) is None
    assert choose_price([other], HERE, "gpt-4.1", "standard") is None
