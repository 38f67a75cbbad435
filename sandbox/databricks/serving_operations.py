"""Serving endpoints over HTTP: the management side (contract 5)."""

from typing import Any, Final

from aiohttp import web

from sandbox.databricks.errors import ApiError, conflict
from sandbox.databricks.gateway import Call, Gateway
from sandbox.databricks.serving import Endpoint, Endpoints, as_json, as_summary
from sandbox.databricks.serving_request import ServingRequests, tags, tracked

ROOT: Final = "/api/2.0/serving-endpoints"


class ServingOperations:
    """Registers the operations on endpoints."""

    def __init__(self, gateway: Gateway, endpoints: Endpoints, requests: ServingRequests) -> None:
        self._endpoints = endpoints
        self._requests = requests
        one = f"{ROOT}/{{name}}"
        gateway.add("GET", f"{ROOT}/get-model-optimization-info/{{model}}/{{version}}", self._optimization)
        gateway.add("GET", ROOT, self._list)
        gateway.add("POST", ROOT, self._create)
        gateway.add("GET", one, self._get)
        gateway.add("DELETE", one, self._delete)
        gateway.add("PUT", f"{one}/config", self._update)
        gateway.add("PATCH", f"{one}/tags", self._tags)
        gateway.add("PUT", f"{one}/ai-gateway", self._gateway)
        gateway.add("GET", f"{one}/metrics", self._metrics)
        gateway.add("GET", f"{one}/served-models/{{served}}/logs", self._logs)
        gateway.add("GET", f"{one}/served-models/{{served}}/build-logs", self._logs)
        gateway.add("GET", "/api/2.0/permissions/serving-endpoints/{id}", self._permissions)

    async def _optimization(self, call: Call) -> web.Response:
        chunk = self._requests.chunk(call.item("model"), call.item("version"))
        return web.json_response(
            {"optimizable": True, "model_type": "causal_lm", "throughput_chunk_size": chunk}
        )

    async def _list(self, call: Call) -> web.Response:
        rows = [as_summary(self._shown(call, endpoint)) for endpoint in self._endpoints.all()]
        return web.json_response({"endpoints": rows} if rows else {})

    async def _create(self, call: Call) -> web.Response:
        asked = self._requests.new(await call.body(), call.caller.name)
        made = self._endpoints.create(
            asked.name, call.caller.name, asked.config, asked.tags, tracked=asked.tracked
        )
        return web.json_response(self._shown(call, made))

    async def _get(self, call: Call) -> web.Response:
        return web.json_response(self._shown(call, self._endpoints.get(call.item("name"))))

    async def _delete(self, call: Call) -> web.Response:
        self._endpoints.delete(call.item("name"))
        return web.json_response({})

    async def _update(self, call: Call) -> web.Response:
        endpoint = self._endpoints.get(call.item("name"))
        newest = endpoint.pending or endpoint.config
        number = (newest.version if newest else 0) + 1
        config = self._requests.config(
            await call.body(), call.caller.name, version=number, endpoint=endpoint.name
        )
        self._endpoints.update(endpoint, config)
        return web.json_response(self._shown(call, endpoint))

    async def _tags(self, call: Call) -> web.Response:
        endpoint = self._endpoints.get(call.item("name"))
        body = await call.body()
        added, removed = tags(body.get("add_tags")), body.get("delete_tags") or []
        if not isinstance(removed, list):
            raise ApiError(400, "INVALID_PARAMETER_VALUE", "delete_tags must be a list of keys.")
        endpoint.tags = {key: value for key, value in endpoint.tags.items() if key not in removed} | added
        rows = [{"key": key, "value": value} for key, value in endpoint.tags.items()]
        return web.json_response({"tags": rows})

    async def _gateway(self, call: Call) -> web.Response:
        endpoint = self._endpoints.get(call.item("name"))
        endpoint.usage_tracking = tracked(await call.body())
        return web.json_response({"usage_tracking_config": {"enabled": endpoint.usage_tracking}})

    async def _metrics(self, call: Call) -> web.Response:
        endpoint = self._endpoints.get(call.item("name"))
        if endpoint.config is None:
            raise conflict("The endpoint is not ready.")
        name, count = endpoint.name, self._endpoints.calls_of_last_minute(endpoint)
        text = f'# TYPE request_count_total gauge\nrequest_count_total{{endpoint_name="{name}"}} {count}\n# EOF\n'
        return web.Response(text=text, content_type="text/plain")

    async def _logs(self, call: Call) -> web.Response:
        self._endpoints.get(call.item("name"))
        return web.json_response({"logs": ""})

    async def _permissions(self, call: Call) -> web.Response:
        endpoint = self._endpoints.by_id(call.item("id"))
        return web.json_response(
            {
                "object_id": f"/serving-endpoints/{endpoint.id}",
                "object_type": "serving-endpoint",
                "access_control_list": [
                    {
                        "user_name": endpoint.creator,
                        "all_permissions": [{"permission_level": "CAN_MANAGE", "inherited": False}],
                    }
                ],
            }
        )

    def _shown(self, call: Call, endpoint: Endpoint) -> dict[str, Any]:
        asleep = self._endpoints.is_asleep(endpoint)
        return as_json(endpoint, str(call.request.url.origin()), asleep=asleep)
