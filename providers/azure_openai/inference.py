"""One real call to a deployment, as a program would make it (contract 1.8, 2.2).

It is sent once. What no answer comes to is `Unavailable` and not `OutcomeUnknown`: a second short call costs a few
tokens and harms nobody, and whether it is worth them is the caller's decision.
"""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from providers.azure_openai.arm_wire import LENIENT, Items, Loose, read
from providers.azure_openai.wire import UnreadableAnswerError, Whole
from providers.calls import Timeouts
from providers.errors import (
    Conflict,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Refused,
    ServiceAnswer,
    Unavailable,
    Unsupported,
)
from providers.hosting import CallResult

CALL: Final = "deployments.call"
CHAT: Final = Timeouts(read=60.0, total=90.0)
SHORT: Final = 64
"""Tokens of an answer that is only to prove that there is one."""
REASONING: Final = 1_024
"""Models that reason spend these tokens before they say anything, and refuse when there are too few."""
_NOT_READY: Final = re.compile(r"\bnot (?:yet )?ready\b|failed to load lora", re.IGNORECASE)
_OTHER_LIMIT: Final = re.compile(r"max_tokens.{0,80}max_completion_tokens", re.IGNORECASE | re.DOTALL)


class _Usage(Loose):
    prompt_tokens: Whole = None
    completion_tokens: Whole = None


class _Completion(Loose):
    choices: Items = Field(default_factory=list)
    usage: Annotated[_Usage, LENIENT] = _Usage()


def body_of(prompt: str, *, reasoning: bool = False) -> dict[str, Any]:
    """The body of a short chat; models that reason take their limit under another name."""
    limit = {"max_completion_tokens": REASONING} if reasoning else {"max_tokens": SHORT}
    return {"messages": [{"role": "user", "content": prompt}], **limit}


def wants_other_limit(error: Refused) -> bool:
    """Whether the call was refused (and so not carried out) only for the name of the limit."""
    return error.code == "request_refused" and _OTHER_LIMIT.search(error.answer.message) is not None


def read_completion(content: bytes) -> CallResult:
    """The first choice's text; an answer without text (a tool call, all tokens spent on reasoning) has "".

    Raises:
        UnreadableAnswerError: this is no completion.
    """
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableAnswerError("json") from error
    completion = read(_Completion, answer)
    if not completion.choices:
        raise UnreadableAnswerError("choices")
    first = completion.choices[0]
    message = first.get("message") if isinstance(first, Mapping) else None
    text = message.get("content") if isinstance(message, Mapping) else None
    return CallResult(
        text=text if isinstance(text, str) else "",
        prompt_tokens=completion.usage.prompt_tokens,
        completion_tokens=completion.usage.completion_tokens,
    )


def call_refusal(answer: ServiceAnswer, params: Mapping[str, Any]) -> ProviderError | None:
    """What only a call to a deployment is refused with; None for what every call can be."""
    code = answer.code.lower()
    if answer.status == 404 and code == "deploymentnotfound":
        return NotFound("deployment_not_found", params, answer)
    if answer.status == 423:
        return Conflict("deployment_paused", params, answer)
    if code in {"deploymentnotready", "deploymenterror"} or (
        answer.status in {400, 409} and _NOT_READY.search(answer.message)
    ):
        return Unavailable("deployment_not_ready", params, answer)
    if code == "operationnotsupported":
        return Unsupported("operation_unsupported", params, answer)
    if code in {"content_filter", "contentfilter"}:
        return Refused("content_filtered", params, answer)
    return None


def unanswered(error: OutcomeUnknown) -> ProviderError:
    """A call without a usable answer, as something that may be tried again."""
    params = {name: value for name, value in error.params.items() if name != "reason"}
    if error.answer.status is not None and error.answer.status >= 400:
        not_ready = _NOT_READY.search(error.answer.message) is not None
        return Unavailable("deployment_not_ready" if not_ready else "server_error", params, error.answer)
    reason = str(error.params.get("reason", ""))
    return Unavailable(reason if reason in _REASONS else "connection_lost", params, error.answer)


_REASONS: Final = frozenset({"timed_out", "connection_lost", "unreadable_answer"})
