"""Asking to deploy under Hypothesis: whatever comes out of the form is an ask, or refused at a field."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.deployments import order
from tests.deployments.asking_bench import ELSEWHERE, RIN, Asking, asking_in, settings_in
from tests.training.jobs_of import NOW


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with asking_in(settings_in(tmp_path)) as made:
        yield made


TEXT = st.text(max_size=40)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["J1", "J1:320", ELSEWHERE, "J2", ""]) | TEXT,
    st.sampled_from(["prod-swc", "dev-eus2", "bare"]),
    st.sampled_from(["support-v12", "x" * 64]) | TEXT,
    st.sampled_from(["Standard", "DeveloperTier"]) | TEXT,
    st.integers(),
    TEXT,
    TEXT,
    TEXT,
)
def test_any_order_is_an_ask_or_a_refusal_at_a_field(
    asking: Asking,
    model: str,
    connection: str,
    name: str,
    sku: str,
    capacity: int,
    tags: str,
    until: str,
    old: str,
) -> None:
    asked = asking.order(
        model=model,
        connection=connection,
        name=name,
        sku=sku,
        capacity=capacity,
        tags=tags,
        until=until,
        replaces=old,
    )
    looked = order.examine(asking.c, asked, asking.settings, asking.providers, RIN, now=NOW)
    assert (looked.ask is None) == bool(looked.refusals)
    assert all(one.field for one in looked.refusals)
