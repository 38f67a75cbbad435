"""Calls to serverless endpoints: `/ml/serve/{region}/{endpoint}` (contract 4, "Inference")."""

import hmac
import json
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from sandbox.azure_calls.refusals import ChatRefusal
from sandbox.azure_calls.request import ChatRequest, read_request
from sandbox.azure_ml.endpoint_operations import states
from sandbox.azure_ml.options import MlOptions, Switches
from sandbox.azure_ml.speaking import Speaker
from sandbox.azure_ml.workspace import Endpoint, Workspace, Workspaces
from sandbox.clock import Clock
from sandbox.common.ids import Ids
from sandbox.training.worker_client import Worker, WorkerDiedError

_MINUTE: Final = timedelta(minutes=1)


class _RefusedError(Exception):
    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.status, self.headers = status, headers or {}
        self.body = {"error": {"code": code, "message": message}}


class Inference:
    """Answers in the words of the deployed models."""

    def __init__(
        self,
        workspaces: Workspaces,
        *,
        options: MlOptions,
        switches: Switches,
        clock: Clock,
        ids: Ids,
        worker: Worker,
    ) -> None:
        self._workspaces, self._options, self._switches = workspaces, options, switches
        self._clock, self._ids = clock, ids
        self._speaker = Speaker(worker)

    def add_routes(self, app: web.Application) -> None:
        """Mount both paths of the chat API, and what the model tells of itself."""
        for path in ("/v1/chat/completions", "/chat/completions"):
            app.router.add_post(f"/serve/{{region}}/{{endpoint}}{path}", self._complete)
        app.router.add_get("/serve/{region}/{endpoint}/info", self._info)

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        """200 with the answer, or a refusal."""
        try:
            return await self._answered(request)
        except _RefusedError as refusal:
            return web.json_response(refusal.body, status=refusal.status, headers=refusal.headers)
        except ChatRefusal as refusal:
            return web.json_response(refusal.body, status=refusal.status, headers=refusal.headers)
        except WorkerDiedError:
            body = {"error": {"code": "InternalServerError", "message": "The model could not be run."}}
            return web.json_response(body, status=500)

    async def _info(self, request: web.Request) -> web.StreamResponse:
        """200 with the name of the model (Azure AI model inference API, `GET /info`)."""
        try:
            endpoint = self._admitted(request)
        except _RefusedError as refusal:
            return web.json_response(refusal.body, status=refusal.status)
        body = {
            "model_name": endpoint.base.name,
            "model_type": "chat-completion",
            "model_provider_name": "sandbox",
        }
        return web.json_response(body)

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        endpoint = self._admitted(request)
        self._room(endpoint)
        try:
            body = json.loads(await request.read())
        except (ValueError, RecursionError):
            body = None
        asked = read_request(body)
        endpoint.calls.append(self._clock.now())
        return web.json_response(await self._body(endpoint, asked))

    def _admitted(self, request: web.Request) -> Endpoint:
        """The endpoint that is called with one of its keys. Raises _RefusedError."""
        workspace, endpoint = self._find(request.match_info["region"], request.match_info["endpoint"])
        sent = request.headers.get("Authorization") or request.headers.get("api-key") or ""
        key = sent.removeprefix("Bearer ").strip()
        if not any(hmac.compare_digest(key.encode(), one.encode()) for one in endpoint.keys.values()):
            raise _RefusedError(401, "Unauthorized", "Access token is missing, invalid, or expired.")
        _, state = states(endpoint, workspace, self._switches, self._clock.now())
        if state == "Suspended":
            raise _RefusedError(
                403, "Suspended", "The endpoint is suspended: its subscription is not active."
            )
        if state != "Online":
            raise _RefusedError(424, "EndpointNotReady", f"The endpoint is not online ({state}).")
        return endpoint

    def _find(self, region: str, name: str) -> tuple[Workspace, Endpoint]:
        now = self._clock.now()
        for workspace in self._workspaces:
            workspace.settle(now)
            if workspace.facts.location == region and name in workspace.endpoints:
                return workspace, workspace.endpoints[name]
        raise _RefusedError(404, "NotFound", "There is no endpoint at this address.")

    def _room(self, endpoint: Endpoint) -> None:
        """A thousand requests a minute for each endpoint (contract 4). Raises _RefusedError."""
        since = self._clock.now() - _MINUTE
        recent = [at for at in endpoint.calls if at > since]
        if len(recent) >= self._options.requests_per_minute:
            wait = max(1, round((recent[0] - since).total_seconds()))
            raise _RefusedError(429, "TooManyRequests", "Rate limit is exceeded.", {"Retry-After": str(wait)})

    async def _body(self, endpoint: Endpoint, asked: ChatRequest) -> dict[str, Any]:
        seed = self._ids.seed() if asked.seed is None else asked.seed
        spoken = await self._speaker.answer(endpoint, asked, seed)
        return {
            "id": self._ids.hex("cmpl-"),
            "object": "chat.completion",
            "created": int(self._clock.now().timestamp()),
            "model": endpoint.base.name,
            "choices": [
                {
                    "index": 0,
                    "finish_reason": spoken.finish_reason,
                    "message": {"role": "assistant", "content": spoken.text, "tool_calls": []},
                }
            ],
            "usage": {
                "prompt_tokens": asked.prompt_tokens,
                "completion_tokens": spoken.tokens,
                "total_tokens": asked.prompt_tokens + spoken.tokens,
            },
        }
