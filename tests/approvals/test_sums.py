"""What all deployments cost together, as a request tells it: when it is shown, and when it was decided."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.approvals import kinds
from bot.config.approvals import HostingPrice
from bot.facts.requests import Bill, Waiting
from bot.store import deployments
from bot.store.work_tables import message_ref
from tests.approvals.office import Office, office_in
from tests.approvals.samples import ADA, BRUNO, DEV, PROD, RIN, TEAM
from tests.approvals.test_asking import change, withdraw

MONTH = 1224.0
PRICE = HostingPrice(
    model="*", per_hour=Decimal("1.7"), currency="USD", source="price list", as_of=date(2026, 11, 1)
)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """One approver is enough; an hour of any deployment has one price."""
    async with office_in(tmp_path, count=1) as made:
        price(made, PRICE)
        yield made


def price(office: Office, *prices: HostingPrice) -> None:
    """What is configured from now on."""
    office.settings = office.settings.model_copy(update={"hosting": prices})
    object.__setattr__(office.application.deps, "settings", office.settings)


async def bill(office: Office, number: int, n: int | None = None) -> Bill:
    facts = await office.facts(number, n)
    assert facts.deploy is not None
    assert facts.deploy.bill is not None
    return facts.deploy.bill


async def sums(office: Office, number: int) -> tuple[float, float]:
    found = await bill(office, number)
    return found.before, found.after


async def painted(office: Office) -> None:
    """As if every card had been painted."""
    await office.write(lambda c: c.execute(message_ref.update().values(rendered=message_ref.c.dirty)).close())


async def behind(office: Office) -> set[str]:
    """Copies of requests that are to be painted anew."""
    found = select(message_ref.c.key).where(message_ref.c.dirty > message_ref.c.rendered)
    return {key for key in await office.read(lambda c: c.execute(found).scalars().all()) if "request:" in key}


async def deployed(office: Office, name: str = "other", **given: Any) -> int:
    values = {
        "team_id": TEAM,
        "connection": PROD,
        "name": name,
        "model": "m",
        "model_short": "m",
        "base": "b",
        "channel": "C0FINETUNE",
        "sku": "GlobalStandard",
        "capacity": 50,
        "state": "live",
        **given,
    }
    number: int = await office.write(lambda c: deployments.add(c, values, now=office.clock.now()))
    return number


async def test_what_comes_and_goes_meanwhile_is_in_the_sum(office: Office) -> None:
    number = await office.ask()
    assert await sums(office, number) == pytest.approx((0, MONTH))
    digest = (await office.facts(number)).digest
    await painted(office)
    there = await deployed(office)
    assert await sums(office, number) == pytest.approx((MONTH, 2 * MONTH))
    copies = {f"request:A{number}:r1", f"request:A{number}:own"}
    assert await behind(office) == copies
    await painted(office)
    await office.write(lambda c: deployments.change(c, there, now=office.clock.now(), state="gone"))
    assert await sums(office, number) == pytest.approx((0, MONTH))
    assert await behind(office) == copies
    assert (await office.facts(number)).digest == digest, "nobody has to vote anew for it"


async def test_a_use_that_was_read_paints_no_request_anew(office: Office) -> None:
    there = await deployed(office)
    await office.ask()
    await painted(office)
    await office.write(lambda c: deployments.change(c, there, now=office.clock.now(), raw_state="Running"))
    assert await behind(office) == set()


async def test_requests_that_wait_beside_it_are_named(office: Office) -> None:
    first = await office.ask()
    await painted(office)
    second = await office.ask(name="support-v13")
    assert f"request:A{first}:r1" in await behind(office)
    assert (await bill(office, second)).waiting == (Waiting(request=f"A{first}", always=MONTH),)
    assert (await bill(office, first)).waiting == (Waiting(request=f"A{second}", always=MONTH),)
    await painted(office)
    await withdraw(office, first, RIN)
    assert (await bill(office, second)).waiting == ()
    assert f"request:A{second}:r1" in await behind(office)


async def test_what_is_approved_meanwhile_moves_from_the_waiting_ones_into_the_sum(office: Office) -> None:
    first, second = await office.ask(), await office.ask(name="support-v13")
    await office.vote(first, ADA)
    assert await sums(office, second) == pytest.approx((MONTH, 2 * MONTH))
    assert (await bill(office, second)).waiting == ()


async def test_a_waiting_replacement_counts_only_by_what_it_costs_more(office: Office) -> None:
    there = await deployed(office)
    first = await office.ask(replaces=f"P{there}", capacity=50)
    second = await office.ask(name="support-v13")
    assert (await bill(office, second)).waiting == (Waiting(request=f"A{first}", always=0),)


async def test_a_waiting_one_without_a_price_is_named_all_the_same(office: Office) -> None:
    dear = PRICE.model_copy(update={"model": "gpt-4.1-mini*"})
    price(office, dear)
    first = await office.ask(connection=DEV, base="phi", rate=None)
    second = await office.ask(name="support-v13")
    assert (await bill(office, second)).waiting == (Waiting(request=f"A{first}", always=None),)


async def test_the_sum_of_the_moment_is_kept_with_the_decision(office: Office) -> None:
    number = await office.ask()
    there = await deployed(office)
    row = await office.vote(number, ADA)
    assert row.state == "approved"
    assert await sums(office, number) == pytest.approx((MONTH, 2 * MONTH)), "it is not in its own sum twice"
    await office.write(lambda c: deployments.change(c, there, now=office.clock.now(), state="gone"))
    assert await sums(office, number) == pytest.approx((MONTH, 2 * MONTH)), "that is what was approved"


async def test_a_rejected_one_keeps_it_as_well(office: Office) -> None:
    number = await office.ask()
    await office.vote(number, BRUNO, "reject")
    await deployed(office)
    assert await sums(office, number) == pytest.approx((0, MONTH))


async def test_an_earlier_round_keeps_what_it_said(office: Office) -> None:
    number = await office.ask()
    await change(office, number, capacity=100, bill=Bill(before=1, during=2, after=2, currency="USD"))
    await deployed(office)
    facts = await office.facts(number, 1)
    assert facts.deploy is not None
    assert facts.deploy.bill is None, "as it was asked"
    assert await sums(office, number) == pytest.approx((MONTH, 2 * MONTH))


async def test_a_price_that_changed_is_told_and_painted_at_the_next_start(office: Office) -> None:
    number = await office.ask()
    await painted(office)
    facts = await office.facts(number)
    assert facts.deploy is not None
    assert facts.deploy.warnings == ()
    price(office, PRICE.model_copy(update={"per_hour": Decimal(2)}))
    await office.write(lambda c: kinds.replant(c, now=office.clock.now(), corr="t"))
    assert await behind(office) == {f"request:A{number}:r1", f"request:A{number}:own"}
    facts = await office.facts(number)
    assert facts.deploy is not None
    assert facts.deploy.rate is not None
    assert facts.deploy.rate.per_hour == 1.7, "what was asked changes by no other hand"
    assert facts.deploy.warnings == (("price_moved", {"per_hour": 2.0, "currency": "USD"}),)
    assert await sums(office, number) == pytest.approx((0, 1440))
