"""How a datastore's storage account says no while data is brought there (contract 5.3, 5.6)."""

import re
from html import unescape
from typing import Any, Final

from providers.azure_ai.access import BLOB_ROLE, grant_line
from providers.calls import Call
from providers.errors import Conflict, NotFound, ProviderError, Refused, ServiceAnswer, Unauthorised

_CODE: Final = re.compile(rb"<Code>([^<]{1,100})</Code>")
_MESSAGE: Final = re.compile(rb"<Message>([^<]{1,1000})")
_NO_ROLE: Final = frozenset({"authorizationpermissionmismatch", "insufficientaccountpermissions"})
_NO_SIGN_IN: Final = frozenset(
    {"authenticationfailed", "invalidauthenticationinfo", "noauthenticationinformation"}
)
_BLOCKS: Final = frozenset({"invalidblocklist", "invalidblockid", "invalidblobblock"})


class StoreDialect:
    """The refusals of one account.

    Args:
        account: its name. scope: ARM id of it for the command that grants the role, "" when not known.
        who: client id of the bot's identity, "" when it is not configured.
    """

    def __init__(self, account: str, scope: str, who: str) -> None:
        self._account, self._scope, self._who = account, scope, who

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
        params: dict[str, Any] = {"operation": call.operation, "account": self._account, **call.what}
        if code in _NO_ROLE:
            scope = self._scope or "<id of the storage account>"
            told = {"role": BLOB_ROLE, "scope": scope, "grant": grant_line(BLOB_ROLE, scope, self._who)}
            return Unauthorised("store_role_missing", {**params, **told}, answer)
        if status == 401 or code in _NO_SIGN_IN:
            return Unauthorised("store_sign_in_refused", params, answer)
        if status == 403:
            return Unauthorised("store_network_refused", params, answer)
        if status == 404:
            absent = "store_unknown" if code == "containernotfound" else "not_found"
            return NotFound(absent, params, answer)
        if code in _BLOCKS:
            return Conflict("conflict", params, answer)
        return Refused("too_large" if status == 413 else "store_refused", params, answer)
