"""The data plane of a region, `/ml/api/{region}`: discovery, tokens, and the workspace of a path (contract 1, 6)."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from aiohttp import web

from sandbox.azure_ml import roles
from sandbox.azure_ml.options import PROVIDER, Switches
from sandbox.azure_ml.stamps import timestamp
from sandbox.azure_ml.workspace import Workspace, Workspaces
from sandbox.clock import Clock
from sandbox.common.entra import Identity

# Run history is asked with tokens for either (contract 1).
AUDIENCES: Final = frozenset({"https://ml.azure.com", "https://management.azure.com"})
_IN_WORKSPACE: Final = (
    f"/subscriptions/{{subscription}}/resourceGroups/{{group}}/providers/{PROVIDER}/workspaces/{{workspace}}"
)


class RegionError(Exception):
    """A refusal; `inner` is the exact kind."""

    def __init__(self, status: int, code: str, message: str, inner: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.inner = status, code, message, inner


@dataclass(frozen=True, slots=True)
class RegionCall:
    """One admitted request."""

    request: web.Request
    region: str
    workspace: Workspace

    async def body(self) -> dict[str, Any]:
        """The JSON object in the body; an empty body is an empty object. Raises RegionError."""
        try:
            body = json.loads(await self.request.read() or b"{}")
        except (ValueError, RecursionError) as error:
            raise RegionError(400, "UserError", "The body is not JSON.", "BadArgument") from error
        if not isinstance(body, dict):
            raise RegionError(400, "UserError", "The body must be an object.", "BadArgument")
        return body


RegionOperation = Callable[[RegionCall], Awaitable[web.StreamResponse]]
Refuse = Callable[[RegionError, str], web.StreamResponse]


class RegionApi:
    """Serves the regions that workspaces are in."""

    def __init__(
        self, workspaces: Workspaces, *, identity: Identity, switches: Switches, clock: Clock
    ) -> None:
        self._workspaces, self._identity, self._switches = workspaces, identity, switches
        self._clock = clock

    def add_routes(self, app: web.Application) -> None:
        """Mount run history, metrics and MLflow."""
        # Here, because what they serve is built on this module.
        from sandbox.azure_ml.metric_api import METRIC_ROUTES
        from sandbox.azure_ml.mlflow_api import MLFLOW_ROUTES, mlflow_refusal
        from sandbox.azure_ml.run_history import HISTORY_ROUTES

        app.router.add_get("/api/{region}/discovery", self._discovery)
        for prefix, routes in (("/history/v1.0", HISTORY_ROUTES), ("/metric/v2.0", METRIC_ROUTES)):
            for method, path, operation in routes:
                handler = self._handler(operation, self._refusal)
                app.router.add_route(method, f"/api/{{region}}{prefix}{_IN_WORKSPACE}{path}", handler)
        for version in ("v1.0", "v2.0"):
            for method, path, operation in MLFLOW_ROUTES:
                handler = self._handler(operation, mlflow_refusal)
                app.router.add_route(
                    method, f"/api/{{region}}/mlflow/{version}{_IN_WORKSPACE}/api/2.0/mlflow{path}", handler
                )

    async def _discovery(self, request: web.Request) -> web.Response:
        """The addresses of the services of a region, without any token."""
        region = request.match_info["region"]
        api = f"{request.url.origin()}/ml/api/{region}"
        return web.json_response(dict.fromkeys(("api", "history", "metrics", "experimentation"), api))

    def _handler(
        self, operation: RegionOperation, refuse: Refuse
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            region = request.match_info["region"]
            try:
                response = await operation(self._admitted(request))
            except RegionError as error:
                response = refuse(error, region)
            response.headers["x-ms-client-request-id"] = str(uuid4())
            return response

        return handle

    def _admitted(self, request: web.Request) -> RegionCall:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise RegionError(401, "UserError", "Bearer token not provided.", "AuthenticationError")
        if not self._identity.accepts(token.strip(), AUDIENCES):
            raise RegionError(401, "UserError", "The bearer token is not valid here.", "AuthenticationError")
        names = [request.match_info[part] for part in ("subscription", "group", "workspace")]
        found = self._workspaces.find(*names)
        if found is None or found.facts.location != request.match_info["region"]:
            raise RegionError(404, "UserError", f"Workspace {names[2]} was not found.", "NotFoundError")
        if not roles.allows(self._switches, f"{PROVIDER}/workspaces/experiments/runs/read"):
            raise RegionError(
                403,
                "UserError",
                f"The caller does not have permission for {PROVIDER}/workspaces/experiments/runs/read.",
                "AuthorizationError",
            )
        return RegionCall(request, request.match_info["region"], found)

    def _refusal(self, error: RegionError, region: str) -> web.Response:
        """Run history's envelope (contract 6)."""
        body = {
            "error": {
                "code": error.code,
                "severity": None,
                "message": error.message,
                "messageParameters": {},
                "innerError": {"code": error.inner, "innerError": None},
                "details": [],
            },
            "correlation": {"operation": uuid4().hex, "request": uuid4().hex[:16]},
            "environment": region,
            "location": region,
            "time": timestamp(self._clock.now()),
            "componentName": "run-history",
        }
        return web.json_response(_without_nulls(body), status=error.status)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return value
