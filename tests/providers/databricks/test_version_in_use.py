"""A version that an endpoint serves, or is about to serve, is not deleted."""

from typing import Any

import pytest

from providers.databricks.hosting import ServingHosting
from providers.errors import Conflict
from sandbox.databricks.options import SCHEMA
from tests.providers.databricks.hosts import CHUNK, Hosts, deployed, hosts, wanted

__all__ = ["hosts"]
CONFIG = "/api/2.0/serving-endpoints/support-v1/config"


def _serving(*models: str) -> dict[str, Any]:
    """A configuration of that many versions, the first of which answers."""
    rows = []
    for model in models:
        name, _, version = model.partition("/")
        rows.append(
            {
                "name": f"support-v1-{version}",
                "entity_name": name,
                "entity_version": version,
                "min_provisioned_throughput": 0,
                "max_provisioned_throughput": CHUNK,
                "scale_to_zero_enabled": True,
            }
        )
    share = [100, *(0 for _ in rows[1:])]
    routes = [
        {"served_model_name": row["name"], "traffic_percentage": part}
        for row, part in zip(rows, share, strict=True)
    ]
    return {"served_entities": rows, "traffic_config": {"routes": routes}}


async def _change(hosts: Hosts, *models: str) -> None:
    answer = await hosts.stand.http.put(CONFIG, json=_serving(*models))
    assert answer.status_code == 200, answer.text


async def _in_use(hosting: ServingHosting, model: str) -> None:
    with pytest.raises(Conflict) as told:
        await hosting.delete_model(model)
    assert (told.value.code, told.value.params["deployment"]) == ("model_in_use", "support-v1")


@pytest.mark.parametrize("deploying", [0.0, 10.0**7], ids=["served", "coming"])
async def test_every_version_of_an_endpoint_is_in_use(hosts: Hosts, deploying: float) -> None:
    hosting = hosts.hosting()
    first, second, free = hosts.tuned(), hosts.tuned(), hosts.tuned()
    await deployed(hosting, wanted(first))
    hosts.switch(deploy_seconds=deploying)
    await _change(hosts, first, second)
    await _in_use(hosting, second)
    await _in_use(hosting, first)
    await hosting.delete_model(free)
    versions = hosts.stand.service.unity.models[f"{SCHEMA}.support"].versions
    assert set(versions) == {1, 2}, "the stand-in deletes what it is asked to: nothing was asked"


async def test_what_answers_and_what_comes_after_it_are_in_use(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    other, ours = hosts.tuned("other"), hosts.tuned()
    await deployed(hosting, wanted(other))
    hosts.switch(deploy_seconds=10.0**7)
    await _change(hosts, ours)  # the old one answers until the new one does
    await _in_use(hosting, other)
    await _in_use(hosting, ours)


async def test_one_version_has_as_many_endpoints_as_are_wanted(hosts: Hosts) -> None:
    hosting, model = hosts.hosting(), hosts.tuned()
    await deployed(hosting, wanted(model, "asleep"))
    await deployed(hosting, wanted(model, "awake", sku="AlwaysOn", capacity=2 * CHUNK))
    found = {one.name: (one.model, one.sku) for one in await hosting.deployments()}
    assert found == {"asleep": (model, "ScaleToZero"), "awake": (model, "AlwaysOn")}
