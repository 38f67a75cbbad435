"""One real call to an endpoint, as a program would make it (contract 5, "query")."""

from collections.abc import Mapping
from typing import Any, Final

from providers.hosting import CallResult
from providers.mlflow.reading import number, rows, text

SHORT: Final = 64
"""Tokens of an answer that is only to prove that there is one."""
COMPLETIONS: Final = "llm/v1/completions"
"""Task of models that were trained on bare text: they take a prompt and no messages."""


def body_of(prompt: str, task: str) -> dict[str, Any]:
    """The body of a short call, as the endpoint's `task` wants it; chat where it names none."""
    if task == COMPLETIONS:
        return {"prompt": prompt, "max_tokens": SHORT}
    return {"messages": [{"role": "user", "content": prompt}], "max_tokens": SHORT}


def read_answer(told: Mapping[str, Any]) -> CallResult | None:
    """The first choice's text, "" for one without; None for what is no completion."""
    choices = rows(told.get("choices"))
    if not choices:
        return None
    message, usage = choices[0].get("message"), told.get("usage")
    said = message.get("content") if isinstance(message, Mapping) else choices[0].get("text")
    counted = usage if isinstance(usage, Mapping) else {}
    return CallResult(
        text=text(said),
        prompt_tokens=_count(counted.get("prompt_tokens")),
        completion_tokens=_count(counted.get("completion_tokens")),
    )


def _count(value: object) -> int | None:
    found = number(value)
    return int(found) if found is not None and found >= 0 else None
