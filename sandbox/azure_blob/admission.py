"""Who may do what with blobs: tokens of Entra with a role, tokens of shared access, the account's key.

Calls without a signature must name `x-ms-version`. An account without a key knows tokens of Entra only.
"""

import re
from typing import Final
from xml.sax.saxutils import escape

from aiohttp import web

from sandbox.azure_blob import signing
from sandbox.azure_blob.blobs import Blobs
from sandbox.common.entra import Identity

AUDIENCE: Final = frozenset({"https://storage.azure.com"})
_VERSION: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_OLDEST: Final = "2017-11-09"


class RefusedError(Exception):
    """What the service answers instead."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class Door:
    """Lets callers in."""

    def __init__(self, blobs: Blobs, identity: Identity) -> None:
        self._blobs, self._identity = blobs, identity

    def admit(self, request: web.Request, right: str) -> None:
        """Check a caller. Raises RefusedError.

        `right` are the letters of which a token of shared access must have one.
        """
        account, container = request.match_info["account"], request.match_info["container"]
        if "sig" in request.query:
            problem = self._blobs.sas_problem(
                (account, container, request.match_info.get("name", "")), request.query, right
            )
            if problem == "AuthenticationFailed":
                raise RefusedError(403, problem, "Signature did not match.")
            if problem is not None:
                raise _mismatch()
            return
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() not in {"bearer", "sharedkey"} or not given:
            raise RefusedError(
                401, "NoAuthenticationInformation", "Server failed to authenticate the request."
            )
        _check_version(request)
        if scheme.lower() == "sharedkey":
            self._check_signature(request, account, given)
            return
        if not self._identity.accepts(given, AUDIENCE):
            raise RefusedError(401, "InvalidAuthenticationInfo", "Server failed to authenticate the request.")
        if not self._blobs.open:
            raise RefusedError(403, "AuthorizationFailure", "This request is not authorized.")
        if not (self._blobs.readable if right in {"r", "l"} else self._blobs.writable):
            raise _mismatch()

    def _check_signature(self, request: web.Request, account: str, given: str) -> None:
        name, _, signature = given.partition(":")
        key = self._blobs.key_of(account)
        fits = (
            key is not None
            and name == account
            and signing.shared_key_fits(
                account,
                key,
                signature,
                request.method,
                request.rel_url.raw_path,
                request.headers,
                request.query,
            )
        )
        if not fits:
            raise RefusedError(403, "AuthenticationFailed", "Signature did not match.")


def version_of(request: web.Request) -> str:
    """The version that a call names, in its header or in its token."""
    return request.headers.get("x-ms-version") or request.query.get("sv") or _OLDEST


def refusal(error: RefusedError, request: web.Request, request_id: str) -> web.Response:
    """The answer: the code in a header and, except for HEAD, as XML."""
    headers = {"x-ms-error-code": error.code, "x-ms-request-id": request_id}
    if request.method == "HEAD":
        return web.Response(status=error.status, headers=headers)
    body = (
        '\ufeff<?xml version="1.0" encoding="utf-8"?>'
        f"<Error><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}\nRequestId:{request_id}</Message></Error>"
    )
    return web.Response(status=error.status, text=body, content_type="application/xml", headers=headers)


def _check_version(request: web.Request) -> None:
    version = request.headers.get("x-ms-version", "")
    if not version:
        raise RefusedError(400, "MissingRequiredHeader", "An HTTP header that is mandatory is not given.")
    if not _VERSION.fullmatch(version) or version < _OLDEST:
        raise RefusedError(400, "InvalidHeaderValue", "The value for one of the HTTP headers is wrong.")


def _mismatch() -> RefusedError:
    return RefusedError(
        403,
        "AuthorizationPermissionMismatch",
        "This request is not authorized to perform this operation using this permission.",
    )
