"""What a provider says of itself: everything that the surface is built from, without surprises."""

import re

from hypothesis import given
from hypothesis import strategies as st

from providers.base import Failure, HyperParam, Value, epochs
from tests.providers.conformance.bench import Bench

IDS = re.compile(r"[a-z][A-Za-z0-9_]{0,60}")


async def test_probing_is_harmless_and_tells_the_same_twice(bench: Bench) -> None:
    first, second = await bench.provider.probe(), await bench.provider.probe()
    assert first.capabilities == second.capabilities == bench.provider.capabilities
    assert (first.files, first.jobs) == (second.files, second.jobs)
    assert first.clock_skew is None or abs(first.clock_skew) < 30
    assert bench.provider.capabilities.training


async def test_models_can_be_shown_and_told_apart(bench: Bench) -> None:
    models = await bench.provider.models()
    assert len({one.id for one in models}) == len(models)
    assert all(0 < len(one.short) <= 75 for one in models)
    assert all(one.base for one in models)
    known = set(bench.provider.capabilities.methods)
    for one in models:
        assert one.methods or not one.trainable, one.id
        if one.trainable:
            assert all(one.parameters(method) for method in set(one.methods) & known), one.id


async def test_what_has_retired_is_not_trainable_and_says_since_when(bench: Bench) -> None:
    for one in await bench.provider.models():
        if not one.trainable and one.kind == "base" and one.training_ends is not None:
            assert one.dates_source, one.id


async def test_hyperparameters_describe_themselves(bench: Bench) -> None:
    for one in (await bench.model()).parameters(bench.subject.method):
        assert IDS.fullmatch(one.name)
        assert one.label
        assert one.hint.rstrip().endswith((".", ")", "`", "…")), one
        assert _fits(one, one.default), one
        re.compile(one.pattern)
        if one.kind == "choice":
            assert one.options
        if one.minimum is not None and one.maximum is not None:
            assert one.minimum <= one.maximum


def _fits(one: HyperParam, value: Value | None) -> bool:
    if value is None or value == one.auto:
        return True
    if isinstance(value, str):
        return one.kind not in ("int", "float") and (
            not one.pattern or bool(re.fullmatch(one.pattern, value))
        )
    low, high = one.minimum, one.maximum
    return (low is None or value >= low) and (high is None or value <= high)


async def test_how_often_the_data_is_gone_through_is_known(bench: Bench) -> None:
    described = (await bench.model()).parameters(bench.subject.method)
    assert epochs(described, bench.subject.hyperparameters) in (1, 2)


async def test_every_failure_is_sorted_out_whatever_it_says(bench: Bench) -> None:
    @given(st.text(max_size=60), st.text(max_size=300))
    def total(code: str, message: str) -> None:
        told = bench.provider.explain(Failure(code=code, message=message))
        assert told.text == message
        assert told.kind

    total()


async def test_requirements_are_met_at_a_place_that_is_set_up(bench: Bench) -> None:
    required = bench.provider.requirements
    found = await required.check((await bench.model()).id) if required is not None else ()
    assert [one for one in found if one.state not in ("met", "unknown")] == []
    assert len({one.id for one in found}) == len(found) or all(one.what for one in found)
