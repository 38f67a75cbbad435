"""Asking to deploy: base models by their short names, and what the service holds back for validation."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.store import connections, jobs
from handlers.wording import errors
from tests.deployments.asking_bench import MODEL, PLACE, Asking
from tests.deployments.test_order import asking, check, codes, refused
from tests.training.jobs_of import NOW

__all__ = ["asking"]
DAY = timedelta(days=1)


def test_base_models_are_named_as_people_call_them(asking: Asking) -> None:
    """Ids of registries are for programs."""
    base = "azureml://registries/azureml-meta/models/Llama-3.3-70B-Instruct"
    tuned = replace(MODEL, id="m.ft-1", base=base, short="support v1", job_id=None)
    connections.put_catalogue(asking.c, "prod-swc", [tuned], now=NOW)
    asking.put_place("prod-swc", replace(PLACE, offers=(replace(PLACE.offers[0], base=base),)))
    ask = check(asking, model="m.ft-1")
    told = [str(params["model"]) for _, params in ask.warnings if "model" in params]
    assert told
    assert set(told) == {"Llama-3.3-70B-Instruct"}
    asking.put_place("prod-swc", replace(PLACE, offers=(replace(PLACE.offers[0], base="gpt-4o"),)))
    assert refused(asking, model="m.ft-1").params["model"] == "Llama-3.3-70B-Instruct"
    ended = replace(tuned, inference_ends=NOW - DAY, replacement="Phi-4")
    connections.put_catalogue(asking.c, "prod-swc", [ended], now=NOW)
    found = refused(asking, model="m.ft-1")
    said = errors.explain(found.code, found.params, "en")
    assert "azureml://" not in f"{said.happened} {said.meaning} {said.remedy}"
    assert "does not host its base model Llama-3.3-70B-Instruct any more" in said.meaning
    assert said.remedy == "Train on Phi-4 and deploy that."
    connections.put_catalogue(asking.c, "prod-swc", [replace(ended, replacement="")], now=NOW)
    found = refused(asking, model="m.ft-1")
    assert "successor" not in errors.explain(found.code, found.params, "en").remedy


def test_data_that_the_service_holds_back_shows_overfitting(asking: Asking) -> None:
    jobs.change(
        asking.c, asking.job, now=NOW, reading={"kind": "falling", "numbers": {"first": 1.8, "last": 0.5}}
    )
    provider: Any = asking.providers["prod-swc"]
    asking.providers["prod-swc"] = HoldingBack(provider)
    assert "no_validation" not in codes(check(asking, model="J1", sku="Standard", until="2027-01-31"))


class HoldingBack:
    """A provider whose service measures on a share of the training data."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider
        self.capabilities = replace(provider.capabilities, holds_back=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)
