"""The operation that validates a grader (v1's specification; nothing is made, nothing is billed)."""

from collections.abc import Callable

from aiohttp import web

from sandbox.azure_openai.gateway import Call, Gateway
from sandbox.azure_openai.grader_rules import check_grader
from sandbox.azure_openai.resource import Resource


class GraderOperations:
    """Serves `/fine_tuning/alpha/graders/validate` of every resource; only v1 has it."""

    def __init__(self, gateway: Gateway, resource: Callable[[str], Resource]) -> None:
        self._resource = resource
        path = "/fine_tuning/alpha/graders/validate"
        gateway.add("POST", path, self.validate, has=lambda version: "reinforcement" in version.methods)

    async def validate(self, call: Call) -> web.StreamResponse:
        """200 with the grader, or 400 with what is wrong in it."""
        self._resource(call.resource)
        grader = (await call.body()).get("grader")
        check_grader(grader)
        return web.json_response({"grader": grader})
