"""A remedy calls the fields of a training as the service calls them, and names none that is not there."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

import pytest

from bot.facts.jobs import Progress, ReadingFacts
from bot.training import reading as curves
from handlers.wording import results
from providers.azure_ai.facts import load_facts
from providers.azure_ai.hyperparameters import described
from providers.azure_openai.hyperparameters import SHARED
from providers.base import HyperParam
from providers.databricks.hyperparameters import hyperparameters
from tests.handlers.samples import TRAINED

PHI = next(one for one in load_facts().models if not one.marketplace)
LLAMA = next(one for one in load_facts().models if one.marketplace)
FIELDS: Mapping[str, tuple[HyperParam, ...]] = {
    "azure_openai": SHARED,
    "phi": described(PHI),
    "llama": described(LLAMA),
    "databricks": hyperparameters(8_192),
}
SAID = {
    "azure_openai": ("fewer epochs", "more epochs", "learning-rate multiplier"),
    "phi": ("fewer epochs", "more epochs", "learning rate"),
    "llama": ("fewer epochs", "more epochs", "learning-rate multiplier"),
    "databricks": ("a shorter duration", "a longer duration", "learning rate"),
}
RISEN = {"first": 2.1, "last": 0.3, "valid_best": 1.06, "valid_last": 1.19, "valid_best_step": 108}


def remedy(
    service: str, kind: str, method: str = "supervised", numbers: Mapping[str, float] = MappingProxyType({})
) -> str:
    labels = {one.name: one.label for one in FIELDS[service]}
    changes = {
        "reading": ReadingFacts(kind=kind, numbers=dict(numbers)),
        "labels": labels,
        "method": method,
        "checkpoints": (),
        "progress": Progress(step=240, steps=240, epochs=4),
    }
    return results.of_job(TRAINED.model_copy(update=changes), "en")[1]


@pytest.mark.parametrize("service", FIELDS)
def test_each_remedy_calls_the_fields_as_the_service_does(service: str) -> None:
    shorter, longer, rate = SAID[service]
    assert remedy(service, "diverging") == f"Train again with {shorter} or a smaller {rate}."
    assert remedy(service, "flat").startswith(f"Try {longer} or a larger {rate}, and check")
    assert remedy(service, "rising") == f"Train again with a smaller {rate}."
    assert remedy(service, "falling", "reinforcement").endswith(f"then train again with a smaller {rate}.")
    assert remedy(service, "too_short") == f"More examples or {longer} make more steps."
    assert remedy(service, "diverging", numbers=RISEN) == (
        f"No checkpoint near step 108 is kept: train again with {shorter} or a smaller {rate} "
        "(about 2 epochs would end near that step)."
    )


@pytest.mark.parametrize("kind", get_args(curves.Kind))
@pytest.mark.parametrize("method", ["supervised", "reinforcement"])
def test_where_the_fields_are_not_known_nothing_stays_unfilled(kind: str, method: str) -> None:
    _, said = results.reading(ReadingFacts(kind=kind), "en", method)
    assert not set(said) & set("{}…")
    assert "multiplier" not in said


def test_a_label_that_begins_with_an_abbreviation_keeps_its_capitals() -> None:
    _, said = results.reading(ReadingFacts(kind="rising"), "en", labels={"learning_rate": "LR <scale>"})
    assert said == "Train again with a smaller LR &lt;scale&gt;."
