"""Keys of endpoints into a Key Vault: people are told the secret's name instead of the key (Key Vault REST 7.4)."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from providers.azure_ai.access import VAULT_ROLE, grant_line
from providers.azure_ai.client import WorkspaceClient, part
from providers.azure_ai.envelope import read_envelope
from providers.azure_ai.workspace_id import WorkspaceId
from providers.calls import Call
from providers.errors import (
    Conflict,
    NotFound,
    ProviderError,
    Refused,
    ServiceAnswer,
    Throttled,
    Unauthorised,
)
from providers.http import HttpService
from providers.redact import redact

SET: Final = "vault.set"
LOOK: Final = "vault.look"
LONGEST: Final = 127
"""Characters of a secret's name; letters, digits and `-` only, and case does not count."""
_NETWORK: Final = re.compile(
    r"forbiddenbyfirewall|forbiddenbyconnection|not authorized and caller is not a trusted service"
    r"|client address is not authorized|public (?:network )?access|private (?:endpoint|link)",
    re.IGNORECASE,
)
_BY_STATUS: Final[Mapping[int, tuple[type[ProviderError], str]]] = MappingProxyType(
    {
        401: (Unauthorised, "token_refused"),
        403: (Unauthorised, "vault_network_refused"),
        404: (NotFound, "vault_unknown"),
        429: (Throttled, "throttled"),
    }
)
_DELETED: Final = re.compile(r"objectisdeletedbutrecoverable|deleted but recoverable", re.IGNORECASE)


def secret_name(workspace: WorkspaceId, endpoint: str) -> str:
    """Name of an endpoint's secret: its workspace and its own name, in the vault's characters."""
    return re.sub(r"[^0-9A-Za-z-]", "-", f"{workspace.workspace}-{endpoint}")[:LONGEST]


def vault_name(address: str) -> str:
    """A vault's name out of its address: the host's first part, or the path's last where there is one (a stand-in)."""
    parts = urlsplit(address)
    return parts.path.rstrip("/").rpartition("/")[2] or (parts.hostname or "").partition(".")[0]


class VaultDialect:
    """How a vault says no. `scope` is its ARM id or, where that is not known, the command that tells it."""

    def __init__(self, vault: str, scope: str, who: str) -> None:
        self._vault = vault
        self._scope = scope
        self._who = who

    def read(self, body: bytes) -> tuple[str, str]:
        """Code and message; the inner code (`ForbiddenByRbac`) says more than the outer one."""
        return read_envelope(body)

    def refusal(self, answer: ServiceAnswer, call: Call) -> ProviderError:
        """The error for a 4xx answer (or a 429 without a time)."""
        params = {"operation": call.operation, **call.what, "vault": self._vault}
        told = f"{answer.code} {answer.message}"
        if answer.status == 403 and not _NETWORK.search(told):
            grant = grant_line(VAULT_ROLE, self._scope, self._who)
            return Unauthorised("vault_role_missing", {**params, "role": VAULT_ROLE, "grant": grant}, answer)
        if answer.status == 409 and _DELETED.search(told):
            return Conflict("vault_secret_deleted", params, answer)
        error, code = _BY_STATUS.get(answer.status or 0, (Refused, "vault_refused"))
        return error(code, params, answer)


class Vault:
    """One vault that takes keys. `address` is its base."""

    def __init__(self, client: WorkspaceClient, address: str) -> None:
        self.address = address
        self.name = vault_name(address)
        self._client = client
        self._service: HttpService | None = None

    async def put(self, secret: str, value: str, *, endpoint: str) -> None:
        """Write a secret; the vault keeps earlier versions. The value stands in no error and no log line.

        Raises:
            Unauthorised: `vault_role_missing` with the command that grants the role; `vault_network_refused`.
            Conflict: `vault_secret_deleted`: one of this name was deleted and can still be recovered.
        """
        if self._service is None:
            self._service = await self._open()
        try:
            await self._service.call(self._set(secret, value, endpoint))
        except ProviderError as error:
            error.answer = replace(error.answer, message=redact(error.answer.message, (value,)))
            raise

    async def look(self) -> None:
        """List one secret's name: whether the vault is there and answers us. Raises as `put` does."""
        if self._service is None:
            self._service = await self._open()
        params = {"api-version": self._client.settings.api_version("vault"), "maxresults": "1"}
        await self._service.call(
            Call(operation=LOOK, method="GET", path="/secrets", repeatable=True, params=params)
        )

    def _set(self, secret: str, value: str, endpoint: str) -> Call:
        return Call(
            operation=SET,
            method="PUT",
            path=f"/secrets/{part(secret)}",
            # A second time makes another version of the same value.
            repeatable=True,
            params={"api-version": self._client.settings.api_version("vault")},
            json={
                "value": value,
                "contentType": "key of a serverless endpoint",
                "tags": {"endpoint": endpoint, "workspace": self._client.id.workspace},
            },
            what={"secret": secret, "deployment": endpoint},
        )

    async def _open(self) -> HttpService:
        settings = self._client.settings
        own = (await self._client.workspace()).key_vault
        same = own.rpartition("/")[2].lower() == self.name.lower()
        scope = own if same else f"$(az keyvault show --name {self.name} --query id --output tsv)"
        dialect = VaultDialect(self.name, scope, settings.client_id or "")
        return self._client.service(self.address, self._client.auth(settings.vault_scope), dialect)
