"""Lists in pages: `$skip` is an opaque continuation that `nextLink` carries (contract 2)."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from aiohttp import web

from sandbox.azure_ml import errors
from sandbox.azure_ml.gateway import ArmCall

_T = TypeVar("_T")


def page(
    call: ArmCall, rows: Sequence[_T], as_json: Callable[[_T], dict[str, Any]], size: int
) -> web.Response:
    """One page of rows. Raises ArmError for a continuation that was not given out."""
    start = _start(call.request.query.get("$skip"))
    body: dict[str, Any] = {"value": [as_json(row) for row in rows[start : start + size]]}
    if start + size < len(rows):
        kept = {
            name: value for name, value in call.request.query.items() if name not in {"$skip", "api-version"}
        }
        token = base64.urlsafe_b64encode(f"row:{start + size}".encode()).decode()
        path = "/" + call.request.match_info["path"].lstrip("/")
        body["nextLink"] = call.url(path, **{**kept, "$skip": token})
    return web.json_response(body)


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
    except (ValueError, binascii.Error) as error:
        raise errors.malformed(["The $skip parameter is not a continuation of this list."]) from error
    if word != "row" or not number.isdecimal():
        raise errors.malformed(["The $skip parameter is not a continuation of this list."])
    return int(number)
