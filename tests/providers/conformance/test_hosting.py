"""A deployment's life: offered, made once, answering, taken down."""

import pytest

from providers.errors import Conflict, NotFound, OutcomeUnknown, Refused
from tests.providers.conformance.bench import LONG_AGO, Bench


async def test_what_is_offered_can_be_chosen(bench: Bench) -> None:
    await bench.trained()
    place = await bench.hosting.place()
    base = (await bench.model()).base
    offer = next(one for one in place.offers if one.base == base)
    assert len({one.id for one in offer.skus}) == len(offer.skus)
    for sku in offer.skus:
        assert sku.minimum <= sku.default
        assert sku.maximum is None or sku.default <= sku.maximum
        assert sku.step >= 1
        assert sku.label
    assert place.filter_off == "" or place.filter_off in place.filters


async def test_from_a_model_to_an_answer_and_down_again(bench: Bench) -> None:
    spec = await bench.order(await bench.trained())
    assert await bench.hosting.deployment(spec.name) is None
    found = await bench.live(spec)
    assert (found.name, found.state, found.fine_tuned) == (spec.name, "live", True)
    assert found.model == spec.model
    assert found.sku == spec.sku
    assert found.tags["tunesmith-job"] == "J1"
    assert spec.name in {one.name for one in await bench.hosting.deployments()}
    answer = await bench.hosting.call(spec.name, "Say hello.")
    assert answer.text.strip()
    await bench.hosting.hand_over(spec.name)
    told = bench.hosting.endpoint(spec.name)
    assert told.deployment
    assert told.url.startswith("http")
    usage = await bench.hosting.usage(LONG_AGO)
    assert usage.read_at.tzinfo is not None
    for _ in range(2):
        await bench.finished(await bench.hosting.delete(spec.name))
    assert await bench.hosting.deployment(spec.name) is None
    with pytest.raises((NotFound, Refused)):
        await bench.hosting.call(spec.name, "Say hello.")


async def test_a_lost_answer_is_unknown_and_reading_tells(bench: Bench) -> None:
    spec = await bench.order(await bench.trained())
    bench.fail("lost_answer", bench.subject.make, times=1)
    with pytest.raises(OutcomeUnknown):
        await bench.hosting.apply(spec)
    found = await bench.hosting.deployment(spec.name)
    assert found is not None
    assert found.model == spec.model


async def test_a_model_that_is_deployed_stays(bench: Bench) -> None:
    spec = await bench.order(await bench.trained())
    await bench.live(spec)
    with pytest.raises(Conflict) as caught:
        await bench.hosting.delete_model(spec.model)
    assert caught.value.code == "model_in_use"
    await bench.finished(await bench.hosting.delete(spec.name))
    for _ in range(2):
        await bench.hosting.delete_model(spec.model)
    left = {one.id for one in await bench.provider.models() if one.kind == "tuned"}
    assert spec.model not in left


async def test_rights_name_what_to_ask_for(bench: Bench) -> None:
    rights = await bench.hosting.rights()
    assert rights
    assert all(one.action and one.needed_for for one in rights)
    assert all(one.held or one.grant for one in rights if one.vital)
