"""What hosting costs, at configured prices."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.config.approvals import HostingPrice
from bot.deployments.places import Places, is_free
from bot.deployments.pricing import Planned, bill, money, rate_of
from providers.hosting import Offer
from tests.deployments.asking_bench import (
    BASE,
    DEVELOPER,
    GLOBAL,
    PLACE,
    STANDARD,
    Asking,
    asking_in,
    settings_in,
)

PLANNED = Planned(connection="prod-swc", base=BASE, sku="GlobalStandard", capacity=50)


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with asking_in(settings_in(tmp_path)) as made:
        yield made


def test_a_rate_says_where_it_comes_from_and_free_hosting_has_none(asking: Asking) -> None:
    rate = rate_of(asking.settings, "prod-swc", BASE, "GlobalStandard", 50)
    assert rate is not None
    assert (rate.per_hour, rate.currency, rate.as_of) == (1.7, "USD", "2026-11-22")
    assert money(rate, 720).high == pytest.approx(1224), "the documented month of 720 hours"
    assert money(rate, 720).source == rate.source
    assert rate_of(asking.settings, "prod-swc", BASE, "DeveloperTier", 50, free=True) is None
    assert rate_of(asking.settings, "prod-swc", "llama", "Standard", 50) is None
    assert (is_free(DEVELOPER), is_free(GLOBAL), is_free(None)) == (True, False, False)


def test_the_bill_before_with_both_and_after(asking: Asking) -> None:
    first = asking.deployment("support-v11")
    asking.deployment("other")
    asking.deployment("base-model", fine_tuned=False, model=BASE)
    asking.deployment("past", state="gone")
    asking.deployment("wanted", state="approved")
    asking.deployment("trial", sku="developertier")
    told = bill(
        asking.c,
        asking.settings,
        replace(PLANNED, replaces=first),
    )
    assert told is not None
    assert (told.before, told.during, told.after) == pytest.approx((3 * 1224, 4 * 1224, 3 * 1224))
    assert (told.currency, told.unknown) == ("USD", 0)


def test_without_a_replacement_it_stays_as_it_is_then(asking: Asking) -> None:
    told = bill(asking.c, asking.settings, PLANNED)
    assert told is not None
    assert (told.before, told.during, told.after) == pytest.approx((0, 1224, 1224))
    free = bill(asking.c, asking.settings, replace(PLANNED, sku="DeveloperTier"))
    assert free is not None
    assert (free.during, free.unknown) == (0, 0)


def test_what_has_no_price_or_another_currency_is_counted_as_unknown(asking: Asking) -> None:
    asking.deployment("llama", base="llama-3")
    euro = HostingPrice(
        model="mistral*", per_hour=Decimal(1), currency="EUR", source="list", as_of=date(2026, 11, 22)
    )
    settings = asking.settings.model_copy(update={"hosting": (*asking.settings.hosting, euro)})
    asking.deployment("mistral", base="mistral-3b")
    told = bill(asking.c, settings, PLANNED)
    assert told is not None
    assert (told.before, told.unknown, told.currency) == (0, 2, "USD")


def test_without_any_price_there_is_no_bill(asking: Asking) -> None:
    settings = asking.settings.model_copy(update={"hosting": ()})
    assert bill(asking.c, settings, PLANNED) is None
    asking.deployment()
    assert bill(asking.c, settings) is None


def test_a_sku_is_known_from_elsewhere_where_the_region_was_never_read(asking: Asking) -> None:
    places = Places(asking.c, asking.settings)
    assert places.of("bare") is None
    elsewhere = places.sku("bare", BASE, "developertier")
    assert elsewhere is not None
    assert is_free(elsewhere)
    assert (elsewhere.pool, elsewhere.maximum) == ("", None), "its bounds are another region's"
    assert [one.id for one in places.skus("bare", BASE)] == ["Standard", "GlobalStandard", "DeveloperTier"]
    assert places.sku("bare", BASE, "Provisioned") is None


ASLEEP = replace(STANDARD, id="ScaleToZero", unit="throughput", sleeps=True)
ALWAYS = replace(STANDARD, id="AlwaysOn", unit="throughput")
BY_UNIT = HostingPrice(
    model="*",
    sku="AlwaysOn",
    per_unit_hour=Decimal(6),
    unit_size=980,
    source="list",
    as_of=date(2026, 11, 22),
)


def test_what_sleeps_is_added_up_apart(asking: Asking) -> None:
    asking.put_place("prod-swc", replace(PLACE, offers=(Offer(base=BASE, skus=(GLOBAL, ASLEEP)),)))
    first = asking.deployment("dozing", sku="ScaleToZero")
    asking.deployment("other")
    told = bill(asking.c, asking.settings, replace(PLANNED, replaces=first))
    assert told is not None
    assert (told.before, told.during, told.after) == pytest.approx((1224, 2448, 2448))
    assert (told.asleep_before, told.asleep_during, told.asleep_after) == pytest.approx((1224, 1224, 0))
    told = bill(asking.c, asking.settings, replace(PLANNED, sku="ScaleToZero"))
    assert told is not None
    assert (told.before, told.during, told.after) == pytest.approx((1224, 1224, 1224))
    assert (told.asleep_before, told.asleep_during, told.asleep_after) == pytest.approx((1224, 2448, 2448))


def test_a_price_by_capacity_goes_with_what_is_there_and_what_is_planned(asking: Asking) -> None:
    asking.put_place("prod-swc", replace(PLACE, offers=(Offer(base=BASE, skus=(ALWAYS,)),)))
    settings = asking.settings.model_copy(update={"hosting": (BY_UNIT,)})
    asking.deployment("two", sku="AlwaysOn", capacity=1960)
    asking.deployment("untold", sku="AlwaysOn", capacity=0)
    told = bill(asking.c, settings, replace(PLANNED, sku="AlwaysOn", capacity=2940))
    assert told is not None
    assert (told.before, told.after, told.unknown) == pytest.approx((12 * 720, 30 * 720, 1))
