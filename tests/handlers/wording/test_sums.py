"""What waits beside a request is told with the sums that it is not in."""

import pytest

from bot.facts.requests import Waiting
from handlers.blocks import request_card
from handlers.wording import requests_asks
from handlers.wording.requests_sums import bill_line
from tests.handlers.samples_requests import ASK, request

EN = "en"
BILL = ASK.bill


@pytest.mark.parametrize(
    ("waiting", "told"),
    [
        ((Waiting(request="A1", always=532.8),), "A1 (+$533)"),
        (
            (Waiting(request="A1", always=-200), Waiting(request="A3", always=None)),
            "A1 (−$200), A3 (price not known)",
        ),
        ((Waiting(request="A1", always=0, asleep=1800),), "A1 (at most +$1,800)"),
        ((Waiting(request="A1", always=100, asleep=1800),), "A1 (+$100 and at most +$1,800)"),
        ((Waiting(request="A1", always=0, asleep=-1800),), "A1 (−$1,800)"),
        ((Waiting(request="A1", always=0),), "A1 (+$0)"),
        (
            tuple(Waiting(request=f"A{n}", always=1) for n in range(1, 8)),
            "A1 (+$1.00), A2 (+$1.00), A3 (+$1.00), A4 (+$1.00), 3 more",
        ),
    ],
)
def test_what_waits_too_is_named_with_what_it_would_add(waiting: tuple[Waiting, ...], told: str) -> None:
    assert BILL is not None
    line = bill_line(BILL.model_copy(update={"waiting": waiting}), 48, EN)
    assert line == (
        "All deployments: $3,672 now, $4,896 for 48\u00a0h, then $3,672. "
        f"Waiting too, and not in these sums: {told}."
    )


def test_nothing_is_said_where_nothing_waits() -> None:
    assert "aiting" not in bill_line(BILL, 48, EN)


def test_it_stands_on_the_approvers_card() -> None:
    assert BILL is not None
    bill = BILL.model_copy(update={"waiting": (Waiting(request="A1", always=533),)})
    shown = request_card.build(request(deploy=ASK.model_copy(update={"bill": bill})), EN)
    assert "not in these sums: A1 (+$533)." in shown.text


def test_another_price_than_the_one_that_was_asked_is_told_with_its_figure() -> None:
    told = requests_asks.warning("price_moved", {"per_hour": 2.0, "currency": "USD"}, EN)
    assert (
        told == "An hour of it costs $2.00 by the prices configured now; what is asked for is the price above"
    )
