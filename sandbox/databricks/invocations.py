"""Calls to served models (contract 5): `/serving-endpoints/{name}/invocations` and OpenAI's path."""

import time
from typing import Any, Final

from aiohttp import web

from sandbox.common.tokens import count_tokens
from sandbox.databricks.errors import ApiError, invalid
from sandbox.databricks.gateway import Call, Gateway
from sandbox.databricks.serving import Endpoints
from sandbox.databricks.speaking import Speaker
from sandbox.training.worker_client import WorkerDiedError

_LONGEST: Final = 512
_KEYS: Final = frozenset(
    {"model", "messages", "prompt", "max_tokens", "temperature", "top_p", "stop", "n", "stream"}
)


class Invocations:
    """Registers the calls."""

    def __init__(self, gateway: Gateway, endpoints: Endpoints, speaker: Speaker) -> None:
        self._endpoints = endpoints
        self._speaker = speaker
        gateway.add("POST", "/serving-endpoints/{name}/invocations", self._invoke)
        gateway.add("POST", "/serving-endpoints/chat/completions", self._openai)

    async def _openai(self, call: Call) -> web.Response:
        body = await call.body()
        name = body.get("model")
        if not isinstance(name, str):
            raise invalid("model must name a serving endpoint.")
        return await self._answer(call, name, body)

    async def _invoke(self, call: Call) -> web.Response:
        return await self._answer(call, call.item("name"), await call.body())

    async def _answer(self, call: Call, name: str, body: dict[str, Any]) -> web.Response:
        endpoint = self._endpoints.get(name)
        if endpoint.config is None:
            raise ApiError(400, "BAD_REQUEST", f"Endpoint '{name}' is not ready to serve.")
        served = endpoint.config.served[0]
        chat = served.version.task == "llm/v1/chat"
        texts = _texts(body, chat=chat)
        most, temperature = _amount(body, "max_tokens", 256), _amount(body, "temperature", 1.0)
        await self._endpoints.awake(endpoint)
        prompt_tokens = sum(count_tokens(text) for text in texts)
        try:
            text, tokens, ended = await self._speaker.answer(
                served.version, texts, min(int(most), _LONGEST), float(temperature)
            )
        except WorkerDiedError as error:
            raise ApiError(500, "INTERNAL_ERROR", "The model server failed.") from error
        identity = self._endpoints.called(endpoint, served, call.caller.name, 200, (prompt_tokens, tokens))
        choice: dict[str, Any] = {"index": 0, "finish_reason": "stop" if ended else "length"}
        choice |= {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
        return web.json_response(
            {
                "id": identity,
                "object": "chat.completion" if chat else "text_completion",
                "created": int(time.time()),
                "model": served.entity,
                "choices": [choice],
                "usage": {
                    "prompt_tokens": prompt_tokens,
                    "completion_tokens": tokens,
                    "total_tokens": prompt_tokens + tokens,
                },
            }
        )


def _texts(body: dict[str, Any], *, chat: bool) -> list[str]:
    unknown = next((name for name in body if name not in _KEYS), None)
    if unknown is not None:
        raise ApiError(400, "BAD_REQUEST", f"Unrecognized parameter '{unknown}'.")
    if body.get("stream"):
        raise ApiError(400, "BAD_REQUEST", "The stand-in does not stream.")
    if not chat:
        if not isinstance(body.get("prompt"), str):
            raise ApiError(400, "BAD_REQUEST", "prompt must be a text.")
        return [body["prompt"]]
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise ApiError(400, "BAD_REQUEST", "messages must be a list that is not empty.")
    if not all(isinstance(item, dict) and isinstance(item.get("content"), str) for item in messages):
        raise ApiError(400, "BAD_REQUEST", "Every message needs a role and a content.")
    return [item["content"] for item in messages]


def _amount(body: dict[str, Any], name: str, default: float) -> float:
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ApiError(400, "BAD_REQUEST", f"{name} must be a number of at least 0.")
    return value
