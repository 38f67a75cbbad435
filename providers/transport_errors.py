"""What a failed transport means: was the request sent, and what went wrong on the way.

Whether httpx failed before or after sending decides between "not done" and "nobody knows".
"""

import ssl

import httpx

from providers.errors import OutcomeUnknown, ProviderError, Unavailable


def never_sent(error: httpx.HTTPError) -> str | None:
    """Our code when no byte of the request can have reached the service, None when some may have."""
    if isinstance(error, httpx.ProxyError):
        return "proxy_refused"
    if isinstance(error, httpx.ConnectError):
        return "tls_failed" if _has_tls_cause(error) else "unreachable"
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return "timed_out"
    if isinstance(error, httpx.UnsupportedProtocol):
        return "unreachable"
    return None


def after_sending(error: Exception) -> str:
    """Our code for a request that was at least partly sent."""
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return "timed_out"
    return "unreadable_answer" if isinstance(error, httpx.DecodingError) else "connection_lost"


def lost(error: Exception, operation: str, *, repeatable: bool) -> ProviderError:
    """The error for an answer that never came, or came in part."""
    params = {"operation": operation}
    if repeatable:
        return Unavailable(after_sending(error), params)
    return OutcomeUnknown("no_answer", {**params, "reason": after_sending(error)})


def _has_tls_cause(error: BaseException) -> bool:
    """Whether TLS is at the bottom of it: httpx hides that two layers down."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return True
        seen = seen.__cause__ or seen.__context__
    return "SSL" in str(error) or "CERTIFICATE" in str(error).upper()
