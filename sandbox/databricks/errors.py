"""Error bodies of the workspace (contract databricks 8)."""

from typing import Any

_RPC = "type.googleapis.com/google.rpc"


class ApiError(Exception):
    """A refusal: HTTP status, `error_code`, message; `reason` goes into an ErrorInfo detail."""

    def __init__(
        self, status: int, code: str, message: str, *, reason: str | None = None, retry_after: str = ""
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.reason = reason
        self.retry_after = retry_after

    def body(self, request_id: str) -> dict[str, Any]:
        """`{"error_code", "message", "details": [ErrorInfo?, RequestInfo]}`."""
        details: list[dict[str, Any]] = []
        if self.reason is not None:
            details.append(
                {
                    "@type": f"{_RPC}.ErrorInfo",
                    "reason": self.reason,
                    "domain": "unity-catalog.databricks.com",
                    "metadata": {},
                }
            )
        details.append({"@type": f"{_RPC}.RequestInfo", "request_id": request_id, "serving_data": ""})
        return {"error_code": self.code, "message": self.message, "details": details}


def invalid(message: str) -> ApiError:
    """400: a parameter has a value that it cannot have."""
    return ApiError(400, "INVALID_PARAMETER_VALUE", message)


def denied(message: str) -> ApiError:
    """403: the caller may not do this."""
    return ApiError(403, "PERMISSION_DENIED", message)


def lacks(privilege: str, kind: str, name: str) -> ApiError:
    """403: the caller lacks a privilege on a securable."""
    return denied(f"User does not have {privilege} on {kind} '{name}'.")


def not_owner(model: str) -> ApiError:
    """403: the registered model belongs to somebody else."""
    return denied(f"User is not an owner of Registered Model '{model}'.")


def no_such(kind: str, name: str) -> ApiError:
    """404: Unity Catalog has no such securable."""
    reason = f"{kind.upper().replace(' ', '_')}_DOES_NOT_EXIST"
    return ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"{kind} '{name}' does not exist.", reason=reason)


def no_file(path: str) -> ApiError:
    """404: there is no file at a path."""
    return ApiError(404, "NOT_FOUND", f"The file being accessed is not found: {path}")


def no_folder(path: str) -> ApiError:
    """404: there is no directory at a path."""
    return ApiError(404, "NOT_FOUND", f"The directory being accessed is not found: {path}")


def exists(kind: str, name: str) -> ApiError:
    """409: there is such a thing already."""
    return ApiError(409, "RESOURCE_ALREADY_EXISTS", f"{kind} '{name}' already exists.")


def conflict(message: str) -> ApiError:
    """409: the thing is being changed, or is still in use."""
    return ApiError(409, "RESOURCE_CONFLICT", message)


def no_endpoint(method: str, path: str) -> ApiError:
    """404: the workspace has no such operation."""
    return ApiError(404, "ENDPOINT_NOT_FOUND", f"No API found for '{method} {path}'")
