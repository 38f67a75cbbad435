"""The Web API client: one construction, one translation of what it raises."""

import math
import ssl
import time
from collections.abc import Awaitable
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.config.handover import network_options
from bot.config.settings import Settings
from bot.errors import ChatError, ChatRefused, ChatThrottled, ChatUnavailable, ChatUnknown
from handlers.slack.observing import CallObserver
from providers.network import proxy_for, ssl_context

TIMEOUT = 15
NOT_DONE = frozenset({"service_unavailable", "team_added_to_org", "ekm_access_denied"})
NO_SENSE = 30.0
"""Seconds to wait where Slack's own number cannot be read."""
LONGEST = 3600.0
MAYBE_DONE = frozenset({"internal_error", "fatal_error", "request_timeout"})


class _Observed(AsyncWebClient):
    """Tells of each call what became of it."""

    def __init__(self, observer: CallObserver, **more: Any) -> None:
        self._observer = observer
        super().__init__(**more)

    async def api_call(self, api_method: str, **more: Any) -> AsyncSlackResponse:
        """As slack_sdk's."""
        outcome, begun = "cut", time.monotonic()
        try:
            answer = await super().api_call(api_method, **more)
            outcome = "ok"
        except SlackApiError as error:
            outcome = _outcome(error)
            raise
        except aiohttp.ClientConnectorError:
            outcome = "unreachable"
            raise
        except (aiohttp.ClientError, TimeoutError, SlackRequestError, OSError, ValueError):
            outcome = "no_answer"
            raise
        finally:
            self._observer.called(api_method, outcome, time.monotonic() - begun)
        return answer


def web_client(settings: Settings, observer: CallObserver | None = None) -> AsyncWebClient:
    """A client without retries: its own would repeat posts (contracts/slack.md section 4); the outbox decides."""
    network = network_options(settings.network)
    base = settings.slack.api_base
    context: ssl.SSLContext | None = ssl_context(network) if base.startswith("https") else None
    make = AsyncWebClient if observer is None else partial(_Observed, observer)
    client = make(
        token=settings.slack.bot_token.get_secret_value(),
        base_url=base,
        timeout=TIMEOUT,
        ssl=context,
        proxy=proxy_for(base, network),
        trust_env_in_session=False,
        retry_handlers=[],
    )
    # slack_sdk takes a proxy from the environment when it is given none; only the configuration counts.
    client.proxy = proxy_for(base, network)
    return client


def is_http_error(status: int) -> bool:
    """Whether a status tells of trouble at Slack rather than of an answer."""
    return status >= 500


async def ask(call: Awaitable[AsyncSlackResponse], *, once: bool = False) -> AsyncSlackResponse:
    """Await a Web API call; raises `ChatError` and nothing else.

    With `once` the call must not be repeated blindly: where it may have been carried out, `ChatUnknown` is raised.
    """
    try:
        return await call
    except SlackApiError as error:
        raise _translated(error, once=once) from None
    except aiohttp.ClientConnectorError as error:
        raise ChatUnavailable("chat_unreachable", {"why": type(error).__name__}) from None
    except (aiohttp.ClientError, TimeoutError, SlackRequestError, OSError, ValueError) as error:
        kind = ChatUnknown if once else ChatUnavailable
        raise kind("chat_no_answer", {"why": type(error).__name__}) from None


def _translated(error: SlackApiError, *, once: bool) -> ChatError:
    response = error.response
    status = int(getattr(response, "status_code", 0) or 0)
    if status == 429:
        return ChatThrottled("ratelimited", retry_after=asked_wait(response))
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if code == "ratelimited":
        return ChatThrottled("ratelimited", retry_after=asked_wait(response))
    if is_http_error(status) or code in MAYBE_DONE or not code:
        return (ChatUnknown if once else ChatUnavailable)("chat_trouble", {"status": status, "slack": code})
    if code in NOT_DONE:
        return ChatUnavailable("chat_trouble", {"status": status, "slack": code})
    return ChatRefused(code, _details(data))


def _outcome(error: SlackApiError) -> str:
    problem = _translated(error, once=False)
    if isinstance(problem, ChatThrottled):
        return "throttled"
    return "refused" if isinstance(problem, ChatRefused) else "error"


def asked_wait(response: object) -> float:
    """Seconds that Slack asks to wait, by the headers of its answer."""
    headers = getattr(response, "headers", None) or {}
    try:
        seconds = float(headers.get("Retry-After", headers.get("retry-after", 1)))
    except ValueError:
        return NO_SENSE
    return min(max(1.0, seconds), LONGEST) if math.isfinite(seconds) else NO_SENSE


def _details(data: object) -> dict[str, str]:
    if not isinstance(data, dict):
        return {}
    details = {name: str(data[name]) for name in ("needed", "provided") if data.get(name)}
    pointers = (data.get("response_metadata") or {}).get("messages") or data.get("errors")
    if pointers:
        details["pointers"] = "; ".join(str(one) for one in pointers)[:500]
    return details
