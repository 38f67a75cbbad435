"""What the inference surface answers when it refuses (contract 1.8, 2.2)."""

import math
from typing import Any, Final

NOT_FOUND: Final = (
    "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, "
    "please wait a moment and try again."
)
# The contract has the code only (2.2): these words are ours.
NOT_READY: Final = "The deployment is not ready yet: its model is being loaded. Try again in a few minutes."
# Known from the service's answers, shortened; the contract has the headers only (1.8).
TOO_MANY: Final = (
    "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version {version} have exceeded {limit} "
    "rate limit of your current OpenAI S0 pricing tier. Please retry after {seconds} seconds."
)


class ChatRefusal(Exception):
    """A refused call: HTTP status, JSON body, and headers beside the gateway's."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body
        self.headers = headers or {}


def deployment_not_found() -> ChatRefusal:
    """404: no deployment of this name answers here, or not any more."""
    return ChatRefusal(404, {"error": {"code": "DeploymentNotFound", "message": NOT_FOUND}})


def deployment_not_ready() -> ChatRefusal:
    """400: ARM says Succeeded, the data plane does not serve it yet."""
    return ChatRefusal(400, {"error": {"code": "DeploymentNotReady", "message": NOT_READY}})


def not_a_chat_model(model: str) -> ChatRefusal:
    """400: the deployed model completes texts, not conversations."""
    message = f"The chatCompletion operation does not work with the specified model, {model}."
    return ChatRefusal(400, {"error": {"code": "OperationNotSupported", "message": message}})


def throttled(version: str, limit: str, seconds: float) -> ChatRefusal:
    """429: the requests (`limit` "call") or tokens ("token") of this minute are used up for `seconds` more."""
    whole = max(1, math.ceil(seconds))
    message = TOO_MANY.format(version=version, limit=limit, seconds=whole)
    headers = {"Retry-After": str(whole), "retry-after-ms": str(max(1, math.ceil(seconds * 1000)))}
    return ChatRefusal(429, {"error": {"code": "429", "message": message}}, headers)


def invalid(template: str, *values: object, param: str | None = None) -> ChatRefusal:
    """400 in OpenAI's envelope: the body cannot be used; `values` fill the places of the template."""
    error = {
        "message": template.format(*values),
        "type": "invalid_request_error",
        "param": param,
        "code": None,
    }
    return ChatRefusal(400, {"error": error})


def worker_lost() -> ChatRefusal:
    """500: the model could not be run."""
    message = "The server had an error while processing your request. Sorry about that!"
    return ChatRefusal(500, {"error": {"code": "InternalServerError", "message": message}})
