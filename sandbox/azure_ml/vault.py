"""Key Vault: setting and getting secrets, as far as keys of endpoints are handed over (REST 7.4)."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from aiohttp import web

from sandbox.azure_ml.options import TENANT, Switches
from sandbox.clock import Clock
from sandbox.common.entra import Identity

AUDIENCE: Final = frozenset({"https://vault.azure.net"})
VERSIONS: Final = frozenset({"7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6"})
_NAME: Final = re.compile(r"[0-9a-zA-Z-]{1,127}")
_LONGEST: Final = 25 * 1024


@dataclass(frozen=True, slots=True)
class _Secret:
    value: str
    version: str
    content_type: str | None
    tags: dict[str, str]
    made: datetime


class _RefusedError(Exception):
    def __init__(self, status: int, code: str, message: str, inner: str | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.body: dict[str, Any] = {"error": {"code": code, "message": message}}
        if inner is not None:
            self.body["error"]["innererror"] = {"code": inner}


class Vaults:
    """Serves `/vault/{name}/secrets/…`; `secrets` are the newest values by vault and name."""

    def __init__(self, names: Iterable[str], *, identity: Identity, switches: Switches, clock: Clock) -> None:
        self._names = frozenset(names)
        self._identity, self._switches, self._clock = identity, switches, clock
        self._secrets: dict[tuple[str, str], list[_Secret]] = {}

    def add_routes(self, app: web.Application) -> None:
        """Mount the vaults."""
        for method, path, operation in (
            ("GET", "/vault/{vault}/secrets", self.listed),
            ("PUT", "/vault/{vault}/secrets/{name}", self.put),
            ("GET", "/vault/{vault}/secrets/{name}", self.get),
            ("GET", "/vault/{vault}/secrets/{name}/{version}", self.get),
        ):
            app.router.add_route(method, path, operation)

    async def put(self, request: web.Request) -> web.Response:
        """200 with the bundle: a new version."""
        try:
            key = self._admitted(request, "setSecret")
            body = _object(await request.read())
            value = _value(body)
        except _RefusedError as error:
            return self._refusal(error)
        tags = {str(name): str(one) for name, one in (body.get("tags") or {}).items()}
        made = _Secret(value, uuid4().hex, body.get("contentType"), tags, self._clock.now())
        self._secrets.setdefault(key, []).append(made)
        return web.json_response(self._bundle(request, key, made))

    async def get(self, request: web.Request) -> web.Response:
        """200 with the bundle, the newest version unless one is named."""
        try:
            key = self._admitted(request, "getSecret")
            found = self._find(key, request.match_info.get("version"))
        except _RefusedError as error:
            return self._refusal(error)
        return web.json_response(self._bundle(request, key, found))

    async def listed(self, request: web.Request) -> web.Response:
        """200 with names and attributes, never values."""
        try:
            vault, _ = self._admitted(request, "readMetadata")
        except _RefusedError as error:
            return self._refusal(error)
        most = request.query.get("maxresults", "25")
        if not most.isdecimal() or not 1 <= int(most) <= 25:
            message = "The maxresults parameter must be between 1 and 25."
            return self._refusal(_RefusedError(400, "BadParameter", message))
        names = [name for found, name in sorted(self._secrets) if found == vault][: int(most)]
        rows = [
            {"id": f"{request.url.origin()}/ml/vault/{vault}/secrets/{name}", "attributes": {"enabled": True}}
            for name in names
        ]
        return web.json_response({"value": rows, "nextLink": None})

    def _find(self, key: tuple[str, str], version: str | None) -> _Secret:
        found = [one for one in self._secrets.get(key, []) if version in (None, "", one.version)]
        if not found:
            message = f"A secret with (name/id) {key[1]} was not found in this key vault."
            raise _RefusedError(404, "SecretNotFound", message)
        return found[-1]

    def _admitted(self, request: web.Request, action: str) -> tuple[str, str]:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._identity.accepts(token, AUDIENCE):
            raise _RefusedError(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.")
        if request.query.get("api-version") not in VERSIONS:
            raise _RefusedError(400, "BadParameter", "The specified version is not recognized.")
        vault, name = request.match_info["vault"], request.match_info.get("name")
        if vault not in self._names:
            raise _RefusedError(404, "VaultNotFound", f"There is no vault '{vault}' in this sandbox.")
        if name is not None and not _NAME.fullmatch(name):
            raise _RefusedError(400, "BadParameter", "The request URI contains an invalid name.")
        if not self._switches.vault_rights:
            raise _RefusedError(
                403,
                "Forbidden",
                "Caller is not authorized to perform action on resource.\r\nAction: "
                f"'Microsoft.KeyVault/vaults/secrets/{action}/action'\r\nVault: {vault}",
                "ForbiddenByRbac",
            )
        return vault, name or ""

    @staticmethod
    def _refusal(error: _RefusedError) -> web.Response:
        headers = {}
        if error.status == 401:
            headers["WWW-Authenticate"] = (
                f'Bearer authorization="https://login.microsoftonline.com/{TENANT}", '
                'resource="https://vault.azure.net"'
            )
        return web.json_response(error.body, status=error.status, headers=headers)

    @staticmethod
    def _bundle(request: web.Request, key: tuple[str, str], one: _Secret) -> dict[str, Any]:
        made = int(one.made.timestamp())
        body: dict[str, Any] = {
            "value": one.value,
            "id": f"{request.url.origin()}/ml/vault/{key[0]}/secrets/{key[1]}/{one.version}",
            "attributes": {
                "enabled": True,
                "created": made,
                "updated": made,
                "recoveryLevel": "Recoverable+Purgeable",
                "recoverableDays": 90,
            },
            "tags": one.tags,
        }
        return body | ({"contentType": one.content_type} if one.content_type else {})


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise _RefusedError(400, "BadParameter", "The request body is not a JSON object.")
    return body


def _value(body: dict[str, Any]) -> str:
    value = body.get("value")
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise _RefusedError(400, "BadParameter", "The property 'value' must be a string of at most 25k.")
    return value
