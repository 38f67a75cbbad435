"""How Blob Storage says no: XML with a code and a message (Storage services REST: status and error codes)."""

import re
from html import unescape
from typing import Any, Final

from providers.azure_blob.settings import StorageAccount
from providers.calls import Call
from providers.errors import Conflict, NotFound, ProviderError, Refused, ServiceAnswer, Unauthorised

ROLE: Final = "Storage Blob Data Reader"
_CODE: Final = re.compile(rb"<Code>([^<]{1,100})</Code>")
_MESSAGE: Final = re.compile(rb"<Message>([^<]{1,1000})")
_NO_ROLE: Final = frozenset({"authorizationpermissionmismatch", "insufficientaccountpermissions"})


class BlobDialect:
    """The refusals of one account."""

    def __init__(self, account: StorageAccount) -> None:
        self._account = account

    def read(self, body: bytes) -> tuple[str, str]:
        """Code and message without the ids and the time that the service writes behind it."""
        code, message = _CODE.search(body), _MESSAGE.search(body)
        text = message.group(1).decode(errors="replace") if message else ""
        return (
            code.group(1).decode(errors="replace") if code else "",
            unescape(text).partition("\n")[0].strip(),
        )

    def refusal(self, answer: ServiceAnswer, call: Call) -> ProviderError:
        """The error for a 4xx answer."""
        code, status = answer.code.lower(), answer.status or 0
        params: dict[str, Any] = {"operation": call.operation, "account": self._account.account, **call.what}
        if status == 403:
            return self._forbidden(code, params, answer)
        if status == 404:
            absent = "container_not_found" if code == "containernotfound" else "blob_not_found"
            return NotFound(absent, params, answer)
        if status == 401:
            return Unauthorised("token_refused", params, answer)
        if status == 412 or code == "blobarchived":
            return Conflict("blob_changed" if status == 412 else "blob_archived", params, answer)
        return Refused("blob_refused", params, answer)

    def _forbidden(self, code: str, params: dict[str, Any], answer: ServiceAnswer) -> ProviderError:
        if code in _NO_ROLE:
            who = self._account.client_id or "<object id of the bot's identity>"
            scope = self._account.resource_id or "<id of the storage account>"
            line = f'az role assignment create --assignee "{who}" --role "{ROLE}" --scope "{scope}"'
            return Unauthorised("blob_role_missing", {**params, "role": ROLE, "grant": line}, answer)
        return Unauthorised("blob_network_refused", params, answer)
