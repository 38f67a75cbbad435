"""The operations on models (contract 1.9)."""

from collections.abc import Callable

from aiohttp import web

from sandbox.azure_openai.errors import not_found
from sandbox.azure_openai.gateway import Call, Gateway
from sandbox.azure_openai.resource import Resource


class ModelOperations:
    """Serves `/models…` of every resource."""

    def __init__(self, gateway: Gateway, resource: Callable[[str], Resource]) -> None:
        self._resource = resource
        gateway.add("GET", "/models", self.list)
        gateway.add("GET", "/models/{id}", self.get)

    async def list(self, call: Call) -> web.StreamResponse:
        """All base models and the results of successful jobs."""
        data = self._resource(call.resource).models.list(call.version)
        return web.json_response({"data": data, "object": "list"})

    async def get(self, call: Call) -> web.StreamResponse:
        """200 or 404."""
        model = self._resource(call.resource).models.get(call.item(), call.version)
        if model is None:
            raise not_found("model", call.item())
        return web.json_response(model)
