"""Reading endpoints: what the list leaves out is read one by one, and what is somebody else's is not read for ever."""

from collections import Counter
from typing import Any

from aiohttp import web

from providers.databricks.endpoints import Endpoints
from tests.patience import until
from tests.providers.databricks.hosts import BASE, CHUNK, Hosts, deployed, done, hosts, wanted
from tests.providers.helpers import serving

__all__ = ["hosts"]
ROOT = "/api/2.0/serving-endpoints"
OURS: dict[str, Any] = {"max_provisioned_throughput": 980, "scale_to_zero_enabled": True}
CLASSICAL: dict[str, Any] = {"workload_size": "Small", "workload_type": "CPU"}


def summary(name: str, entity: dict[str, Any] | None, *, updated: int = 1) -> dict[str, Any]:
    """A row of the list."""
    config = {"config": {"served_entities": [entity]}} if entity is not None else {}
    state = {"ready": "READY", "config_update": "NOT_UPDATING"}
    return {"name": name, "id": f"id-{name}", "last_updated_timestamp": updated, "state": state, **config}


class Workspace:
    """A workspace that tells what the official SDK's types have, and counts what is read one by one."""

    def __init__(self) -> None:
        named = {"entity_name": "main.ml.model", "entity_version": "1"}
        self.rows = {
            "ours": summary("ours", named),
            "churn": summary("churn", named),
            "coming": summary("coming", None),
            "gpt": summary("gpt", {"external_model": {"name": "gpt-4o"}}),
            "theirs": summary("theirs", {"entity_name": "system.ai.llama", "entity_version": "1"}),
            "private": summary("private", named),
        }
        self.details = {"ours": OURS, "churn": CLASSICAL, "coming": OURS}
        self.read: Counter[str] = Counter()
        self.refuses, self.gone = {"private"}, set[str]()

    async def answer(self, request: web.Request) -> web.Response:
        """The list, or one endpoint."""
        if request.path == ROOT:
            return web.json_response({"endpoints": list(self.rows.values())})
        name = request.path.rpartition("/")[2]
        self.read[name] += 1
        if name in self.refuses:
            return web.json_response(
                {"error_code": "PERMISSION_DENIED", "message": "No CAN_VIEW."}, status=403
            )
        if name in self.gone:
            return web.json_response({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No."}, status=404)
        entity = {"entity_name": "main.ml.model", "entity_version": "1", **self.details[name]}
        where = "pending_config" if name == "coming" else "config"
        return web.json_response(self.rows[name] | {where: {"served_entities": [entity]}})


async def test_what_may_be_ours_is_read_and_the_rest_is_left_alone(hosts: Hosts) -> None:
    there = Workspace()
    async with serving(there.answer) as url:
        endpoints = Endpoints(hosts.client(endpoint=url))
        found = {one.name: one for one in await endpoints.all()}
        assert list(found) == list(there.rows), "one that may not be read is listed all the same"
        assert found["ours"].config.entities[0].most == 980
        assert found["coming"].pending.entities[0].scale_to_zero is True
        assert there.read == {"ours": 1, "churn": 1, "coming": 1, "private": 1}
        await endpoints.all()
        assert there.read["ours"] == 2, "what it costs and whether it sleeps is of now"
        assert there.read["churn"] == 1, "it serves something else, and was not changed"
        there.rows["churn"] |= {"last_updated_timestamp": 2}
        there.details["churn"] = OURS
        there.gone = {"coming"}
        found = {one.name: one for one in await endpoints.all()}
        assert found["churn"].config.entities[0].most == 980
        assert "coming" not in found, "it went between the list and its own answer"


async def test_a_change_by_hand_is_seen(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    model = hosts.tuned()
    await deployed(hosting, wanted(model))
    name, _, version = model.partition("/")
    entity = {
        "name": "by-hand",
        "entity_name": name,
        "entity_version": version,
        "min_provisioned_throughput": 3 * CHUNK,
        "max_provisioned_throughput": 3 * CHUNK,
        "scale_to_zero_enabled": False,
    }
    answer = await hosts.stand.http.put(f"{ROOT}/support-v1/config", json={"served_entities": [entity]})
    assert answer.status_code == 200, answer.text

    async def changed() -> bool:
        (found,) = await hosting.deployments()
        return found.raw_state == "READY"

    await until(changed)
    (found,) = await hosting.deployments()
    assert (found.sku, found.capacity, found.base, found.fine_tuned) == ("AlwaysOn", 3 * CHUNK, BASE, True)
    assert (await done(hosting, await hosting.delete("support-v1"))).progress == "succeeded"


async def test_one_that_is_changing_to_ours_is_read_whatever_it_serves_now(hosts: Hosts) -> None:
    there = Workspace()
    there.rows["gpt"]["state"] = {"ready": "READY", "config_update": "IN_PROGRESS"}
    there.details["gpt"] = OURS
    async with serving(there.answer) as url:
        await Endpoints(hosts.client(endpoint=url)).all()
    assert there.read["gpt"] == 1


async def test_one_with_a_model_of_ours_in_second_place_is_read_again(hosts: Hosts) -> None:
    there = Workspace()
    rows = there.rows["gpt"]["config"]["served_entities"]
    rows.append({"entity_name": "main.ml.model", "entity_version": "1"})
    there.details["gpt"] = OURS
    async with serving(there.answer) as url:
        endpoints = Endpoints(hosts.client(endpoint=url))
        await endpoints.all()
        await endpoints.all()
    assert there.read["gpt"] == 2
