"""What a region offers, out of lists that say less or more than the stand-in's."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_openai.model_facts import load_facts
from providers.azure_openai.place import build_place
from providers.hosting import Place
from tests.providers.azure_openai.hosts import BASE

MINI: dict[str, Any] = {"format": "OpenAI", "name": "gpt-4.1-mini", "version": "2025-04-14"}
POOL = "OpenAI.Standard.gpt-4.1-mini-finetune"


def place(models: Any, usages: Any = (), filters: Any = ()) -> Place:
    return build_place(
        "r", "swedencentral", models=models, usages=usages, filters=filters, facts=load_facts()
    )


def usage(name: str, used: object = 0, limit: object = 10) -> dict[str, Any]:
    return {"name": {"value": name}, "currentValue": used, "limit": limit}


def test_entry_of_its_own_for_fine_tuned_models_wins() -> None:
    """Some lists name the pool for fine-tuned models beside the one for the base model, with other capacities."""
    skus = [
        {"name": "Standard", "usageName": "OpenAI.Standard.gpt-4.1-mini", "capacity": {"maximum": 5000}},
        {
            "name": "standard",
            "usageName": POOL,
            "capacity": {"minimum": 5, "maximum": 50, "step": 5, "default": 1},
        },
        {"name": "developertier", "usageName": "OpenAI.DeveloperTier.gpt-4.1-mini-finetune"},
        {"name": "ProvisionedManaged", "usageName": "OpenAI.ProvisionedManaged-finetune"},
    ]
    for listed in (skus, skus[::-1]):
        for usages in (None, [], [usage(POOL)]):
            (offer,) = place([{"model": {**MINI, "skus": listed}}], usages).offers
            assert [sku.id for sku in offer.skus] == ["Standard", "DeveloperTier"]
            sku = offer.skus[0]
            assert (sku.pool, sku.minimum, sku.maximum, sku.step, sku.default) == (POOL, 5, 50, 5, 5)
            assert (offer.skus[1].minimum, offer.skus[1].maximum) == (1, None)


def test_pool_decides_where_the_list_names_only_base_models() -> None:
    model = {
        **MINI,
        "skus": [
            {"name": "Standard", "usageName": "OpenAI.Standard.gpt-4.1-mini"},
            {"name": "GlobalStandard"},
        ],
    }
    assert [sku.id for sku in place([model], [usage(POOL.upper())]).offers[0].skus] == ["Standard"]
    assert place([model], []).offers[0].skus == ()
    assert not place([model], []).fine_tuned
    assert place([model], None).offers[0].skus == (), "nothing says that it can be fine-tuned here"
    tunable = {**model, "capabilities": {"fineTune": "true"}}
    assert [sku.id for sku in place([tunable], None).offers[0].skus] == ["Standard", "GlobalStandard"]


def test_dates_of_the_service_go_before_those_of_the_documentation() -> None:
    told = {
        **MINI,
        "deprecation": {"fineTune": "2026-12-01T00:00:00Z", "inference": "soon"},
        "lifecycleStatus": "Stable",
    }
    (offer,) = place([told]).offers
    assert offer.base == BASE
    assert offer.training_ends == datetime(2026, 12, 1, tzinfo=UTC)
    assert offer.inference_ends == datetime(2027, 10, 14, tzinfo=UTC), (
        "of the documentation: the service's is none"
    )
    assert offer.lifecycle == "Stable"
    assert place([{"name": "unheard-of"}]).offers[0].inference_ends is None


def test_model_that_is_listed_for_several_kinds_of_account_is_one_offer() -> None:
    with_skus = {**MINI, "skus": [{"name": "Standard", "usageName": POOL}]}
    for models in ([MINI, with_skus], [with_skus, MINI]):
        (offer,) = place(models).offers
        assert [sku.id for sku in offer.skus] == ["Standard"]


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        ({}, (1, None, 1, 1)),
        ({"minimum": 0, "maximum": 0, "step": 0, "default": 0}, (1, None, 1, 1)),
        ({"minimum": 3, "maximum": 2, "default": 9}, (3, None, 1, 9)),
        ({"maximum": 5, "default": 9}, (1, 5, 1, 5)),
        ({"minimum": "2", "maximum": "many", "step": True}, (2, None, 1, 2)),
    ],
)
def test_odd_capacities(capacity: dict[str, Any], expected: tuple[int, int | None, int, int]) -> None:
    (offer,) = place(
        [{**MINI, "skus": [{"name": "Standard", "usageName": POOL, "capacity": capacity}]}]
    ).offers
    (sku,) = offer.skus
    assert (sku.minimum, sku.maximum, sku.step, sku.default) == expected


def test_pools_without_a_name_or_a_limit_are_none() -> None:
    listed = [
        usage(POOL, 3.0, 150.0),
        usage("", 1),
        usage("x", 1, None),
        {"name": "y", "limit": 3},
        None,
        usage("z", None),
    ]
    assert [(pool.name, pool.used, pool.limit) for pool in place([], listed).pools] == [
        (POOL, 3, 150),
        ("z", 0, 10),
    ]


def test_filters_by_name() -> None:
    filters = [
        {"name": "corp-strict"},
        {"name": "Microsoft.DefaultV2"},
        {"name": 7},
        {},
        "x",
        {"name": "corp-strict"},
    ]
    assert place([], [], filters).filters == ("corp-strict", "Microsoft.DefaultV2")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["model", "name", "version", "skus", "capacity", "usageName", "deprecation", "limit", "value"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(st.lists(_JSON, max_size=4), st.none() | st.lists(_JSON, max_size=4), st.lists(_JSON, max_size=4))
def test_any_lists_are_read(models: list[Any], usages: list[Any] | None, filters: list[Any]) -> None:
    found = place(models, usages, filters)
    assert found.fine_tuned is any(offer.skus for offer in found.offers)
    assert all(offer.base for offer in found.offers)
