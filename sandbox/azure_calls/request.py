"""A chat request, read and checked (OpenAI's request shape; contract 2.2 for the address)."""

from dataclasses import dataclass
from typing import Any, Final

from sandbox.azure_calls.refusals import invalid
from sandbox.azure_openai.line_forms import ROLES
from sandbox.common.tokens import count_tokens

LONGEST_ANSWER: Final = 512
_MESSAGE_OVERHEAD: Final = 4
_MOST_CHOICES: Final = 128
_MOST_STOPS: Final = 4
# Taken and without effect on the small model.
_WITHOUT_EFFECT: Final = frozenset({"user", "presence_penalty", "frequency_penalty", "metadata", "store"})
_KNOWN: Final = _WITHOUT_EFFECT | {
    "messages", "model", "temperature", "top_p", "n", "seed", "stop", "stream", "max_tokens",
    "max_completion_tokens",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What to answer and how. `max_tokens` None leaves it to the service."""

    texts: tuple[str, ...]
    temperature: float
    top_p: float
    choices: int
    seed: int | None
    stops: tuple[str, ...]
    max_tokens: int | None

    @property
    def prompt_tokens(self) -> int:
        """Tokens of all messages, with what the chat format adds."""
        return sum(count_tokens(text) + _MESSAGE_OVERHEAD for text in self.texts)

    @property
    def expected_tokens(self) -> int:
        """What the tokens-per-minute limit counts when a request comes in: the prompt and what is asked for."""
        return self.prompt_tokens + (self.max_tokens or 0) * self.choices


def read_request(body: Any) -> ChatRequest:
    """Check a body. Raises ChatRefusal (400)."""
    if not isinstance(body, dict):
        raise invalid("The body must be a JSON object.")
    unknown = sorted(set(body) - _KNOWN)
    if unknown:
        raise invalid("Unrecognized request argument supplied: {}", unknown[0], param=unknown[0])
    if body.get("stream"):
        raise invalid("This sandbox answers in one piece: 'stream' must be false.", param="stream")
    if body.get("max_tokens") is not None and body.get("max_completion_tokens") is not None:
        raise invalid("'max_tokens' and 'max_completion_tokens' cannot be used together.", param="max_tokens")
    limit = "max_completion_tokens" if body.get("max_completion_tokens") is not None else "max_tokens"
    seed = _whole(body, "seed", -(2**63), 2**63 - 1)
    return ChatRequest(
        texts=_texts(body.get("messages")),
        temperature=_number(body, "temperature", 1.0, 2.0),
        top_p=_number(body, "top_p", 1.0, 1.0),
        choices=_whole(body, "n", 1, _MOST_CHOICES) or 1,
        seed=None if seed is None else seed % 2**63,
        stops=_stops(body.get("stop")),
        max_tokens=_whole(body, limit, 1, 2**31 - 1),
    )


def _texts(messages: Any) -> tuple[str, ...]:
    if messages is None:
        raise invalid("'messages' is a required property", param="messages")
    if not isinstance(messages, list) or not messages:
        raise invalid("'messages' must be an array of at least one message.", param="messages")
    return tuple(_text(message, f"messages[{index}]") for index, message in enumerate(messages))


def _text(message: Any, where: str) -> str:
    if not isinstance(message, dict):
        raise invalid("'{}' must be an object.", where, param=where)
    role, content = message.get("role"), message.get("content")
    if role is None:
        raise invalid("'role' is a required property - '{}'", where, param=f"{where}.role")
    if not isinstance(role, str) or role not in ROLES:
        known = ", ".join(sorted(ROLES))
        raise invalid("'{}' is not one of {} - '{}.role'", role, known, where, param=f"{where}.role")
    if isinstance(content, str):
        return content
    if isinstance(content, list) and content and all(map(_is_text_part, content)):
        return " ".join(part["text"] for part in content)
    if (
        content is None
        and role == "assistant"
        and (message.get("tool_calls") or message.get("function_call"))
    ):
        return ""
    raise invalid(
        "'content' must be a string or an array of text parts - '{}.content'", where, param=f"{where}.content"
    )


def _is_text_part(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)


def _stops(stop: Any) -> tuple[str, ...]:
    if stop is None:
        return ()
    stops = [stop] if isinstance(stop, str) else stop
    fine = isinstance(stops, list) and len(stops) <= _MOST_STOPS
    if not fine or not all(isinstance(text, str) and text for text in stops):
        raise invalid("'stop' must be a string or an array of at most four strings.", param="stop")
    return tuple(stops)


def _number(body: dict[str, Any], name: str, default: float, highest: float) -> float:
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
        raise invalid("'{}' must be a number from 0 to {:g}.", name, highest, param=name)
    return float(value)


def _whole(body: dict[str, Any], name: str, lowest: int, highest: int) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise invalid("'{}' must be a whole number from {} to {}.", name, lowest, highest, param=name)
    return value
