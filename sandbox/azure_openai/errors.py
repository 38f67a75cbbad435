"""What the service answers when it refuses (contract 1.8): envelope, codes, and the gateway's own bodies."""

from typing import Any


class ServiceError(Exception):
    """A refusal in the data plane's envelope."""

    def __init__(self, status: int, code: str, message: str, *, target: str | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.target = target

    def body(self, *, undated: bool = False) -> dict[str, Any]:
        """`{"error": {"code", "message", "target"?}}`; on the undated surface the field is told as `param`."""
        if undated:
            told = {"code": self.code, "message": self.message, "type": "error"}
            return {"error": told | ({"param": self.target} if self.target is not None else {})}
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.target is not None:
            error["target"] = self.target
        if self.code == "invalidPayload":
            error["innererror"] = {"code": "invalidPayload"}
        return {"error": error}


def invalid_payload(message: str, *, target: str | None = None) -> ServiceError:
    """400: the request's data is invalid for the operation."""
    return ServiceError(400, "invalidPayload", message, target=target)


def not_found(kind: str, item: str) -> ServiceError:
    """404: there is no such item."""
    return ServiceError(404, "notFound", f"The {kind} '{item}' was not found.")


def conflict(message: str) -> ServiceError:
    """409: other items depend on this one."""
    return ServiceError(409, "conflict", message)


def unexpected_state(message: str) -> ServiceError:
    """409: the operation cannot be carried out in the item's present state."""
    return ServiceError(409, "unexpectedEntityState", message)


def quota_exceeded(message: str) -> ServiceError:
    """400: one of the limits of contract 1.10 is reached."""
    return ServiceError(400, "quotaExceeded", message)


class GatewayError(Exception):
    """A refusal of the gateway before the service, which has bodies of its own."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body


def resource_not_found() -> GatewayError:
    """404: unknown path, wrong verb, missing or unknown api-version are all the same to the gateway."""
    return GatewayError(404, {"error": {"code": "404", "message": "Resource not found"}})


def wrong_key() -> GatewayError:
    """401 for a key that is not this resource's."""
    message = (
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key "
        "for an active subscription and use a correct regional API endpoint for your resource."
    )
    return GatewayError(401, {"error": {"code": "401", "message": message}})


def wrong_token() -> GatewayError:
    """401 for a missing, unknown, expired or foreign bearer token; note the flat body."""
    message = (
        "Unauthorized. Access token is missing, invalid, audience is incorrect "
        "(https://cognitiveservices.azure.com), or have expired."
    )
    return GatewayError(401, {"statusCode": 401, "message": message})
