"""`POST /deployments/{name}/chat/completions`; v1 names the deployment in the body instead (contract 2.2)."""

import json
from typing import Any

from aiohttp import web

from sandbox.azure_calls import refusals
from sandbox.azure_calls.request import ChatRequest, read_request
from sandbox.azure_calls.speaking import Choice, Speaker
from sandbox.azure_calls.throttle import room
from sandbox.azure_calls.versions import CHAT_VERSIONS
from sandbox.azure_control.deployments import CallRecord, Deployment, Deployments
from sandbox.azure_openai.gateway import Call, Gateway
from sandbox.clock import Clock
from sandbox.common.ids import Ids
from sandbox.training.worker_client import Worker, WorkerDiedError


class ChatOperations:
    """Serves the deployments of every account; each call that reaches one is noted in its record."""

    def __init__(
        self,
        gateway: Gateway,
        deployments: Deployments,
        *,
        worker: Worker,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._deployments = deployments
        self._speaker = Speaker(worker)
        self._clock = clock
        self._ids = ids
        gateway.add(
            "POST", "/deployments/{name}/chat/completions", self.complete, versions=CHAT_VERSIONS, undated={}
        )
        gateway.add("POST", "/chat/completions", self.complete, versions={})

    async def complete(self, call: Call) -> web.StreamResponse:
        """200 with the answer, or a refusal."""
        try:
            return await self._complete(call)
        except refusals.ChatRefusal as refusal:
            return web.json_response(refusal.body, status=refusal.status, headers=refusal.headers)

    async def _complete(self, call: Call) -> web.StreamResponse:
        body = _json(await call.request.read())
        deployment = self._answering(call, body)
        record = CallRecord(self._clock.now(), 400, 0, 0)
        try:
            request = read_request(body)
            if not deployment.base.chat:
                raise refusals.not_a_chat_model(deployment.base.id)
            left = room(deployment.calls, deployment.capacity, request.expected_tokens, record.at)
            if left.blocked_by is not None:
                limit, wait = left.blocked_by, left.wait.total_seconds()
                refusal = refusals.throttled(call.version.name, limit, wait)
                refusal.headers.update(left.headers())
                raise refusal
        except refusals.ChatRefusal as refusal:
            record.status = refusal.status
            deployment.calls.append(record)
            raise
        # Noted before it is answered, so that calls at the same time share the minute.
        record.status, record.prompt_tokens = 200, request.prompt_tokens
        deployment.calls.append(record)
        choices = await self._answer(deployment, request, record)
        record.generated_tokens = sum(choice.tokens for choice in choices)
        return web.json_response(self._body(deployment, record, choices), headers=left.headers())

    async def _answer(self, deployment: Deployment, request: ChatRequest, record: CallRecord) -> list[Choice]:
        seed = self._ids.seed() if request.seed is None else request.seed
        try:
            return await self._speaker.answer(deployment, request, seed)
        except WorkerDiedError as error:
            record.status, record.prompt_tokens = 500, 0
            raise refusals.worker_lost() from error

    def _answering(self, call: Call, body: Any) -> Deployment:
        """The deployment that is called. Raises ChatRefusal while none answers."""
        if call.version.undated:
            name = body.get("model") if isinstance(body, dict) else None
            if not isinstance(name, str) or not name:
                raise refusals.invalid("'model' is a required property", param="model")
        else:
            name = call.item("name")
        deployment = self._deployments.get(call.resource, name)
        if deployment is None or deployment.succeeded_at is None or deployment.state == "Deleting":
            raise refusals.deployment_not_found()
        if deployment.ready_at is None or self._clock.now() < deployment.ready_at:
            raise refusals.deployment_not_ready()
        return deployment

    def _body(self, deployment: Deployment, record: CallRecord, choices: list[Choice]) -> dict[str, Any]:
        return {
            "id": self._ids.hex("chatcmpl-"),
            "object": "chat.completion",
            "created": int(record.at.timestamp()),
            "model": deployment.checkpoint or deployment.base.id,
            "choices": [
                {
                    "index": index,
                    "finish_reason": choice.finish_reason,
                    "logprobs": None,
                    "message": {"role": "assistant", "content": choice.text, "refusal": None},
                }
                for index, choice in enumerate(choices)
            ],
            "usage": {
                "prompt_tokens": record.prompt_tokens,
                "completion_tokens": record.generated_tokens,
                "total_tokens": record.prompt_tokens + record.generated_tokens,
            },
        }


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
